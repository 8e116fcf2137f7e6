/** Which domains a run asks about. */
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { sql } from '../../../lib/core/sql.ts';
import { openEngine } from '../../../lib/engine/duckdb.ts';
import { dueDomains } from '../../../lib/features/enrichment/due.ts';
import { providerOf } from '../../../lib/features/enrichment/provider-of.ts';
import type { EnrichmentRules } from '../../../lib/features/enrichment/rules.ts';

test('what was answered lately is not asked again, "unknown" neither; the most valuable come first', async () => {
  const engine = await openEngine({ spillFolder: tmpdir(), timeZone: 'UTC', threads: 1 });
  await engine.run(sql`create table contact_domains as select * from (values
    ('1', 'small.example', 5), ('2', 'big.example', 40), ('3', 'big.example', 60), ('4', 'fresh.example', 900),
    ('5', 'old.example', null), ('6', 'unlisted.example', 70), ('7', 'forgotten.example', 6), ('8', null, 7000)
  ) as listed (contact_id, domain, worth)`);
  await engine.run(sql`create table companies as select domain, company, null as industry, null as employees,
    null as annual_revenue, null as country, 'register' as source, cast(fetched as timestamp) as fetched_at,
    cast(null as timestamp) as missed_at, cast(null as varchar) as source_note from (values
    ('fresh.example', 'Fresh Ltd', '2026-10-01'), ('old.example', 'Old Ltd', '2026-01-01'),
    ('unlisted.example', null, '2026-11-01'), ('forgotten.example', null, '2026-06-01')
  ) as listed (domain, company, fetched)`);
  const rules = { companyDays: 180, unknownDays: 90 };
  const due = await engine.rows(dueDomains('2026-11-22', 'register', rules));
  expect(due.map(({ answered_at: at }) => (at instanceof Date ? at.toISOString() : at))).toEqual([
    null,
    '2026-06-01T00:00:00.000Z',
    null,
    '2026-01-01T00:00:00.000Z',
  ]);
  expect(due.map(({ domain }) => domain)).toEqual(['big.example', 'forgotten.example', 'small.example', 'old.example']);
  engine.close();
});

test('the rules choose the provider, by kind and name', async () => {
  const read = async () => 'domain,company\na.example,A\n';
  const nameOf = () => 'a question';
  const secret = (name: string) => (name === 'APOLLO_API_KEY' ? 'k' : undefined);
  const chosen = (rule: EnrichmentRules['provider']) => providerOf(rule, secret, read, nameOf);
  expect((await chosen({ kind: 'csv', name: 'register', file: 'x.csv' })).name).toBe('register');
  expect((await chosen({ kind: 'known', name: 'apollo' })).name).toBe('apollo');
  await expect(chosen({ kind: 'known', name: 'abstract' })).rejects.toThrow('ABSTRACT_API_KEY');
  expect((await chosen({ kind: 'sample', file: 'x.csv' })).name).toBe('sample register');
});

test('another source asks again, a rejected question comes last, neither twice for one answer', async () => {
  const engine = await openEngine({ spillFolder: tmpdir(), timeZone: 'UTC', threads: 1 });
  await engine.run(sql`create table contact_domains as select * from (values
    ('1', 'rejected.example', 900), ('2', 'longago.example', 800), ('3', 'second.example', 50),
    ('4', 'ours.example', 40), ('5', 'kept.example', 30), ('6', 'new.example', 1)
  ) as listed (contact_id, domain, worth)`);
  await engine.run(sql`create table companies as select domain, company, null as industry, null as employees,
    null as annual_revenue, null as country, source, cast(fetched as timestamp) as fetched_at,
    cast(missed as timestamp) as missed_at, source_note from (values
    ('rejected.example', null, null, null, '2026-11-15', 'ours: status 422'),
    ('longago.example', 'Old Ltd', 'second', '2026-11-01', '2026-11-08', 'ours: status 400'),
    ('second.example', 'Second Ltd', 'second', '2026-11-01', null, null),
    ('ours.example', 'Ours Ltd', 'ours', '2026-11-01', null, null),
    ('kept.example', 'Kept Ltd', 'second', '2026-11-01', null, 'ours: unknown')
  ) as listed (domain, company, source, fetched, missed, source_note)`);
  const rules = { companyDays: 180, unknownDays: 90 };
  const due = await engine.rows(dueDomains('2026-11-22', 'ours', rules));
  expect(due.map(({ domain }) => domain)).toEqual([
    'second.example',
    'new.example',
    'longago.example',
    'rejected.example',
  ]);
  engine.close();
});
