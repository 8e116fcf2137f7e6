/**
 * The rows of plans, for people to look through before they approve: `--plan FILE`, and beside the workbook, of each
 * plan that waits, `plan-JOB.csv` or the tab "plan". They hold cells, so they stay where the data is: never in git, an
 * issue or a log.
 */
import { copyFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Engine } from '../core/engine.ts';
import { columnOf, join as joinSql, literal, type Sql, sql } from '../core/sql.ts';
import { planRows } from '../plan/apply.ts';
import type { Diff } from '../plan/plan.ts';
import type { Store, TabFile } from '../workbook/store.ts';
import type { RunPlaces, RunRequest } from './request.ts';
import type { JobResult } from './result.ts';

/** The plan of one job, while its tables stand in the engine. */
export interface JobRows {
  readonly job: string;
  readonly diffs: readonly Diff[];
}

export const PLAN_TAB = 'plan';
const COLUMNS = ['table', 'key', 'column', 'before', 'after', 'reason'];
/** More than anybody looks through in a tab; the file has them all. */
const MOST_TAB_ROWS = 20_000;

/** A cell that a spreadsheet would take for a formula begins with an apostrophe. */
const safe = (column: string): Sql => {
  const cell = columnOf(column);
  const isFormula = sql`regexp_matches(${cell}, '^[=+@\\t\\r-]') and not regexp_full_match(${cell}, '[+-]?[0-9.]+')`;
  return sql`case when ${isFormula} then '''' || ${cell} else ${cell} end as ${cell}`;
};

/** The rows of several jobs' plans, job by job; without any, just the columns. */
function rowsOf(plans: readonly JobRows[]): Sql {
  const cells = COLUMNS.map((column) => sql`cast(null as varchar) as ${columnOf(column)}`);
  const none = sql`select ${joinSql(cells, ', ')} where false`;
  return plans
    .flatMap(({ diffs }) => planRows(diffs) ?? [])
    .reduce((all, each) => sql`${all} union all select * from (${each})`, none);
}

/** Writes the plans' rows to a CSV file, over what stood there. */
export async function writePlan(engine: Engine, plans: readonly JobRows[], path: string): Promise<void> {
  const cells = joinSql(COLUMNS.map(safe), ', ');
  await engine.run(sql`create or replace temp table plan_rows as ${rowsOf(plans)}`);
  await engine.run(
    sql`copy (select ${cells} from plan_rows order by rowid) to ${literal(path)} (format csv, header true)`,
  );
}

const fileOf = (store: Pick<Store, 'stateFolder'>, job: string): string =>
  join(dirname(store.stateFolder), `plan-${job}.csv`);

/** Where the rows of waiting plans are, as an issue may say it. */
export function placeOfPlans(kind: Store['kind'], job: string): string {
  if (kind === 'csv') return `\`plan-${job}.csv\` beside the workbook`;
  if (kind === 'sheets') return `the tab "${PLAN_TAB}" of the workbook`;
  return `a file that \`npx nightshift run ${job} --dry-run --plan plan.csv\` writes on your own machine`;
}

/** Puts the rows of a plan that waits beside a workbook of files. */
async function placePlan(engine: Engine, store: Store, plan: JobRows): Promise<void> {
  const staged = join(store.scratch, `plan-${plan.job}.csv`);
  await writePlan(engine, [plan], staged);
  await copyFile(staged, fileOf(store, plan.job));
}

/** Takes the file of a plan away that waits no more. */
const removePlan = (store: Pick<Store, 'stateFolder'>, job: string): Promise<void> =>
  rm(fileOf(store, job), { force: true });

/**
 * Shows the rows of the plans that wait, where the data is; a dry run shows nothing by itself. Gives the tab to write,
 * in a workbook of tabs. Files of plans that wait no more go.
 */
export async function showWaiting(
  { where, how }: Pick<RunRequest, 'where' | 'how'>,
  engine: Engine,
  plans: readonly JobRows[],
  results: readonly JobResult[],
): Promise<TabFile[]> {
  const { store, ledger } = where;
  if (how.applied !== 'applied') return [];
  const waits = new Set(results.filter(({ status }) => status === 'blocked').map(({ job }) => job));
  if (!store.sheet) {
    for (const plan of plans)
      await (waits.has(plan.job) ? placePlan(engine, store, plan) : removePlan(store, plan.job));
    return [];
  }
  const ended = await endedWaiting(ledger, results);
  if (waits.size === 0 && !ended) return [];
  const tab = await planTab(
    engine,
    store,
    plans.filter(({ job }) => waits.has(job)),
  );
  return tab ? [tab] : [];
}

/** Whether a plan waited until this run, and waits no more. */
async function endedWaiting(ledger: RunPlaces['ledger'], results: readonly JobResult[]): Promise<boolean> {
  for (const { job, status } of results) {
    const [last] = await ledger.recent(job, 1);
    if (last?.status === 'blocked' && status !== 'blocked') return true;
  }
  return false;
}

/** The rows of the plans that wait, as a tab; null where a tab of that name belongs to a person. */
async function planTab(engine: Engine, store: Store, plans: readonly JobRows[]): Promise<TabFile | null> {
  const found = await engine.rows(sql`select * from (${rowsOf(plans)}) limit ${MOST_TAB_ROWS}`);
  const rows = found.map((row, i) => [String(i + 1), ...COLUMNS.map((column) => String(row[column] ?? ''))]);
  const tab = { name: PLAN_TAB, title: PLAN_TAB, columns: ['row', ...COLUMNS], key: 'row', rows, mayBeMissing: true };
  try {
    return store.sheet?.tabHolds(tab) === false ? tab : null;
  } catch {
    return null;
  }
}
