/** Which domains a run asks about. */
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { sql } from '../../../lib/core/sql.ts';
import { Engine } from '../../../lib/engine/duckdb.ts';
import { dueDomains } from '../../../lib/features/enrichment/due.ts';
import { providerOf } from '../../../lib/features/enrichment/provider-of.ts';

test('what was answered lately is not asked again, "unknown" neither; the most valuable come first', async () => {
  const engine = await Engine.open({ spillFolder: tmpdir(), timeZone: 'UTC', threads: 1 });
  await engine.run(sql`create table wanted as select * from (values
    ('1', 'small.example', 5), ('2', 'big.example', 40), ('3', 'big.example', 60), ('4', 'fresh.example', 900),
    ('5', 'old.example', null), ('6', 'nobody.example', 70), ('7', 'forgotten.example', 6), ('8', null, 7000)
  ) as listed (contact_id, domain, worth)`);
  await engine.run(sql`create table known as select domain, company, null as industry, null as employees,
    null as annual_revenue, null as country, cast(fetched as timestamp) as fetched_at from (values
    ('fresh.example', 'Fresh Ltd', '2026-10-01'), ('old.example', 'Old Ltd', '2026-01-01'),
    ('nobody.example', null, '2026-11-01'), ('forgotten.example', null, '2026-06-01')
  ) as listed (domain, company, fetched)`);
  const rules = { companyDays: 180, unknownDays: 90 };
  const due = await engine.rows(dueDomains(sql`select * from wanted`, sql`select * from known`, '2026-11-22', rules));
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
  expect((await providerOf({ kind: 'csv', name: 'register', file: 'x.csv' }, secret, read, nameOf)).name).toBe(
    'register',
  );
  expect((await providerOf({ kind: 'known', name: 'apollo' }, secret, read, nameOf)).name).toBe('apollo');
  await expect(providerOf({ kind: 'known', name: 'abstract' }, secret, read, nameOf)).rejects.toThrow(
    'ABSTRACT_API_KEY',
  );
});
