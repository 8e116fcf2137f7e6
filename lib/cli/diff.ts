/**
 * `diff`: what the rules of this checkout would do beside those of another branch, on one snapshot. Writes nothing to
 * the workbook. Counts alone; the rows go into a file of one's own, with `--rows`.
 */
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { allJobs, resolveNames, type ScheduledJob } from '../core/batch.ts';
import type { Engine } from '../core/engine.ts';
import type { Outside } from '../core/prepare.ts';
import { type Declared, declare } from '../core/tables.ts';
import { compareRuns, keepTables, type RunComparison, writeDifferingRows } from '../run/compare-runs.ts';
import type { RunResult } from '../run/result.ts';
import { runBatch } from '../run/run.ts';
import type { Store } from '../workbook/store.ts';
import { loadBaseRules } from './base-rules.ts';
import { diffMarkdown, diffText, type RuleDiff } from './diff-text.ts';
import { UsageError } from './options.ts';
import { dry, rehearsal, requestOf } from './run-request.ts';
import type { Session } from './session.ts';
import { print, printJson, printText } from './terminal.ts';

const DEFAULT_BASE = 'main';

export async function diffCommand(session: Session): Promise<number> {
  const { options, nightShift } = session;
  const onActions = process.env.GITHUB_ACTIONS === 'true';
  if (options.rows !== undefined && onActions)
    throw new UsageError(
      '--rows writes personal data, and these files are kept by others. Run it on your own machine.',
    );
  const base = options.base ?? DEFAULT_BASE;
  const before = await loadBaseRules(base);
  declareBoth(before.nightShift.workbook, nightShift.workbook);
  const [baseJobs, headJobs] = [jobsOf(before.nightShift, options.names), jobsOf(nightShift, options.names)];
  const store = await session.openForReading('diff');
  const folder = join(store.scratch, 'diff');
  try {
    const once = readOnce(store);
    let kept: Awaited<ReturnType<typeof keepTables>> = new Set();
    let comparison: RunComparison = { tables: {}, lists: [], moves: [] };
    const baseResult = await plan({ ...session, nightShift: before.nightShift }, once, baseJobs, async (engine) => {
      kept = await keepTables(engine, folder);
    });
    const headResult = await plan(session, once, headJobs, async (engine) => {
      comparison = await compareRuns(engine, folder, kept);
      if (options.rows !== undefined) await writeDifferingRows(engine, folder, kept, resolve(options.rows));
    });
    const diff: RuleDiff = { base, commit: before.commit, comparison, baseResult, headResult };
    show(session, diff, onActions);
    const failed = (result: RunResult) => result.jobs.some(({ status }) => status === 'failed');
    return failed(headResult) && !failed(baseResult) ? 1 : 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
    await store.close();
  }
}

function show({ options, workbook }: Session, diff: RuleDiff, onActions: boolean): void {
  if (onActions) printText(diffMarkdown(diff, workbook.isSample ? 'the embedded sample' : 'the workbook'));
  else if (options.json) printJson(jsonOf(diff));
  else print(diffText(diff, options.rows));
}

function jsonOf(diff: RuleDiff): unknown {
  const { base, commit, comparison, baseResult, headResult } = diff;
  const jobs = (result: RunResult) =>
    result.jobs.map(({ job, status, changes, guards, held }) => ({ job, status, changes, guards, held }));
  return { base, commit, ...comparison, jobs: { base: jobs(baseResult), head: jobs(headResult) } };
}

function jobsOf(nightShift: Session['nightShift'], names: readonly string[]): readonly ScheduledJob[] {
  if (names.length === 0) return allJobs(nightShift);
  const jobs = resolveNames(nightShift, names);
  if ('unknown' in jobs)
    throw new UsageError(
      `There is no job or batch "${jobs.unknown}" here and in the base; a new job is shown without a name.`,
    );
  return jobs;
}

/** Columns and tables that either side declares, so that one snapshot serves both. */
function declareBoth(base: Declared, head: Declared): void {
  const tables = Object.keys({ ...base.columns, ...head.columns });
  declare({
    columns: Object.fromEntries(tables.map((table) => [table, { ...base.columns[table], ...head.columns[table] }])),
    tables: { ...base.tables, ...head.tables },
  });
}

/** A store that reads its workbook once, however often it is asked, so that both plans start from one snapshot. */
function readOnce(store: Store): Store {
  let reading: ReturnType<Store['read']> | undefined;
  return {
    ...rehearsal(store),
    read: () => {
      reading ??= store.read();
      return reading;
    },
  };
}

async function plan(
  session: Session,
  store: Store,
  jobs: readonly ScheduledJob[],
  whenApplied: (engine: Engine) => Promise<void>,
): Promise<RunResult> {
  const { what, where, how } = requestOf(dry(session), store, jobs);
  const outside: Outside = {
    secret: () => undefined,
    stoppable: (work) => work(new AbortController().signal),
    isSample: session.workbook.isSample,
  };
  return runBatch({ what, where: { ...where, outside }, how: { ...how, whenApplied } });
}
