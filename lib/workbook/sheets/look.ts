/**
 * The look just before a write: headers, and the keys and cells concerned about where their rows stood. Columns are
 * found by header wherever they are by now. It costs what is to be written, not what the tab holds; whole columns are
 * only read where a row is no longer where it was, or a new row's key may be there already.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import {
  areaName,
  CELL_FIELDS,
  columnName,
  EMPTY,
  quoteTitle,
  type Raw,
  type Seen,
  type Span,
  seenOf,
  spansOf,
} from './cells.ts';
import type { SheetsClient } from './client.ts';
import { IncompleteRead, Refused } from './errors.ts';
import { NEAR_ROWS } from './goals.ts';
import { type Closed, closedIn, PROTECTION_FIELDS } from './protection.ts';

/** What is known of a tab from before: where a look begins. */
export interface KnownTab {
  readonly title: string;
  readonly headers: readonly string[];
  readonly rowCount: number;
  readonly columnCount: number;
}

/** A tab of the plan: how it was read, or how it has just been made. */
export interface WritableTab extends KnownTab {
  readonly sheetId: number;
  /** Rows below the header; undefined where the tab was not read whole. */
  readonly length?: number;
  /** Made by this run: no row of it can be there already. */
  readonly isNew?: true;
}

export interface TabLook extends KnownTab {
  readonly sheetId: number;
  /** Columns that a formula fills: its values stand in the first rows, where nothing is typed. */
  readonly filled: ReadonlySet<number>;
  readonly merges: readonly sheets_v4.Schema$GridRange[];
  readonly closed: readonly Closed[];
  /** The ranges of Tables. */
  readonly tables: readonly sheets_v4.Schema$GridRange[];
  /** Rows of which cells were looked at; the header is among them. */
  readonly rows: readonly number[];
  /** Undefined for a cell that was not looked at. */
  readonly at: (row: number, column: number) => Seen | undefined;
}

export interface Look {
  readonly tabs: ReadonlyMap<number, TabLook>;
  /** The ids of all markers. */
  readonly markers: ReadonlySet<number>;
}

export interface Want {
  /** Rows of the grid; the header is 0. */
  readonly rows: ReadonlySet<number>;
  /** Headers, or indexes where a column is known by what it holds. */
  readonly columns: ReadonlySet<string | number> | 'all';
}

const PROPERTIES = 'properties(sheetId,title,gridProperties(rowCount,columnCount))';
const GRID = `data(startRow,startColumn,rowData(values(${CELL_FIELDS})))`;
const FIELDS = `developerMetadata(metadataId),sheets(${PROPERTIES},merges,${PROTECTION_FIELDS},tables(range),${GRID})`;

/** Rows at a tab's top that are looked at for formulas that fill columns. */
export const TOP_ROWS = 4;

/** Ranges stand in the address of a request, which should stay below 8,000 characters. */
const RANGES = 100;
const LOOKS = 8;

/** Looks at tabs; one that is gone is missing from the result. Brings `known` up to date. @throws IncompleteRead */
export async function lookAt(
  client: SheetsClient,
  wants: ReadonlyMap<number, Want>,
  known: Map<number, KnownTab>,
): Promise<Look> {
  for (let attempt = 1; attempt <= LOOKS; attempt += 1) {
    if ([...wants.keys()].some((sheetId) => !known.has(sheetId))) await outline(client, known, new Set(wants.keys()));
    const tabs = [...wants].flatMap(([sheetId, want]) => {
      const tab = known.get(sheetId);
      return tab ? [{ sheetId, want, tab }] : [];
    });
    try {
      const look = await readCells(client, tabs, known);
      if (look) return look;
    } catch (error) {
      // A tab was renamed, deleted or made smaller just now.
      if (!(error instanceof Refused)) throw error;
      for (const sheetId of wants.keys()) known.delete(sheetId);
      await outline(client, known, new Set(wants.keys()));
      if (attempt > 1) await client.pause(attempt, error.message);
    }
  }
  throw new IncompleteRead('Tabs and columns of the spreadsheet kept moving while it was read. Run again later.');
}

/** Titles, sizes and headers, by the tabs' ids. */
async function outline(
  client: SheetsClient,
  known: Map<number, KnownTab>,
  sheetIds: ReadonlySet<number>,
): Promise<void> {
  const { sheets = [] } = await client.get(`sheets(${PROPERTIES})`);
  for (const { properties } of sheets) {
    const { sheetId = 0, title = '', gridProperties } = properties ?? {};
    if (!sheetIds.has(sheetId ?? 0) || known.has(sheetId ?? 0)) continue;
    const { rowCount = 0, columnCount = 0 } = gridProperties ?? {};
    known.set(sheetId ?? 0, {
      title: title ?? '',
      headers: [],
      rowCount: rowCount ?? 0,
      columnCount: columnCount ?? 0,
    });
  }
}

interface Asked {
  readonly sheetId: number;
  readonly want: Want;
  readonly tab: KnownTab;
}

function rangesOf({ want, tab }: Asked): string[] {
  const indexes =
    want.columns === 'all'
      ? Array.from({ length: tab.columnCount }, (_, i) => i)
      : [...want.columns].map((one) => (typeof one === 'number' ? one : tab.headers.indexOf(one)));
  const columns = spansOf(indexes.filter((i) => i >= 0 && i < tab.columnCount));
  const rows = spansOf(
    [...want.rows].filter((row) => row > 0 && row < tab.rowCount),
    NEAR_ROWS,
  );
  return [
    `${quoteTitle(tab.title)}!1:${Math.max(1, Math.min(TOP_ROWS, tab.rowCount))}`,
    ...rows.flatMap((row) => columns.map((column) => areaName(tab.title, row, column))),
  ];
}

