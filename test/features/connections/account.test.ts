/** A connection that keeps its name and is given another account: what is there is read as that of a new one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sql } from '../../../lib/core/sql.ts';
import { connectionRules } from '../../../lib/features/connections/rules.ts';
import { staleConnections } from '../../../lib/features/connections/stale.ts';
import { connectedNight, type Rules, serve } from '../../support/connections.ts';
import { engineWith } from '../../support/engine-tables.ts';
import { jobOf } from '../../support/night.ts';
import type { Tool } from '../../support/vendor-server/server.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../../support/workbook.ts';

type Written = NonNullable<Rules['connections']>[number];

const left = (account: string, day: string) => ({ mail: `${account}@example.com`, at: `${day}T09:00:00Z` });
const READ_FROM_BEGINNING =
  'crm: the rules name another account than at its last fetch; it is read as a new connection, from the beginning';

/** A tool with the accounts a and b, each with a person who left long ago; and a workbook that knows both. */
async function world() {
  const folder = temporaryFolder();
  const contacts = ['a', 'b'].map((id) => aContact({ contact_id: id, email: `${id}@example.com` }));
  writeWorkbook(folder, { contacts, bounces: [] });
  const facts = { a: left('a', '2020-03-01'), b: left('b', '2020-03-01') };
  const tool: Tool = {
    described: [],
    signedIn: () => true,
    routes: {
      'GET /{}/left': ({ query, values: [account] }) => ({
        body: [facts[account as 'a' | 'b']].filter(({ at }) => at >= (query.get('from') ?? '')),
      }),
    },
  };
  const server = await serve(tool);
  const night = async (account: string, asOf: string) => {
    const read = { name: 'left', path: '/left?from={from}', table: 'bounces' as const };
    const columns = { email: 'mail', kind: '= unsubscribe', occurred_at: 'at' };
    const address = `${server.address}/${account}`;
    const rules: Rules = {
      connections: [{ name: 'crm', vendor: 'http', address, reads: [{ ...read, columns }] }],
      firstDays: 10,
    };
    const { metrics } = jobOf(await connectedNight(folder, rules, {}, { asOf, only: 'fetch' }), 'fetch-activity');
    return {
      sentences: metrics.sentences as string[],
      row: readCsv(folder, 'connections')[0],
      bounced: readCsv(folder, 'bounces').map(({ email }) => email),
    };
  };
  return { folder, server, night, from: () => server.asked.at(-1)?.query.get('from') };
}

describe('a connection whose account in the rules changes', () => {
  it('has no facts until it is read from the beginning, once, and the summary says so', async () => {
    const { night, server, from } = await world();
    const first = await night('a', '2026-11-20');
    expect([first.bounced, from()]).toEqual([['a@example.com'], '1970-01-01T00:00:00Z']);
    expect(first.sentences).not.toContain(READ_FROM_BEGINNING);
    server.fault = () => 'expired key';
    const failed = await night('b', '2026-11-20');
    expect(failed.row).toMatchObject({
      watermark: '',
      status: 'failed',
      note: expect.stringMatching(/^left: status 401/),
    });
    expect(failed.sentences).toContain(READ_FROM_BEGINNING);
    server.fault = () => undefined;
    const second = await night('b', '2026-11-21');
    expect([second.bounced, from()]).toEqual([['a@example.com', 'b@example.com'], '1970-01-01T00:00:00Z']);
    const third = await night('b', '2026-11-22');
    expect(from()).toBe('2026-11-19T23:59:59Z');
    expect(third.sentences).not.toContain(READ_FROM_BEGINNING);
  });

  it('is not assumed of a row that names no account: it goes on from its watermark', async () => {
    const { folder, night, from } = await world();
    const row = 'crm,2026-11-19T23:59:59Z,2026-11-19T23:59:59Z,0,ok,';
    writeFileSync(join(folder, 'connections.csv'), `connection,watermark,fetched_at,rows,status,note\n${row}\n`);
    await night('a', '2026-11-20');
    expect(from()).toBe('2026-11-17T23:59:59Z');
  });
});

it.each([
  ['the account of the rules', (account: string) => `account ${account}`, 0],
  ['no account', () => '', 0],
  ['another account', () => 'account 0123456789ab', 1],
])('a watermark of today whose row names %s holds lists for sending back, or not', async (_, noteFor, held) => {
  const rules = connectionRules({ connections: [{ name: 'brevo', vendor: 'brevo' }] }, []);
  const engine = await engineWith({});
  onTestFinished(() => engine.close());
  const note = noteFor(rules.connections[0]?.account ?? '');
  const now = new Date('2026-11-22T00:00:00Z');
  await engine.run(sql`create table connections as select 'brevo' as connection, ${now} as watermark, ${note} as note`);
  expect(await engine.rows(staleConnections(rules, now))).toHaveLength(held);
});

describe('the account of a connection', () => {
  const accountOf = (given: Written) =>
    connectionRules({ connections: [given] }, ['Newsletter']).connections[0]?.account;
  const mailchimp = { name: 'mailchimp', vendor: 'mailchimp', server: 'us6', audience: 'a1' };
  const read = { name: 'left', path: '/1/left', table: 'bounces' as const };
  const columns = { email: 'mail', kind: '= unsubscribe', occurred_at: 'at' };
  const http = { name: 'crm', vendor: 'http', address: 'https://crm.example.com', reads: [{ ...read, columns }] };

  it.each<[string, Written, Written]>([
    ['an audience', mailchimp, { ...mailchimp, audience: 'b2' }],
    ['a server', mailchimp, { ...mailchimp, server: 'us7' }],
    ['an address', mailchimp, { ...mailchimp, address: 'https://proxy.example.com' }],
    ['the name of a secret', mailchimp, { ...mailchimp, secrets: { key: 'MAILCHIMP_B_KEY' } }],
    ['a vendor', mailchimp, { name: 'mailchimp', vendor: 'brevo' }],
    ['a path that is read', http, { ...http, reads: [{ ...read, columns, path: '/2/left' }] }],
  ])('is another one with %s', (_, before, after) => expect(accountOf(after)).not.toBe(accountOf(before)));

  it.each<[string, Written, Written]>([
    [
      'what is written',
      mailchimp,
      { ...mailchimp, suppress: true, lists: { Newsletter: 'n' }, fields: { S: 'score' } },
    ],
    ['its name', mailchimp, { ...mailchimp, name: 'second' }],
    ['a column', http, { ...http, reads: [{ ...read, columns: { ...columns, detail: 'why' } }] }],
  ])('is the same with another choice of %s', (_, before, after) => expect(accountOf(after)).toBe(accountOf(before)));
});
