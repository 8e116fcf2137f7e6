/** What a dataset may do to a run: others who write meanwhile, answers that are lost, limits, rights. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { raw } from '../../../lib/core/sql.ts';
import { placeOf } from '../../../lib/workbook/bigquery/address.ts';
import { bigQueryClient } from '../../../lib/workbook/bigquery/client.ts';
import { withDatasetTables } from '../../../lib/workbook/bigquery/source.ts';
import type { Held, Store } from '../../../lib/workbook/store.ts';
import { ApiError } from '../../support/bigquery-server/api-error.ts';
import { failsFirst } from '../../support/bigquery-server/server.ts';
import { type BigQueryBench, bigQueryBench, type Rows } from '../../support/store-bench.ts';

const CONTACTS = [
  ['contact_id', 'email', 'status', 'note'],
  ['c1', 'a@example.com', 'subscribed', 'x'],
  ['c2', 'b@example.com', 'subscribed', ''],
  ['c3', 'c@example.com', 'subscribed', ''],
];
const marker = { run: 'run-1', entries: [{ job: 'a-job', period: '2026-11-23', entry: {} }] };

async function aDataset(contacts: string[][] = CONTACTS): Promise<BigQueryBench> {
  const bench = await bigQueryBench({ contacts });
  onTestFinished(async () => {
    await bench.close();
    expect(bench.server.violations).toEqual([]);
  });
  return bench;
}

/** Reads, sets the status of c1, removes c2 and adds c4. */
async function change(store: Store): Promise<Held> {
  await store.read();
  const path = join(store.scratch, 'patch.csv');
  writeFileSync(path, 'u,0,c1,,suppressed\nd,1,c2,,\ni,,,c4,subscribed\n');
  const rows = { update: 1, remove: 1, insert: 1 };
  return store.commit([{ table: 'contacts', path, columns: ['contact_id', 'status'], rows }], marker);
}

const ids = (rows: Rows): unknown[] => (rows ?? []).slice(1).map((row) => `${row[0]} ${row[2]}`);
const CHANGED = ['c1 suppressed', 'c3 subscribed', 'c4 subscribed'];

it.each([
  ['changed in another cell', `set note = 'y' where contact_id = 'c1'`, 'c1 subscribed'],
  ['deleted', null, null],
])('leaves a row that was %s between snapshot and commit, and counts it', async (_, update, left) => {
  const bench = await aDataset();
  bench.server.before = async ({ jobReference }) => {
    const statement = update
      ? `update "marketing/contacts" ${update}`
      : `delete from "marketing/contacts" where contact_id = 'c1'`;
    if (jobReference?.jobId?.includes('_commit_')) await bench.server.act('marketing', 'contacts', statement);
  };
  const store = await bench.open();
  expect([...(await change(store))]).toEqual([['contacts', { 'row changed or deleted': 1 }]]);
  expect(ids(await bench.rows('contacts'))).toEqual([...(left ? [left] : []), 'c3 subscribed', 'c4 subscribed']);
  await store.close();
});

it('changes a row with a list of the team’s own, and leaves the list', async () => {
  const bench = await bigQueryBench({});
  const fields = (CONTACTS[0] ?? []).map((name) => ({
    name,
    type: 'STRING',
    ...(name === 'note' && { mode: 'REPEATED' }),
  }));
  await bench.server.tables.create('marketing', { tableReference: { tableId: 'contacts' }, schema: { fields } });
  const values = `('c1', 'a@example.com', 'subscribed', ['x', 'y']), ('c2', 'b@example.com', 'subscribed', [])`;
  await bench.server.act('marketing', 'contacts', `insert into "marketing/contacts" values ${values}`);
  const store = await bench.open();
  expect([...(await change(store))]).toEqual([]);
  const rows = raw(`select contact_id, status, note[2] as second from "marketing/contacts" order by 1`);
  expect(await bench.server.tables.engine.rows(rows)).toEqual([
    { contact_id: 'c1', status: 'suppressed', second: 'y' },
    { contact_id: 'c4', status: 'subscribed', second: null },
  ]);
  await store.close();
  await bench.close();
  expect(bench.server.violations).toEqual([]);
});

it('leaves a key that was added meanwhile, and rows that stand twice', async () => {
  const bench = await aDataset([...CONTACTS, ['c2', 'b@example.com', 'subscribed', '']]);
  bench.server.before = async ({ jobReference }) => {
    if (jobReference?.jobId?.includes('_commit_'))
      await bench.server.act('marketing', 'contacts', `insert into "marketing/contacts" (contact_id) values ('c4')`);
  };
  const store = await bench.open();
  const held = { 'key there already': 1, 'row stands twice': 1 };
  expect([...(await change(store))]).toEqual([['contacts', held]]);
  await store.close();
});

