/**
 * What a value alone does not say: which numbers are dates, and which texts are errors. Asked for just the columns in
 * question.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { areaName, type Raw } from './cells.ts';
import type { SheetsClient } from './client.ts';

export const DATE = 1;
export const DATETIME = 2;
export const ERROR = 3;

/** By column: by row of the grid, what a value alone does not say. */
export type Marks = ReadonlyMap<number, Uint8Array>;

const FIELDS =
  'sheets(properties(sheetId),data(startRow,startColumn,' +
  'rowData(values(effectiveValue/errorValue/type,effectiveFormat/numberFormat/type))))';

/** Cells whose marks one request asks for, at some 70 bytes each; and ranges, which stand in its address. */
const MARKED_CELLS = 150_000;
const RANGES = 100;

/** Error values of all languages begin so; so do texts such as "#1". */
const LIKE_ERROR = /^#[^\s#]{1,14}$/;

/** The marks of tabs, where any were asked for. A number of a column in `numeric` is never a date. */
export async function readMarks<T extends { readonly title: string; readonly sheetId: number }>(
  client: SheetsClient,
  read: readonly { readonly tab: T; readonly rows: readonly (readonly Raw[])[] }[],
  numeric: (tab: T) => ReadonlySet<number>,
): Promise<ReadonlyMap<T, Marks>> {
  const marks = new Map<T, Map<number, Uint8Array>>();
  const parts: string[][] = [];
  let cells = Number.POSITIVE_INFINITY;
  for (const { tab, rows } of read) {
    for (const [column, { from, to }] of asked(rows, numeric(tab))) {
      marks.set(tab, (marks.get(tab) ?? new Map()).set(column, new Uint8Array(rows.length)));
      for (let at = from; at < to; at += MARKED_CELLS) {
        const end = Math.min(to, at + MARKED_CELLS);
        if (cells + end - at > MARKED_CELLS || parts.at(-1)?.length === RANGES) {
          parts.push([]);
          cells = 0;
        }
        cells += end - at;
        parts.at(-1)?.push(areaName(tab.title, { from: at, to: end }, { from: column, to: column + 1 }));
      }
    }
  }
  for (const part of parts) {
    const { sheets = [] } = await client.get(FIELDS, part);
    for (const { properties, data = [] } of sheets) {
      const found = [...marks].find(([tab]) => tab.sheetId === (properties?.sheetId ?? 0))?.[1];
      for (const { startRow, startColumn, rowData = [] } of data) {
        const column = found?.get(startColumn ?? 0);
        rowData.forEach(({ values }, i) => {
          if (column) column[(startRow ?? 0) + i] = markOf(values?.[0]);
        });
      }
    }
  }
  return marks;
}

/** The rows between which a column holds anything that has to be asked about. */
function asked(
  rows: readonly (readonly Raw[])[],
  numeric: ReadonlySet<number>,
): ReadonlyMap<number, { from: number; to: number }> {
  const spans = new Map<number, { from: number; to: number }>();
  rows.forEach((row, at) => {
    row.forEach((value, column) => {
      const isDate = typeof value === 'number' && !numeric.has(column);
      if (at === 0 || !(isDate || (typeof value === 'string' && LIKE_ERROR.test(value)))) return;
      spans.set(column, { from: spans.get(column)?.from ?? at, to: at + 1 });
    });
  });
  return spans;
}

function markOf(cell: sheets_v4.Schema$CellData = {}): number {
  if (cell.effectiveValue?.errorValue) return ERROR;
  const type = cell.effectiveFormat?.numberFormat?.type;
  return type === 'DATE' ? DATE : type === 'DATE_TIME' ? DATETIME : 0;
}
