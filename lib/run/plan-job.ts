/**
 * One job of a batch, up to the point where its plan could be applied: what it prepares, steps, changes, what is held,
 * hash, guards, metrics. Decides nothing about writing.
 */

import type { Context } from '../core/context.ts';
import type { Engine } from '../core/engine.ts';
import { check, type GuardResult, type Hold } from '../core/guard.ts';
import type { Job, LookupStep, Step } from '../core/job.ts';
import type { Metrics, Preparation } from '../core/prepare.ts';
import type { SourcePlace } from '../core/source-place.ts';
import { columnOf, join, name, type Sql, sql } from '../core/sql.ts';
import { type TableName, tableOf } from '../core/tables.ts';
import { withMark } from '../engine/duckdb.ts';
import { countReasons } from '../plan/apply.ts';
import { planHash } from '../plan/hash.ts';
import { countRows, type Diff, isEmpty, unchanged, workOut } from '../plan/plan.ts';
import { checkChange, declaredAt, given, withAuthorFaults } from './author-fault.ts';
import { releaseGuard } from './consent-guard.ts';
import { type ColumnRecord, type Protection, protectColumns, type Withheld } from './derived-columns.ts';
import type { HeldPart } from './held-part.ts';
import { tried } from './trials.ts';

export interface JobPlan {
  readonly diffs: readonly Diff[];
  readonly hash: string;
  readonly guards: readonly GuardResult[];
  readonly heldParts: readonly HeldPart[];
  /** What the engine gets and the workbook does not (derived-columns.ts). */
  readonly withheld: readonly Withheld[];
  /** What is to be kept of whose columns are. */
  readonly columns: readonly ColumnRecord[];
  /** The hashes of parts that would have been held, but for a person's approval. */
  readonly letThrough?: readonly string[];
  readonly held: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly changes: Readonly<Record<string, { insert: number; update: number; remove: number }>>;
}

/**
 * Works a job's plan out; `earlier` is what an earlier period's run measured, `found` what its gathering found. The
 * job's steps stay in the engine until
 * `dropSteps`.
 */
export async function planJob(
  engine: Engine,
  job: Job,
  given: Context,
  approvals: ReadonlySet<string>,
  { earlier = null, found }: Partial<Pick<Preparation, 'earlier' | 'found'>> = {},
  columns?: Omit<Protection, 'job'>,
): Promise<JobPlan> {
  const prepared = await job.prepare?.({ ...preparationOf(engine, given, earlier), found });
  const { context, diffs: wanted } = await workChangesOut(engine, job, given);
  const free = await protectColumns(engine, wanted, {
    sources: new Map(),
    answers: {},
    inLedger: async () => false,
    ...columns,
    job: job.name,
  });
  const { diffs } = free;
  const holding = await holdParts(engine, job, context, diffs, approvals);
  await createPlannedViews(engine, holding.diffs);
  const guards: GuardResult[] = [];
  for (const guard of job.guards ?? []) {
    const rows = await engine.number(sql`select count(*) from ${name(guard.of)}`);
    const found = await withAuthorFaults(engine, statement(job, `guard "${guard.name}"`), guard.found, () =>
      countPlanned(engine, guard.found, holding.diffs),
    );
    guards.push(check(guard, rows, found));
  }
  const release = await releaseGuard(engine, job, holding.diffs);
  if (release) guards.push(release);
  return {
    diffs: holding.diffs,
    hash: await planHash(engine, job.name, holding.diffs, context.asOf),
    guards,
    heldParts: [...free.parts, ...holding.parts],
    withheld: free.withheld,
    columns: free.records,
    ...(holding.letThrough.length > 0 && { letThrough: holding.letThrough }),
    held: Object.fromEntries([...free.parts, ...holding.parts].map((part) => [part.reason, part.rows])),
    reasons: await countReasons(engine, holding.diffs),
    metrics: { ...prepared, ...(await measure(engine, job, context)) },
    changes: await countChanges(engine, holding.diffs),
  };
}

/** What a job may use ahead of its changes. */
export const preparationOf = (engine: Engine, context: Context, earlier: Metrics | null): Preparation<Step> => ({
  engine,
  context,
  earlier,
  runSteps: (steps) => runSteps(engine, steps),
});

/**
 * Works a job's changes out; where the engine refuses, once more without the parts of its rules that it does not
 * understand.
 */
async function workChangesOut(
  engine: Engine,
  job: Job,
  context: Context,
): Promise<{ context: Context; diffs: Diff[] }> {
  try {
    return { context, diffs: await diffsOf(engine, job, context) };
  } catch (error) {
    const known = await tried(engine, job, context);
    if (!known.refused) throw error;
    return { context: known, diffs: await diffsOf(engine, job, known) };
  }
}

