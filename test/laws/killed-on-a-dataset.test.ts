/**
 * Law 2 on a dataset of BigQuery, for whole runs: processes that are really killed at a request, and answers that are
 * lost, quotas and people who write meanwhile. Each row is there once, and `changes` and the marker agree.
 * NIGHTSHIFT_THOROUGH kills at every request, before it is carried out and after.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { insert, update } from '../../lib/core/change.ts';
import { ofFacts } from '../../lib/core/facts.ts';
import { sql } from '../../lib/core/sql.ts';
import { nightShift } from '../fixture/batches.ts';
import { ApiError } from '../support/bigquery-server/api-error.ts';
import { failsFirst, type Weather } from '../support/bigquery-server/server.ts';
import { programFile } from '../support/child-process.ts';
import { night } from '../support/night.ts';
import { aJob, nightly } from '../support/small-jobs.ts';
import { type BigQueryBench, bigQueryBench, type Tables } from '../support/store-bench.ts';
import { isThorough } from '../support/thorough.ts';
import { aBounce, aContact, type Row, temporaryFolder, today } from '../support/workbook.ts';
import { entriesByOutcome } from './one-outcome.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** What the whole command is killed in; the nights in this process run a job that asks as much and thinks less. */
const JOBS = ['bounce-suppression'];
const bounced = ofFacts('bounces', sql`select distinct address_key(email) as email from bounces`);
const smallJobs = nightly(
  aJob({
    reads: ['contacts', 'bounces'],
    writes: ['contacts', 'suppressions'],
    changes: () => [
      insert('suppressions', sql`select email, 'address' as scope, 'asked for' as why from ${bounced} as b`),
      update(
        'contacts',
        sql`select c.contact_id, 'suppressed' as status, 'asked for' as why
          from ${bounced} as b join contacts c on address_key(c.email) = b.email`,
      ),
    ],
  }),
);
const ADDRESS = 'bigquery://example-project/marketing?location=EU';

const contacts = Array.from({ length: 12 }, (_, i) => aContact({ contact_id: `k${i}`, email: `k${i}@example.com` }));
const rowsOf = (rows: readonly Row[]): string[][] => [
  Object.keys(rows[0] ?? {}),
  ...rows.map((row) => Object.values(row)),
];
const START: Tables = {
  contacts: rowsOf(contacts),
  bounces: rowsOf([aBounce({ email: 'k1@example.com' }), aBounce({ email: 'k2@example.com', kind: 'complaint' })]),
};

async function aDataset(): Promise<BigQueryBench> {
  const bench = await bigQueryBench(START);
  bench.server.polls = 0;
  onTestFinished(async () => {
    await bench.close();
    expect(bench.server.violations).toEqual([]);
  });
  return bench;
}

/** Cells that say when and by which run, and so differ between two runs of one night. */
const OF_THE_RUN: Readonly<Record<string, readonly string[]>> = {
  runs: ['started_at', 'seconds'],
  changes: ['run'],
  nightshift_applied: ['run', 'entries'],
};

const idsOf = ({ server }: BigQueryBench): string[] =>
  server.tables.ids('marketing').filter((id) => !id.startsWith('nightshift_staging_'));

/** The rows of all tables but for what a run marks as its own. Of `changes`, every run is the marker's. */
async function contentOf(bench: BigQueryBench): Promise<Record<string, unknown>> {
  const content: Record<string, unknown> = {};
  for (const id of idsOf(bench)) {
    const [headers = [], ...rows] = (await bench.rows(id)) ?? [];
    const hidden = OF_THE_RUN[id] ?? [];
    const kept = headers.map(String).filter((header) => !hidden.includes(header));
    const cells = rows.map((row) => kept.map((header) => row[headers.indexOf(header)] ?? null));
    // Empty tables may be left by a transaction that failed.
    if (cells.length > 0) content[id] = [kept, ...cells.sort((a, b) => (String(a) < String(b) ? -1 : 1))];
  }
  const [, [run] = []] = (await bench.rows('nightshift_applied')) ?? [];
  const [headers = [], ...changes] = (await bench.rows('changes')) ?? [];
  for (const change of changes) expect(change[headers.indexOf('run')]).toBe(run);
  return content;
}

const completed = (ledger: string): Record<string, number> =>
  Object.fromEntries(Object.entries(entriesByOutcome(ledger)).filter(([name]) => /applied/.test(name)));

interface Ending {
  readonly content: Record<string, unknown>;
  readonly ledger: Record<string, number>;
}

