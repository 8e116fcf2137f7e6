/** Whole nights on a dataset: they come to the same plans as on a folder, and no row of facts leaves but in sums. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { allJobs, type ScheduledJob } from '../../../lib/core/batch.ts';
import type { Sql } from '../../../lib/core/sql.ts';
import { importJob } from '../../../lib/intake/import-job.ts';
import type { JobResult, RunResult } from '../../../lib/run/result.ts';
import { nightShift } from '../../fixture/batches.ts';
import { parametersIn, parameterValueOf } from '../../support/bigquery-server/jobs.ts';
import { statementsOf } from '../../support/bigquery-server/translate.ts';
import { connectedNight, serve } from '../../support/connections.ts';
import { analyse, hasAnalyser } from '../../support/googlesql/analyse.ts';
import { sqlFaults } from '../../support/job-sql.ts';
import { night } from '../../support/night.ts';
import { type BigQueryBench, bigQueryBench, writeTables } from '../../support/store-bench.ts';
import { SENDGRID_KEY, sendgridTool } from '../../support/vendor-server/sendgrid.ts';
import { temporaryFolder } from '../../support/workbook.ts';
import { aPart } from './part-of-sample.ts';

const asOf = '2026-11-24T00:00:00Z';
const batches = ['nightly', 'weekly', 'monthly', 'quarterly'];
const plansOf = ({ jobs }: RunResult): unknown[] =>
  jobs.map(({ job, status, plan, changes, held }: JobResult) => ({ job, status, plan, changes, held }));

/** What the night below sent, and the tables that there were. */
let sent: Sql[] = [];
let schemas: Record<string, Record<string, string>> = {};

const FACTS = ['events', 'purchases', 'bounces'];
type Tables = Record<string, string[][]>;

/** Each fact stands there twice, under two ids: a row of an answer that is no sum stands there twice as well. */
const withCopies = (tables: Tables): Tables =>
  Object.fromEntries(
    Object.entries(tables).map(([table, rows]) => {
      const copies = FACTS.includes(table) ? rows.slice(1).filter(([id]) => id) : [];
      return [table, [...rows, ...copies.map(([id = '', ...cells]) => [`copy-${id}`, ...cells])]];
    }),
  );

/** Notes each answer that holds a fact: by its id, or as a row that stands there twice. Those at fault are shown by id. */
function factsIn({ server }: BigQueryBench, tables: Tables): string[] {
  const ids = new Set(FACTS.flatMap((table) => (tables[table] ?? []).slice(1).map(([id]) => id ?? '')));
  const found: string[] = [];
  server.after = async ({ configuration }, { fields, rows }) => {
    if (fields.some(({ name }) => name === '_fault')) return;
    const isFact = (row: (typeof rows)[number]): boolean => row.some((cell) => cell !== null && ids.has(cell));
    if (rows.some(isFact) || new Set(rows.map((row) => JSON.stringify(row))).size < rows.length)
      found.push(configuration?.query?.query ?? '');
  };
  return found;
}

it('comes to the same plans on a folder and a dataset, and brings no row of facts here', async () => {
  const tables = withCopies(aPart(60));
  const folder = temporaryFolder();
  writeTables(folder, tables);
  const bench = await bigQueryBench(tables, {
    'events.occurred_at': 'TIMESTAMP',
    'purchases.ordered_at': 'TIMESTAMP',
    'bounces.occurred_at': 'TIMESTAMP',
  });
  bench.server.pageRows = 40;
  const facts = factsIn(bench, tables);
  const here = await night(folder, { asOf, jobs: batches });
  const there = await night(temporaryFolder(), { asOf, jobs: batches, open: bench.open });
  sent = sentStatements(bench);
  schemas = await schemasOf(bench);
  await bench.close();
  expect(plansOf(there)).toEqual(plansOf(here));
  expect(here.jobs.filter(({ status }) => status === 'applied').length).toBeGreaterThan(5);
  expect(there.snapshot).toEqual(here.snapshot);
  expect(there.unreadable).toEqual(here.unreadable);
  expect(bench.server.violations).toEqual([]);
  expect(facts).toEqual([]);
  const made = sent.filter(({ text }) => text.startsWith('create or replace table'));
  expect(made.length).toBeGreaterThan(2);
  for (const { text } of made) expect(text).toContain('options(expiration_timestamp = timestamp ');
  expect(bench.server.tables.ids('marketing').filter((id) => id.startsWith('nightshift_staging_'))).toEqual([]);
  // By the rules' windows partitions are pruned: deliveries, and activity since the longest window of soft bounces.
  const windowed = sent.filter(
    ({ text }) => /^with (events|purchases) as/.test(text) && / >= cast\(\? as timestamp\)/.test(text),
  );
  expect(windowed.length).toBeGreaterThan(2);
  // 182 days ago: twice 90 days, and two for time zones.
  expect(windowed.flatMap(({ values }) => values)).toContainEqual(new Date('2026-05-26T00:00:00Z'));
  const cost = there.jobs.find(({ job }) => job === 'score-recalculation')?.metrics.warehouse;
  expect(cost).toMatchObject({ queries: expect.any(Number), gigabytesBilled: expect.any(Number) });
  expect(there.warehouse?.queries).toBeGreaterThan(20);
}, 300_000);

