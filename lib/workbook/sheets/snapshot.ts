/**
 * Reads a spreadsheet: titles, sizes and headers of all tabs at once, the small ones whole with them, a large one when it is
 * asked for, page by page. Values come as values (a third of the bytes of the typed form); what those can't say (which number is
 * a date, which text an error) is asked for just the columns and cells in question. A tab that took several requests is one
 * reading only if its key column is the same after the last as it was in the first: nothing has to be proved by Drive, whose
 * version is nowhere said to move at once. Nothing is guessed: "0171" is text if the sheet holds text.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { type Content, columnName, isOwn, quoteTitle, type Raw, spansOf } from './cells.ts';
import type { SheetsClient } from './client.ts';
import { IncompleteRead, NoSuchTab, Refused } from './errors.ts';
import { type Closed, closedIn, PROTECTION_FIELDS } from './protection.ts';
import { SCRATCH_TITLE } from './scratch.ts';
import { serialToDate, type ZoneClock, zoneClock } from './serial-time.ts';

/** A cell, typed. `value` of a date is `YYYY-MM-DD`, of a datetime ISO in UTC. */
export type Cell =
  | { kind: 'empty' }
  | { kind: 'number'; value: number }
  | { kind: 'text'; value: string }
  | { kind: 'bool'; value: boolean }
  | { kind: 'date' | 'datetime'; value: string; serial: number }
  | { kind: 'error'; value: string };

/** A tab without its rows. */
export interface TabOutline {
  readonly title: string;
  readonly sheetId: number;
  /** Row 1 of the tab, up to the last cell that is not empty. */
  readonly headers: readonly string[];
  readonly rowCount: number;
  readonly columnCount: number;
  readonly merges: readonly sheets_v4.Schema$GridRange[];
  readonly closed: readonly Closed[];
  /** The export that fills the tab; null for every tab that is people's, or a table. */
  readonly exportOf: string | null;
  /** `init` has laid the tab out. */
  readonly isLaidOut: boolean;
}

export interface TabSnapshot extends TabOutline {
  /** Rows below the header, to the last that holds anything; blank ones in between count. */
  readonly length: number;
  /** Row 0 is the one below the header. */
  cell(row: number, column: number): Cell;
  raw(row: number, column: number): Raw;
  isBlank(row: number): boolean;
  /** What a row holds in the columns that have a header of their own. */
  content(row: number): Content;
}

export interface SheetSnapshot {
  readonly spreadsheetId: string;
  readonly title: string;
  readonly timeZone: string;
  readonly locale: string;
  readonly tabs: readonly TabOutline[];
  readonly metadata: readonly sheets_v4.Schema$DeveloperMetadata[];
  /** A run that was killed while it wrote left its scratch tab. */
  readonly hasScratch: boolean;
  /** The rows of a tab; read once. */
  load(tab: TabOutline): Promise<TabSnapshot>;
  /** Those of a tab that is loaded already. */
  loaded(tab: TabOutline): TabSnapshot | undefined;
}

/** The metadata of a tab that an export fills: its value is the export's name. */
export const EXPORT_KEY = 'nightshift export';
export const LAID_OUT_KEY = 'nightshift laid out';

const FIELDS =
  'properties(title,timeZone,locale),developerMetadata(metadataId,metadataKey,metadataValue),' +
  'sheets(properties(sheetId,title,sheetType,gridProperties(rowCount,columnCount)),merges,' +
  `${PROTECTION_FIELDS},developerMetadata(metadataKey,metadataValue))`;
const MARKS =
  'sheets(properties(sheetId),data(startRow,startColumn,rowData(values(effectiveValue/errorValue/type,effectiveFormat/numberFormat/type))))';