/** The real command, undisturbed or killed at its nth request and run again. */
async function ending(killed?: { n: number; isDone: boolean }): Promise<Ending & { requests: number }> {
  const bench = await aDataset();
  const folder = temporaryFolder();
  const ledger = join(folder, 'ledger');
  const settings = { NIGHTSHIFT_BIGQUERY_URL: bench.server.url, XDG_STATE_HOME: join(folder, 'state') };
  const command = ['run', ...JOBS, '--as-of', today, '--workbook', ADDRESS, '--ledger', ledger];
  if (killed) {
    const program = await programFile('test/support/fixture-shift/main.ts');
    const env = { ...process.env, ...settings };
    const child = spawn(process.execPath, [program, ...command], { cwd: root, env, stdio: 'ignore' });
    const ended = once(child, 'exit');
    bench.server.weather = (_, n) => {
      if (n !== killed.n) return null;
      child.kill('SIGKILL');
      return killed.isDone ? 'lost after' : 'lost before';
    };
    await ended;
    bench.server.weather = () => null;
    expect(child.signalCode).toBe('SIGKILL');
  }
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  onTestFinished(() => void vi.unstubAllEnvs());
  const from = bench.server.requests.length;
  expect(await main(command, nightShift)).toBe(0);
  const commit = bench.server.requests.findIndex(({ job }) => job?.jobReference?.jobId?.includes('_commit_'));
  return {
    content: await contentOf(bench),
    ledger: completed(ledger),
    requests: killed ? bench.server.requests.length - from : commit + 1,
  };
}

it('ends as if nothing had happened where the process is killed at a request', { timeout: 3_600_000 }, async () => {
  const { requests: commit, ...undisturbed } = await ending();
  const all = Array.from({ length: commit + 3 }, (_, i) => [false, true].map((isDone) => ({ n: i + 1, isDone })));
  const points = isThorough ? all.flat() : [{ n: commit, isDone: true }];
  for (const point of points) {
    const { requests, ...after } = await ending(point);
    expect(after, `killed ${JSON.stringify(point)}, ${requests} requests after it`).toEqual(undisturbed);
  }
});

/** A night in this process, which waits for nothing. */
async function nightOn(bench: BigQueryBench, folder: string): Promise<string[]> {
  const { jobs } = await night(folder, { jobs: smallJobs, open: bench.open });
  return jobs.map(({ status, error }) => [status, error?.message].filter(Boolean).join(': '));
}

it('writes each row once where the answer to every request is lost, after the work or before it', async () => {
  const quiet = await aDataset();
  expect(await nightOn(quiet, temporaryFolder())).toEqual(['applied']);
  const undisturbed = await contentOf(quiet);
  for (const lost of ['lost before', 'lost after', 'cut after'] as const) {
    const bench = await aDataset();
    bench.server.weather = failsFirst(lost);
    expect(await nightOn(bench, temporaryFolder())).toEqual(['applied']);
    expect(await contentOf(bench), lost).toEqual(undisturbed);
  }
});

const ofCommit =
  (error: ApiError): Weather =>
  ({ job }) =>
    job?.jobReference?.jobId?.includes('_commit_') ? error : null;
const gone = new ApiError(400, 'invalidQuery', 'Invalid snapshot time 1 for table: before the earliest');
const REFUSALS: readonly (readonly [Weather, RegExp])[] = [
  [
    ofCommit(new ApiError(403, 'quotaExceeded', 'Quota exceeded: your project exceeded quota')),
    /a quota of the project/,
  ],
  [ofCommit(new ApiError(403, 'billingNotEnabled', 'Billing has not been enabled')), /billing/],
  [ofCommit(new ApiError(403, 'accessDenied', 'Permission bigquery.tables.updateData denied')), /Data Editor/],
  // The moment of its reading is no longer kept.
  [({ job }) => (job?.jobReference?.jobId?.includes('_read_') ? gone : null), /max_time_travel_hours/],
];

it('writes nothing where it is refused, leaves a row that a person changes, and finishes the next time', async () => {
  const bench = await aDataset();
  const folder = temporaryFolder();
  const before = await contentOf(bench);
  for (const [refusing, words] of REFUSALS) {
    bench.server.weather = refusing;
    expect(await nightOn(bench, folder)).toEqual([expect.stringMatching(words)]);
    expect(await contentOf(bench)).toEqual(before);
  }
  bench.server.weather = () => null;
  bench.server.before = async ({ jobReference }) => {
    const change = `update "marketing/contacts" set city = 'Ulm' where contact_id = 'k1'`;
    if (jobReference?.jobId?.includes('_commit_')) await bench.server.act('marketing', 'contacts', change);
  };
  const { jobs } = await night(folder, { jobs: smallJobs, open: bench.open });
  expect(jobs[0]?.held).toEqual({ 'not written (contacts: row changed or deleted)': 1 });
  const of = async (id: string): Promise<unknown[]> => {
    const [headers = [], ...rows] = (await bench.rows('contacts')) ?? [];
    const row = rows.find((each) => each[headers.indexOf('contact_id')] === id) ?? [];
    return ['city', 'status'].map((header) => row[headers.indexOf(header)]);
  };
  expect(await of('k1')).toEqual(['Ulm', 'subscribed']);
  bench.server.before = async () => {};
  expect(await nightOn(bench, folder)).toEqual(['applied']);
  expect(await of('k1')).toEqual(['Ulm', 'suppressed']);
  expect(await bench.rows('suppressions')).toHaveLength(3);
});
