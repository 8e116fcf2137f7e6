/** Goals as a test writes them: rows by key, cells before and after. */
import { type Content, keyOf, type Raw } from '../../lib/workbook/sheets/cells.ts';
import type { Goal, InsertGoal, UpdateGoal, Write } from '../../lib/workbook/sheets/goals.ts';
import { dateToSerial } from '../../lib/workbook/sheets/serial-time.ts';
import type { TabOutline } from '../../lib/workbook/sheets/snapshot.ts';

export type Put = Raw | { readonly date: string };

/** The patch of a tab: rows by their place in the snapshot (0 is the one below the header) and their key. */
export interface TabPatch {
  readonly tab: string;
  readonly sheetId: number;
  readonly key: readonly string[];
  readonly updates: readonly {
    readonly row: number;
    readonly key: readonly Raw[];
    readonly cells: readonly { readonly column: string; readonly before: Raw; readonly after: Put }[];
    readonly content?: Content;
  }[];
  readonly inserts: readonly { readonly cells: readonly { readonly column: string; readonly value: Put }[] }[];
  readonly removals: readonly { readonly row: number; readonly key: readonly Raw[]; readonly content: Content }[];
}

const writeOf = (put: Put): Write =>
  put !== null && typeof put === 'object' ? { value: dateToSerial(put.date), format: 'DATE' } : { value: put };

/** The goals of a patch, in its order. */
export function goalsOf({ tab, sheetId, key: keyColumns, ...patch }: TabPatch): Goal[] {
  const base = { sheetId, tab, keyColumns };
  const updates = patch.updates.map(({ row, key, cells, content }): UpdateGoal => {
    const id = { key: keyOf(key), row: row + 1, ...(content && { content }) };
    return { ...base, kind: 'update', id, cells: cells.map((cell) => ({ ...cell, after: writeOf(cell.after) })) };
  });
  const inserts = patch.inserts.map((insert): InsertGoal => {
    const cells = insert.cells.map(({ column, value }) => ({ column, after: writeOf(value) }));
    const key = keyOf(keyColumns.map((header) => cells.find(({ column }) => column === header)?.after.value ?? null));
    return { ...base, kind: 'insert', key, cells: cells.filter(({ after }) => after.value !== null) };
  });
  const removals = patch.removals
    .toSorted((a, b) => b.row - a.row)
    .map(
      ({ row, key, content }): Goal => ({ ...base, kind: 'remove', id: { key: keyOf(key), row: row + 1, content } }),
    );
  return [...updates, ...inserts, ...removals];
}

/** The tab of a title. */
export function tabNamed(tabs: readonly TabOutline[], title: string): TabOutline {
  const found = tabs.find((tab) => tab.title === title);
  if (!found) throw new Error(`no tab ${title}`);
  return found;
}