/** Cells of a tab's grid up to which it is read with the outline, and of all such tabs together. */
const SMALL = { tab: 100_000, all: 400_000 };
/** Cells of one page: at 20 bytes a cell some 5 MB; a page of long texts is followed by shorter ones. */
const PAGE_CELLS = 250_000;
const PAGE_BYTES = 8_000_000;
/** Cells whose marks one request asks for, at some 70 bytes each. */
const MARKED_CELLS = 150_000;
const READS = 6;

/** How the columns of a tab are to be read: `keyed` tells its rows apart, `numeric` are those whose numbers are never dates. */
export interface Reader {
  readonly keyed: (tab: TabOutline) => readonly number[];
  readonly numeric: (tab: TabOutline) => ReadonlySet<number>;
  /** Tabs that are needed whatever their size. */
  readonly always?: (tab: TabOutline) => boolean;
}

const PLAIN: Reader = { keyed: () => [0], numeric: () => new Set() };

/** Reads the outline and the small tabs. @throws IncompleteRead where people keep changing the tabs themselves */
export async function readSnapshot(client: SheetsClient, reader: Reader = PLAIN): Promise<SheetSnapshot> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readOnce(client, reader);
    } catch (error) {
      // A tab was renamed, deleted or made smaller just now.
      if (!(error instanceof Refused || error instanceof IncompleteRead) || attempt === READS) throw error;
      await client.pause(Math.min(attempt, 3), 'the spreadsheet changed while it was read');
    }
  }
}

async function readOnce(client: SheetsClient, reader: Reader): Promise<SheetSnapshot> {
  const book = await client.get(FIELDS);
  const { title, timeZone, locale } = book.properties ?? {};
  if (!timeZone) throw new IncompleteRead('The answer lacks the time zone of the spreadsheet.');
  const clock = zoneClock(timeZone);
  const sheets = (book.sheets ?? []).filter(
    ({ properties }) => (properties?.sheetType ?? 'GRID') === 'GRID' && !properties?.title?.startsWith(SCRATCH_TITLE),
  );
  if (sheets.length === 0) throw new IncompleteRead('The spreadsheet has no tab with cells.');
  let cells = 0;
  const isSmall = sheets.map((sheet) => {
    const size = sizeOf(sheet);
    cells += size <= SMALL.tab ? size : 0;
    return size <= SMALL.tab && cells <= SMALL.all;
  });
  const names = sheets.map(({ properties }, i) => `${quoteTitle(properties?.title ?? '')}${isSmall[i] ? '' : '!1:1'}`);
  const ranges = await client.values(names);
  if (ranges.length !== sheets.length) throw new IncompleteRead('The answer lacks a tab.');
  const rows = ranges.map((range, i) =>
    rowsOf(range, isSmall[i] ? (sheets[i]?.properties?.gridProperties?.rowCount ?? 0) : 1),
  );
  const tabs = sheets.map((sheet, i) => outlineOf(sheet, rows[i]?.[0] ?? []));
  const loaded = new Map<TabOutline, Promise<TabSnapshot>>();
  const done = new Map<TabOutline, TabSnapshot>();
  const small = tabs.flatMap((tab, i) => (isSmall[i] ? [{ tab, rows: rows[i] ?? [] }] : []));
  const marks = await readMarks(client, small, reader);
  for (const each of small) keep(each.tab, snapshotOf(each.tab, each.rows, marks.get(each.tab) ?? new Map(), clock));
  const load = (tab: TabOutline): Promise<TabSnapshot> => {
    const there = loaded.get(tab);
    if (there) return there;
    const reading = readTab(client, tab, reader, clock);
    loaded.set(tab, reading);
    return reading.then((read) => {
      done.set(tab, read);
      return read;
    });
  };
  for (const tab of tabs) if (reader.always?.(tab)) await load(tab);
  const metadata = book.developerMetadata ?? [];
  const { spreadsheetId } = client;
  const hasScratch = (book.sheets ?? []).some(({ properties }) => properties?.title?.startsWith(SCRATCH_TITLE));
  return {
    spreadsheetId,
    hasScratch,
    title: title ?? '',
    timeZone,
    locale: locale ?? '',
    tabs,
    metadata,
    load,
    loaded: (tab) => done.get(tab),
  };

  function keep(tab: TabOutline, read: TabSnapshot): void {
    loaded.set(tab, Promise.resolve(read));
    done.set(tab, read);
  }
}

