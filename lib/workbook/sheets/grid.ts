/** A tab's cells at one moment, by row and column, and what tells one row from another. Pure. */
import { createHash } from 'node:crypto';
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { Raw } from './snapshot.ts';

/** A cell: what it shows, the formula that gives it, and, where it was asked for, the number format that it carries. */
export interface Seen {
  readonly value: Raw;
  readonly formula?: string;
  readonly numberFormat?: sheets_v4.Schema$NumberFormat;
}

export interface Grid {
  readonly headers: readonly string[];
  /** Rows up to the last that holds anything in the columns read; the header, row 0, counts. */
  readonly length: number;
  readonly columnCount: number;
  at(row: number, column: number): Seen;
}

/** What a cell that shows an error holds here, whatever the error and the sheet's language call it. */
export const ANY_ERROR = '#ERROR!';

export const EMPTY: Seen = { value: null };

/** A grid of rows of cells; what is missing is empty. */
export function gridOf(rows: readonly (readonly (Seen | undefined)[])[], columnCount: number): Grid {
  const holds = (cell: Seen | undefined): boolean => cell !== undefined && (cell.value !== null || 'formula' in cell);
  const headers = Array.from(rows[0] ?? [], (cell) => String(cell?.value ?? ''));
  return {
    headers: headers.slice(0, headers.findLastIndex((header) => header !== '') + 1),
    length: rows.findLastIndex((row) => row.some(holds)) + 1,
    columnCount,
    at: (row, column) => rows[row]?.[column] ?? EMPTY,
  };
}

/** A key of one or more cells as one text; empty if all of them are. */
export function keyOf(cells: readonly Raw[]): string {
  return cells.every((cell) => cell === null || cell === '')
    ? ''
    : cells.map((cell) => String(cell ?? '')).join('\u001f');
}

/** The key of a row; empty where a key column is not there (-1), or there are none. */
export function keyAt(grid: Grid, row: number, keyColumns: readonly number[]): string {
  return keyColumns.includes(-1) ? '' : keyOf(keyColumns.map((column) => grid.at(row, column).value));
}

/** Whether a column has a header, and is the first that has it. */
export function isOwn(headers: readonly string[], column: number): boolean {
  const header = headers[column] ?? '';
  return header !== '' && headers.indexOf(header) === column;
}

/** What a row holds in the columns that have a header of their own, by header; empty cells are left out. */
export function contentAt(grid: Grid, row: number): Map<string, Raw> {
  const content = new Map<string, Raw>();
  grid.headers.forEach((header, column) => {
    const { value } = grid.at(row, column);
    if (value !== null && isOwn(grid.headers, column)) content.set(header, value);
  });
  return content;
}

/** A short name for a row's content, in whatever order its columns stand. */
export function digestOf(content: ReadonlyMap<string, Raw>): string {
  const cells = [...content].filter(([, value]) => value !== null).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(cells)).digest('base64url').slice(0, 16);
}
