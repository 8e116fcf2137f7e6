/**
 * Reads a spreadsheet: titles, sizes and headers of all tabs at once, the small ones whole with them, a large one when
 * it is asked for, page by page. Values come as values (a third of the bytes of the typed form); what those can't say
 * (which number is a date, which text an error) is asked for just the columns and cells in question. A tab that took
 * several requests is one reading only if its key column is the same after the last as it was in the first: nothing
 * has to be proved by Drive, whose version is nowhere documented to move at once. Nothing is guessed: "0171" is text if the
 * sheet holds text.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { DATE, DATETIME, ERROR, type Marks, readMarks } from './cell-marks.ts';
import { areaName, quoteTitle, type Raw } from './cells.ts';
import type { SheetsClient } from './client.ts';
import { IncompleteRead, Refused } from './errors.ts';
import { readOutline, type TabOutline } from './outline.ts';
import { serialToDate, type ZoneClock, zoneClock } from './serial-time.ts';

/** A cell, typed. `value` of a date is `YYYY-MM-DD`, of a datetime ISO in UTC. */
export type Cell =
  | { kind: 'empty' }
  | { kind: 'number'; value: number }
  | { kind: 'text'; value: string }
  | { kind: 'bool'; value: boolean }
  | { kind: 'date' | 'datetime'; value: string; serial: number }
  | { kind: 'error'; value: string };

export interface TabSnapshot extends TabOutline {
  /** Rows below the header, to the last that holds anything; blank ones in between count. */
  readonly length: number;
  /** Row 0 is the one below the header. */
  cell(row: number, column: number): Cell;
  raw(row: number, column: number): Raw;
  isBlank(row: number): boolean;
}

export interface SheetSnapshot {
  readonly spreadsheetId: string;
  readonly timeZone: string;
  readonly clock: ZoneClock;
  /** How dates and numbers are written there. */
  readonly locale: string;
  readonly tabs: readonly TabOutline[];
  readonly metadata: readonly sheets_v4.Schema$DeveloperMetadata[];
  /** A run that was killed while it wrote left its scratch tab. */
  readonly hasScratch: boolean;
  /** The rows of a tab; read once. */
  load(tab: TabOutline): Promise<TabSnapshot>;
  /** Those of a tab that is loaded already. */
  loaded(tab: TabOutline): TabSnapshot | undefined;
  /** Lets all rows go: a tab is read again when it is asked for. */
  release(): void;
}

/** Cells of a tab's grid up to which it is read with the outline, and of all such tabs together. */
const SMALL = { tab: 100_000, all: 400_000 };
/** Cells of one page: at 20 bytes a cell some 5 MB; a page of long texts is followed by shorter ones. */
const PAGE_CELLS = 250_000;
const PAGE_BYTES = 8_000_000;
const READS = 6;

/**
 * How the columns of a tab are to be read: `keyed` tells its rows apart, `numeric` are those whose numbers are never
 * dates.
 */
export interface Reader {
  readonly keyed: (tab: TabOutline) => readonly number[];
  readonly numeric: (tab: TabOutline) => ReadonlySet<number>;
  /** Tabs that are needed no matter their size. */
  readonly always?: (tab: TabOutline) => boolean;
}

const PLAIN: Reader = { keyed: () => [0], numeric: () => new Set() };

type Rows = readonly (readonly Raw[])[];
interface ReadTab {
  readonly tab: TabOutline;
  readonly rows: Rows;
  /** It took several requests. */
  readonly isPaged?: true;
}

/** Reads the outline and the small tabs. @throws IncompleteRead where people keep changing the tabs themselves */
export const readSnapshot = (client: SheetsClient, reader: Reader = PLAIN): Promise<SheetSnapshot> =>
  again(client, () => readOnce(client, reader));

/** Reads until tabs hold still: one may be renamed, deleted or resized, or its rows may move, while it is read. */
async function again<T>(client: SheetsClient, read: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read(attempt);
    } catch (error) {
      if (!(error instanceof Refused || error instanceof IncompleteRead) || attempt === READS) throw error;
      await client.pause(Math.min(attempt, 3), 'the spreadsheet changed while it was read');
    }
  }
}

async function readOnce(client: SheetsClient, reader: Reader): Promise<SheetSnapshot> {
  const { timeZone, locale, tabs: outlines, scratches, metadata } = await readOutline(client);
  if (!timeZone) throw new IncompleteRead('The answer lacks the time zone of the spreadsheet.');
  if (outlines.length === 0) throw new IncompleteRead('The spreadsheet has no tab with cells.');
  const clock = zoneClock(timeZone);
  let cells = 0;
  const isSmall = outlines.map(({ rowCount, columnCount }) => {
    const size = rowCount * columnCount;
    cells += size <= SMALL.tab ? size : 0;
    return size <= SMALL.tab && cells <= SMALL.all;
  });
  const ranges = await client.values(outlines.map((tab, i) => `${quoteTitle(tab.title)}${isSmall[i] ? '' : '!1:1'}`));
  const read = outlines.map((tab, i): ReadTab => {
    const rows = rowsOf(ranges[i], isSmall[i] ? tab.rowCount : 1);
    return { tab: { ...tab, headers: textsOf(rows[0]) }, rows };
  });
  const small = read.filter((_, i) => isSmall[i]);
  const done = await snapshotsOf(client, small, reader, clock);
  const loading = new Map<TabOutline, Promise<TabSnapshot>>();
  const load = async (tab: TabOutline): Promise<TabSnapshot> => {
    const known = done.get(tab);
    if (known) return known;
    const reading = loading.get(tab) ?? again(client, (attempt) => readTab(client, tab, reader, clock, attempt > 1));
    loading.set(tab, reading);
    done.set(tab, await reading);
    return reading;
  };
  const tabs = read.map(({ tab }) => tab);
  for (const tab of tabs) if (reader.always?.(tab)) await load(tab);
  return {
    spreadsheetId: client.spreadsheetId,
    hasScratch: scratches.length > 0,
    timeZone,
    clock,
    locale: locale ?? '',
    tabs,
    metadata,
    load,
    loaded: (tab) => done.get(tab),
    release: () => {
      done.clear();
      loading.clear();
    },
  };
}

