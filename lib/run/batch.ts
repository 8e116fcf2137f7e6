/**
 * A run: one snapshot, the jobs in order, one landing, one ledger entry per job. Everything that decides lives in the
 * modules it calls; this file only says in which order, and what happens when one of them can't go on.
 */
import { localDay, periodOf } from '../calendar/period.ts';
import { Engine } from '../engine/duckdb.ts';
import type { ScheduledJob } from '../job/batch.ts';
import type { GuardResult } from '../job/guard.ts';
import type { Context, Job } from '../job/job.ts';
import { applyToEngine, createDecisions, recordDecisions } from '../plan/apply.ts';
import { type Diff, isEmpty } from '../plan/plan.ts';
import { type Snapshot, takeSnapshot } from '../snapshot/snapshot.ts';
import { ChangedMeanwhile, type Store } from '../store/store.ts';
import type { WorkbookRules } from '../workbook/rules.ts';
import { type TableName, tableOf } from '../workbook/tables.ts';
import { isApproved } from './approval.ts';
import { describeError, isForPeople, type RunError } from './errors.ts';
import { landBatch } from './land.ts';
import { type Ledger, type LedgerEntry, parseEntry } from './ledger.ts';
import { dropSteps, type HeldPart, type JobPlan, planJob, tablesOf } from './plan-job.ts';
import { type RunIdentity, rulesHash } from './run-identity.ts';
import { shrinkGuards } from './shrink.ts';

export type JobStatus = LedgerEntry['status'];

/** What a run needs to know and reach. A dry run is the same run with a store that lands nothing and a ledger that keeps nothing. */
export interface RunRequest {
  readonly name: string;
  readonly jobs: readonly ScheduledJob[];
  readonly store: Store;
  readonly ledger: Ledger;
  readonly rules: WorkbookRules;
  readonly asOf: Date;
  readonly identity: RunIdentity;
  readonly approvals: ReadonlySet<string>;
  /** What an applied plan is called: `planned` in a dry run. */
  readonly applied: 'applied' | 'planned';
  readonly progress: (line: string) => void;
  /** Monotonic seconds, for durations only. */
  readonly elapsed: () => number;
}

export interface JobResult {
  readonly job: string;
  readonly period: string;
  readonly status: JobStatus;
  readonly plan: string | null;
  readonly changes: JobPlan['changes'];
  readonly reasons: JobPlan['reasons'];
  readonly guards: readonly GuardResult[];
  readonly held: JobPlan['held'];
  readonly heldParts: readonly HeldPart[];
  readonly metrics: JobPlan['metrics'];
  readonly seconds: number;
  readonly approved?: string;
  readonly error?: RunError;
  /** What a person may want to do about a blocked plan. */
  readonly next?: string;
}

export interface RunResult {
  readonly snapshot: { readonly rows: Readonly<Record<string, number>>; readonly quarantined: number };
  readonly quarantine: Readonly<Record<string, number>>;
  readonly jobs: readonly JobResult[];
}

/** How often a run reads and plans again when people keep changing the workbook under it. */
const MOST_ATTEMPTS = 4;

/** Runs the jobs. Only what no job could answer for (a lock, a broken journal) throws. */
export async function runBatch(request: RunRequest): Promise<RunResult> {
  const recovered = await repairLedger(request);
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptRun(request, recovered);
    } catch (error) {
      if (error instanceof ChangedMeanwhile && attempt < MOST_ATTEMPTS) {
        request.progress(`${error.message}: reading and planning again`);
        continue;
      }
      return failAll(request, error);
    }
  }
}

/** A crash between the landing and the ledger is made good from the marker. Returns the periods it completed. */
async function repairLedger(request: RunRequest): Promise<ReadonlySet<string>> {
  const marker = await request.store.marker();
  const completed = new Set<string>();
  for (const { job, period, entry } of marker?.entries ?? []) {
    if (!marker || request.ledger.has(job, period, marker.run)) continue;
    await request.ledger.add(parseEntry(entry, 'the marker in the workbook'));
    completed.add(`${job} ${period}`);
  }
  if (completed.size > 0) request.progress('an earlier run ended after its changes landed: its ledger is complete now');
  return completed;
}

