/**
 * The second look: the header, the keys and the cells concerned, of the tabs that a chunk touches, in one request, just
 * before writing. Columns are found by header wherever they are by now; a small tab is read whole.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { SheetsClient } from './client.ts';
import { IncompleteRead, Refused } from './errors.ts';
import { keyOf } from './goals.ts';
import { type MarkerRecord, readMarkers } from './marker.ts';
import { quoteTitle, type Raw } from './snapshot.ts';

/** A cell: what it shows, and the formula that gives it. */
export interface Seen {
  readonly value: Raw;
  readonly formula?: string;
}

export interface TabNow {
  readonly sheetId: number;
  readonly title: string;
  readonly rowCount: number;
  readonly columnCount: number;
  readonly headers: readonly string[];
  /** Rows up to the last that holds anything in the columns read; the header counts. */
  readonly length: number;
  /** Row 0 is the header. */
  at(row: number, column: number): Seen;
}

export interface Want {
  readonly sheetId: number;
  readonly title: string;
  readonly columns: ReadonlySet<string> | 'all';
}

export interface Look {
  readonly tabs: ReadonlyMap<number, TabNow>;
  readonly markers: readonly MarkerRecord[];
}

export const GRID_FIELDS = 'data(startRow,startColumn,rowData(values(userEnteredValue,effectiveValue)))';
const PROPERTIES = 'properties(sheetId,title,gridProperties(rowCount,columnCount))';
const METADATA = 'developerMetadata(metadataId,metadataKey,metadataValue)';
/** Cells up to which a tab is read whole rather than by column. */
const SMALL_CELLS = 20_000;
const LOOKS = 8;
const EMPTY: Seen = { value: null };

/** Looks at tabs; one that is gone is missing from the result. `known` gives the headers as last seen. */
export async function lookAt(client: SheetsClient, wants: readonly Want[], known: Map<number, TabNow>): Promise<Look> {
  for (let attempt = 1; attempt <= LOOKS; attempt += 1) {
    const present = await readOutline(client, wants, known);
    const look = present === undefined ? undefined : await readColumns(client, present, known);
    if (look !== undefined) return look;
  }
  throw new IncompleteRead('Tabs and columns of the spreadsheet kept moving while it was looked at. Run again later.');
}

/** Where the headers are not known from before, a read of titles and headers goes first. */
async function readOutline(
  client: SheetsClient,
  wants: readonly Want[],
  known: Map<number, TabNow>,
): Promise<Want[] | undefined> {
  if (wants.every((want) => known.has(want.sheetId))) return [...wants];
  const book = await client.get(`sheets(${PROPERTIES})`);
  const sheets = new Map((book.sheets ?? []).map((sheet) => [sheet.properties?.sheetId ?? 0, sheet]));
  const present = wants.filter((want) => sheets.has(want.sheetId));
  if (present.length === 0) return [];
  const ranges = present.map((want) => `${quoteTitle(sheets.get(want.sheetId)?.properties?.title ?? '')}!1:1`);
  try {
    const heads = await client.get(`sheets(${PROPERTIES},${GRID_FIELDS})`, ranges);
    for (const sheet of heads.sheets ?? []) known.set(sheet.properties?.sheetId ?? 0, tabOf(sheet));
    return present;
  } catch (error) {
    if (error instanceof Refused && error.reason === 'range') return undefined;
    throw error;
  }
}

async function readColumns(
  client: SheetsClient,
  present: readonly Want[],
  known: Map<number, TabNow>,
): Promise<Look | undefined> {
  const ranges = present.flatMap((want) => rangesOf(want, known.get(want.sheetId)));
  try {
    // Without ranges the cells of every tab would come.
    const sheets = ranges.length === 0 ? '' : `,sheets(${PROPERTIES},${GRID_FIELDS})`;
    const book = await client.get(METADATA + sheets, ranges.length === 0 ? undefined : ranges);
    const tabs = new Map((book.sheets ?? []).map((sheet) => [sheet.properties?.sheetId ?? 0, tabOf(sheet)]));
    const stale = present.some((want) => !sameHeaders(known.get(want.sheetId), tabs.get(want.sheetId)));
    for (const [sheetId, tab] of tabs) known.set(sheetId, tab);
    return stale ? undefined : { tabs, markers: readMarkers(book.developerMetadata ?? []) };
  } catch (error) {
    if (!(error instanceof Refused && (error.reason === 'range' || error.reason === 'grid'))) throw error;
    known.clear();
    return undefined;
  }
}

