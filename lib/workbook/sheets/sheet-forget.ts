/**
 * A forgotten person's rows in a spreadsheet: those of the inbox and of the tabs that exports fill, and those of tables that
 * stand in quarantine, where no job sees them. People's own tabs are only looked at. It writes nothing itself.
 */

import { findColumns } from '../headers.ts';
import type { Theirs } from '../store.ts';
import type { RowRemoval, TabPatch } from './patch.ts';
import { isInbox } from './sheet-inbox.ts';
import { besideTables, tabsByTable } from './sheet-tabs.ts';
import type { SheetSnapshot, TabSnapshot } from './snapshot.ts';

const cellsOf = (tab: TabSnapshot, row: number): string[] =>
  Array.from({ length: tab.columnCount }, (_, column) => String(tab.raw(row, column) ?? ''));

/** The patches that take the rows out; `tables`: out of the tables as well. */
export function theirRows(snapshot: SheetSnapshot, person: Theirs, tables: boolean): TabPatch[] {
  const beside = besideTables(snapshot).flatMap((tab) => {
    if (tab.exportOf === null && !isInbox(tab)) return [];
    const names = (row: number): boolean => {
      const cells = cellsOf(tab, row);
      return person.names(cells.join('\t')) || (tab.exportOf !== null && cells.some((cell) => person.ids.has(cell)));
    };
    return removal(tab, names);
  });
  return tables
    ? [...beside, ...tabsByTable(snapshot).flatMap(([, tab]) => removal(tab, ownRow(tab, person)))]
    : beside;
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

function removal(tab: TabSnapshot, isTheirs: (row: number) => boolean): TabPatch[] {
  const removals: RowRemoval[] = [];
  for (let row = 0; row < tab.length; row += 1) if (isTheirs(row)) removals.push({ row, key: [] });
  return removals.length > 0 ? [{ tab: tab.title, key: [], updates: [], inserts: [], removals }] : [];
}

/** The rows of all tabs that name the person, as people count: the header is row 1. */
export function rowsNaming(snapshot: SheetSnapshot, { names }: Theirs): { tab: string; rows: number[] }[] {
  return snapshot.tabs.flatMap((tab) => {
    const rows: number[] = [];
    for (let row = -1; row < tab.length; row += 1) if (names(cellsOf(tab, row).join('\t'))) rows.push(row + 2);
    return rows.length > 0 ? [{ tab: tab.title, rows }] : [];
  });
}
