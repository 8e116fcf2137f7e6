/**
 * The look just before a write: headers, and the keys and cells concerned about where their rows stood. It costs what
 * is to be written, not what the tab holds; whole columns are only read where a row is no longer where it was, or a new
 * row's key may be there already.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { areaName, CELL_FIELDS, EMPTY, quoteTitle, type Raw, type Seen, seenOf, spansOf } from './cells.ts';
import type { SheetsClient } from './client.ts';
import { IncompleteRead, Refused } from './errors.ts';
import { NEAR_ROWS } from './goals.ts';
import { outlineOf, readOutline, TAB_FIELDS, type TabOutline } from './outline.ts';

/** What is known of a tab from before: where a look begins. */
export type KnownTab = Pick<TabOutline, 'title' | 'headers' | 'rowCount' | 'columnCount'>;
type Known = Map<number, KnownTab>;

/** A tab of the plan: how it was read, or how it has just been made. */
export interface WritableTab extends KnownTab {
  readonly sheetId: number;
  /** Rows below the header; undefined where the tab was not read whole. */
  readonly length?: number;
  /** Made by this run: no row of it can be there already. */
  readonly isNew?: true;
}

export interface TabLook extends TabOutline {
  /** Columns that a formula fills: its values stand in the first rows, where nothing is typed. */
  readonly filled: ReadonlySet<number>;
  /** Empty where it was not looked. */
  readonly at: (row: number, column: number) => Seen;
}

/** Whether a formula (IMPORTRANGE, QUERY) fills a tab, or the columns that tell its rows apart: it is only read. */
export const isFilledWhole = ({ headers, filled }: TabLook, key: readonly number[]): boolean =>
  key.some((column) => filled.has(column)) ||
  (filled.size > 0 && headers.every((header, column) => header === '' || filled.has(column)));

export interface Look {
  readonly tabs: ReadonlyMap<number, TabLook>;
  /** The ids of all markers. */
  readonly markers: ReadonlySet<number>;
}

/** Rows (the header is 0) and columns of the grid. */
export interface Want {
  readonly rows: ReadonlySet<number>;
  readonly columns: ReadonlySet<number>;
}
type Wants = ReadonlyMap<number, Want>;

const FIELDS =
  `developerMetadata(metadataId),sheets(${TAB_FIELDS},` + `data(startRow,startColumn,rowData(values(${CELL_FIELDS}))))`;

/** Rows at a tab's top that are looked at for formulas that fill columns. */
export const TOP_ROWS = 4;

/** Ranges stand in the address of a request, which should stay below 8,000 characters. */
const RANGES = 100;
const LOOKS = 8;

/**
 * Looks at tabs; one that is gone is missing from the result. `wantsOf` says what of them, as they are known by then;
 * brings `known` up to date.
 * @throws IncompleteRead
 */
export async function lookAt(
  client: SheetsClient,
  wantsOf: (known: ReadonlyMap<number, KnownTab>) => Wants,
  known: Known,
): Promise<Look> {
  for (let attempt = 1; attempt <= LOOKS; attempt += 1) {
    const asked = [...wantsOf(known).keys()];
    try {
      if (asked.some((sheetId) => !known.has(sheetId)))
        for (const tab of (await readOutline(client)).tabs)
          if (asked.includes(tab.sheetId) && !known.has(tab.sheetId)) known.set(tab.sheetId, tab);
      const look = await readCells(client, wantsOf(known), known);
      if (look) return look;
    } catch (error) {
      // A tab was renamed, deleted or made smaller just now.
      if (!(error instanceof Refused)) throw error;
      for (const sheetId of asked) known.delete(sheetId);
      if (attempt > 1) await client.pause(attempt, error.message);
    }
  }
  throw new IncompleteRead('Tabs and columns of the spreadsheet kept moving while it was read. Run again later.');
}

/** The first rows of tabs. */
export async function topsOf(client: SheetsClient, tabs: readonly TabOutline[]): Promise<Look['tabs']> {
  if (tabs.length === 0) return new Map();
  const wants = new Map(tabs.map(({ sheetId }) => [sheetId, { rows: new Set<number>(), columns: new Set<number>() }]));
  return (await lookAt(client, () => wants, new Map(tabs.map((tab) => [tab.sheetId, tab])))).tabs;
}

