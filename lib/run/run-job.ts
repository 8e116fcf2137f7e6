/**
 * One job inside a run: its plan, the guards on it and on what was read, and the decision whether it goes on.
 */

import type { ScheduledJob } from '../core/batch.ts';
import type { Context } from '../core/context.ts';
import type { Engine } from '../core/engine.ts';
import { describeError, JobError } from '../core/errors.ts';
import type { GuardResult } from '../core/guard.ts';
import type { Job } from '../core/job.ts';
import type { Gathered, Metrics } from '../core/prepare.ts';
import { type TableName, tableOf } from '../core/tables.ts';
import { applyToEngine, type Decisions, decisionsOf } from '../plan/apply.ts';
import { emptyPlanHash } from '../plan/hash.ts';
import { type Diff, isEmpty } from '../plan/plan.ts';
import { refreshReports } from '../snapshot/consent.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { CLOSED, type SourceTable, TabClosed, type TabFile } from '../workbook/store.ts';
import { isApproved } from './approval.ts';
import { breakDown } from './breakdown.ts';
import { applyWithheld, type ColumnRecord } from './derived-columns.ts';
import { type StagedFile, stageFiles } from './files.ts';
import type { GatheredJobs } from './gather.ts';
import type { HeldPart } from './held-part.ts';
import { hasWritten } from './interrupted.ts';
import { contextOf, inputsOf } from './job-context.ts';
import type { Ledger } from './ledger.ts';
import { isGood, type LedgerEntry } from './ledger-entry.ts';
import { dropSteps, type JobPlan, planJob, tablesOf } from './plan-job.ts';
import { rejectedIn } from './rejection.ts';
import type { RunRequest } from './request.ts';
import type { JobResult } from './result.ts';
import { shrinkGuards } from './shrink.ts';
import { addWaiting } from './waiting.ts';

export interface JobOutcome {
  readonly result: JobResult;
  /** What is to be committed. */
  readonly diffs: readonly Diff[];
  readonly decisions: readonly Decisions[];
  /** Files that are ready for their places, once the commit is done. */
  readonly files: readonly StagedFile[];
  /** Tabs that are written with the tables. */
  readonly tabs: readonly TabFile[];
  /** The whole plan, whether it goes on or waits. */
  readonly planned: readonly Diff[];
  /** What `runs` is to keep of whose columns are. */
  readonly columns: readonly ColumnRecord[];
}

/** What a job's result holds before there is a plan. */
export const nothing = {
  plan: null,
  changes: {},
  reasons: {},
  guards: [],
  held: {},
  heldParts: [],
  metrics: {},
  seconds: 0,
} as const;

const nothingGathered: Gathered = { metrics: {}, guards: [] };

/**
 * Runs one job up to its plan, and applies it to the engine where it may go on. What goes wrong is the job's failure,
 * not the run's.
 */
