/** Gathering companies: who is asked about, what is kept of the answers, and what is not asked for again. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Change } from '../../../lib/core/change.ts';
import type { Context } from '../../../lib/core/context.ts';
import type { Engine, Row } from '../../../lib/core/engine.ts';
import { nothingOutside } from '../../../lib/core/prepare.ts';
import { join, name, sql } from '../../../lib/core/sql.ts';
import { enrichmentSteps } from '../../../lib/features/enrichment/contacts.ts';
import { gatherCompanies } from '../../../lib/features/enrichment/gather.ts';
import { enrichmentRules } from '../../../lib/features/enrichment/rules.ts';
import { runSteps } from '../../../lib/run/plan-job.ts';
import { type DnsServer, dnsServer, type Zone } from '../../support/dns-server.ts';
import { engineWith, type Layout } from '../../support/engine-tables.ts';
import { temporaryFolder } from '../../support/workbook.ts';
import { rulesFor, start } from './look-ups.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const worker = (domain: string, given: Readonly<Record<string, string | number>> = {}) => ({
  contact_id: domain,
  email: `ada@${domain}.example`,
  created_at: '2026-10-01 09:00:00',
  ...given,
});

/** Writes a piece into the table, as a plan would: adds rows, and sets the columns of those that are there. */
async function keepIn(engine: Engine, { kind, table, query }: Change): Promise<void> {
  expect([kind, table]).toEqual(['upsert', 'companies']);
  await engine.run(sql`create or replace table piece as ${query}`);
  const columns = (await engine.columnsOf(sql`select * from piece`)).filter((column) => column !== 'why').map(name);
  const set = columns.map((column) => sql`${column} = piece.${column}`);
  await engine.run(sql`update companies set ${join(set, ', ')} from piece where piece.domain = companies.domain`);
  await engine.run(sql`insert into companies (${join(columns, ', ')}) select ${join(columns, ', ')} from piece
    where domain not in (select domain from companies)`);
}

/** Tables of a workbook, and runs on them. */
async function gathering(layout: Layout) {
  const engine = await engineWith(layout);
  const stateFolder = temporaryFolder();
  ends.push(() => engine.close());
  return {
    engine,
    companies: (): Promise<Row[]> => engine.rows(sql`select * from companies order by domain`),
    gather: async (rules: object, { today = '2026-11-22', rehearsal = false } = {}) => {
      const parsed = enrichmentRules.parse(rules);
      const asOf = new Date(`${today}T23:59:59.999Z`);
      await runSteps(engine, enrichmentSteps(parsed, ['click'], today));
      const at = { engine, context: { asOf, today } as Context, outside: nothingOutside, startedAt: asOf, rehearsal };
      const kept = { stateFolder, scratch: stateFolder, keep: (change: Change) => keepIn(engine, change) };
      return gatherCompanies({ ...at, ...kept }, parsed, { readText: () => Promise.reject(new Error('no file')) });
    },
  };
}

