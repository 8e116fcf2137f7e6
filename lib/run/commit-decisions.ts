/**
 * The decisions of a batch, as rows to add to the table `changes`, after the rows that the batch removes there. The
 * table itself is not read for this. There may be millions: what many have in common is joined to them once they are
 * sorted.
 */
import { join as joinPath } from 'node:path';
import { headerName, integer, join, literal, name, type Sql, sql } from '../core/sql.ts';
import { type Decisions, decisionColumns } from '../plan/apply.ts';
import { begins, rowsAlone, rowsFor, writeRecords } from '../plan/patches.ts';
import type { Diff } from '../plan/plan.ts';
import type { TablePatch } from '../workbook/store.ts';
import type { BatchOutcome } from './request.ts';

/** `pruned` are the batch's own removals from `changes`. Null where there is no decision. */
export async function decisionsPatch(
  { engine, store, snapshot, decisions }: BatchOutcome,
  pruned: readonly Diff[],
): Promise<TablePatch | null> {
  if (decisions.length === 0) return null;
  const source = snapshot.sources.get('changes');
  const headers = decisionColumns.map((column) => source?.headerOf.get(column) ?? column);
  const removed = pruned.reduce((sum, diff) => sum + diff.counts.remove, 0);
  const alone = removed > 0 ? null : rowsFor(store, 'changes', headers);
  const cells = cellsOf(decisions);
  const columns = alone
    ? alone.map((header) => {
        const cell = headers.includes(header) ? sql`nullif(${cells[headers.indexOf(header)] ?? NULL}, '')` : NULL;
        return sql`${cell} as ${headerName(header)}`;
      })
    : [sql`case when nth < 0 then 'd' else 'i' end`, sql`case when nth < 0 then _row end`, NULL, ...cells];
  const path = joinPath(store.scratch, 'patch-changes.csv');
  const query = sql`select ${join(columns, ', ')} from (${inOrder(decisions, pruned)})`;
  await writeRecords(engine, store, 'changes', query, path, alone !== null && begins(store, 'changes'));
  const rows = { insert: decisions.length, update: 0, remove: removed };
  return { table: 'changes', path, columns: alone ?? headers, rows, ...(alone && rowsAlone(store, 'changes')) };
}

const NULL = sql`null`;

/** A row is a decision, or (nth -1) a row of `changes` that goes; in the order in which they are written. */
function inOrder(decisions: readonly Decisions[], pruned: readonly Diff[]): Sql {
  const none = sql`cast(null as varchar)`;
  const gone = pruned.map(
    (diff) =>
      sql`select -1 as nth, ${none} as row_key, ${none} as cell, ${none} as before_value, ${none} as after_value,
        ${none} as why, _row from ${name(diff.name)} where op = 'd'`,
  );
  const added = decisions.map(
    ({ cells }, i) =>
      sql`select ${integer(i)} as nth, row_key, cell, before_value, after_value, why, _row from (${cells})`,
  );
  return sql`select * from (${join([...gone, ...added], ' union all ')})
    order by nth, _row, case when _row is null then row_key end, cell`;
}

/** The cells of a row of `changes`, in the order of `decisionColumns`; empty for a row that goes. */
function cellsOf(decisions: readonly Decisions[]): Sql[] {
  const ofNth = (texts: readonly string[]): Sql => sql`[${join(texts.map(literal), ', ')}][nth + 1]`;
  const common = [0, 1, 2, 3, 4].map((i) => ofNth(decisions.map((each) => each.common[i] ?? '')));
  const id = sql`substr(md5_hex(${ofNth(decisions.map(({ salt }) => salt))} || row_key || '|' || cell), 1, 20)`;
  return [id, ...common, sql`row_key`, sql`cell`, sql`before_value`, sql`after_value`, sql`why`];
}