it.each([
  ['a@example.com', true],
  ['no address', false],
])(
  'asks about a table that may refuse mail and is not understood, where it holds an address: %s',
  async (cell, asks) => {
    const bench = await bigQueryBench({
      contacts: CONTACTS,
      optouts: [
        ['who', 'why'],
        [cell, 'maybe'],
      ],
    });
    const store = await bench.open();
    const name = await store.read().then(
      () => null,
      (error: Error) => error.name,
    );
    expect(name).toBe(asks ? 'ConsentQuestion' : null);
    await store.close();
    await bench.close();
  },
);

it('reads every table as of one moment, although rows are written meanwhile', async () => {
  const bench = await aDataset();
  const store = await bench.open();
  const { tables } = await store.read();
  await bench.server.act('marketing', 'contacts', `delete from "marketing/contacts"`);
  expect((await tables[0]?.open())?.rows).toBe(3);
  await store.close();
});

it('begins a transaction again that another one kept from its tables', async () => {
  const bench = await aDataset();
  let conflicts = 2;
  bench.server.before = async ({ jobReference }) => {
    if (jobReference?.jobId?.includes('_commit_') && conflicts-- > 0)
      throw new ApiError(400, 'invalidQuery', 'Transaction is aborted due to concurrent update against table contacts');
  };
  const store = await bench.open();
  expect([...(await change(store))]).toEqual([]);
  expect(ids(await bench.rows('contacts'))).toEqual(CHANGED);
  await store.close();
});

it('does the same once, whichever answer is lost, before or after the work', async () => {
  const bench = await aDataset();
  for (const lost of ['lost before', 'lost after'] as const) {
    await bench.server.act('marketing', 'contacts', 'delete from "marketing/contacts"');
    for (const row of CONTACTS.slice(1))
      await bench.server.act(
        'marketing',
        'contacts',
        `insert into "marketing/contacts" values (${row.map((cell) => `nullif('${cell}', '')`).join(', ')})`,
      );
    bench.server.weather = failsFirst(lost);
    const store = await bench.open();
    expect([...(await change(store))]).toEqual([]);
    expect(ids(await bench.rows('contacts'))).toEqual(CHANGED);
    await store.close();
    bench.server.weather = () => null;
  }
});

it('has all of a commit or none of it, killed at its requests, once another run has come', async () => {
  const bench = await aDataset();
  const killed = new ApiError(400, 'killed', 'the process was killed here');
  const outcomes: boolean[] = [];
  for (let at = 1, done = false; !done; at += 1) {
    for (const table of ['contacts', 'nightshift_applied'])
      if (bench.server.tables.has('marketing', table))
        await bench.server.act('marketing', table, `delete from "marketing/${table}"`);
    const rows = CONTACTS.slice(1).map((row) => `(${row.map((cell) => `nullif('${cell}', '')`).join(', ')})`);
    await bench.server.act('marketing', 'contacts', `insert into "marketing/contacts" values ${rows.join(', ')}`);
    const store = await bench.open(`run-${at}`);
    // The first request of the commit makes the marker's table; nothing arrives from the request `at` after it on.
    let first = Number.POSITIVE_INFINITY;
    bench.server.weather = ({ method, path }, number) => {
      if (method === 'POST' && path.endsWith('/tables')) first = Math.min(first, number);
      if (number < first + at) return null;
      return number === first + at && at % 2 === 1 ? 'lost after' : killed;
    };
    done = await change(store).then(
      () => true,
      () => false,
    );
    await store.close();
    bench.server.weather = () => null;
    const next = await bench.open(`next-${at}`);
    const applied = (await next.marker()) !== null;
    await next.close();
    outcomes.push(applied);
    const before = ['c1 subscribed', 'c2 subscribed', 'c3 subscribed'];
    expect(ids(await bench.rows('contacts'))).toEqual(applied ? CHANGED : before);
  }
  // What killed runs left goes by itself.
  const left = bench.server.tables.ids('marketing').filter((id) => id.startsWith('nightshift_staging_'));
  expect(left.length).toBeGreaterThan(2);
  for (const id of left) {
    const { expirationTime } = await bench.server.tables.describe('marketing', id);
    expect(Number(expirationTime) - Date.now()).toBeGreaterThan(0);
    expect(Number(expirationTime) - Date.now()).toBeLessThanOrEqual(86_400_000);
  }
  expect(outcomes.filter((applied) => !applied).length).toBeGreaterThan(3);
  expect(outcomes.filter((applied) => applied).length).toBeGreaterThan(1);
});

