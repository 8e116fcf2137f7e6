/**
 * A forgotten person's rows in a spreadsheet: those of the inbox and of the tabs that exports fill, and those of
 * tables that stand in quarantine, where no job sees them. People's own tabs are only looked at. It writes nothing
 * itself.
 */

import { findColumns } from '../headers.ts';
import type { Theirs } from '../store.ts';
import { type Goal, goalsOn } from './goals.ts';
import { isInbox } from './sheet-inbox.ts';
import { besideTables, tabsByTable } from './sheet-tabs.ts';
import type { SheetSnapshot, TabSnapshot } from './snapshot.ts';

const cellsOf = (tab: TabSnapshot, row: number): string[] =>
  Array.from({ length: tab.columnCount }, (_, column) => String(tab.raw(row, column) ?? ''));

/** The goals that take the rows out, tab by tab; `tables`: out of the tables as well. */
export async function theirRows(snapshot: SheetSnapshot, person: Theirs, tables: boolean): Promise<Goal[][]> {
  const found: Goal[][] = [];
  for (const outline of besideTables(snapshot)) {
    if (outline.exportOf === null && !isInbox(outline)) continue;
    const tab = await snapshot.load(outline);
    const names = (row: number): boolean => {
      const cells = cellsOf(tab, row);
      return person.names(cells.join('\t')) || (tab.exportOf !== null && cells.some((cell) => person.ids.has(cell)));
    };
    found.push(removals(tab, names));
  }
  for (const [, outline] of tables ? tabsByTable(snapshot) : []) {
    const tab = await snapshot.load(outline);
    found.push(removals(tab, ownRow(tab, person)));
  }
  return found.filter(({ length }) => length > 0);
}

/** Whether a row is the person's by its own address or contact_id. */
function ownRow(tab: TabSnapshot, { addresses, ids }: Theirs): (row: number) => boolean {
  const columns = findColumns('contacts', tab.headers);
  const textAt = (row: number, column: string): string => {
    const place = tab.headers.indexOf(columns.get(column) ?? '');
    return place < 0 ? '' : String(tab.raw(row, place) ?? '').trim();
  };
  return (row) => addresses.has(textAt(row, 'email').toLowerCase()) || ids.has(textAt(row, 'contact_id'));
}

const removals = (tab: TabSnapshot, isTheirs: (row: number) => boolean): Goal[] =>
  Array.from({ length: tab.length }, (_, row) => row)
    .filter(isTheirs)
    .map((row) => goalsOn(tab, []).remove(row));

/** The rows of all tabs that name the person, as people count: the header is row 1. */
export async function rowsNaming(
  snapshot: SheetSnapshot,
  { names }: Theirs,
): Promise<{ tab: string; rows: number[] }[]> {
  const found: { tab: string; rows: number[] }[] = [];
  for (const outline of snapshot.tabs) {
    const tab = await snapshot.load(outline);
    const rows: number[] = [];
    for (let row = -1; row < tab.length; row += 1) if (names(cellsOf(tab, row).join('\t'))) rows.push(row + 2);
    if (rows.length > 0) found.push({ tab: tab.title, rows });
  }
  return found;
}