/** Undefined where headers or titles are others than was thought: what is known is right by then. */
async function readCells(
  client: SheetsClient,
  asked: readonly Asked[],
  known: Map<number, KnownTab>,
): Promise<Look | undefined> {
  const ranges = asked.flatMap(rangesOf);
  const sheets = new Map<number, sheets_v4.Schema$Sheet>();
  let markers = new Set<number>();
  for (let from = 0; from === 0 || from < ranges.length; from += RANGES) {
    const part = ranges.slice(from, from + RANGES);
    const book = await client.get(part.length > 0 ? FIELDS : 'developerMetadata(metadataId)', part);
    markers = new Set((book.developerMetadata ?? []).map(({ metadataId }) => metadataId ?? 0));
    for (const sheet of book.sheets ?? []) {
      const sheetId = sheet.properties?.sheetId ?? 0;
      sheets.set(sheetId, { ...sheet, data: [...(sheets.get(sheetId)?.data ?? []), ...(sheet.data ?? [])] });
    }
  }
  const tabs = new Map<number, TabLook>();
  let asThought = true;
  for (const { sheetId, tab, want } of asked) {
    const sheet = sheets.get(sheetId);
    if (!sheet) {
      known.delete(sheetId);
      asThought = false;
      continue;
    }
    const now = tabLook(sheet);
    const { title, headers, rowCount, columnCount } = now;
    known.set(sheetId, { title, headers, rowCount, columnCount });
    const same = JSON.stringify(headers) === JSON.stringify(tab.headers) && columnCount === tab.columnCount;
    if (title !== tab.title || (!same && want.rows.size > 0)) asThought = false;
    tabs.set(sheetId, now);
  }
  return asThought ? { tabs, markers } : undefined;
}

/**
 * The cells of an answer's ranges, by row and column of the grid. Those that it leaves out at a row's end are empty.
 */
export function cellsIn(data: readonly sheets_v4.Schema$GridData[] = []): Seen[][] {
  const grid: Seen[][] = [];
  for (const { startRow, startColumn, rowData = [] } of data)
    rowData.forEach(({ values = [] }, i) => {
      const row = (startRow ?? 0) + i;
      const cells = grid[row] ?? [];
      grid[row] = cells;
      values.forEach((cell, j) => {
        cells[(startColumn ?? 0) + j] = seenOf(cell);
      });
    });
  return grid;
}

/** A value written into such a column would break the formula, and empty the rest of the column. */
function filledIn({ data = [] }: sheets_v4.Schema$Sheet): Set<number> {
  const filled = new Set<number>();
  for (const { startRow, startColumn, rowData = [] } of data) {
    if ((startRow ?? 0) >= TOP_ROWS) continue;
    rowData.slice(0, TOP_ROWS).forEach(({ values = [] }, i) => {
      values.forEach((cell, j) => {
        const isSpilled = !cell.userEnteredValue && cell.effectiveValue;
        const isHeader = (startRow ?? 0) + i === 0;
        if (isSpilled || (isHeader && seenOf(cell).computed)) filled.add((startColumn ?? 0) + j);
      });
    });
  }
  return filled;
}

function tabLook(sheet: sheets_v4.Schema$Sheet): TabLook {
  const grid = cellsIn(sheet.data);
  const { sheetId, title, gridProperties } = sheet.properties ?? {};
  const head = grid[0] ?? [];
  const texts = Array.from(head, (cell) => String(cell?.value ?? ''));
  const headers = texts.slice(0, texts.findLastIndex((text) => text !== '') + 1);
  return {
    sheetId: sheetId ?? 0,
    title: title ?? '',
    headers,
    rowCount: gridProperties?.rowCount ?? 0,
    columnCount: gridProperties?.columnCount ?? 0,
    filled: filledIn(sheet),
    merges: sheet.merges ?? [],
    closed: closedIn(sheet),
    tables: (sheet.tables ?? []).flatMap(({ range }) => range ?? []),
    rows: Object.keys(grid).map(Number),
    at: (row, column) => grid[row]?.[column] ?? (grid[row] ? EMPTY : undefined),
  };
}

/** Cells of one request for whole columns; a key of 20 characters makes 10 MB of them. */
const CELLS = 400_000;

/** Whole columns by index, row by row from the header on, as they are at about this moment. */
export async function wholeColumns(
  client: SheetsClient,
  { title, rowCount }: KnownTab,
  columns: readonly number[],
): Promise<Raw[][]> {
  const rows: Raw[][] = [];
  const page = Math.max(1000, Math.floor(CELLS / Math.max(1, columns.length)));
  for (let from = 0; from < rowCount && columns.length > 0; from += page) {
    const to = Math.min(rowCount, from + page);
    const ranges = columns.map(
      (column) => `${quoteTitle(title)}!${columnName(column)}${from + 1}:${columnName(column)}${to}`,
    );
    const parts = await client.values(ranges);
    parts.forEach(({ values }, i) => {
      (values ?? []).forEach(([value], row) => {
        const cells = rows[from + row] ?? columns.map(() => null);
        rows[from + row] = cells;
        cells[i] = value === '' || value === undefined ? null : value;
      });
    });
  }
  return Array.from(rows, (row) => row ?? columns.map(() => null));
}

/** A half open span of rows and one of columns as a range of a tab. */
export const gridRange = (sheetId: number, rows: Span, columns: Span): sheets_v4.Schema$GridRange => ({
  sheetId,
  startRowIndex: rows.from,
  endRowIndex: rows.to,
  startColumnIndex: columns.from,
  endColumnIndex: columns.to,
});