const sizeOf = ({ properties }: sheets_v4.Schema$Sheet): number =>
  (properties?.gridProperties?.rowCount ?? 0) * (properties?.gridProperties?.columnCount ?? 0);

function outlineOf(sheet: sheets_v4.Schema$Sheet, head: readonly Raw[]): TabOutline {
  const { sheetId, title, gridProperties } = sheet.properties ?? {};
  const noted = (key: string): string | null =>
    sheet.developerMetadata?.find(({ metadataKey }) => metadataKey === key)?.metadataValue ?? null;
  return {
    title: title ?? '',
    sheetId: sheetId ?? 0,
    headers: head.map((value) => String(value ?? '')),
    rowCount: gridProperties?.rowCount ?? 0,
    columnCount: gridProperties?.columnCount ?? 0,
    merges: sheet.merges ?? [],
    closed: closedIn(sheet),
    exportOf: noted(EXPORT_KEY),
    isLaidOut: noted(LAID_OUT_KEY) !== null,
  };
}

/** The rows of a range that ends with grid row `end`. A cut read must never look like a sheet with fewer rows. */
function rowsOf({ range, majorDimension, values }: sheets_v4.Schema$ValueRange, end: number): Raw[][] {
  const rows = (values ?? []) as Raw[][];
  // A single cell is named without a colon.
  const found = /!\$?[A-Z]+\$?(\d+)(?::\$?[A-Z]+\$?(\d+))?$/.exec(range ?? '');
  const last = Number(found?.[2] ?? found?.[1]);
  if (majorDimension !== 'ROWS' || last !== end || !rows.every(Array.isArray)) {
    throw new IncompleteRead('A tab was returned with another size than it has.');
  }
  return rows;
}

/** A tab whole, page by page. @throws IncompleteRead where people keep moving its rows */
async function readTab(
  client: SheetsClient,
  outline: TabOutline,
  reader: Reader,
  clock: ZoneClock,
): Promise<TabSnapshot> {
  const quoted = quoteTitle(outline.title);
  let tab = outline;
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (attempt > 1) tab = await resized(client, tab);
      const rows: Raw[][] = [];
      let page = Math.max(100, Math.floor(PAGE_CELLS / Math.max(1, tab.headers.length)));
      for (let from = 0; from < tab.rowCount; from += page) {
        const to = Math.min(tab.rowCount, from + page);
        const [range = {}] = await client.values([`${quoted}!${from + 1}:${to}`]);
        const read = rowsOf(range, to);
        for (const [i, row] of read.entries()) rows[from + i] = row;
        const bytes = read.slice(0, 200).reduce((sum, row) => sum + JSON.stringify(row).length, 0);
        const perRow = bytes / Math.max(1, Math.min(200, read.length));
        if (perRow > 0) page = Math.max(100, Math.min(page, Math.floor(PAGE_BYTES / perRow)));
      }
      const all = Array.from(rows, (row) => row ?? []);
      if (JSON.stringify((all[0] ?? []).map((value) => String(value ?? ''))) !== JSON.stringify(tab.headers)) {
        throw new IncompleteRead(`The columns of the tab "${tab.title}" were changed while it was read. Run again.`);
      }
      const marks = await readMarks(client, [{ tab, rows: all }], reader, true);
      return snapshotOf(tab, all, marks.get(tab) ?? new Map(), clock);
    } catch (error) {
      if (!(error instanceof Refused || error instanceof IncompleteRead) || attempt === READS) throw error;
      await client.pause(Math.min(attempt, 3), 'a tab changed while it was read');
    }
  }
}

