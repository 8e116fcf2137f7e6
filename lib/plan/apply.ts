/**
 * Carries a plan out on the engine's tables, so that the next job of the batch sees what this one left; and makes of
 * it the rows of `changes`: every decision with before, after and reason. Derived numbers are no decisions.
 */

import type { Engine } from '../core/engine.ts';
import { byKey } from '../core/facts.ts';
import { columnOf, integer, join, literal, name, raw, type Sql, sql } from '../core/sql.ts';
import { type TableName, tableOf } from '../core/tables.ts';
import { writeCell } from '../snapshot/cells.ts';
import { keyText } from '../snapshot/check.ts';
import { followMerges } from '../snapshot/identity.ts';
import type { Diff, SetColumn } from './plan.ts';
import { recordOf } from './record.ts';

/** Applies the diffs of one job. They were worked out against one state, so removals come last. */
export async function applyToEngine(engine: Engine, diffs: readonly Diff[]): Promise<void> {
  for (const diff of diffs) {
    if (diff.counts.update > 0) await updateRows(engine, diff);
  }
  for (const diff of diffs) {
    if (diff.counts.insert > 0) await insertRows(engine, diff);
    if (diff.counts.remove > 0) {
      await engine.run(
        sql`delete from ${byKey(diff.table)} where rowid in (select _rid from ${name(diff.name)} where op = 'd')`,
      );
    }
    engine.noteChange(diff.table);
    if (diff.table === 'merges' && diff.counts.insert > 0) await followMerges(engine, diff.name);
  }
}

/** Column by column: few of a wide plan's columns change in most of its rows. */
async function updateRows(engine: Engine, diff: Diff): Promise<void> {
  const [table, plan] = [name(diff.table), name(diff.name)];
  for (const { name: column, updates } of diff.sets) {
    if (updates === 0) continue;
    const set = tableOf(diff.table).key.includes(column)
      ? sql`_keyless = false`
      : sql`${columnOf(column)} = ${columnOf(column, 'd')}`;
    const flag = columnOf(`set_${column}`, 'd');
    await engine.run(
      sql`update ${byKey(diff.table)} set ${set} from ${plan} d where d.op = 'u' and ${flag} and d._rid = ${table}.rowid`,
    );
  }
}

async function insertRows(engine: Engine, diff: Diff): Promise<void> {
  const texts = diff.texts ? ['_text'] : [];
  const written = [...tableOf(diff.table).key, ...diff.sets.map((set) => set.name), ...texts];
  const columns = join(
    written.map((column) => columnOf(column)),
    ', ',
  );
  await engine.run(
    sql`insert into ${byKey(diff.table)} (${columns}) select ${columns} from ${name(diff.name)} where op = 'i'`,
  );
}

/** Who decided: what each row of `changes` says of its run. */
export interface Decider {
  readonly job: string;
  readonly period: string;
  readonly run: string;
  readonly asOf: Date;
  /** How many times this job's plan was applied for this period before: keeps the ids of changes apart. */
  readonly attempt: number;
}

/** The columns of `changes`, as the selects of `decisionsOf` give them. */
export const decisionColumns = 'change_id job period run at table row_key column before after reason'.split(' ');

/** Some of a job's decisions: what they have in common, and what is each one's own. */
export interface Decisions {
  /** Job, period, run, time and table: the columns of `changes` after its id. */
  readonly common: readonly [job: string, period: string, run: string, at: string, table: TableName];
  /** What a change's id is made of beside the row's key and the cell's column. */
  readonly salt: string;
  /** The select (row_key, cell, before_value, after_value, why, _row); `_row` puts them in the workbook's order. */
  readonly cells: Sql;
}

/** A job's decisions. They read the diffs' tables, and before they run nothing is copied. */
export function decisionsOf(diffs: readonly Diff[], decider: Decider): Decisions[] {
  const at = decider.asOf.toISOString().replace(/\.000Z$/, 'Z');
  return diffs.flatMap((diff) => {
    const { record, removalsRecorded } = tableOf(diff.table);
    if (record && !removalsRecorded) return [];
    const salt = `${decider.job}|${decider.period}|${decider.attempt}|${diff.table}|`;
    const common = [decider.job, decider.period, decider.run, at, diff.table] as const;
    const parts = record ? removedRows(diff) : [...updatedCells(diff), ...addedRows(diff), ...removedRows(diff)];
    return parts.map((cells) => ({ common, salt, cells }));
  });
}