const READABLE = /^(\d+(\.\d+)?|\d{4}-\d\d-\d\d[T ].*)?$/;

/** The sample with headers in capitals and whole numbers as ids, without cells that a type of BigQuery can't hold. */
function inOtherWords([headers = [], ...rows]: string[][]): string[][] {
  const typed = headers.flatMap((header, i) => (/_at$|^(value|amount)$/.test(header) ? [i] : []));
  const whole = headers.indexOf('contact_id');
  const renamed = rows.map((row) => row.map((cell) => cell.replace(/^c0*(\d+)$/, '$1')));
  const fits = (row: string[]): boolean =>
    typed.every((i) => READABLE.test(row[i] ?? '')) && (whole < 0 || /^\d*$/.test(row[whole] ?? ''));
  return [headers.map((header) => header.toUpperCase()), ...renamed.filter(fits)];
}

it('comes to the same plans where a team has other types: whole numbers, decimals, local times, capitals', async () => {
  const others = Object.fromEntries(Object.entries(aPart(60)).map(([table, rows]) => [table, inOtherWords(rows)]));
  const folder = temporaryFolder();
  writeTables(folder, others);
  const bench = await bigQueryBench(others, {
    'contacts.CONTACT_ID': 'INT64',
    'contacts.CREATED_AT': 'DATETIME',
    'events.CONTACT_ID': 'INT64',
    'events.OCCURRED_AT': 'DATETIME',
    'events.VALUE': 'NUMERIC',
    'purchases.AMOUNT': 'NUMERIC',
    'bounces.OCCURRED_AT': 'DATETIME',
    'suppressions.SUPPRESSED_AT': 'DATETIME',
  });
  bench.server.polls = 0;
  const jobs = ['bounce-suppression', 'score-recalculation', 'list-refresh', 'lifetime-value'];
  const here = await night(folder, { asOf, jobs });
  const there = await night(temporaryFolder(), { asOf, jobs, open: bench.open });
  await bench.close();
  expect(bench.server.violations).toEqual([]);
  expect(plansOf(there)).toEqual(plansOf(here));
  expect(there.jobs.map(({ status }) => status)).toEqual(jobs.map(() => 'applied'));
});