/** A tab of whose rows some were put in or taken away. */
async function resized(client: SheetsClient, tab: TabOutline): Promise<TabOutline> {
  const { sheets = [] } = await client.get('sheets(properties(sheetId,gridProperties(rowCount,columnCount)))');
  const { gridProperties } =
    sheets.find(({ properties }) => (properties?.sheetId ?? 0) === tab.sheetId)?.properties ?? {};
  return { ...tab, rowCount: gridProperties?.rowCount ?? 0, columnCount: gridProperties?.columnCount ?? 0 };
}

const DATE = 1;
const DATETIME = 2;
const ERROR = 3;
/** By column: by row of the grid, what a value alone does not say. */
type Marks = ReadonlyMap<number, Uint8Array>;

interface ReadTab {
  readonly tab: TabOutline;
  readonly rows: readonly (readonly Raw[])[];
}

/** Error values of all languages begin so; so do texts such as "#1". */
const LIKE_ERROR = /^#[^\s#]{1,14}$/;

/**
 * Asks which numbers are dates and which texts are errors. A number of a column of numbers is never a date. Then, if that took a
 * request, or with `several`, looks whether the rows are still where they were.
 */
async function readMarks(
  client: SheetsClient,
  read: readonly ReadTab[],
  reader: Reader,
  several = false,
): Promise<ReadonlyMap<TabOutline, Marks>> {
  const marks = new Map<TabOutline, Map<number, Uint8Array>>();
  const ranges: { tab: TabOutline; name: string; cells: number }[] = [];
  for (const { tab, rows } of read) {
    marks.set(tab, new Map());
    const numeric = reader.numeric(tab);
    const wanted = new Map<number, number[]>();
    rows.forEach((row, at) => {
      row.forEach((value, column) => {
        const isAsked =
          typeof value === 'number' ? !numeric.has(column) : typeof value === 'string' && LIKE_ERROR.test(value);
        if (!isAsked || at === 0) return;
        const asked = wanted.get(column) ?? [];
        wanted.set(column, asked);
        asked.push(at);
      });
    });
    for (const [column, asked] of wanted) {
      // A few dates among texts are few ranges; else the column is asked from its first to its last.
      const spans = spansOf(asked, 50);
      const most = spans.length > 20 ? [{ from: asked[0] ?? 0, to: (asked.at(-1) ?? 0) + 1 }] : spans;
      for (const { from, to } of most) {
        for (let at = from; at < to; at += MARKED_CELLS) {
          const end = Math.min(to, at + MARKED_CELLS);
          const name = `${quoteTitle(tab.title)}!${columnName(column)}${at + 1}:${columnName(column)}${end}`;
          ranges.push({ tab, name, cells: end - at });
        }
      }
    }
  }
  const bySheet = new Map(read.map(({ tab }) => [tab.sheetId, tab]));
  for (const part of partsOf(ranges)) {
    const { sheets = [] } = await client.get(MARKS, part);
    for (const { properties, data = [] } of sheets) {
      const tab = bySheet.get(properties?.sheetId ?? 0);
      const found = tab && marks.get(tab);
      const rows = read.find((one) => one.tab === tab)?.rows.length ?? 0;
      for (const grid of data) if (found) layMarks(found, grid, rows);
    }
  }
  const toProve = several ? read : read.filter(({ tab }) => ranges.some((range) => range.tab === tab));
  await checkSame(client, toProve, reader);
  return marks;
}

function partsOf(ranges: readonly { readonly name: string; readonly cells: number }[]): string[][] {
  const parts: string[][] = [];
  let cells = Infinity;
  for (const range of ranges) {
    if (cells + range.cells > MARKED_CELLS || (parts.at(-1)?.length ?? 0) >= 100) {
      parts.push([]);
      cells = 0;
    }
    cells += range.cells;
    parts.at(-1)?.push(range.name);
  }
  return parts;
}