const NONE = sql`cast(null as varchar)`;
const keyOf = (diff: Diff): Sql => sql`${keyText(diff.table, 'd')} as row_key`;
const rowsOf = (diff: Diff, op: 'u' | 'i' | 'd'): Sql =>
  sql`d._row from ${name(diff.name)} d where d.op = ${literal(op)}`;

/**
 * Everything that a plan would write, derived numbers too: a select of (table, key, column, before, after, reason), in
 * the workbook's order; null for an empty plan. An added or removed row is one row with an empty column, and its record
 * as JSON.
 */
export function planRows(diffs: readonly Diff[]): Sql | null {
  const parts = diffs.flatMap((diff, i) =>
    [...updatedCells(diff, true), ...addedRows(diff), ...removedRows(diff)].map(
      (cells) =>
        sql`select ${integer(i)} as nth, ${literal(diff.table)} as "table", row_key as "key", cell as "column",
          before_value as "before", after_value as "after", why as "reason", _row from (${cells})`,
    ),
  );
  if (parts.length === 0) return null;
  return sql`select "table", "key", "column", "before", "after", "reason" from (${join(parts, ' union all ')})
    order by nth, _row, "key", "column"`;
}

/**
 * Selects (row_key, cell, before_value, after_value, why, _row): one per deciding column, or `withDerived` per column.
 */
function updatedCells(diff: Diff, withDerived = false): Sql[] {
  if (diff.counts.update === 0) return [];
  return diff.sets.flatMap(({ name: column, type, why, derived, updates }) => {
    if ((derived && !withDerived) || updates === 0) return [];
    const before = writeCell(columnOf(`before_${column}`, 'd'), type);
    const after = writeCell(columnOf(column, 'd'), type);
    return sql`select ${keyOf(diff)}, ${literal(column)} as cell, ${before} as before_value, ${after} as after_value,
      ${why} as why, ${rowsOf(diff, 'u')} and ${columnOf(`set_${column}`, 'd')}`;
  });
}

/** The same, one for added rows. */
function addedRows(diff: Diff): Sql[] {
  if (diff.counts.insert === 0) return [];
  return [
    sql`select ${keyOf(diff)}, '' as cell, ${NONE} as before_value, ${recordOf('d', diff.sets)} as after_value,
      d.why, ${rowsOf(diff, 'i')}`,
  ];
}

/** The same, one for removed rows. */
function removedRows(diff: Diff): Sql[] {
  if (diff.counts.remove === 0) return [];
  return [
    sql`select ${keyOf(diff)}, '' as cell, d.record as before_value, ${NONE} as after_value, d.why, ${rowsOf(diff, 'd')}`,
  ];
}

/** What a plan changes and why, in counts: `contacts.phone: to E.164` → 12. For the summary and the ledger. */
export async function countReasons(engine: Engine, diffs: readonly Diff[]): Promise<Record<string, number>> {
  const counts = new Map<string, number>();
  const add = (label: string, n: unknown): void => {
    if (Number(n) > 0) counts.set(label, (counts.get(label) ?? 0) + Number(n));
  };
  for (const diff of diffs) {
    const byWhy = new Map<string, SetColumn[]>(diff.counts.insert + diff.counts.remove > 0 ? [['d.why', []]] : []);
    for (const set of diff.sets) {
      if (set.fixedWhy !== undefined) add(`${diff.table}.${set.name}: ${set.fixedWhy}`, set.updates);
      else if (set.updates > 0) byWhy.set(set.why.text, [...(byWhy.get(set.why.text) ?? []), set]);
    }
    for (const [why, sets] of byWhy) {
      const updates = sets.map((set, i) => sql`, countif(op = 'u' and ${name(`set_${set.name}`)}) as ${name(`n${i}`)}`);
      const rows = await engine.rows(
        sql`select ${raw(why)} as reason, countif(op = 'i') as added, countif(op = 'd') as removed${join(updates, '')}
          from ${name(diff.name)} d group by 1`,
      );
      for (const { reason, added, removed, ...changed } of rows) {
        sets.forEach((set, i) => {
          add(`${diff.table}.${set.name}: ${reason ?? 'changed'}`, changed[`n${i}`]);
        });
        if (why !== 'd.why') continue;
        add(`${diff.table}: added${reason === null ? '' : `, ${reason}`}`, added);
        add(`${diff.table}: removed${reason === null ? '' : `, ${reason}`}`, removed);
      }
    }
  }
  return Object.fromEntries(
    [...counts].sort(([a, n], [b, m]) => m - n || Buffer.compare(Buffer.from(a), Buffer.from(b))),
  );
}
