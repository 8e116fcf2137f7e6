/**
 * What a batch writes, in one atomic commit: its plans, and what the run itself keeps in the workbook: `changes`,
 * `quarantine` and `runs`. Where there is nothing to say, nothing is written.
 */

import { replace, upsert } from '../core/change.ts';
import type { Engine } from '../core/engine.ts';
import { describeError } from '../core/errors.ts';
import { join, list, type Sql, sql } from '../core/sql.ts';
import { applyToEngine } from '../plan/apply.ts';
import { writePatches } from '../plan/patches.ts';
import { type Diff, isEmpty, unchanged, workOut } from '../plan/plan.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { views } from '../snapshot/views.ts';
import { CLOSED, type Held, type MarkerEntry, nothingHeld, TabClosed, type TablePatch } from '../workbook/store.ts';
import { commitChange } from './commit-change.ts';
import { decisionsPatch } from './commit-decisions.ts';
import { isDelivered, withoutDeliveries } from './deliver.ts';
import { COLUMNS, type ColumnRecord } from './derived-columns.ts';
import { entriesOf } from './entries.ts';
import type { TabSums } from './files.ts';
import { interruptedEntries } from './interrupted.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import type { BatchOutcome, RunRequest } from './request.ts';
import type { JobResult } from './result.ts';

/**
 * Commits a batch, if it has anything to write. A batch that only was stopped leaves the workbook exactly as it was.
 * Gives what was left to people who changed it meanwhile.
 */
export async function commitBatch(outcome: BatchOutcome): Promise<Held> {
  const { engine, store, snapshot, request, results, applied, decisions, tabs, columns, entries } = outcome;
  const stopped = results.some((result) => result.status === 'blocked' || result.status === 'failed');
  const changing = tabs.length > 0 || applied.some((diff) => !isEmpty(diff));
  if (!changing && stopped) return nothingHeld;
  const kept = [await quarantineDiff(engine, snapshot, request), await runsDiff(engine, request, results, columns)];
  await applyToEngine(engine, kept);
  if (decisions.length + tabs.length === 0 && [...applied, ...kept].every(isEmpty)) return nothingHeld;
  const marker = {
    run: request.what.identity.run,
    entries: markerEntries(entries),
    ...(store.sheet && { interrupted: interruptedEntries(entries) }),
  };
  return store.commit(patchesOf(outcome, kept), marker, tabs, async (held) => {
    const reported = withHeld(results, held);
    const runs = await runsDiff(engine, request, reported, columns, 'diff_run_runs_again');
    await applyToEngine(engine, [runs]);
    const entriesNow = markerEntries(
      withoutDeliveries(entriesOf(request, snapshot, reported, outcome.recovered), request),
    );
    return { patches: writePatches(engine, store, snapshot.sources, [...kept, runs]), entries: entriesNow };
  });
}

export const markerEntries = (entries: readonly LedgerEntry[]): MarkerEntry[] =>
  entries.map((entry) => ({ job: entry.job, period: entry.period, entry }));

/** One patch per table. What goes from `changes` and what comes there are one patch. */
async function* patchesOf(outcome: BatchOutcome, kept: readonly Diff[]): AsyncGenerator<TablePatch> {
  const { engine, store, snapshot, request, applied, decisions, tabs } = outcome;
  for (const { title } of tabs) request.how.progress(`writing tab "${title}"`);
  const pruned = decisions.length > 0 ? applied.filter((diff) => diff.table === 'changes') : [];
  const others = applied.filter((diff) => !pruned.includes(diff));
  for await (const patch of writePatches(engine, store, snapshot.sources, [...others, ...kept])) {
    request.how.progress(`writing ${patch.table}`);
    yield patch;
  }
  const decided = await decisionsPatch(outcome, pruned);
  if (!decided) return;
  request.how.progress(`writing ${decided.table}`);
  yield decided;
}

/**
 * Reports what a commit left to people with the last job that changed the table; a job whose tab is closed has failed.
 */
export function withHeld(results: readonly JobResult[], held: Held): JobResult[] {
  const reported = results.map((result) => failedByClosed({ ...result, held: { ...result.held } }, held));
  for (const [table, reasons] of held) {
    const last = reported.findLast(
      ({ status, changes, metrics }) =>
        status === 'applied' && (changes[table] !== undefined || tabsOf(metrics)[table] !== undefined),
    );
    for (const [reason, cells] of Object.entries(reasons)) {
      const name = `not written (${table}: ${reason})`;
      if (last) last.held[name] = (last.held[name] ?? 0) + cells;
    }
  }
  return reported;
}

/** A decision needs its row in `changes`: where that can't be written, the cell is not written either. */
function failedByClosed(result: JobResult & { held: Record<string, number> }, held: Held): typeof result {
  if (result.status !== 'applied') return result;
  for (const [table, reasons] of held) {
    const reason = Object.values(CLOSED).find((each) => each in reasons);
    const isItsOwn = result.changes[table] !== undefined || tabsOf(result.metrics)[table] !== undefined;
    if (!reason || !(isItsOwn || (table === 'changes' && changesText(result) !== NO_CHANGES))) continue;
    return { ...result, status: 'failed', error: describeError(new TabClosed(`tab "${table}"`, reason)) };
  }
  return result;
}

