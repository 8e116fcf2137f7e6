/** Cells, keys and rows as the reader and the writer of a spreadsheet see them. Pure. */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';

export type Request = sheets_v4.Schema$Request;

/** What a cell holds as Sheets stores it; a date is its serial number. */
export type Raw = string | number | boolean | null;

/** A cell of the spreadsheet as it stands. */
export interface Seen {
  readonly value: Raw;
  /** A formula, or a value that a formula elsewhere put there (ARRAYFORMULA, IMPORTRANGE): a value and no typed one. */
  readonly computed?: true;
  /** The type of the number format that the cell carries. */
  readonly format?: string;
}

export const EMPTY: Seen = { value: null };

/** The value of a cell that shows an error: its text depends on the sheet's language. */
const ANY_ERROR = '#ERROR!';

/** The fields of a cell that `seenOf` reads. */
export const CELL_FIELDS =
  'userEnteredValue,effectiveValue(stringValue,numberValue,boolValue,errorValue/type),userEnteredFormat/numberFormat/type';

export function seenOf(cell: sheets_v4.Schema$CellData | undefined): Seen {
  if (!cell) return EMPTY;
  const { effectiveValue: shown, userEnteredValue: typed } = cell;
  const value = shown?.errorValue ? ANY_ERROR : (shown?.stringValue ?? shown?.numberValue ?? shown?.boolValue ?? null);
  const format = cell.userEnteredFormat?.numberFormat?.type;
  const isTyped = typed && typed.formulaValue === undefined;
  const isComputed = typed?.formulaValue !== undefined || (!isTyped && value !== null && value !== '');
  return { value: value === '' ? null : value, ...(isComputed && { computed: true }), ...(format && { format }) };
}

/** A tab's title as a range. */
export const quoteTitle = (title: string): string => `'${title.replaceAll("'", "''")}'`;

/** 0 → A, 26 → AA. */
export function columnName(column: number): string {
  const rest = Math.floor(column / 26) - 1;
  return (rest >= 0 ? columnName(rest) : '') + String.fromCharCode(65 + (column % 26));
}

/** 0, 1, 2 … below `length`. */
export const countTo = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** Half open. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Whole numbers, in ascending spans; those that lie at most `gap` apart are one span. */
export function spansOf(numbers: Iterable<number>, gap = 1): Span[] {
  const spans: { from: number; to: number }[] = [];
  for (const each of [...numbers].sort((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last && each < last.to + gap) last.to = Math.max(last.to, each + 1);
    else spans.push({ from: each, to: each + 1 });
  }
  return spans;
}

/** A1 notation of rows and columns of a tab. */
export const areaName = (title: string, rows: Span, columns: Span): string =>
  `${quoteTitle(title)}!${columnName(columns.from)}${rows.from + 1}:${columnName(columns.to - 1)}${rows.to}`;

/** Half open spans of rows and columns as a range of a tab. */
export const gridRange = (sheetId: number, rows: Span, columns: Span): sheets_v4.Schema$GridRange => ({
  sheetId,
  startRowIndex: rows.from,
  endRowIndex: rows.to,
  startColumnIndex: columns.from,
  endColumnIndex: columns.to,
});

/** A key of one or more cells as one text; empty where all of them are. */
export function keyOf(cells: readonly Raw[]): string {
  return cells.every((cell) => cell === null || cell === '')
    ? ''
    : cells.map((cell) => String(cell ?? '')).join('\u001f');
}

/** Whether a column has a header, and is the first that has it. */
export function isOwn(headers: readonly string[], column: number): boolean {
  const header = headers[column] ?? '';
  return header !== '' && headers.indexOf(header) === column;
}

export function cellOf(value: Raw): sheets_v4.Schema$CellData {
  if (value === null || value === '') return {};
  if (typeof value === 'number') return { userEnteredValue: { numberValue: value } };
  return { userEnteredValue: typeof value === 'boolean' ? { boolValue: value } : { stringValue: value } };
}

/** Things by a name of their own, in their order. */
export function grouped<T, N>(all: readonly T[], nameOf: (one: T) => N): Map<N, T[]> {
  const groups = new Map<N, T[]>();
  for (const one of all) {
    const name = nameOf(one);
    const there = groups.get(name);
    if (there) there.push(one);
    else groups.set(name, [one]);
  }
  return groups;
}
