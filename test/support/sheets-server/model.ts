/**
 * A spreadsheet in memory: tabs as grids of cells. Rows are never changed in place: who writes a cell replaces its row.
 * So a copy of a whole spreadsheet is as cheap as its lists of rows, and a batch that fails just drops its copy.
 */
import type { sheets_v4 as api } from 'googleapis/build/src/apis/sheets/v4.js';
import { invalid } from './api-error.ts';

/**
 * A cell with an effective value and no typed one shows what a formula elsewhere spilled into it: `spilledBy` names
 * that formula.
 */
export type Cell = Readonly<api.Schema$CellData> & { readonly spilledBy?: string };
export type Row = readonly (Cell | undefined)[];
export type DimensionProperties = Readonly<{ hiddenByUser?: boolean; hiddenByFilter?: boolean; pixelSize?: number }>;

export interface Tab {
  sheetId: number;
  title: string;
  hidden: boolean;
  rowCount: number;
  columnCount: number;
  frozenRowCount: number;
  frozenColumnCount: number;
  /** Rows below the last one that holds anything may be missing; cells right of the last one too. */
  rows: Row[];
  rowProperties: (DimensionProperties | undefined)[];
  columnProperties: (DimensionProperties | undefined)[];
  merges: api.Schema$GridRange[];
  basicFilter: api.Schema$BasicFilter | undefined;
  protectedRanges: api.Schema$ProtectedRange[];
  /** Tables (Format, Convert to table). */
  tables: api.Schema$Table[];
}

export interface Book {
  spreadsheetId: string;
  title: string;
  locale: string;
  timeZone: string;
  tabs: Tab[];
  metadata: api.Schema$DeveloperMetadata[];
  /** Drive's version: grows with each change. */
  version: number;
  modifiedAtMs: number;
  nextId: number;
}

export const LIMITS = {
  cells: 10_000_000,
  columns: 18_278,
  charactersPerCell: 50_000,
  requests: 100_000,
  metadataCharacters: 30_000,
};

/** An empty tab of 1,000 rows and 26 columns unless given otherwise. */
export function newTab(sheetId: number, title: string, rowCount = 1000, columnCount = 26): Tab {
  return {
    sheetId,
    title,
    hidden: false,
    rowCount,
    columnCount,
    frozenRowCount: 0,
    frozenColumnCount: 0,
    rows: [],
    rowProperties: [],
    columnProperties: [],
    merges: [],
    basicFilter: undefined,
    protectedRanges: [],
    tables: [],
  };
}

/** An empty spreadsheet without tabs. */
export function newBook(spreadsheetId: string, title = 'Untitled spreadsheet'): Book {
  const modifiedAtMs = Date.UTC(2026, 0, 1);
  return {
    spreadsheetId,
    title,
    locale: 'en_US',
    timeZone: 'Etc/GMT',
    tabs: [],
    metadata: [],
    version: 1,
    modifiedAtMs,
    nextId: 1,
  };
}

/** A copy that shares rows with the original but no list. */
export function copyTab(tab: Tab): Tab {
  return {
    ...tab,
    rows: tab.rows.slice(),
    rowProperties: tab.rowProperties.slice(),
    columnProperties: tab.columnProperties.slice(),
    merges: tab.merges.slice(),
    protectedRanges: tab.protectedRanges.slice(),
    tables: tab.tables.slice(),
  };
}

/** A copy to try a batch on. */
export function copyBook(book: Book): Book {
  return { ...book, tabs: book.tabs.map(copyTab), metadata: book.metadata.slice() };
}

export function tabById(book: Book, sheetId: number | null | undefined): Tab {
  const tab = book.tabs.find((one) => one.sheetId === (sheetId ?? 0));
  if (tab === undefined) throw invalid(`No sheet with id: ${sheetId ?? 0}`); // a public live test; rootjs#554
  return tab;
}

export function tabByTitle(book: Book, title: string): Tab | undefined {
  return book.tabs.find((one) => one.title.toLowerCase() === title.toLowerCase());
}

/** Replaces one cell. The caller has checked that it is inside the grid. */
export function setCell(tab: Tab, row: number, column: number, cell: Cell | undefined): void {
  const cells = (tab.rows[row] ?? []).slice();
  while (cells.length < column) cells.push(undefined);
  cells[column] = cell;
  while (tab.rows.length < row) tab.rows.push([]);
  tab.rows[row] = cells;
}

export function cellAt(tab: Tab, row: number, column: number): Cell | undefined {
  return tab.rows[row]?.[column];
}

/** Throws what the service throws when a batch would take a spreadsheet over its limits. */
export function checkLimits(book: Book): void {
  const cells = book.tabs.reduce((sum, tab) => sum + tab.rowCount * tab.columnCount, 0);
  if (cells > LIMITS.cells) {
    throw invalid(
      `This action would increase the number of cells in the workbook above the limit of ${LIMITS.cells} cells.`,
    );
  }
  if (book.tabs.some((tab) => tab.columnCount > LIMITS.columns)) throw invalid('The tab would have too many columns.');
  if (metadataCharacters(book) > LIMITS.metadataCharacters) {
    throw invalid('The developer metadata of this spreadsheet would be larger than the limit of 30000 characters.');
  }
}

/** Characters of keys and values of the metadata at the spreadsheet itself. */
export function metadataCharacters(book: Book): number {
  return book.metadata
    .filter((one) => one.location?.locationType === 'SPREADSHEET')
    .reduce((sum, one) => sum + (one.metadataKey?.length ?? 0) + (one.metadataValue?.length ?? 0), 0);
}