/** The quarantine as it is now; a row that stood there before keeps the time when it was first seen. */
async function quarantineDiff(engine: Engine, snapshot: Snapshot, request: RunRequest): Promise<Diff> {
  const counts = [views.quarantineNow, sql`quarantine`].map((table) => sql`(select count(*) from ${table})`);
  if ((await engine.number(sql`select ${join(counts, ' + ')}`)) === 0) return unchanged('quarantine');
  // What this run did not read, it knows nothing of.
  const read = list(Object.keys(snapshot.inputs));
  const now: Sql = sql`
    select n."table", n.row_key, n."column", min(n.value) as value,
      string_agg(distinct n.reason, '; ' order by n.reason) as reason,
      coalesce(min(q.first_seen), ${request.what.asOf}) as first_seen
    from ${views.quarantineNow} n left join quarantine q on q."table" = n."table" and q.row_key = n.row_key and q."column" = n."column"
    group by 1, 2, 3`;
  return workOut(engine, replace('quarantine', now, sql`t."table" in ${read}`), 'diff_run_quarantine');
}

/** One row per job and period. A job that had nothing to do leaves the row of its earlier run alone. */
async function runsDiff(
  engine: Engine,
  request: RunRequest,
  results: readonly JobResult[],
  columns: readonly ColumnRecord[],
  name = 'diff_run_runs',
): Promise<Diff> {
  const { asOf, identity } = request.what;
  const now = [
    ...results.map(
      (result) => sql`(${result.job}, ${result.period}, ${result.status}, ${changesText(result)}, ${identity.startedAt},
        ${result.seconds}, ${isDelivered(request, result) ? NOT_DELIVERED : noteText(result)})`,
    ),
    ...columns.map(({ column, status, note }) => sql`(${COLUMNS}, ${column}, ${status}, null, ${asOf}, null, ${note})`),
  ];
  await engine.run(
    sql`create or replace temp table runs_now (job varchar, period varchar, status varchar, changes varchar,
      started_at timestamp, seconds double, note varchar)`,
  );
  await engine.run(sql`insert into runs_now values ${join(now, ', ')}`);
  const rows = sql`select n.* from runs_now n left join runs r on r.job = n.job and r.period = n.period
    where r.job is null or n.status <> 'unchanged'`;
  return workOut(engine, upsert('runs', rows), name);
}

/** What `runs` has of a plan that is written, until it is handed over. */
const NOT_DELIVERED = 'not handed over yet';

/**
 * Sets the rows of `runs` of what was handed over, or could not be, since they were written. Where that fails, they keep
 * saying that it was not handed over yet.
 */
export async function recordDeliveries(
  engine: Engine,
  request: RunRequest,
  written: readonly JobResult[],
  ended: readonly JobResult[],
  entries: readonly LedgerEntry[],
): Promise<void> {
  const delivered = written.flatMap((result, nth) => (isDelivered(request, result) ? [ended[nth] ?? result] : []));
  if (delivered.length === 0) return;
  const rows = delivered.map(
    (result) => sql`select ${result.job} as job, ${result.period} as period, ${result.status} as status,
      ${result.seconds} as seconds, ${noteText(result)} as note`,
  );
  const change = upsert('runs', join(rows, ' union all '));
  await commitChange(request, engine, change, markerEntries(entries)).catch((error: unknown) =>
    request.how.progress(`the table "runs" does not say what was handed over (${describeError(error).kind})`),
  );
}

/** "suppressions +41, contacts 41 changed". */
export function changesText(result: Pick<JobResult, 'changes'>): string {
  const parts = Object.entries(result.changes).flatMap(([table, { insert, update, remove }]) => {
    const counts = [insert ? `+${insert}` : '', update ? `${update} changed` : '', remove ? `−${remove}` : ''].filter(
      Boolean,
    );
    return counts.length > 0 ? [`${table} ${counts.join(', ')}`] : [];
  });
  return parts.join('; ') || NO_CHANGES;
}

const NO_CHANGES = 'no changes';

function noteText(result: JobResult): string {
  if (result.error) return result.error.message;
  const stopped = result.guards.find((guard) => !guard.passed);
  if (stopped) return `${stopped.guard}: found ${stopped.found}, limit ${stopped.limit}`;
  const tabs = Object.entries(tabsOf(result.metrics)).map(
    ([title, { rows, sha256 }]) => `tab "${title}": ${rows} rows, SHA-256 ${sha256.slice(0, 12)}`,
  );
  const held = Object.entries(result.held).map(([reason, rows]) => `${reason}: ${rows} rows held`);
  return [...tabs, ...held].join('; ');
}

const tabsOf = ({ tabs }: JobResult['metrics']): Readonly<Record<string, TabSums>> =>
  (tabs ?? {}) as Readonly<Record<string, TabSums>>;
