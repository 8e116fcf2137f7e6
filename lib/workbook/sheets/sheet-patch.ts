/**
 * From a table's patch, as every store gets it, to what it means in a spreadsheet: rows by place and key, cells as typed
 * values. Text stays text, whatever it looks like; a moment that the sheet's own clock can't show without doubt is
 * written as text too. It places nothing and writes nothing.
 */

import { type ColumnType, tableOf } from '../../core/tables.ts';
import { cellText } from '../csv/cell.ts';
import { FIRST_CELL, PatchReader } from '../csv/patch.ts';
import type { TablePatch } from '../store.ts';
import type { Put, Raw } from './cells.ts';
import type { CellChange, RowInsert, RowRemoval, RowUpdate, TabPatch } from './goals.ts';
import { dateToSerial, type ZoneClock } from './serial-time.ts';
import type { TabSnapshot } from './snapshot.ts';

/** A table of the workbook in the sheet: its tab, and where the rows of its reading stand. */
export interface SheetTable {
  readonly tab: TabSnapshot;
  /** Header texts by column. */
  readonly headerOf: ReadonlyMap<string, string>;
  readonly places: readonly number[];
}

/** How many rows a table's patch adds. */
export function insertsIn({ path, columns, table }: TablePatch): number {
  const reader = new PatchReader({ path, columns, key: tableOf(table).key[0] ?? '' }, ',');
  let inserts = 0;
  try {
    for (reader.advance(); reader.operation !== null; reader.advance()) if (reader.operation === 'i') inserts += 1;
  } finally {
    reader.close();
  }
  return inserts;
}

/** Makes the patch of a tab. */
export function tabPatchOf(patch: TablePatch, table: SheetTable, clock: ZoneClock): TabPatch {
  const { tab, headerOf, places } = table;
  const definition = tableOf(patch.table);
  const columnOf = new Map([...headerOf].map(([column, header]) => [header, column]));
  const types = patch.columns.map((header) => definition.columns[columnOf.get(header) ?? header]?.type ?? 'text');
  const key = definition.key.map((column) => headerOf.get(column) ?? column);
  const keyPlaces = key.map((header) => tab.headers.indexOf(header));
  const updates: RowUpdate[] = [];
  const inserts: RowInsert[] = [];
  const removals: RowRemoval[] = [];
  const reader = new PatchReader({ path: patch.path, columns: patch.columns, key: key[0] ?? '' }, ',');
  /** What the record puts into a column; undefined where it leaves the cell alone. */
  const putOf = (i: number): Put | undefined => {
    const [start, end] = [reader.start(FIRST_CELL + i), reader.end(FIRST_CELL + i)];
    if (start === end) return undefined;
    return putOfText(cellText(reader.bytes, start, end), types[i] ?? 'text', clock);
  };
  const puts = (): { column: string; value: Put }[] =>
    patch.columns.flatMap((column, i) => {
      const value = putOf(i);
      return value === undefined ? [] : [{ column, value }];
    });
  const shared = sharing();
  try {
    for (reader.advance(); reader.operation !== null; reader.advance()) {
      if (reader.operation === 'i') {
        const cells = puts().filter(({ value }) => value !== null);
        inserts.push({ cells: cells.map((cell) => shared(cell)) });
        continue;
      }
      const row = places[reader.row] ?? -1;
      const keyCells = keyPlaces.map((place): Raw => (place < 0 ? null : tab.raw(row, place)));
      if (reader.operation === 'd') removals.push({ row, key: keyCells, content: tab.content(row) });
      else {
        const cells = puts().map(
          ({ column, value }): CellChange => ({ column, before: rawAt(tab, row, column), after: value }),
        );
        const isKeyless = keyCells.every((cell) => cell === null);
        updates.push({ row, key: keyCells, cells, ...(isKeyless && { content: tab.content(row) }) });
      }
    }
  } finally {
    reader.close();
  }
  return { tab: tab.title, sheetId: tab.sheetId, key, updates, inserts, removals };
}

type NewCell = RowInsert['cells'][number];

/** Cells of new rows that are alike are one object: millions of them repeat job, period and run. */
function sharing(): (cell: NewCell) => NewCell {
  const known = new Map<string, NewCell>();
  return (cell) => {
    const name = `${cell.column}\u0000${JSON.stringify(cell.value)}`;
    const there = known.get(name);
    if (there) return there;
    if (known.size < MOST_SHARED) known.set(name, cell);
    return cell;
  };
}
const MOST_SHARED = 5000;

function rawAt(tab: TabSnapshot, row: number, header: string): Raw {
  const column = tab.headers.indexOf(header);
  return column < 0 ? null : tab.raw(row, column);
}

/** A text of the workbook as a cell of the type. */
export function putOfText(text: string, type: ColumnType, clock: ZoneClock): Put {
  if (text === '') return null;
  if (type === 'number') return Number.isFinite(Number(text)) ? Number(text) : text;
  if (type === 'date') return /^\d{4}-\d\d-\d\d$/.test(text) && dateToSerial(text) >= 1 ? { date: text } : text;
  if (type === 'time') {
    const moment = Date.parse(text);
    if (Number.isNaN(moment)) return text;
    const serial = clock.toSerial(text);
    // In the hour that the clocks repeat in autumn, a serial number stands for two moments.
    return serial >= 1 && Date.parse(clock.toInstant(serial)) === moment ? { datetime: text } : text;
  }
  return text;
}