function rangesOf({ rows, columns }: Want, { title, rowCount }: KnownTab): string[] {
  const inGrid = [...rows].filter((row) => row > 0 && row < rowCount);
  const spans = spansOf(columns);
  return [
    `${quoteTitle(title)}!1:${Math.max(1, Math.min(TOP_ROWS, rowCount))}`,
    ...spansOf(inGrid, NEAR_ROWS).flatMap((row) => spans.map((column) => areaName(title, row, column))),
  ];
}

/** Undefined where headers or titles are others than was thought: what is known is right by then. */
async function readCells(client: SheetsClient, wants: Wants, known: Known): Promise<Look | undefined> {
  const asked = [...wants].flatMap(([sheetId, want]) => {
    const tab = known.get(sheetId);
    return tab ? [{ sheetId, want, tab }] : [];
  });
  const ranges = asked.flatMap(({ want, tab }) => rangesOf(want, tab));
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
    const now = sheet && tabLook(sheet);
    if (now) tabs.set(sheetId, now);
    // Not the cells, which are not needed again.
    if (sheet && now) known.set(sheetId, outlineOf(sheet, now.headers));
    else known.delete(sheetId);
    const isSame = now?.headers.join('\n') === tab.headers.join('\n') && now.columnCount === tab.columnCount;
    if (now?.title !== tab.title || (!isSame && want.rows.size > 0)) asThought = false;
  }
  return asThought ? { tabs, markers } : undefined;
}

/** The cells of an answer's ranges, by row and column of the grid. Those that it leaves out at a row's end are empty. */
export function cellsIn(data: readonly sheets_v4.Schema$GridData[] = []): TabLook['at'] {
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
  return (row, column) => grid[row]?.[column] ?? EMPTY;
}

function tabLook(sheet: sheets_v4.Schema$Sheet): TabLook {
  const at = cellsIn(sheet.data);
  const top = sheet.data?.[0]?.rowData ?? [];
  const texts = (top[0]?.values ?? []).map((_, column) => String(at(0, column).value ?? ''));
  const headers = texts.slice(0, texts.findLastIndex((text) => text !== '') + 1);
  // A value written into such a column would break the formula, and empty the rest of the column.
  const filledIn = ({ values = [] }: sheets_v4.Schema$RowData, row: number): number[] =>
    values.flatMap((cell, column) => {
      const isSpilled = !cell.userEnteredValue && cell.effectiveValue;
      return isSpilled || (row === 0 && at(0, column).computed) ? [column] : [];
    });
  return { ...outlineOf(sheet, headers), filled: new Set(top.slice(0, TOP_ROWS).flatMap(filledIn)), at };
}

/** Cells of one request for whole columns; a key of 20 characters makes 10 MB of them. */
const CELLS = 400_000;

/**
 * Whole columns, by row and column of the grid, as they are at about this moment; null where the tab is not as it was
 * known: resized, renamed or deleted.
 */
export async function wholeColumns(
  client: SheetsClient,
  { title, rowCount }: KnownTab,
  columns: readonly number[],
): Promise<Raw[][] | null> {
  const rows: Raw[][] = [];
  const spans = spansOf(columns);
  const page = Math.max(1000, Math.floor(CELLS / Math.max(1, columns.length)));
  for (let from = 0; from < rowCount && columns.length > 0; from += page) {
    const to = Math.min(rowCount, from + page);
    const ranges = spans.map((span) => areaName(title, { from, to }, span));
    const parts = await client.values(ranges).catch((error: unknown) => {
      if (error instanceof Refused) return null;
      throw error;
    });
    if (!parts) return null;
    for (const [i, { values = [] }] of parts.entries())
      for (const [row, line] of (values ?? []).entries()) {
        const cells = rows[from + row] ?? [];
        rows[from + row] = cells;
        for (const [j, value] of line.entries()) cells[(spans[i]?.from ?? 0) + j] = value === '' ? null : value;
      }
  }
  return Array.from(rows, (row) => row ?? []);
}
