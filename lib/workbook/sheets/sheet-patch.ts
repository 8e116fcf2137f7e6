/**
 * From a table's patch, as every store gets it, to goals in a spreadsheet: rows by place and key, cells as typed
 * values. Text stays text, no matter what it looks like; a moment that the sheet's own clock can't show without doubt is
 * written as text too.
 */
import { type ColumnType, tableOf } from '../../core/tables.ts';
import { cellText } from '../csv/cell.ts';
import { FIRST_CELL, PatchReader } from '../csv/patch.ts';
import type { TablePatch } from '../store.ts';
import { type Goal, type GoalCell, goalsOn, type Write } from './goals.ts';
import { dateToSerial, type ZoneClock } from './serial-time.ts';
import type { TabSnapshot } from './snapshot.ts';

/** A table of the workbook in the sheet: its tab, and where the rows of its reading stand. */
interface SheetTable {
  readonly tab: TabSnapshot;
  /** Header texts by column. */
  readonly headerOf: ReadonlyMap<string, string>;
  readonly places: readonly number[];
}

/** Cells of new rows that are alike are one object: millions of them repeat job, period and run. */
const MOST_SHARED = 5000;

/** The goals of a patch: updates, new rows, removals from the bottom up, so that none shifts the rows of the next. */
export function goalsOfPatch(patch: TablePatch, { tab, headerOf, places }: SheetTable, clock: ZoneClock): Goal[] {
  const definition = tableOf(patch.table);
  const columnOf = new Map([...headerOf].map(([column, header]) => [header, column]));
  const types = patch.columns.map((header) => definition.columns[columnOf.get(header) ?? header]?.type ?? 'text');
  const key = definition.key.map((column) => headerOf.get(column) ?? column);
  const make = goalsOn(tab, key);
  const indexes = patch.columns.map(make.indexOf);
  const reader = new PatchReader({ path: patch.path, columns: patch.columns, key: key[0] ?? '' }, ',');
  const shared = new Map<string, GoalCell>();
  const cellsNow = (): GoalCell[] =>
    indexes.flatMap((index, i) => {
      const [start, end] = [reader.start(FIRST_CELL + i), reader.end(FIRST_CELL + i)];
      // The cell stays as it is.
      if (start === end) return [];
      const text = cellText(reader.bytes, start, end);
      const name = `${i} ${text}`;
      const cell = shared.get(name) ?? { index, after: writeOf(text, types[i] ?? 'text', clock) };
      if (shared.size < MOST_SHARED) shared.set(name, cell);
      return [cell];
    });
  const goals: Goal[] = [];
  const removals: Goal[] = [];
  try {
    for (reader.advance(); reader.operation !== null; reader.advance()) {
      const row = places[reader.row] ?? -1;
      if (reader.operation === 'i') goals.push(make.insert(cellsNow()));
      else if (reader.operation === 'd') removals.push(make.remove(row));
      else goals.push(make.update(row, cellsNow()));
    }
  } finally {
    reader.close();
  }
  return [...goals, ...removals.reverse()];
}

/** A text of the workbook as a cell of the type. */
export function writeOf(text: string, type: ColumnType, clock: ZoneClock): Write {
  if (text === '') return { value: null };
  if (type === 'number' && Number.isFinite(Number(text))) return { value: Number(text) };
  if (type === 'date' && /^\d{4}-\d\d-\d\d$/.test(text) && dateToSerial(text) >= 1) {
    return { value: dateToSerial(text), format: 'DATE' };
  }
  const moment = type === 'time' ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(moment)) return { value: text };
  const serial = clock.toSerial(text);
  // In the hour that the clocks repeat in autumn, a serial number stands for two moments.
  const isCertain = serial >= 1 && Date.parse(clock.toInstant(serial)) === moment;
  return isCertain ? { value: serial, format: 'DATE_TIME' } : { value: text };
}