async function attemptRun(request: RunRequest, recovered: ReadonlySet<string>): Promise<RunResult> {
  const { store, rules, asOf } = request;
  const engine = await Engine.open({ spillFolder: `${store.scratch}/spill`, timeZone: rules.timeZone });
  try {
    request.progress('reading the workbook');
    const reading = await store.read();
    const snapshot = await takeSnapshot(engine, reading, {
      settings: { timeZone: rules.timeZone, ...(rules.slashedDates && { slashedDates: rules.slashedDates }) },
      asOf,
      now: request.identity.startedAt,
      tables: new Set([...request.jobs.flatMap(({ job }) => [...tablesOf(job)]), 'runs', 'quarantine']),
      extraColumns: new Set(request.jobs.flatMap(({ job }) => job.extraColumns ?? [])),
    });
    const changed = await reading.changedSince();
    if (changed.length > 0) throw new ChangedMeanwhile(changed);
    await createDecisions(engine);
    const results: JobResult[] = [];
    const applied: Diff[] = [];
    for (const scheduled of request.jobs) {
      const { result, diffs } = await runJob(request, engine, snapshot, scheduled, results);
      results.push(result);
      applied.push(...diffs);
    }
    const entries = await entriesOf(request, snapshot, results, recovered);
    await landBatch({ engine, store, snapshot, request, results, applied, entries });
    for (const entry of entries) await request.ledger.add(entry);
    return { ...summary(snapshot), jobs: results };
  } finally {
    engine.close();
  }
}

const summary = (snapshot: Snapshot): Omit<RunResult, 'jobs'> => ({
  snapshot: {
    rows: Object.fromEntries(Object.entries(snapshot.inputs).map(([table, input]) => [table, input.rows])),
    quarantined: snapshot.quarantined,
  },
  quarantine: snapshot.quarantine,
});

const nothing = {
  plan: null,
  changes: {},
  reasons: {},
  guards: [],
  held: {},
  heldParts: [],
  metrics: {},
  seconds: 0,
} as const;

async function runJob(
  request: RunRequest,
  engine: Engine,
  snapshot: Snapshot,
  scheduled: ScheduledJob,
  before: readonly JobResult[],
): Promise<{ result: JobResult; diffs: readonly Diff[] }> {
  const { job } = scheduled;
  const context = contextOf(request, snapshot, scheduled);
  const base = { ...nothing, job: job.name, period: context.period };
  const missing = before.find(
    (each) => job.needs?.includes(each.job) && (each.status === 'failed' || each.status === 'skipped'),
  );
  if (missing)
    return {
      result: { ...base, status: 'skipped', next: `it needs ${missing.job}, which ${missing.status}` },
      diffs: [],
    };
  const start = request.elapsed();
  request.progress(`${job.name}: working out what to change`);
  try {
    const plan = await planJob(engine, job, context, request.approvals);
    const guards = [...(await readGuards(request, job, snapshot)), ...plan.guards];
    const decided = await decide(request, job, snapshot, { ...plan, guards });
    const goesOn = decided.status === request.applied;
    if (goesOn) {
      const attempt = await timesApplied(request, job, context.period);
      await recordDecisions(engine, plan.diffs, {
        job: job.name,
        period: context.period,
        run: request.identity.run,
        asOf: request.asOf,
        attempt,
      });
      await applyToEngine(engine, plan.diffs);
    }
    await dropSteps(engine, job.steps?.(context) ?? []);
    const { diffs, hash, ...counted } = plan;
    const result = { ...base, ...counted, guards, plan: hash, ...decided, seconds: seconds(request, start) };
    return { result, diffs: goesOn ? diffs : [] };
  } catch (error) {
    return {
      result: { ...base, status: 'failed', error: describeError(error), seconds: seconds(request, start) },
      diffs: [],
    };
  }
}

const seconds = (request: RunRequest, start: number): number => Math.round((request.elapsed() - start) * 1000) / 1000;

export function contextOf(
  request: Pick<RunRequest, 'asOf' | 'rules'>,
  snapshot: Pick<Snapshot, 'columns'>,
  { cadence, period }: Pick<ScheduledJob, 'cadence' | 'period'>,
): Context {
  const { asOf, rules } = request;
  return {
    asOf,
    today: localDay(asOf, rules.timeZone),
    period: period ?? periodOf(cadence, asOf, rules.timeZone),
    columns: snapshot.columns,
  };
}

