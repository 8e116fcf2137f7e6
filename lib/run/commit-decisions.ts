/**
 * The decisions of a batch, as rows to add to the table `changes`, behind those that it takes away there. Else that table is
 * never read for this. There may be millions: what many have in common is put beside them once they stand in order.
 */
import { join } from 'node:path';
import { quoted, quoteText } from '../core/sql.ts';
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
        const cell = headers.includes(header) ? `nullif(${cells[headers.indexOf(header)]}, '')` : 'null';
        return `${cell} as ${quoted(header)}`;
      })
    : [`case when nth < 0 then 'd' else 'i' end`, 'case when nth < 0 then _row end', 'null', ...cells];
  const path = join(store.scratch, 'patch-changes.csv');
  const query = `select ${columns.join(', ')} from (${inOrder(decisions, pruned)})`;
  await writeRecords(engine, store, 'changes', query, path, alone !== null && begins(store, 'changes'));
  const rows = { insert: decisions.length, update: 0, remove: removed };
  return { table: 'changes', path, columns: alone ?? headers, rows, ...(alone && rowsAlone(store, 'changes')) };
}

/** A row is a decision, or (nth -1) a row of `changes` that goes; in the order in which they are to stand. */
function inOrder(decisions: readonly Decisions[], pruned: readonly Diff[]): string {
  const none = 'cast(null as varchar)';
  const gone = pruned.map(
    (diff) =>
      `select -1 as nth, ${none} as row_key, ${none} as cell, ${none} as before_value, ${none} as after_value, ${none} as why, _row from ${diff.name} where op = 'd'`,
  );
  const come = decisions.map(
    ({ cells }, i) => `select ${i} as nth, row_key, cell, before_value, after_value, why, _row from (${cells})`,
  );
  return `select * from (${[...gone, ...come].join(' union all ')}) order by nth, _row, case when _row is null then row_key end, cell`;
}

/** The cells of a row of `changes`, in the order of `decisionColumns`; empty for a row that goes. */
function cellsOf(decisions: readonly Decisions[]): string[] {
  const ofNth = (texts: readonly string[]): string => `[${texts.map(quoteText).join(', ')}][nth + 1]`;
  const common = [0, 1, 2, 3, 4].map((i) => ofNth(decisions.map((each) => each.common[i] ?? '')));
  const id = `substr(md5_hex(${ofNth(decisions.map(({ salt }) => salt))} || row_key || '|' || cell), 1, 20)`;
  return [id, ...common, 'row_key', 'cell', 'before_value', 'after_value', 'why'];
}
