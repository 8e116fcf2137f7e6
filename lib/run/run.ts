/**
 * A run: what its jobs gather, one snapshot, the jobs in order, one commit, one ledger entry per job. Everything that
 * decides lives in the modules it calls; this file only says in which order, and what happens when one of them can't go
 * on.
 */

import { periodOf } from '../core/calendar/period.ts';
import { describeError, NightshiftError, type RunError } from '../core/errors.ts';
import { impersonalWhole } from '../core/text/printable.ts';
import { openEngine } from '../engine/duckdb.ts';
import { type Snapshot, takeSnapshot } from '../snapshot/snapshot.ts';
import { isAboutConsent, tableMeant } from '../workbook/csv/discover.ts';
import { ChangedMeanwhile, CLOSED, type Reading } from '../workbook/store.ts';
import { isDone } from './already-run.ts';
import { commitBatch, recordDeliveries, withHeld } from './commit.ts';
import { deliverAll, withoutDeliveries } from './deliver.ts';
import { entriesOf } from './entries.ts';
import { placeFiles } from './files.ts';
import { type GatheredJobs, gatherAll } from './gather.ts';
import { isInterrupted } from './interrupted.ts';
import { parseEntry } from './ledger-entry.ts';
import { type JobRows, showWaiting, writePlan } from './plan-file.ts';
import { tablesOf } from './plan-job.ts';
import type { FailedRun, RunRequest } from './request.ts';
import type { JobResult, RunResult } from './result.ts';
import { type JobOutcome, nothing, runJob } from './run-job.ts';
import { costMeter, warehouseCost } from './warehouse-cost.ts';

/** How often a run reads and plans again when people keep changing the workbook under it. */
const MOST_ATTEMPTS = 4;

/** Runs the jobs. Only what no job could answer for (a lock, a broken journal) throws. */
export async function runBatch(request: RunRequest): Promise<RunResult> {
  const recovered = await repairLedger(request);
  const gathered = await gatherAll(request);
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptRun(request, recovered, gathered);
    } catch (error) {
      if (error instanceof ChangedMeanwhile && attempt < MOST_ATTEMPTS) {
        request.how.progress(`${error.message}: reading and planning again`);
        continue;
      }
      return failAll(request, error);
    }
  }
}

/**
 * What went wrong between the commit and the ledger is made good from the marker: an entry that is missing, or that
 * calls a run failed whose changes were written. Returns the periods it completed.
 */
async function repairLedger(request: RunRequest): Promise<ReadonlySet<string>> {
  const marker = await request.where.store.marker();
  const completed = new Set<string>();
  for (const { job, period, entry } of marker?.entries ?? []) {
    if (!marker) continue;
    const committed = parseEntry(entry, 'the marker in the workbook');
    if ((await request.where.ledger.statusOf(job, period, marker.run)) === committed.status) continue;
    await request.where.ledger.add(committed);
    // An interrupted run's jobs are not over: the run that completes them has entries of its own.
    if (!isInterrupted(committed)) completed.add(`${job} ${period}`);
  }
  if (completed.size > 0) {
    const now =
      request.how.applied === 'applied'
        ? 'its ledger is complete now'
        : 'the next run that writes completes its ledger';
    request.how.progress(`an earlier run ended after its changes were written, without an entry in the ledger: ${now}`);
  }
  return completed;
}

