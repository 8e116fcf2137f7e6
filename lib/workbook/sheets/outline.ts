/** A spreadsheet without its cells: its tabs, what is merged and protected there, and the metadata. */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { SheetsClient } from './client.ts';
import { SCRATCH_TITLE } from './marker.ts';

type GridRange = sheets_v4.Schema$GridRange;

/** A tab without its rows. */
export interface TabOutline {
  readonly title: string;
  readonly sheetId: number;
  /** Row 1 of the tab, up to the last cell that is not empty. */
  readonly headers: readonly string[];
  readonly rowCount: number;
  readonly columnCount: number;
  readonly merges: readonly GridRange[];
  /** Protected ranges that this account may not write, and the parts of them that anybody may edit. */
  readonly closed: readonly { readonly range: GridRange; readonly except: readonly GridRange[] }[];
  /** The ranges of Tables. */
  readonly tables: readonly GridRange[];
  /** The export that fills the tab; null for every tab that is people's, or a table. */
  readonly exportOf: string | null;
  /** `init` has laid the tab out. */
  readonly isLaidOut: boolean;
}

/** The metadata of a tab that an export fills: its value is the export's name. */
export const EXPORT_KEY = 'nightshift export';
export const LAID_OUT_KEY = 'nightshift laid out';

/** The fields of a tab that `outlineOf` reads, but for its own metadata. */
export const TAB_FIELDS =
  'properties(sheetId,title,sheetType,gridProperties(rowCount,columnCount)),merges,tables(range),' +
  'protectedRanges(range,warningOnly,requestingUserCanEdit,unprotectedRanges)';
const FIELDS =
  'properties(timeZone,locale),developerMetadata(metadataId,metadataKey,metadataValue),' +
  `sheets(${TAB_FIELDS},developerMetadata(metadataKey,metadataValue))`;

export function outlineOf(sheet: sheets_v4.Schema$Sheet, headers: readonly string[] = []): TabOutline {
  const { sheetId, title, gridProperties } = sheet.properties ?? {};
  const noted = (key: string): string | null =>
    sheet.developerMetadata?.find(({ metadataKey }) => metadataKey === key)?.metadataValue ?? null;
  const closed = (sheet.protectedRanges ?? []).filter(
    ({ warningOnly, requestingUserCanEdit }) => !warningOnly && requestingUserCanEdit === false,
  );
  return {
    title: title ?? '',
    sheetId: sheetId ?? 0,
    headers,
    rowCount: gridProperties?.rowCount ?? 0,
    columnCount: gridProperties?.columnCount ?? 0,
    merges: sheet.merges ?? [],
    closed: closed.map(({ range = {}, unprotectedRanges = [] }) => ({ range, except: unprotectedRanges })),
    tables: (sheet.tables ?? []).flatMap(({ range }) => range ?? []),
    exportOf: noted(EXPORT_KEY),
    isLaidOut: noted(LAID_OUT_KEY) !== null,
  };
}

/** The tabs with cells, those that runs keep for themselves, and the metadata; headers are not read. */
export async function readOutline(client: SheetsClient) {
  const { properties, sheets = [], developerMetadata: metadata = [] } = await client.get(FIELDS);
  const grids = sheets.filter((sheet) => (sheet.properties?.sheetType ?? 'GRID') === 'GRID');
  const all = grids.map((sheet) => outlineOf(sheet));
  const isScratch = ({ title }: TabOutline): boolean => title.startsWith(SCRATCH_TITLE);
  return { ...properties, tabs: all.filter((tab) => !isScratch(tab)), scratches: all.filter(isScratch), metadata };
}

/** Whether a cell is in a range; open ends reach to the end of the grid. */
export function isWithin(range: GridRange, row: number, column: number): boolean {
  const inside = (at: number, from?: number | null, to?: number | null): boolean =>
    at >= (from ?? 0) && at < (to ?? Infinity);
  return (
    inside(row, range.startRowIndex, range.endRowIndex) && inside(column, range.startColumnIndex, range.endColumnIndex)
  );
}

export const isClosed = ({ closed }: Pick<TabOutline, 'closed'>, row: number, column: number): boolean =>
  closed.some(({ range, except }) => isWithin(range, row, column) && !except.some((one) => isWithin(one, row, column)));

/** Whether columns are closed by one range, from their first row below the header to the last. */
const areClosed = (
  { closed, rowCount }: Pick<TabOutline, 'closed' | 'rowCount'>,
  columns: readonly number[],
): boolean =>
  closed.some(
    ({ range, except }) =>
      except.length === 0 &&
      columns.every((column) => [1, Math.max(1, rowCount - 1)].every((row) => isWithin(range, row, column))),
  );

export const isColumnClosed = (tab: TabOutline, column: number): boolean => areClosed(tab, [column]);

/** Whether nothing of a tab can be written. */
export const isTabClosed = (tab: Pick<TabOutline, 'closed' | 'rowCount' | 'columnCount'>): boolean =>
  tab.columnCount > 0 && areClosed(tab, [0, tab.columnCount - 1]);