describe('questions', () => {
  it('go to the contacts worth most, and to none who is suppressed, inactive, or at a free mailbox', async () => {
    const { server } = await start();
    const { gather } = await gathering({
      contacts: [
        worker('small', { lifetime_value: 5 }),
        worker('large', { lifetime_value: 900 }),
        worker('none'),
        worker('stopped', { status: 'unsubscribed' }),
        worker('quiet', { created_at: '2024-01-01 00:00:00' }),
        worker('buyer', { created_at: '2024-01-01 00:00:00', lifetime_value: 50 }),
        worker('private', { email: 'ada@gmail.com' }),
      ],
      purchases: [{ order_id: 'o1', contact_id: 'buyer', ordered_at: '2026-11-21 09:00:00' }],
    });
    const rules = rulesFor(server, {}, { budget: 3 });
    expect(await gather(rules, { rehearsal: true })).toMatchObject({ metrics: { due: 4, rehearsal: true } });
    expect(server.questions).toEqual([]);
    expect(await gather(rules)).toMatchObject({ metrics: { due: 4, asked: 3, halted: 'budget' } });
    expect(server.questions).toEqual(['large.example', 'buyer.example', 'small.example']);
    await gather(rules, { today: '2026-11-29' });
    expect(server.questions.slice(3)).toEqual(['none.example']);
  });

  it('go past a rejected domain, and to it last the next time', async () => {
    const { server } = await start({ 'large.example': ['unprocessable', 'found'] });
    const { gather, companies } = await gathering({
      contacts: [
        worker('large', { lifetime_value: 900 }),
        ...['a', 'b', 'c', 'd'].map((firm) => worker(firm, { lifetime_value: 5 })),
      ],
    });
    const rules = rulesFor(server, {}, { budget: 3 });
    const large = async () => (await companies()).find((row) => row.domain === 'large.example');
    expect(await gather(rules)).toMatchObject({ metrics: { found: 2, failed: { 'status 422': 1 } } });
    expect(await large()).toMatchObject({ source: null, fetched_at: null, source_note: 'local: status 422' });
    expect(await gather(rules, { today: '2026-11-29' })).toMatchObject({ metrics: { due: 3, found: 3 } });
    expect(server.questions).toEqual(['large', 'a', 'b', 'c', 'd', 'large'].map((firm) => `${firm}.example`));
    const answered = { company: 'large.example Ltd', source: 'local', source_note: null, missed_at: null };
    expect(await large()).toMatchObject(answered);
  });

  it('are asked of no provider on a workbook of one’s own while the rules name the sample’s register', async () => {
    const { gather, companies } = await gathering({ contacts: [worker('firm')] });
    const sample = { provider: { kind: 'sample', file: 'data/sample/register/companies.csv' } };
    expect(await gather(sample)).toMatchObject({ metrics: { due: 0, provider: 'none' }, guards: [] });
    expect(await companies()).toEqual([]);
  });
});

describe('answers', () => {
  it('about another company are noted, not filled in, and not asked for again', async () => {
    const { server } = await start({ 'shop.example': ['parent company'] });
    const { gather, companies } = await gathering({ contacts: [worker('shop')] });
    const rules = rulesFor(server);
    const matching = { ...rules, provider: { ...rules.provider, matches: 'website' } };
    expect(await gather(matching)).toMatchObject({ metrics: { other: 1, found: 0 } });
    const noted = { source: 'local', company: null, employees: null };
    expect(await companies()).toMatchObject([{ ...noted, source_note: 'local: another company, parent.example' }]);
    expect(await gather(matching, { today: '2026-11-29' })).toMatchObject({ metrics: { due: 0 } });
  });

  it('have a source: another source asks again, and what it does not know stays known of the first', async () => {
    const { server: first } = await start({ 'b.example': ['unknown'] });
    const { gather, companies } = await gathering({ contacts: ['a', 'b'].map((firm) => worker(firm)) });
    await gather(rulesFor(first));
    expect(await companies()).toMatchObject([
      { company: 'a.example Ltd', source_note: null },
      { company: null, source_note: null },
    ]);
    const { server: second } = await start({ 'a.example': ['unknown'] });
    const rules = rulesFor(second);
    const other = { ...rules, provider: { ...rules.provider, name: 'other' } };
    const found = await gather(other, { today: '2026-11-29' });
    expect(found).toMatchObject({ metrics: { due: 2, found: 1, unknown: 1 } });
    expect(await companies()).toMatchObject([
      { domain: 'a.example', company: 'a.example Ltd', source: 'local', source_note: 'other: unknown' },
      { domain: 'b.example', company: 'b.example Ltd', source: 'other', source_note: null },
    ]);
    expect(await gather(other, { today: '2026-12-06' })).toMatchObject({ metrics: { due: 0 } });
  });
});

