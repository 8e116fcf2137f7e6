/**
 * Derived columns over values that no run wrote. A score or a lifetime value is recalculated each night and stands in
 * no `changes`; under a header of that name that a person or another tool filled, it would destroy what stands there.
 * Such a column is not written: its values are used by the jobs of the night and go no further, until
 * jobs/rules/workbook.ts answers under `derived`: another header, or 'take over', which writes every old value to
 * `changes`, where undo finds it.
 *
 * Whose a column is stands in the workbook's table `runs`: a row of the job "columns" says `asked` or `written` of it.
 * Where there is none, it is ours if the job was applied to the workbook before.
 */
import type { Engine } from '../core/engine.ts';
import { columnOf, join, literal, name as nameOf, raw, sql } from '../core/sql.ts';
import type { TableName } from '../core/tables.ts';
import { countRows, type Diff, type SetColumn } from '../plan/plan.ts';
import { TAKE_OVER } from '../snapshot/own-headers.ts';
import { holdsUnread } from '../snapshot/row-faults.ts';
import { normalHeader } from '../workbook/headers.ts';
import type { SourceTable } from '../workbook/store.ts';
import type { HeldPart } from './held-part.ts';

/** The job's name under which `runs` keeps whose a column is. */
export const COLUMNS = 'columns';

/** What a run has to say of a column: that it asked about it, or that it is the run's own from now on. */
export interface ColumnRecord {
  /** `contacts.score`: the table, and the header as `normalHeader` gives it. */
  readonly column: string;
  readonly status: 'asked' | 'written';
  readonly note: string;
}

/** Values of a derived column that the engine gets and the workbook does not: (_rid, value) in the table `name`. */
export interface Withheld {
  readonly table: TableName;
  readonly column: string;
  readonly name: string;
}

export interface Protected {
  readonly diffs: readonly Diff[];
  readonly parts: readonly HeldPart[];
  readonly withheld: readonly Withheld[];
  readonly records: readonly ColumnRecord[];
}

export interface Protection {
  readonly job: string;
  readonly sources: ReadonlyMap<TableName, SourceTable>;
  /** Answers by column of contacts: a header, or `take over`. */
  readonly answers: Readonly<Record<string, string>>;
  /**
   * Whether the ledger knows of a run of the job that changed the table; `runs` keeps only the last status of a period.
   */
  readonly inLedger: (table: TableName) => Promise<boolean>;
}

/** Takes out of a job's diffs what would be written over a derived column that is not ours. */
export async function protectColumns(engine: Engine, diffs: readonly Diff[], given: Protection): Promise<Protected> {
  const found = {
    diffs: [] as Diff[],
    parts: [] as HeldPart[],
    withheld: [] as Withheld[],
    records: [] as ColumnRecord[],
  };
  for (const diff of diffs) found.diffs.push(await protectDiff(engine, diff, given, found));
  return found;
}

async function protectDiff(
  engine: Engine,
  diff: Diff,
  { job, sources, answers, inLedger }: Protection,
  found: { parts: HeldPart[]; withheld: Withheld[]; records: ColumnRecord[] },
): Promise<Diff> {
  const source = sources.get(diff.table);
  const replaced = new Set<string>();
  const kept = new Set<string>();
  for (const set of diff.sets) {
    const header = source?.headerOf.get(set.name);
    if (!set.derived || set.updates === 0 || header === undefined) continue;
    const column = `${diff.table}.${normalHeader(header)}`;
    const record = await recordOf(engine, column);
    if (job === 'undo') {
      if (record === 'written') found.records.push({ column, status: 'asked', note: 'put back by undo' });
      continue;
    }
    const filled = await countFilled(engine, diff.table, set.name);
    if (filled === 0) {
      if (record === 'asked') found.records.push({ column, status: 'written', note: 'it held no value any more' });
      continue;
    }
    const wroteBefore = async () => (await wasApplied(engine, job, diff.table)) || (await inLedger(diff.table));
    if (record === 'written' || (record === null && (await wroteBefore()))) continue;
    if (answers[set.name] === TAKE_OVER) {
      replaced.add(set.name);
      found.records.push({ column, status: 'written', note: 'taken over; the old values stand in changes' });
      continue;
    }
    kept.add(set.name);
    const reason = question(header, set.name);
    found.parts.push({ part: header, reason, rows: filled, plan: null, question: record === null ? 'first' : 'again' });
    if (record === null) found.records.push({ column, status: 'asked', note: reason });
  }
  const sets = diff.sets.map(
    (set): SetColumn =>
      replaced.has(set.name) ? { ...set, derived: false, why: literal(TAKEN_OVER), fixedWhy: TAKEN_OVER } : set,
  );
  if (kept.size === 0) return { ...diff, sets };
  return withhold(engine, { ...diff, sets }, kept, found.withheld);
}

const TAKEN_OVER = 'column taken over';

const question = (header: string, column: string): string =>
  `Column "${header}" holds values that no run wrote, so ${column} is not written there. ` +
  `Answer in jobs/rules/workbook.ts: derived: { ${column}: 'nightshift_${column}' } writes it under that header, ` +
  `derived: { ${column}: '${TAKE_OVER}' } replaces the values and keeps each in changes.`;

/**
 * Moves the values of columns out of a diff, so that they reach the engine and no file. Rows that change nothing else
 * leave it.
 */
async function withhold(engine: Engine, diff: Diff, columns: ReadonlySet<string>, withheld: Withheld[]): Promise<Diff> {
  for (const column of columns) {
    const name = `${diff.name}_kept_${column}`;
    const cell = columnOf(column);
    const [plan, flag] = [nameOf(diff.name), nameOf(`set_${column}`)];
    await engine.run(
      sql`create or replace temp table ${nameOf(name)} as
        select _rid, ${cell} as value from ${plan} where op = 'u' and ${flag}`,
    );
    await engine.run(
      sql`update ${plan} set ${flag} = false, ${cell} = null, ${nameOf(`before_${column}`)} = null where op = 'u'`,
    );
    withheld.push({ table: diff.table, column, name });
  }
  const sets = diff.sets.filter(({ name }) => !columns.has(name));
  const changes = [...sets.map(({ name }) => nameOf(`set_${name}`)), sql`false`];
  await engine.run(sql`delete from ${nameOf(diff.name)} where op = 'u' and not (${join(changes, ' or ')})`);
  return countRows(engine, { ...diff, sets });
}

/** Gives the engine what the workbook does not get, so that the jobs that follow work with it. */
export async function applyWithheld(engine: Engine, withheld: readonly Withheld[]): Promise<void> {
  for (const { table, column, name } of withheld) {
    const target = nameOf(table);
    await engine.run(
      sql`update ${target} set ${columnOf(column)} = k.value from ${nameOf(name)} k where k._rid = ${target}.rowid`,
    );
  }
}

async function recordOf(engine: Engine, column: string): Promise<'asked' | 'written' | null> {
  const [row] = await engine.rows(sql`select status from runs where job = ${COLUMNS} and period = ${column}`);
  return row?.status === 'asked' || row?.status === 'written' ? row.status : null;
}

const wasApplied = async (engine: Engine, job: string, table: TableName): Promise<boolean> =>
  (await engine.number(
    sql`select count(*) from runs where job = ${job} and status = 'applied' and contains(changes, ${`${table} `})`,
  )) > 0;

const countFilled = (engine: Engine, table: TableName, column: string): Promise<number> =>
  engine.number(
    sql`select count(*) from ${nameOf(table)} t
      where _row is not null and (${columnOf(column)} is not null or ${raw(holdsUnread('t', column))})`,
  );