const givesRows = async (engine: Engine, query: Sql): Promise<boolean> =>
  (await engine.rows(sql`${query} limit 1`)).length > 0;

async function diffsOf(engine: Engine, job: Job, context: Context): Promise<Diff[]> {
  const { onlyWith } = job;
  if (onlyWith) {
    const at = statement(job, 'onlyWith');
    const isThere = await withAuthorFaults(engine, at, onlyWith, () => givesRows(engine, onlyWith));
    if (!isThere) return job.writes.map(unchanged);
  }
  await runSteps(engine, given(job, 'steps', job.steps?.(context) ?? []), declaredAt(job));
  // A job may run several times in a batch, each for a period of its own.
  const prefix = `diff_${`${job.name}_${context.period}`.toLowerCase().replaceAll(/[^a-z0-9]/g, '_')}`;
  const diffs: Diff[] = [];
  for (const [i, change] of given(job, 'changes', job.changes(context)).entries()) {
    checkChange(job, change, i);
    if (change.onlyWith && !(await givesRows(engine, change.onlyWith))) continue;
    const at = { what: `${change.kind} of ${change.table}`, place: declaredAt(job, change) };
    const name = `${prefix}_${i}`;
    diffs.push(await withAuthorFaults(engine, at, change.query, () => workOut(engine, change, name)));
  }
  return diffs;
}

const statement = (job: Job, what: string) => ({ what, place: declaredAt(job) });

/** Creates a job's steps, in order, as tables of their names. `place` is where the job is declared, for errors. */
export async function runSteps(engine: Engine, steps: readonly Step[], place?: SourcePlace): Promise<void> {
  for (const step of steps) {
    const query = 'query' in step ? step.query : step.over;
    await withAuthorFaults(engine, { what: `step "${step.name}"`, place }, query, () => runStep(engine, step));
  }
}

const runStep = (engine: Engine, step: Step): Promise<void> =>
  'query' in step
    ? engine.run(sql`create or replace temp table ${name(step.name)} as ${step.query}`)
    : lookUp(engine, step);

export async function dropSteps(engine: Engine, steps: readonly Step[]): Promise<void> {
  const drops = steps.map((step) => sql`drop table if exists ${name(step.name)}`);
  if (drops.length > 0) await engine.run(join(drops, ';'));
}

/** The rows of `over`, with byte order marks kept. */
const exactTexts = ({ keys, over }: LookupStep): Sql => {
  const texts = keys.map((key) => withMark(columnOf(key)));
  const columns = keys.map((key) => columnOf(key));
  return sql`select ${join(texts, ', ')} from (${over}) as o(${join(columns, ', ')})`;
};

/** Asks row logic once per distinct row of `over`, and stores its answers beside it. */
async function lookUp(engine: Engine, step: LookupStep): Promise<void> {
  const columns = [...step.keys, ...step.columns];
  const definitions = columns.map((column) => sql`${columnOf(column)} varchar`);
  await engine.run(sql`create or replace temp table ${name(step.name)} (${join(definitions, ', ')})`);
  async function* answers(): AsyncGenerator<(string | null)[][]> {
    for await (const keys of engine.chunks(exactTexts(step))) {
      const rows = keys[0]?.length ?? 0;
      const out: (string | null)[][] = columns.map(() => new Array<string | null>(rows).fill(null));
      for (let r = 0; r < rows; r++) {
        const values = step.keys.map((_, k) => (keys[k]?.[r] ?? null) as string | null);
        const answer = step.compute(...values);
        values.forEach((value, k) => {
          (out[k] as (string | null)[])[r] = value;
        });
        step.columns.forEach((column, c) => {
          (out[step.keys.length + c] as (string | null)[])[r] = answer[column] ?? null;
        });
      }
      yield out;
    }
  }
  await engine.append(step.name, answers());
}

/** `planned_TABLE` for each table that a job writes: its diffs, one below the other. */
async function createPlannedViews(engine: Engine, diffs: readonly Diff[]): Promise<void> {
  for (const table of new Set(diffs.flatMap(({ name, table }) => (name === '' ? [] : [table])))) {
    const parts = diffs.filter((diff) => diff.table === table).map((diff) => sql`select * from ${name(diff.name)}`);
    await engine.run(
      sql`create or replace temp view ${name(`planned_${table}`)} as ${join(parts, ' union all by name ')}`,
    );
  }
}

const countPlanned = async (engine: Engine, found: Sql, diffs: readonly Diff[]): Promise<number> =>
  diffs.every(isEmpty) ? 0 : engine.number(found);

/**
 * Takes the parts that the job holds back out of its diffs, unless a person approved exactly that part. What is wrong
 * can't be approved: only a corrected rule lets it through.
 */