it('refuses a query that would read more than the rules allow, before it is run', async () => {
  const bench = await aDataset();
  const limits = { gigabytesPerQuery: 1e-9, gigabytesPerRun: 1 };
  const place = placeOf('bigquery://example-project/marketing?location=EU');
  const client = bigQueryClient(place, { rootUrl: bench.server.url, sleep: async () => {}, limits });
  const text = 'select t.email from `example-project.marketing.contacts` as t';
  await expect(client.query('a-job', { text, values: [] }, 'reading contacts')).rejects.toThrow(
    /gigabytesPerQuery in jobs\/rules\/workbook\.ts/,
  );
  expect(client.spent.queries).toBe(0);
  const wide = { gigabytesPerQuery: 100, gigabytesPerRun: 1 };
  const other = bigQueryClient(place, { rootUrl: bench.server.url, sleep: async () => {}, limits: wide });
  await other.query('b-job', { text, values: [] }, 'reading contacts');
  const sent = bench.server.requests.find(({ job }) => job?.jobReference?.jobId === 'b-job');
  expect(sent?.job?.configuration?.query?.maximumBytesBilled).toBe('1000000000');
});

it.each([
  ['a table', 'drop'],
  ['a table, made again since,', 'drop and make'],
  ['a column', 'alter table "marketing/contacts" drop column note'],
])('tells a run to read again when %s is gone since it was listed', async (_, statement) => {
  const bench = await aDataset();
  const store = await bench.open();
  const reading = await store.read();
  const { tables } = bench.server;
  if (statement.startsWith('drop')) {
    const made = await tables.describe('marketing', 'contacts');
    await tables.drop('marketing', 'contacts');
    if (statement !== 'drop') await tables.create('marketing', made);
  } else await bench.server.act('marketing', 'contacts', statement);
  await expect(reading.tables[0]?.open()).rejects.toThrow('BigQuery');
  expect(await reading.changedSince()).toEqual(['table "contacts"']);
  await store.close();
});

it('finds its jobs in a region that the address does not name', async () => {
  const bench = await aDataset();
  bench.server.dataset = { location: 'europe-west3' };
  const place = { project: 'example-project', dataset: 'marketing' };
  const client = bigQueryClient(place, { rootUrl: bench.server.url, sleep: async () => {} });
  const text = 'select t.email from `example-project.marketing.contacts` as t';
  const job = await client.query('a-job', { text, values: [] }, 'reading contacts');
  for await (const page of client.pages(job, 'reading contacts')) expect(page).toHaveLength(3);
});

it.each([
  ['rows', { rowLevelSecurityStatistics: { rowLevelSecurityApplied: true } }],
  ['cells', { dataMaskingStatistics: { dataMaskingApplied: true } }],
])('decides nothing from a table of which a policy may hide %s', async (what, statistics) => {
  const bench = await aDataset();
  const store = await bench.open();
  const { tables } = await store.read();
  bench.server.statistics = statistics;
  await expect(tables[0]?.open()).rejects.toThrow(`${what}, and what is hidden may refuse mail`);
  await store.close();
});

it('says where a dataset is whose address names another place, before it asks anything there', async () => {
  const bench = await aDataset();
  bench.server.dataset = { location: 'europe-west3' };
  const store = await bench.open();
  await expect(store.read()).rejects.toThrow('Write ?location=europe-west3');
  await store.close();
  expect(bench.server.requests.filter(({ method }) => method === 'POST')).toEqual([]);
});

it('reads and clears every row of a table that takes no statement without a filter on its partitions', async () => {
  const bench = await bigQueryBench({ contacts: CONTACTS });
  await bench.server.tables.create('marketing', {
    tableReference: { tableId: 'web_visits' },
    schema: {
      fields: [
        { name: 'who', type: 'STRING' },
        { name: 'seen_at', type: 'TIMESTAMP' },
      ],
    },
    timePartitioning: { type: 'DAY', field: 'seen_at' },
    requirePartitionFilter: true,
  });
  const rows = `('a@example.com', null), ('a@example.com', timestamp '2026-01-01'), ('b@example.com', null)`;
  await bench.server.act('marketing', 'web_visits', `insert into "marketing/web_visits" values ${rows}`);
  const store = await bench.open();
  await store.read();
  const person = { addresses: new Set(['a@example.com']), ids: new Set<string>() };
  expect((await store.warehouse?.clearRows(person))?.left).toContainEqual({ table: 'web_visits', rows: 2 });
  await store.close();
  await bench.close();
  expect(bench.server.violations).toEqual([]);
});

it('shares what a run may spend among the datasets of sources and the workbook’s own, and keeps its findings', async () => {
  const bench = await aDataset();
  const own = await bench.open();
  const address = 'bigquery://example-project/marketing/contacts';
  const sources = { events: { address, columns: {} }, purchases: { address, columns: {} } };
  const store = withDatasetTables(own, sources, 'run-1', { rootUrl: bench.server.url });
  expect(store.warehouse?.spent).toBe(own.warehouse?.spent);
  expect((await store.warehouse?.findings())?.length).toBeGreaterThan(1);
  expect(store.warehouse?.clearRows).toBe(own.warehouse?.clearRows);
  await own.close();
});