function layMarks(
  marks: Map<number, Uint8Array>,
  { startRow, startColumn, rowData }: sheets_v4.Schema$GridData,
  rows: number,
): void {
  (rowData ?? []).forEach(({ values = [] }, i) => {
    values.forEach((cell, j) => {
      const type = cell.effectiveFormat?.numberFormat?.type;
      const mark = cell.effectiveValue?.errorValue
        ? ERROR
        : type === 'DATE'
          ? DATE
          : type === 'DATE_TIME'
            ? DATETIME
            : 0;
      if (mark === 0) return;
      const column = (startColumn ?? 0) + j;
      const of = marks.get(column) ?? new Uint8Array(rows);
      marks.set(column, of);
      of[(startRow ?? 0) + i] = mark;
    });
  });
}

/** Whether the rows of tabs stand where they stood, by what tells them apart. @throws IncompleteRead where they do not */
async function checkSame(client: SheetsClient, read: readonly ReadTab[], reader: Reader): Promise<void> {
  const asked = read.flatMap((one) => reader.keyed(one.tab).map((column) => ({ ...one, column })));
  const ranges = asked.map(
    ({ tab, column }) => `${quoteTitle(tab.title)}!${columnName(column)}1:${columnName(column)}${tab.rowCount}`,
  );
  if (ranges.length === 0) return;
  const found = await client.values(ranges);
  for (const [i, { tab, rows, column }] of asked.entries()) {
    const now = rowsOf(found[i] ?? {}, tab.rowCount);
    const length = Math.max(rows.length, now.length);
    for (let row = 0; row < length; row += 1) {
      if (String(now[row]?.[0] ?? '') === String(rows[row]?.[column] ?? '')) continue;
      throw new IncompleteRead(
        `The rows of the tab "${tab.title}" kept moving while it was read. Run again when fewer people work in it.`,
      );
    }
  }
}

function snapshotOf(tab: TabOutline, rows: readonly (readonly Raw[])[], marks: Marks, clock: ZoneClock): TabSnapshot {
  const raw = (row: number, column: number): Raw => {
    const value = rows[row + 1]?.[column];
    return value === undefined || value === '' ? null : value;
  };
  return {
    ...tab,
    length: Math.max(0, rows.length - 1),
    raw,
    isBlank: (row) => (rows[row + 1] ?? []).every((value) => value === '' || value === null),
    cell: (row, column) => typed(raw(row, column), marks.get(column)?.[row + 1] ?? 0, clock),
    content: (row) =>
      Object.fromEntries(
        tab.headers.flatMap((header, i) =>
          isOwn(tab.headers, i) && raw(row, i) !== null ? [[header, raw(row, i)]] : [],
        ),
      ),
  };
}

/** A tab that is empty, or about to be made. */
export const emptyTab = (tab: TabOutline): TabSnapshot =>
  snapshotOf(tab, [[...tab.headers]], new Map(), zoneClock('Etc/GMT'));

function typed(value: Raw, mark: number, clock: ZoneClock): Cell {
  if (value === null) return { kind: 'empty' };
  if (mark === ERROR) return { kind: 'error', value: String(value) };
  if (typeof value === 'string') return { kind: 'text', value };
  if (typeof value === 'boolean') return { kind: 'bool', value };
  if (mark === DATE) return { kind: 'date', value: serialToDate(value), serial: value };
  if (mark === DATETIME) return { kind: 'datetime', value: clock.toInstant(value), serial: value };
  return { kind: 'number', value };
}

/** The tab of a title, without regard to case. @throws NoSuchTab */
export function tabNamed(tabs: readonly TabOutline[], title: string): TabOutline {
  const found = tabs.find((tab) => tab.title.toLowerCase() === title.toLowerCase());
  if (!found)
    throw new NoSuchTab(
      title,
      tabs.map((tab) => tab.title),
    );
  return found;
}
