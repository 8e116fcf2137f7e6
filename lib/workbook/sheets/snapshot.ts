/**
 * Reads a whole spreadsheet as it was at one moment: Drive's version of the file is the same before and after, or it
 * is read again. Values come from `values.batchGet` (a third of the size of the typed read), and what those can't tell
 * (which number is a date, which text an error, which value a formula's) from a slim second read. Nothing is guessed:
 * "0171" is text if the sheet holds text. Rows stay as the JSON brought them; a cell becomes typed when asked for.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { SheetsClient } from './client.ts';
import { IncompleteRead, NoSuchTab, Refused } from './errors.ts';
import { type MarkerRecord, readMarkers } from './marker.ts';
import { serialToDate, type ZoneClock, zoneClock } from './serial-time.ts';

/** What a cell holds as Sheets stores it; a date is its serial number. */
export type Raw = string | number | boolean | null;

/** A cell, typed. `value` of a date is `YYYY-MM-DD`, of a datetime ISO in UTC. `formula`: the value is worked out. */
export type Cell = (
  | { kind: 'empty' }
  | { kind: 'number'; value: number }
  | { kind: 'text'; value: string }
  | { kind: 'bool'; value: boolean }
  | { kind: 'date' | 'datetime'; value: string; serial: number }
  | { kind: 'error'; value: string }
) & { formula?: true };

export interface TabSnapshot {
  readonly title: string;
  readonly sheetId: number;
  /** Row 1 of the tab, up to the last cell that is not empty. */
  readonly headers: readonly string[];
  /** Rows below the header, to the last that holds anything; blank ones in between count. */
  readonly length: number;
  readonly rowCount: number;
  readonly columnCount: number;
  readonly merges: readonly sheets_v4.Schema$GridRange[];
  readonly filtered: boolean;
  /** The export that fills the tab; null for every tab that is people's, or a table. */
  readonly exportOf: string | null;
  /** Row 0 is the one below the header. */
  cell(row: number, column: number): Cell;
  raw(row: number, column: number): Raw;
  isFormula(row: number, column: number): boolean;
  isBlank(row: number): boolean;
}

export interface SheetSnapshot {
  readonly spreadsheetId: string;
  readonly title: string;
  readonly timeZone: string;
  readonly locale: string;
  readonly version: string;
  readonly tabs: readonly TabSnapshot[];
  readonly markers: readonly MarkerRecord[];
  /** The hidden tabs that an unfinished write left (see undo-log.ts). */
  readonly unfinished: readonly string[];
  /** By title, without regard to case; throws NoSuchTab. */
  tab(title: string): TabSnapshot;
}

/** The metadata of a tab that an export fills: its value is the export's name. */
export const EXPORT_KEY = 'nightshift export';

/** Hidden tabs whose title begins so are the program's own and no table. */
export const OWN_TABS = 'nightshift undo ';

const FIELDS =
  'properties(title,timeZone,locale),developerMetadata(metadataId,metadataKey,metadataValue),' +
  'sheets(properties(sheetId,title,sheetType,gridProperties(rowCount,columnCount)),merges,basicFilter/range,developerMetadata(metadataKey,metadataValue),' +
  'data(rowData(values(userEnteredValue/formulaValue,effectiveValue/errorValue/type,effectiveFormat/numberFormat/type))))';

const DATE = 1;
const DATETIME = 2;
const ERROR = 4;
const FORMULA = 8;

/** How often a sheet that people keep changing is read again before giving up. */
const READS = 8;

/** Reads all tabs; throws IncompleteRead where no two looks at the version agree. */
export async function readSnapshot(client: SheetsClient): Promise<SheetSnapshot> {
  let before = await client.version();
  for (let attempt = 1; attempt <= READS; attempt += 1) {
    const read = await readOnce(client);
    const after = await client.version();
    if (read !== undefined && before === after) return snapshotOf(client.spreadsheetId, read, after);
    before = after;
    if (attempt < READS) await client.pause(Math.min(attempt, 3), 'the sheet changed while it was read');
  }
  throw new IncompleteRead(
    `The spreadsheet changed during each of ${READS} reads. Run again when fewer people work in it.`,
  );
}

interface Read {
  book: sheets_v4.Schema$Spreadsheet;
  values: sheets_v4.Schema$ValueRange[];
}

async function readOnce(client: SheetsClient): Promise<Read | undefined> {
  const book = await client.get(FIELDS);
  book.sheets = (book.sheets ?? []).filter((sheet) => (sheet.properties?.sheetType ?? 'GRID') === 'GRID');
  const titles = book.sheets
    .map((sheet) => sheet.properties?.title ?? '')
    .filter((title) => !title.startsWith(OWN_TABS));
  if (titles.length === 0) throw new IncompleteRead('The spreadsheet has no tab with cells.');
  try {
    return { book, values: await client.values(titles.map(quoteTitle)) };
  } catch (error) {
    if (error instanceof Refused && error.reason === 'range') return undefined; // a tab was renamed just now
    throw error;
  }
}