async function attemptRun(
  request: RunRequest,
  recovered: ReadonlySet<string>,
  gathered: GatheredJobs,
): Promise<RunResult> {
  const { rules, asOf } = request.what;
  const { store } = request.where;
  const { memoryMb } = request.how;
  const spillFolder = `${store.scratch}/spill`;
  const opening = openEngine({
    spillFolder,
    timeZone: rules.timeZone,
    threads: 1,
    ...(memoryMb && { memoryMb }),
  });
  opening.catch(() => {}); // handled where it is awaited
  try {
    request.how.progress('reading the workbook');
    const reading = await store.read();
    const engine = await opening;
    const taken = takeSnapshot(engine, reading, {
      rules,
      asOf,
      now: request.what.identity.startedAt,
      tables: new Set([...request.what.jobs.flatMap(({ job }) => [...tablesOf(job)]), 'runs', 'quarantine']),
      extraColumns: new Set(request.what.jobs.flatMap(({ job }) => job.extraColumns ?? [])),
      written: new Set(request.what.jobs.flatMap(({ job }) => job.writes)),
      ...(request.how.mayBeEmpty && { mayBeEmpty: true }),
    });
    const snapshot = await orChanged(reading, taken);
    const changed = await reading.changedSince();
    if (changed.length > 0) throw new ChangedMeanwhile(changed);
    const costSince = costMeter(store);
    const results: JobResult[] = [];
    const outcomes: JobOutcome[] = [];
    for (const scheduled of request.what.jobs) {
      if (await isDone(engine, scheduled)) continue;
      const outcome = await runJob(request, engine, snapshot, scheduled, results, gathered);
      const { result } = outcome;
      results.push(fitToKeep({ ...result, metrics: { ...result.metrics, ...costSince() } }));
      outcomes.push(outcome);
    }
    const plans = outcomes.map(({ result: { job }, planned }): JobRows => ({ job, diffs: planned }));
    if (request.how.planFile) await writePlan(engine, plans, request.how.planFile);
    if (request.how.confirm && !(await request.how.confirm({ ...summary(snapshot), jobs: results }))) {
      return { ...summary(snapshot), jobs: results.map(unapplied) };
    }
    await request.how.whenApplied?.(engine);
    const waiting = await showWaiting(request, engine, plans, results);
    const entries = withoutDeliveries(entriesOf(request, snapshot, results, recovered), request);
    const commit = commitBatch({
      engine,
      store,
      snapshot,
      request,
      results,
      applied: outcomes.flatMap(({ diffs }) => diffs),
      decisions: outcomes.flatMap(({ decisions }) => decisions),
      tabs: [...outcomes.flatMap(({ tabs }) => tabs), ...waiting],
      columns: outcomes.flatMap(({ columns }) => columns),
      entries,
      recovered,
    });
    const held = await orChanged(reading, commit);
    if (request.how.applied === 'applied') await placeFiles(outcomes.flatMap(({ files }) => files));
    const written = held.size > 0 ? withHeld(results, held) : results;
    const reported = (await deliverAll(request, engine, snapshot, written, gathered)).map(fitToKeep);
    for (const table of ['runs', 'quarantine'])
      if (Object.values(CLOSED).some((reason) => reason in (held.get(table) ?? {})))
        request.how.progress(`the tab "${table}" is protected, or was deleted, and is not up to date`);
    const ended = entriesOf(request, snapshot, reported, recovered);
    await recordDeliveries(engine, request, written, reported, ended);
    for (const entry of ended) await request.where.ledger.add(entry);
    const unmatched = unmatchedOf(request.how.approvals, reported);
    const notRead = (reading.leftAlone ?? []).filter((file) => tableMeant(file) !== null || isAboutConsent(file));
    return {
      ...summary(snapshot),
      ...warehouseCost(store),
      jobs: reported,
      ...(notRead.length > 0 && { notRead }),
      ...(reading.notTaken && reading.notTaken.length > 0 && { notTaken: reading.notTaken }),
      ...(unmatched.length > 0 && { unmatched }),
    };
  } finally {
    (await opening.catch(() => null))?.close();
  }
}

const unmatchedOf = (approvals: ReadonlySet<string>, jobs: readonly JobResult[]): string[] =>
  [...approvals].filter(
    (hash) => !jobs.some(({ plan, letThrough = [] }) => plan === hash || letThrough.includes(hash)),
  );

/** Reasons, metrics and names of parts may come from cells; what an error says is fit already (see errors.ts). */
const fitToKeep = ({ error, ...result }: JobResult): JobResult => ({
  ...impersonalWhole(result),
  ...(error && { error }),
});

/** A plan that a person looked at and left. */
const unapplied = (result: JobResult): JobResult =>
  result.status === 'applied' ? { ...result, status: 'planned' } : result;

/** An error with a file that changed while the run was using it is not the file's: it is read again. */
async function orChanged<T>(reading: Reading, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const changed = error instanceof ChangedMeanwhile ? [] : await reading.changedSince();
    throw changed.length > 0 ? new ChangedMeanwhile(changed) : error;
  }
}

const summary = (snapshot: Snapshot): Omit<RunResult, 'jobs'> => ({
  snapshot: {
    rows: Object.fromEntries(Object.entries(snapshot.inputs).map(([table, input]) => [table, input?.rows ?? 0])),
    quarantined: snapshot.quarantined,
  },
  quarantine: snapshot.quarantine,
  ...(snapshot.ofNoContact > 0 && { ofNoContact: snapshot.ofNoContact }),
  ...(snapshot.otherLines > 0 && { otherLines: snapshot.otherLines }),
  ...(snapshot.consent && {
    consent: {
      no: Object.fromEntries(snapshot.consent.counts.map(({ header, no }) => [header, no])),
      disagree: snapshot.consent.disagree,
    },
  }),
  ...(Object.keys(snapshot.unreadable).length > 0 && { unreadable: snapshot.unreadable }),
});

const editedTooOften = ({ name, names }: ChangedMeanwhile): RunError => ({
  kind: name,
  message:
    `${names.join(', ')} changed each of the ${MOST_ATTEMPTS} times that this run read the workbook, so ` +
    'nothing was written. Run again while it is not being edited.',
});

/** What stopped the run before any job could work is every job's failure, so that each is seen to be missing. */
export async function failAll(request: FailedRun, error: unknown): Promise<RunResult> {
  const described = error instanceof ChangedMeanwhile ? editedTooOften(error) : describeError(error);
  if (!(error instanceof NightshiftError)) request.how.progress(described.message);
  const results = request.what.jobs.map(({ job, cadence, period }) => ({
    ...nothing,
    job: job.name,
    period: period ?? periodOf(cadence, request.what.asOf, request.what.rules.timeZone),
    status: 'failed' as const,
    error: described,
  }));
  for (const entry of entriesOf(request, null, results, new Set())) await request.where.ledger.add(entry);
  return { snapshot: { rows: {}, quarantined: 0 }, quarantine: {}, jobs: results };
}