async function decide(
  request: RunRequest,
  job: Job,
  snapshot: Snapshot,
  plan: Pick<JobPlan, 'diffs' | 'hash' | 'guards'>,
): Promise<Pick<JobResult, 'status' | 'approved' | 'next'>> {
  const stopped = plan.guards.filter((guard) => !guard.passed);
  if (stopped.length === 0) return { status: plan.diffs.every(isEmpty) ? 'unchanged' : request.applied };
  if (stopped.some((guard) => guard.final)) {
    return { status: 'blocked', next: 'no approval lifts this limit; mend the data or the rules' };
  }
  const verdict = await isApproved(request.ledger, {
    job: job.name,
    workbook: request.identity.workbook,
    plan: plan.hash,
    inputs: inputsOf(job, snapshot),
    approvals: request.approvals,
    now: request.identity.startedAt,
  });
  if (!verdict.approved) return { status: 'blocked', next: verdict.why };
  return { status: plan.diffs.every(isEmpty) ? 'unchanged' : request.applied, approved: plan.hash };
}

function inputsOf(job: Job, snapshot: Snapshot): LedgerEntry['inputs'] {
  const tables = [...tablesOf(job)].filter((table) => !tableOf(table).record);
  return Object.fromEntries(
    tables.flatMap((table) => (snapshot.inputs[table] ? [[table, snapshot.inputs[table]]] : [])),
  );
}

const LOOK_BACK = 60;

async function readGuards(request: RunRequest, job: Job, snapshot: Snapshot): Promise<GuardResult[]> {
  const own = (entry: LedgerEntry): boolean => entry.workbook === request.identity.workbook;
  const entries = (await request.ledger.recent(job.name, LOOK_BACK)).filter(own);
  const others = (await Promise.all(request.jobs.map(({ job: other }) => request.ledger.recent(other.name, LOOK_BACK))))
    .flat()
    .filter(own);
  const removedSince = (table: TableName, since: string): number =>
    others
      .filter((entry) => entry.status === 'applied' && entry.startedAt >= since)
      .reduce((sum, entry) => sum + (entry.changes[table]?.remove ?? 0), 0);
  const tables = [...tablesOf(job)].filter((table) => !tableOf(table).record);
  return shrinkGuards(request.rules.shrink, tables, inputsOf(job, snapshot), entries, removedSince);
}

async function timesApplied(request: RunRequest, job: Job, period: string): Promise<number> {
  const entries = await request.ledger.recent(job.name, LOOK_BACK);
  return entries.filter((entry) => entry.period === period && entry.status === 'applied').length;
}

/** The ledger entries of a run's jobs. A run that only completed a crashed one adds none of its own. */
async function entriesOf(
  request: RunRequest,
  snapshot: Snapshot | null,
  results: readonly JobResult[],
  recovered: ReadonlySet<string>,
): Promise<LedgerEntry[]> {
  const { identity } = request;
  const jobs = new Map(request.jobs.map(({ job }) => [job.name, job]));
  return results.flatMap((result) => {
    const job = jobs.get(result.job);
    if (!job || (result.status === 'unchanged' && recovered.has(`${result.job} ${result.period}`))) return [];
    const { heldParts: _parts, next: _next, ...kept } = result;
    const quarantine = snapshot ? snapshot.quarantine : {};
    return [
      {
        ...kept,
        changes: { ...kept.changes },
        reasons: { ...kept.reasons },
        guards: [...kept.guards],
        held: { ...kept.held },
        metrics: { ...kept.metrics, quarantine },
        run: identity.run,
        startedAt: identity.startedAt.toISOString(),
        endedAt: new Date(identity.startedAt.getTime() + request.elapsed() * 1000).toISOString(),
        asOf: request.asOf.toISOString(),
        workbook: identity.workbook,
        inputs: snapshot ? inputsOf(job, snapshot) : {},
        rules: rulesHash(job.rules),
        commit: identity.commit,
        trigger: identity.trigger,
      },
    ];
  });
}

/** What stopped the run before any job could work is every job's failure, so that each is seen to be missing. */
async function failAll(request: RunRequest, error: unknown): Promise<RunResult> {
  const described = describeError(error);
  if (!isForPeople(error)) request.progress(described.message);
  const results = request.jobs.map(({ job, cadence, period }) => ({
    ...nothing,
    job: job.name,
    period: period ?? periodOf(cadence, request.asOf, request.rules.timeZone),
    status: 'failed' as const,
    error: described,
  }));
  for (const entry of await entriesOf(request, null, results, new Set())) await request.ledger.add(entry);
  return { snapshot: { rows: {}, quarantined: 0 }, quarantine: {}, jobs: results };
}