const textsOf = (row: readonly Raw[] = []): string[] => Array.from(row, (value) => String(value ?? ''));

/** The rows of a range that ends with grid row `end`. A cut read must never look like a sheet with fewer rows. */
function rowsOf({ range, majorDimension, values }: sheets_v4.Schema$ValueRange = {}, end: number): Raw[][] {
  const rows = (values ?? []) as Raw[][];
  // A single cell is named without a colon.
  const found = /!\$?[A-Z]+\$?(\d+)(?::\$?[A-Z]+\$?(\d+))?$/.exec(range ?? '');
  const last = Number(found?.[2] ?? found?.[1]);
  if (majorDimension !== 'ROWS' || last !== end || !rows.every(Array.isArray)) {
    throw new IncompleteRead('A tab was returned with another size than it has.');
  }
  return rows;
}

/** A tab whole, page by page. @throws IncompleteRead where people moved its rows meanwhile */
async function readTab(
  client: SheetsClient,
  outline: TabOutline,
  reader: Reader,
  clock: ZoneClock,
  isResized: boolean,
): Promise<TabSnapshot> {
  const { tabs } = isResized ? await readOutline(client) : { tabs: [] };
  const now = tabs.find(({ sheetId }) => sheetId === outline.sheetId);
  const tab = now ? { ...outline, rowCount: now.rowCount, columnCount: now.columnCount } : outline;
  const rows: Raw[][] = [];
  let page = Math.max(100, Math.floor(PAGE_CELLS / Math.max(1, tab.headers.length)));
  for (let from = 0, to = 0; from < tab.rowCount; from = to) {
    to = Math.min(tab.rowCount, from + page);
    const [range] = await client.values([`${quoteTitle(tab.title)}!${from + 1}:${to}`]);
    const read = rowsOf(range, to);
    for (const [i, row] of read.entries()) {
      // What repeats from row to row is held once.
      const above = rows[from + i - 1] ?? [];
      rows[from + i] = row.map((value, column) => (value === above[column] ? (above[column] ?? value) : value));
    }
    const sample = read.slice(0, 200);
    const perRow = JSON.stringify(sample).length / Math.max(1, sample.length);
    page = Math.max(100, Math.min(page, Math.floor(PAGE_BYTES / perRow)));
  }
  if (JSON.stringify(textsOf(rows[0])) !== JSON.stringify(tab.headers)) {
    throw new IncompleteRead(`The columns of the tab "${tab.title}" were changed while it was read. Run again.`);
  }
  const read = { tab, rows: Array.from(rows, (row) => row ?? []), isPaged: true } as const;
  const [snapshot = emptyTab(tab)] = (await snapshotsOf(client, [read], reader, clock)).values();
  return snapshot;
}

/** Tabs that were read, with what values alone do not say of their cells. @throws IncompleteRead */
async function snapshotsOf(client: SheetsClient, read: readonly ReadTab[], reader: Reader, clock: ZoneClock) {
  const marks = await readMarks(client, read, reader.numeric);
  await checkSame(
    client,
    read.filter(({ tab, isPaged }) => isPaged || marks.has(tab)),
    reader,
  );
  return new Map(read.map(({ tab, rows }) => [tab, snapshotOf(tab, rows, marks.get(tab), clock)]));
}

/**
 * Whether the rows of tabs stand where they stood, by what tells them apart. @throws IncompleteRead where they do not
 */
async function checkSame(client: SheetsClient, read: readonly ReadTab[], reader: Reader): Promise<void> {
  const asked = read.flatMap((one) => reader.keyed(one.tab).map((column) => ({ ...one, column })));
  if (asked.length === 0) return;
  const found = await client.values(
    asked.map(({ tab, column }) =>
      areaName(tab.title, { from: 0, to: tab.rowCount }, { from: column, to: column + 1 }),
    ),
  );
  for (const [i, { tab, rows, column }] of asked.entries()) {
    const now = rowsOf(found[i], tab.rowCount);
    const isSame = (_: unknown, row: number): boolean =>
      String(now[row]?.[0] ?? '') === String(rows[row]?.[column] ?? '');
    if (Array.from({ length: Math.max(rows.length, now.length) }).every(isSame)) continue;
    throw new IncompleteRead(
      `The rows of the tab "${tab.title}" kept moving while it was read. Run again when fewer people work in it.`,
    );
  }
}

function snapshotOf(tab: TabOutline, rows: Rows, marks: Marks = new Map(), clock: ZoneClock): TabSnapshot {
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