function sameHeaders(a: TabNow | undefined, b: TabNow | undefined): boolean {
  return a !== undefined && b !== undefined && a.headers.join('\u001f') === b.headers.join('\u001f');
}

function rangesOf(want: Want, tab: TabNow | undefined): string[] {
  if (tab === undefined) return [];
  const quoted = quoteTitle(tab.title);
  if (want.columns === 'all' || tab.rowCount * tab.columnCount <= SMALL_CELLS) return [quoted];
  const wanted = want.columns;
  const columns = tab.headers.flatMap((header, i) => (wanted.has(header) ? [i] : []));
  return [`${quoted}!1:1`, ...columnRanges(quoted, columns, 1, tab.rowCount)];
}

/** Ranges of whole columns between two rows (counted from 1); neighbouring columns go together. */
export function columnRanges(quoted: string, columns: readonly number[], firstRow: number, lastRow: number): string[] {
  const sorted = [...new Set(columns)].sort((a, b) => a - b);
  const starts = sorted.filter((column, i) => column !== (sorted[i - 1] ?? -2) + 1);
  return starts.map((start) => {
    let end = start;
    while (sorted.includes(end + 1)) end += 1;
    return `${quoted}!${columnLetters(start)}${firstRow}:${columnLetters(end)}${lastRow}`;
  });
}

function columnLetters(column: number): string {
  const rest = Math.floor(column / 26) - 1;
  return (rest >= 0 ? columnLetters(rest) : '') + String.fromCharCode(65 + (column % 26));
}

/** A tab of an answer, however many ranges of it came. */
export function tabOf(sheet: sheets_v4.Schema$Sheet): TabNow {
  const { sheetId, title, gridProperties } = sheet.properties ?? {};
  const rows: (Seen | undefined)[][] = [];
  for (const block of sheet.data ?? []) {
    (block.rowData ?? []).forEach((row, i) => {
      const index = (block.startRow ?? 0) + i;
      (row.values ?? []).forEach((cell, j) => {
        const seen = seenOf(cell);
        if (seen === undefined) return;
        while (rows.length <= index) rows.push([]);
        const cells = rows[index];
        if (cells !== undefined) cells[(block.startColumn ?? 0) + j] = seen;
      });
    });
  }
  const headers = Array.from(rows[0] ?? [], (cell) => String(cell?.value ?? ''));
  return {
    sheetId: sheetId ?? 0,
    title: title ?? '',
    rowCount: gridProperties?.rowCount ?? 0,
    columnCount: gridProperties?.columnCount ?? 0,
    headers,
    length: rows.length,
    at: (row, column) => rows[row]?.[column] ?? EMPTY,
  };
}

function seenOf({ userEnteredValue, effectiveValue }: sheets_v4.Schema$CellData): Seen | undefined {
  const formula = userEnteredValue?.formulaValue;
  const error = effectiveValue?.errorValue ? `#${effectiveValue.errorValue.type}` : undefined;
  const value =
    error ?? effectiveValue?.stringValue ?? effectiveValue?.numberValue ?? effectiveValue?.boolValue ?? null;
  if (formula) return { value: value === '' ? null : value, formula };
  return value === null || value === '' ? undefined : { value };
}

/** The key of a row; empty where the tab lacks a key column. */
export function keyAt(tab: TabNow, row: number, keyColumns: readonly string[]): string {
  const columns = keyColumns.map((header) => tab.headers.indexOf(header));
  return columns.includes(-1) ? '' : keyOf(columns.map((column) => tab.at(row, column).value));
}

export function sameSeen(a: Seen, b: Seen): boolean {
  return a.value === b.value && a.formula === b.formula;
}