/** A tab's title as a range. */
export function quoteTitle(title: string): string {
  return `'${title.replaceAll("'", "''")}'`;
}

function snapshotOf(spreadsheetId: string, { book, values }: Read, version: string): SheetSnapshot {
  const { title, timeZone, locale } = book.properties ?? {};
  if (!timeZone) throw new IncompleteRead('The answer lacks the time zone of the spreadsheet.');
  const clock = zoneClock(timeZone);
  const sheets = book.sheets ?? [];
  const own = sheets.filter((sheet) => sheet.properties?.title?.startsWith(OWN_TABS));
  const tables = sheets.filter((sheet) => !own.includes(sheet));
  if (values.length !== tables.length) throw new IncompleteRead('The answer lacks a tab.');
  const tabs = tables.map((sheet, i) => tabOf(sheet, values[i] ?? {}, clock));
  return {
    spreadsheetId,
    title: title ?? '',
    timeZone,
    locale: locale ?? '',
    version,
    tabs,
    markers: readMarkers(book.developerMetadata ?? []),
    unfinished: own.map((sheet) => sheet.properties?.title ?? ''),
    tab: (name) => {
      const found = tabs.find((tab) => tab.title.toLowerCase() === name.toLowerCase());
      if (found === undefined)
        throw new NoSuchTab(
          name,
          tabs.map((tab) => tab.title),
        );
      return found;
    },
  };
}

function tabOf(sheet: sheets_v4.Schema$Sheet, range: sheets_v4.Schema$ValueRange, clock: ZoneClock): TabSnapshot {
  const { sheetId = 0, title = '', gridProperties } = sheet.properties ?? {};
  const rowCount = gridProperties?.rowCount ?? 0;
  const columnCount = gridProperties?.columnCount ?? 0;
  const rows = (range.values ?? []) as Raw[][];
  checkWhole(range, rows, rowCount, columnCount);
  const marks = (sheet.data?.[0]?.rowData ?? []).map(marksOf);
  const headers = (rows[0] ?? []).map((value) => String(value ?? ''));
  const raw = (row: number, column: number): Raw => {
    const value = rows[row + 1]?.[column];
    return value === undefined || value === '' ? null : value;
  };
  const mark = (row: number, column: number): number => marks[row + 1]?.[column] ?? 0;
  return {
    title: title ?? '',
    sheetId: sheetId ?? 0,
    headers,
    length: Math.max(0, rows.length - 1),
    rowCount,
    columnCount,
    merges: sheet.merges ?? [],
    filtered: sheet.basicFilter !== undefined,
    exportOf: sheet.developerMetadata?.find(({ metadataKey }) => metadataKey === EXPORT_KEY)?.metadataValue ?? null,
    raw,
    isFormula: (row, column) => (mark(row, column) & FORMULA) !== 0,
    isBlank: (row) => (rows[row + 1] ?? []).every((value) => value === '' || value === null),
    cell: (row, column) => typed(raw(row, column), mark(row, column), clock),
  };
}

/** A cut read must never look like a sheet with fewer rows. */
function checkWhole(range: sheets_v4.Schema$ValueRange, rows: Raw[][], rowCount: number, columnCount: number): void {
  const end = /:[A-Z]+(\d+)$/.exec(range.range ?? '')?.[1];
  const fits = rows.length <= rowCount && rows.every((row) => Array.isArray(row) && row.length <= columnCount);
  if (range.majorDimension !== 'ROWS' || Number(end) !== rowCount || !fits) {
    throw new IncompleteRead('A tab came back with another size than it has.');
  }
}

function marksOf(row: sheets_v4.Schema$RowData): Uint8Array | undefined {
  const cells = row.values ?? [];
  let marks: Uint8Array | undefined;
  cells.forEach((cell, i) => {
    const type = cell.effectiveFormat?.numberFormat?.type;
    const bits =
      (type === 'DATE' ? DATE : type === 'DATE_TIME' ? DATETIME : 0) |
      (cell.effectiveValue?.errorValue ? ERROR : 0) |
      (cell.userEnteredValue?.formulaValue ? FORMULA : 0);
    if (bits === 0) return;
    marks ??= new Uint8Array(cells.length);
    marks[i] = bits;
  });
  return marks;
}

function typed(value: Raw, mark: number, clock: ZoneClock): Cell {
  const formula = (mark & FORMULA) !== 0 ? { formula: true as const } : {};
  if ((mark & ERROR) !== 0) return { kind: 'error', value: String(value ?? ''), ...formula };
  if (value === null) return { kind: 'empty', ...formula };
  if (typeof value === 'string') return { kind: 'text', value, ...formula };
  if (typeof value === 'boolean') return { kind: 'bool', value, ...formula };
  if ((mark & DATE) !== 0) return { kind: 'date', value: serialToDate(value), serial: value, ...formula };
  if ((mark & DATETIME) !== 0) return { kind: 'datetime', value: clock.toInstant(value), serial: value, ...formula };
  return { kind: 'number', value, ...formula };
}