async function holdParts(
  engine: Engine,
  job: Job,
  context: Context,
  diffs: readonly Diff[],
  approvals: ReadonlySet<string>,
): Promise<{ diffs: Diff[]; parts: HeldPart[]; letThrough: string[] }> {
  const parts: HeldPart[] = [];
  const letThrough: string[] = [];
  const queryHold = ({ query }: Hold) =>
    withAuthorFaults(engine, statement(job, 'hold'), query, () => engine.rows(query));
  // Where `onlyWith` gives no row there are no steps that a hold could ask.
  const holds = diffs.some((diff) => diff.name === '') ? [] : (job.holds?.(context) ?? []);
  for (const hold of holds) {
    const { column } = hold;
    if (column === undefined) {
      const wrong = await queryHold(hold);
      parts.push(...wrong.map(({ part, reason, kept }) => wrongPart(String(part), String(reason), Number(kept ?? 0))));
      continue;
    }
    const having = diffs.filter((diff) => column in tableOf(diff.table).columns);
    const heldRows = (diff: Diff, part: string): Sql =>
      sql`${columnOf(column)} = ${part} and not coalesce(${hold.spares?.[diff.table] ?? sql`false`}, false)`;
    for (const row of await queryHold(hold)) {
      const part = String(row.part);
      const cut: Diff[] = [];
      for (const diff of having) cut.push(await cutOut(engine, diff, heldRows(diff, part)));
      const rows = cut.reduce((sum, { counts }) => sum + counts.insert + counts.update + counts.remove, 0);
      // Where all that changes is spared, nothing is held.
      if (rows === 0) continue;
      const plan = await planHash(engine, job.name, cut, context.asOf);
      if (approvals.has(plan)) {
        letThrough.push(plan);
        continue;
      }
      for (const diff of having) await leaveOut(engine, diff, heldRows(diff, part));
      parts.push({ part: String(row.called ?? part), reason: String(row.reason), rows, plan });
    }
  }
  if (parts.length === 0) return { diffs: [...diffs], parts, letThrough };
  return { diffs: await Promise.all(diffs.map((diff) => countRows(engine, diff))), parts, letThrough };
}

const wrongPart = (part: string, reason: string, rows: number): HeldPart => ({ part, reason, rows, plan: null });

/** True where a job left something out because its rule is wrong, or because it asks for one for the first time. */
export const hasWrongRules = ({ heldParts }: { readonly heldParts: readonly HeldPart[] }): boolean =>
  heldParts.some(({ plan, question }) => plan === null && question !== 'again');

async function cutOut(engine: Engine, diff: Diff, held: Sql): Promise<Diff> {
  const cut = `${diff.name}_part`;
  await engine.run(sql`create or replace temp table ${name(cut)} as select * from ${name(diff.name)} where ${held}`);
  return countRows(engine, { ...diff, name: cut });
}

const leaveOut = (engine: Engine, diff: Diff, held: Sql): Promise<void> =>
  engine.run(sql`delete from ${name(diff.name)} where ${held}`);

/** Rows by table: a row that two changes of one job touch counts once. */
async function countChanges(engine: Engine, diffs: readonly Diff[]): Promise<JobPlan['changes']> {
  const changes: Record<string, { insert: number; update: number; remove: number }> = {};
  for (const table of new Set(diffs.map((diff) => diff.table))) {
    const own = diffs.filter((diff) => diff.table === table && !isEmpty(diff));
    const updates = own
      .filter((diff) => diff.counts.update > 0)
      .map((diff) => sql`select _rid from ${name(diff.name)} where op = 'u'`);
    const sum = (op: 'insert' | 'remove'): number => own.reduce((total, diff) => total + diff.counts[op], 0);
    const update =
      updates.length > 1
        ? await engine.number(sql`select count(*) from (${join(updates, ' union ')})`)
        : own.reduce((total, diff) => total + diff.counts.update, 0);
    changes[table] = { insert: sum('insert'), update, remove: sum('remove') };
  }
  return changes;
}

/** A query of two columns (label, count) becomes an object; one of a single row, its values. */
async function measure(engine: Engine, job: Job, context: Context): Promise<Record<string, unknown>> {
  const metrics: Record<string, unknown> = {};
  for (const [metric, query] of Object.entries(job.metrics?.(context) ?? {})) {
    const rows = await withAuthorFaults(engine, statement(job, `metric "${metric}"`), query, () => engine.rows(query));
    const columns = Object.keys(rows[0] ?? {});
    if (columns.length === 1) metrics[metric] = Object.values(rows[0] ?? {})[0] ?? null;
    else if (columns[0] === 'label')
      metrics[metric] = Object.fromEntries(rows.map((row) => [String(row.label), row[columns[1] ?? '']]));
    else metrics[metric] = rows[0] ?? null;
  }
  return metrics;
}

/** The tables whose rows a job's outcome depends on. */
export const tablesOf = (job: Job): ReadonlySet<TableName> => new Set([...job.reads, ...job.writes]);