describe('checks by DNS', () => {
  const found = { MX: ['mx.example'], A: ['192.0.2.1'] };
  const dnsOf = ({ address }: DnsServer) => ({ dns: { servers: [address], timeoutMs: 1_000 } });
  async function serving(zone: Zone): Promise<DnsServer> {
    const server = await dnsServer(zone);
    ends.push(() => server.close());
    return server;
  }

  it('note what a company has, and never read silence as a no', async () => {
    const zone: Record<string, Zone[string]> = {
      'firm.example': found,
      'nomail.example': { MX: ['.'], A: ['192.0.2.1'] },
      'down.example': 'fails',
      'half.example': { MX: ['mx.example'], fails: 'A' },
    };
    const server = await serving(zone);
    const { server: provider } = await start();
    const { gather, companies, engine } = await gathering({
      contacts: ['firm', 'nomail', 'down', 'half', 'gone'].map((domain) => worker(domain)),
    });
    const noted = async () =>
      Object.fromEntries((await companies()).map(({ domain, mail, website }) => [domain, [mail, website]]));
    const rules = rulesFor(provider, dnsOf(server));
    expect(await gather(rules, { rehearsal: true })).toMatchObject({ metrics: { dns: { due: 5 } } });
    await gather(rulesFor(provider));
    expect(server.questions).toEqual([]);
    expect(Object.values(await noted())).toEqual(Array(5).fill([null, null]));
    const first = await gather(rules, { today: '2026-11-29' });
    expect(first.metrics.dns).toEqual({
      due: 5,
      mail: { yes: 2, no: 2, unknown: 1 },
      website: { yes: 2, no: 1, unknown: 2 },
    });
    expect(await noted()).toEqual({
      'firm.example': ['yes', 'yes'],
      'nomail.example': ['no', 'yes'],
      'gone.example': ['no', 'no'],
      'down.example': [null, null],
      'half.example': ['yes', null],
    });
    // Only what is unknown is asked about again; and when all of it is old, silence takes nothing back.
    const asked = server.questions.length;
    await gather(rules, { today: '2026-12-06' });
    const again = new Set(server.questions.slice(asked).map((question) => question.split(' ')[1]));
    expect(again).toEqual(new Set(['down.example', 'half.example', 'www.half.example']));
    for (const domain of ['nomail.example', 'half.example', 'gone.example']) zone[domain] = 'refuses';
    Object.assign(zone, { 'firm.example': { fails: 'A' }, 'www.firm.example': found });
    await engine.run(sql`update contacts set created_at = timestamp '2027-06-01'`);
    const later = await gather(rules, { today: '2027-07-01' });
    expect(later.metrics.dns).toMatchObject({ due: 5, mail: { yes: 0, no: 0, unknown: 5 } });
    expect(await noted()).toMatchObject({ 'firm.example': ['yes', 'yes'], 'nomail.example': ['no', 'yes'] });
  });

  it('ignore a name server that knows no domain, and stop at one that does not answer', async () => {
    const firms = Array.from({ length: 40 }, (_, i) => `firm${i}`);
    const lying = await serving({});
    const silent = await serving(Object.fromEntries(firms.map((firm) => [`${firm}.example`, 'refuses'])));
    const { server: provider } = await start();
    const { gather, companies } = await gathering({ contacts: firms.map((firm) => worker(firm)) });
    const limits = { chunk: 50 };
    const first = await gather(rulesFor(provider, dnsOf(lying), limits));
    expect(first.metrics.warnings).toEqual([expect.stringContaining('40 of 40 domains take no mail')]);
    expect((await companies()).map(({ mail }) => mail)).toEqual(Array(40).fill(null));
    const second = await gather(rulesFor(provider, dnsOf(silent), limits), { today: '2026-11-29' });
    expect(second.metrics.warnings).toEqual([expect.stringContaining('no name server answers')]);
    expect(silent.questions.length).toBeLessThan(firms.length * 2);
  });
});