export async function runJob(
  request: RunRequest,
  engine: Engine,
  snapshot: Snapshot,
  scheduled: ScheduledJob,
  before: readonly JobResult[],
  gatheredJobs: GatheredJobs = new Map(),
): Promise<JobOutcome> {
  const { job } = scheduled;
  const context = contextOf(request.what, snapshot, scheduled);
  const gathered = gatheredJobs.get(job.name) ?? nothingGathered;
  const own = 'failed' in gathered ? nothingGathered : gathered;
  const base = { ...nothing, job: job.name, period: context.period, metrics: own.metrics };
  const missing = before.find(
    (each) => job.needs?.includes(each.job) && (each.status === 'failed' || each.status === 'skipped'),
  );
  const nothingDone = { diffs: [], decisions: [], files: [], tabs: [], planned: [], columns: [] };
  if (missing) {
    const next = `it needs ${missing.job}, which ${missing.status}`;
    return { result: { ...base, status: 'skipped', next }, ...nothingDone };
  }
  const start = request.how.elapsed();
  request.how.progress(`${job.name}: working out what to change`);
  try {
    if ('failed' in gathered) throw gathered.failed;
    const earlier = job.prepare
      ? await earlierMetrics(request.where.ledger, request.what.identity.workbook, job, context.period)
      : null;
    const { sources } = snapshot;
    const answers = request.what.rules.derived;
    const { withheld, columns, ...planned } = await planJob(
      engine,
      job,
      context,
      request.how.approvals,
      { earlier, found: own.found },
      {
        sources,
        answers,
        inLedger: (table) => changedBefore(request, job, table),
      },
    );
    refuseOutside(snapshot, planned.diffs);
    refuseClosed(snapshot, planned.diffs, job);
    const read = job.unrecorded ? [] : await readGuards(request, job, snapshot);
    const guards = [...read, ...own.guards, ...planned.guards];
    const isEmptyStopped = planned.diffs.every(isEmpty) && guards.some((guard) => !guard.passed);
    const plan = {
      ...planned,
      guards,
      hash: isEmptyStopped
        ? emptyPlanHash(
            job.name,
            guards.filter((guard) => !guard.passed),
          )
        : planned.hash,
    };
    const decided = await decide(request, job, plan);
    const isFine = decided.status === request.how.applied || decided.status === 'unchanged';
    if (decided.status === request.how.applied) await engine.transaction(() => applyToEngine(engine, plan.diffs));
    if (plan.diffs.some(({ table }) => table === 'bounces')) await refreshReports(engine);
    if (isFine) await applyWithheld(engine, withheld);
    const made = isFine ? await filesOf(request, engine, job, context) : noFiles;
    await dropSteps(engine, job.steps?.(context) ?? []);
    const goesOn = decided.status === request.how.applied || made.staged.length + made.tabs.length > 0;
    const { diffs, hash, ...counted } = plan;
    const metrics = { ...own.metrics, ...plan.metrics, ...made.metrics };
    const status = goesOn ? request.how.applied : decided.status;
    const rejected = rejectedIn(request.how.rejections ?? new Map(), { status, plan: hash, heldParts: plan.heldParts });
    const result = {
      ...base,
      ...counted,
      heldParts: [...plan.heldParts, ...made.wrong],
      held: { ...plan.held, ...Object.fromEntries(made.wrong.map(({ reason, rows }) => [reason, rows])) },
      metrics,
      plan: hash,
      ...decided,
      status,
      ...(rejected !== undefined && { rejected, next: `rejected in issue #${rejected}; it is not asked again` }),
      seconds: seconds(request, start),
    };
    if (decided.status === 'blocked') {
      if (rejected === undefined) await addWaiting(engine, diffs);
      const breakdown = await breakDown(engine, diffs, (table) => table in snapshot.inputs);
      return { result: { ...result, ...(breakdown && { breakdown }) }, ...nothingDone, planned: diffs };
    }
    if (!goesOn) return { result, ...nothingDone, planned: diffs, ...(isFine && { columns }) };
    const attempt = await timesApplied(request, job, context.period);
    const decider = {
      job: job.name,
      period: context.period,
      run: request.what.identity.run,
      asOf: request.what.asOf,
      attempt,
    };
    const decisions = job.unrecorded ? [] : decisionsOf(diffs, decider);
    return { result, diffs, decisions, files: made.staged, tabs: made.tabs, planned: diffs, columns };
  } catch (error) {
    const failed = {
      ...base,
      status: 'failed' as const,
      error: describeError(error),
      seconds: seconds(request, start),
    };
    return { result: failed, ...nothingDone };
  }
}

/** What is kept outside of the workbook belongs to others, and is only read. */
function refuseOutside({ sources }: Snapshot, diffs: readonly Diff[]): void {
  for (const diff of diffs) {
    const source = sources.get(diff.table);
    if (!source?.isOutside || isEmpty(diff)) continue;
    throw new JobError(
      `${diff.table} are kept in ${source.label} (jobs/rules/workbook.ts, sources) and only read from there: ` +
        'bring the rows there, or take the rule out. Nothing of this was done.',
    );
  }
}

/** What a tab's protection keeps from this account fails the job before anything is written. @throws TabClosed */
function refuseClosed({ sources }: Snapshot, diffs: readonly Diff[], job: Job): void {
  const written = diffs.filter((diff) => !isEmpty(diff));
  const changes = sources.get('changes');
  const refuse = (source: SourceTable): never => {
    throw new TabClosed(source.label, CLOSED.isProtected);
  };
  for (const table of new Set(written.map((diff) => diff.table))) {
    const source = sources.get(table);
    const { closed } = source ?? {};
    if (!source || !closed) continue;
    if (closed === 'whole') refuse(source);
    const own = written.filter((diff) => diff.table === table);
    const headers = own.flatMap(({ sets }) =>
      sets.filter(({ updates }) => updates > 0).map(({ name }) => source.headerOf.get(name) ?? name),
    );
    const isRows = own.some(({ counts }) => counts.insert + counts.remove > 0);
    if (!isRows && headers.length > 0 && headers.every((header) => closed !== 'whole' && closed.has(header)))
      refuse(source);
  }
  if (written.length > 0 && !job.unrecorded && changes?.closed === 'whole') refuse(changes);
}

