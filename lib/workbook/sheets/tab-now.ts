/**
 * The second look: the header, the keys and the cells concerned, of the tabs that a chunk touches, in one request, just
 * before writing. Columns are found by header wherever they are by now. Keys are seen of all rows, cells of those about where
 * their rows stood: of a large tab all cells of all rows would be a hundred megabytes.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { SheetsClient } from './client.ts';
import { IncompleteRead, Refused } from './errors.ts';
import { ANY_ERROR, type Grid, gridOf, type Seen } from './grid.ts';
import { type MarkerRecord, readMarkers } from './marker.ts';
import { quoteTitle } from './snapshot.ts';

export interface TabNow extends Grid {
  readonly sheetId: number;
  readonly title: string;
  readonly rowCount: number;
}

export interface Want {
  readonly sheetId: number;
  /** The headers of columns to see whole. */
  readonly columns: ReadonlySet<string> | 'all';
  /** More columns, or all, of which some rows are enough. */
  readonly near?: Rows & { readonly columns: ReadonlySet<string> | 'all' };
}

/** Rows of the grid, the header is 0; both are among them. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

export interface Look {
  readonly tabs: ReadonlyMap<number, TabNow>;
  /** Those of which all columns were read. */
  readonly whole: ReadonlySet<number>;
  /** Those of which cells beside the keys were read of some rows alone. */
  readonly near: ReadonlyMap<number, Rows>;
  readonly markers: readonly MarkerRecord[];
}

export const GRID_FIELDS =
  'data(startRow,startColumn,rowData(values(userEnteredValue/formulaValue,' +
  'effectiveValue(stringValue,numberValue,boolValue,errorValue/type),userEnteredFormat/numberFormat)))';
const PROPERTIES = 'properties(sheetId,title,gridProperties(rowCount,columnCount))';
export const METADATA = 'developerMetadata(metadataId,metadataKey,metadataValue)';
const LOOKS = 8;

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
  const ranges = rangesOf(present, known);
  try {
    // Without ranges the cells of every tab would come.
    const sheets = ranges.length === 0 ? '' : `,sheets(${PROPERTIES},${GRID_FIELDS})`;
    const book = await client.get(METADATA + sheets, ranges.length === 0 ? undefined : ranges);
    return lookIn(book, present, known);
  } catch (error) {
    if (!(error instanceof Refused && (error.reason === 'range' || error.reason === 'grid'))) throw error;
    known.clear();
    return undefined;
  }
}

/** The look that an answer holds to `rangesOf`; undefined where tabs or columns are not where they were known to be. */
export function lookIn(
  book: sheets_v4.Schema$Spreadsheet,
  wants: readonly Want[],
  known: Map<number, TabNow>,
): Look | undefined {
  const wanted = new Set(wants.map((want) => want.sheetId));
  const sheets = (book.sheets ?? []).filter((sheet) => wanted.has(sheet.properties?.sheetId ?? 0));
  const tabs = new Map(sheets.map((sheet) => [sheet.properties?.sheetId ?? 0, tabOf(sheet)]));
  const stale = wants.some((want) => !sameHeaders(known.get(want.sheetId), tabs.get(want.sheetId)));
  const whole = new Set(wants.filter((want) => want.columns === 'all').map((want) => want.sheetId));
  const near = new Map(
    wants.flatMap((want) => (want.near ? [[want.sheetId, nearRows(want.near, known.get(want.sheetId))] as const] : [])),
  );
  for (const [sheetId, tab] of tabs) known.set(sheetId, tab);
  return stale ? undefined : { tabs, whole, near, markers: readMarkers(book.developerMetadata ?? []) };
}

function sameHeaders(a: TabNow | undefined, b: TabNow | undefined): boolean {
  return a !== undefined && b !== undefined && a.headers.join('\u001f') === b.headers.join('\u001f');
}

/** What to ask for, of tabs that are known. */
export function rangesOf(wants: readonly Want[], known: ReadonlyMap<number, TabNow>): string[] {
  return wants.flatMap((want): string[] => {
    const tab = known.get(want.sheetId);
    if (tab === undefined) return [];
    const quoted = quoteTitle(tab.title);
    const wanted = want.columns;
    if (wanted === 'all') return [quoted];
    const columnsIn = (headers: ReadonlySet<string>): number[] =>
      tab.headers.flatMap((header, i) => (headers.has(header) ? [i] : []));
    const whole = [`${quoted}!1:1`, ...columnRanges(quoted, columnsIn(wanted))];
    if (want.near === undefined) return whole;
    const { from, to } = nearRows(want.near, tab);
    if (from > to) return whole;
    const { columns } = want.near;
    if (columns === 'all') return [...whole, `${quoted}!${from + 1}:${to + 1}`];
    const beside = columnsIn(columns).filter((column) => !wanted.has(tab.headers[column] ?? ''));
    return [...whole, ...columnRanges(quoted, beside, from + 1, to + 1)];
  });
}

/** Of rows that are wanted, those that the tab had when it was last seen: beyond its end nothing can be asked for. */
function nearRows({ from, to }: Rows, tab: Pick<TabNow, 'rowCount'> | undefined): Rows {
  return { from: Math.max(0, from), to: Math.min(to, (tab?.rowCount ?? 0) - 1) };
}

/** Ranges of columns, whole or between two rows (counted from 1); neighbouring columns go together. */
export function columnRanges(
  quoted: string,
  columns: readonly number[],
  firstRow: number | '' = '',
  lastRow: number | '' = '',
): string[] {
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
  return {
    ...gridOf(rows, gridProperties?.columnCount ?? 0),
    sheetId: sheetId ?? 0,
    title: title ?? '',
    rowCount: gridProperties?.rowCount ?? 0,
  };
}

function seenOf({ userEnteredValue, effectiveValue, userEnteredFormat }: sheets_v4.Schema$CellData): Seen | undefined {
  const formula = userEnteredValue?.formulaValue;
  const numberFormat = userEnteredFormat?.numberFormat;
  const error = effectiveValue?.errorValue && ANY_ERROR;
  const shown =
    error ?? effectiveValue?.stringValue ?? effectiveValue?.numberValue ?? effectiveValue?.boolValue ?? null;
  const value = shown === '' ? null : shown;
  if (value === null && !formula && !numberFormat) return undefined;
  return { value, ...(formula && { formula }), ...(numberFormat && { numberFormat }) };
}