it('sends only statements that a parser of GoogleSQL takes', () => {
  expect(sent.length).toBeGreaterThan(30);
  const plain = sent.map(({ text }) => text.replace(/ for system_time as of timestamp '[^']*'/g, ''));
  const faults = plain.flatMap((text) => sqlFaults({ text, values: [] }));
  expect(faults.filter((fault) => fault.startsWith('bigquery'))).toEqual([]);
});

it.skipIf(!hasAnalyser())(
  'sends only statements that Google’s analyser takes (skipped: not installed)',
  () => {
    const known = sent.filter(({ text }) => Object.keys(schemas).some((table) => text.includes(`\`${table}\``)));
    const answers = analyse([known.map((statement) => ({ statement }))], schemas);
    expect(answers.flatMap((fault, i) => (fault ? [`${known[i]?.text.slice(0, 200)}: ${fault}`] : []))).toEqual([]);
  },
  300_000,
);

/** The columns of each table that there was, as the analyser takes them. */
async function schemasOf({ server }: BigQueryBench): Promise<Record<string, Record<string, string>>> {
  const typeOf: Record<string, string> = { INTEGER: 'INT64', FLOAT: 'FLOAT64', BOOLEAN: 'BOOL' };
  const all = new Map(server.tables.dropped);
  for (const id of server.tables.ids('marketing'))
    all.set(`marketing.${id}`, (await server.tables.describe('marketing', id)).schema?.fields ?? []);
  return Object.fromEntries(
    [...all].map(([table, fields]) => [
      `example-project.${table}`,
      Object.fromEntries(fields.map(({ name, type }) => [name, typeOf[type ?? ''] ?? type ?? 'STRING'])),
    ]),
  );
}

const SCRIPTING = /^(declare|set|begin|commit|create temp function|select changed_0)\b/i;

/** The statements that the server was sent, each once, without those of a script alone. */
function sentStatements({ server }: BigQueryBench): Sql[] {
  const found = new Map<string, Sql>();
  for (const { job } of server.requests) {
    const { query, queryParameters } = job?.configuration?.query ?? {};
    const values = (queryParameters ?? []).map(parameterValueOf);
    for (const text of statementsOf(query ?? '')) {
      const own = values.splice(0, parametersIn(text));
      if (!SCRIPTING.test(text)) found.set(text, { text, values: own });
    }
  }
  return [...found.values()];
}

it('leaves events and purchases in the dataset on a night whose connections fetch none', async () => {
  const bench = await bigQueryBench({
    contacts: [
      ['contact_id', 'email', 'status'],
      ['c1', 'ann@example.com', 'subscribed'],
    ],
    events: [
      ['event_id', 'contact_id', 'email', 'type', 'occurred_at'],
      ['e1', 'c1', '', 'open', '2026-11-20T10:00:00Z'],
    ],
    purchases: [
      ['order_id', 'contact_id', 'email', 'amount', 'currency', 'ordered_at'],
      ['o1', 'c1', '', '5', 'EUR', '2026-11-20T10:00:00Z'],
    ],
  });
  const created = Date.parse('2026-11-20T09:00:00Z') / 1000;
  const { address } = await serve(sendgridTool({ spam_reports: [{ email: 'ann@example.com', created }] }));
  const rules = { connections: [{ name: 'sendgrid', vendor: 'sendgrid', address }], firstDays: 30 };
  const secrets = { SENDGRID_API_KEY: SENDGRID_KEY };
  const { jobs } = await connectedNight(temporaryFolder(), rules, secrets, { asOf, only: 'fetch', open: bench.open });
  const rows = await bench.rows('suppressions');
  const read = sentStatements(bench).filter(({ text }) => /^select t\..*\.(events|purchases)`/.test(text));
  await bench.close();
  expect(jobs.map(({ status }) => status)).toEqual(['applied']);
  expect(rows).toHaveLength(2);
  expect(read).toEqual([]);
});

/** A file that adds a complaint, an event and an order, knows some already, and changes the amount of an order. */
function anImport(tables: Readonly<Record<string, readonly (readonly string[])[]>>, nth: number): ScheduledJob {
  const scratch = temporaryFolder();
  const { contacts = [], events = [], purchases = [], bounces = [] } = tables;
  const id = contacts[3]?.[0] ?? '';
  const order = purchases.find(([key]) => /^o0/.test(key ?? '')) ?? [];
  writeTables(scratch, {
    events: [events[0] ?? [], events[20] ?? [], [`x${nth}`, id, '', 'demo_request', '2026-11-20T10:00:00Z', '', '']],
    purchases: [
      purchases[0] ?? [],
      [...order.slice(0, 4), `${nth}234.5`, order[5] ?? ''],
      [`y${nth}`, id, '', '2026-11-20T10:00:00Z', '77', 'USD'],
    ],
    bounces: [
      bounces[0] ?? [],
      [`z${nth}`, contacts[3]?.[1] ?? '', 'complaint', '', '', 'ses', '2026-11-20T10:00:00Z'],
    ],
  });
  const paths = ['events', 'purchases', 'bounces'].map((table) => join(scratch, `${table}.csv`));
  const request = {
    name: 'import',
    paths,
    feeds: new Set(['events', 'purchases', 'bounces'] as const),
    scratch,
    map: {},
  };
  const given = { ...request, progress: () => {}, settings: { timeZone: 'UTC' }, overwrite: new Set<string>() };
  return {
    job: importJob({ ...given, asOf: new Date(asOf), eraseKey: undefined }, async () => {}),
    cadence: 'nightly',
    period: `x${nth}`,
  };
}

it('counts what imports add for the jobs of the same run, as on a folder, and fetches only the rows that it names', async () => {
  const tables = aPart(60);
  const folder = temporaryFolder();
  writeTables(folder, tables);
  const bench = await bigQueryBench(tables, { 'bounces.occurred_at': 'TIMESTAMP' });
  const names = ['bounce-suppression', 'score-recalculation', 'list-refresh', 'lifetime-value'];
  const after = allJobs(nightShift).filter(({ job }) => names.includes(job.name));
  const here = await night(folder, { asOf, jobs: [anImport(tables, 1), anImport(tables, 2), ...after] });
  const there = await night(temporaryFolder(), {
    asOf,
    jobs: [anImport(tables, 1), anImport(tables, 2), ...after],
    open: bench.open,
  });
  expect(plansOf(there)).toEqual(plansOf(here));
  const whole = sentStatements(bench).filter(
    ({ text }) => /^select t\..*\.(events|purchases|bounces)`/.test(text) && !text.includes('in (select text from'),
  );
  expect(whole).toEqual([]);
  expect(await bench.rows('purchases')).toContainEqual(expect.arrayContaining(['y2', '77']));
  expect(bench.server.violations).toEqual([]);
  await bench.close();
});