/** The files of a job, and those that can't be written where their rules say. */
interface Made {
  readonly staged: readonly StagedFile[];
  readonly tabs: readonly TabFile[];
  readonly metrics: Metrics;
  readonly wrong: readonly HeldPart[];
}

const noFiles: Made = { staged: [], tabs: [], metrics: {}, wrong: [] };

/** The files that a job makes, and how many rows each has. */
async function filesOf(request: RunRequest, engine: Engine, job: Job, context: Context): Promise<Made> {
  if (!job.files) return noFiles;
  const files = job.files(context);
  const { store, checkout } = request.where;
  const { staged, tabs, rows, inTabs, held, wrong } = await stageFiles(engine, files, context.period, store, checkout);
  const written = staged.filter(({ isMemory }) => !isMemory).length + tabs.length;
  const metrics = {
    files: rows,
    written,
    ...(Object.keys(inTabs).length > 0 && { tabs: inTabs }),
    ...(Object.keys(held).length > 0 && { filesHeld: held }),
  };
  return { staged, tabs, metrics, wrong };
}

const seconds = (request: RunRequest, start: number): number =>
  Math.round((request.how.elapsed() - start) * 1000) / 1000;

async function decide(
  request: RunRequest,
  job: Job,
  plan: Pick<JobPlan, 'diffs' | 'hash' | 'guards' | 'changes'>,
): Promise<Pick<JobResult, 'status' | 'approved' | 'approval' | 'next'>> {
  const stopped = plan.guards.filter((guard) => !guard.passed);
  if (stopped.length === 0) return { status: plan.diffs.every(isEmpty) ? 'unchanged' : request.how.applied };
  if (stopped.some((guard) => guard.final)) {
    return { status: 'blocked', next: 'no approval lifts this limit; fix the data or the rules' };
  }
  const verdict = await isApproved(request.where.ledger, {
    job: job.name,
    workbook: request.what.identity.workbook,
    plan: plan.hash,
    changes: plan.changes,
    approvals: request.how.approvals,
    now: request.what.identity.startedAt,
  });
  if (!verdict.approved) return { status: 'blocked', next: verdict.why };
  return {
    status: plan.diffs.every(isEmpty) ? 'unchanged' : request.how.applied,
    approved: plan.hash,
    approval: request.how.approval ?? { by: 'command line', at: request.what.identity.startedAt.toISOString() },
  };
}

const LOOK_BACK = 60;

async function readGuards(request: RunRequest, job: Job, snapshot: Snapshot): Promise<GuardResult[]> {
  const own = (entry: LedgerEntry): boolean => entry.workbook === request.what.identity.workbook;
  const entries = (await request.where.ledger.recent(job.name, LOOK_BACK)).filter(own);
  // Also of jobs that other batches run: it may be one of those that took rows away.
  const all = await request.where.ledger.jobs();
  const others = (await Promise.all(all.map((other) => request.where.ledger.recent(other, LOOK_BACK))))
    .flat()
    .filter(own);
  const removedSince = (table: TableName, since: string): number =>
    others
      .filter((entry) => hasWritten(entry) && entry.startedAt >= since)
      .reduce((sum, entry) => sum + (entry.changes[table]?.remove ?? 0), 0);
  const tables = [...tablesOf(job)].filter((table) => !tableOf(table).record);
  return shrinkGuards(request.what.rules.shrink, tables, inputsOf(job, snapshot), entries, removedSince);
}

/** Whether a run of the job, on this workbook, changed the table. */
async function changedBefore(request: RunRequest, job: Job, table: TableName): Promise<boolean> {
  const entries = await request.where.ledger.recent(job.name, LOOK_BACK);
  return entries.some(
    (entry) =>
      entry.workbook === request.what.identity.workbook && hasWritten(entry) && (entry.changes[table]?.update ?? 0) > 0,
  );
}

async function timesApplied(request: RunRequest, job: Job, period: string): Promise<number> {
  const entries = await request.where.ledger.recent(job.name, LOOK_BACK);
  return entries.filter((entry) => entry.period === period && entry.status === 'applied').length;
}

/** What the job's last good run of an earlier period measured. */
export async function earlierMetrics(
  ledger: Ledger,
  workbook: string,
  job: Job,
  period: string,
): Promise<Metrics | null> {
  const entries = await ledger.recent(job.name, LOOK_BACK);
  const good = entries.filter((entry) => entry.workbook === workbook && isGood(entry) && entry.period < period);
  return good.at(-1)?.metrics ?? null;
}
