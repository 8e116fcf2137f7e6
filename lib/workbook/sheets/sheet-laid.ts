/**
 * What of a spreadsheet is laid out already, so that laying it out again asks for nothing that is there: frozen header rows,
 * protections, and the formats and choices of the first and the last row, which stand for their columns.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { quoteTitle } from './cells.ts';
import type { SheetsClient } from './client.ts';
import type { TabOutline } from './snapshot.ts';

/** The description of a warning that is ours. */
export const PROTECTED = 'nightshift: written by jobs';

export interface LaidOutTab {
  readonly isFrozen: boolean;
  readonly isGuarded: boolean;
  /** Whether both rows have this format, or these choices, in a column. */
  readonly has: (column: number, wanted: sheets_v4.Schema$CellData) => boolean;
}

/** A tab that is about to be made. */
export const nothingLaidOut: LaidOutTab = { isFrozen: false, isGuarded: false, has: () => false };

const FIELDS =
  'sheets(properties(sheetId,gridProperties(frozenRowCount)),protectedRanges(description),' +
  'data(rowData(values(userEnteredFormat(numberFormat),dataValidation(condition)))))';

/** Looks at tabs, by their ids. */
export async function lookAtLayout(
  client: SheetsClient,
  tabs: readonly TabOutline[],
): Promise<ReadonlyMap<number, LaidOutTab>> {
  const rows = (tab: TabOutline): number[] => [...new Set([2, tab.rowCount])].filter((row) => row > 1);
  const ranges = tabs.flatMap((tab) => rows(tab).map((row) => `${quoteTitle(tab.title)}!${row}:${row}`));
  // Without ranges the answer would be every cell.
  if (ranges.length === 0) return new Map();
  const { sheets = [] } = await client.get(FIELDS, ranges);
  return new Map(sheets.map((sheet) => [sheet.properties?.sheetId ?? 0, laidOut(sheet)]));
}

function laidOut({ properties, protectedRanges = [], data = [] }: sheets_v4.Schema$Sheet): LaidOutTab {
  const rows = data.map((grid) => grid.rowData?.[0]?.values ?? []);
  return {
    isFrozen: properties?.gridProperties?.frozenRowCount === 1,
    isGuarded: protectedRanges.some(({ description }) => description === PROTECTED),
    has: (column, wanted) => rows.length > 0 && rows.every((cells) => isLike(cells[column], wanted)),
  };
}

function isLike(cell: sheets_v4.Schema$CellData | undefined, wanted: sheets_v4.Schema$CellData): boolean {
  const format = (each?: sheets_v4.Schema$CellData): string => {
    const { type, pattern } = each?.userEnteredFormat?.numberFormat ?? {};
    return `${type} ${pattern}`;
  };
  const choices = (each?: sheets_v4.Schema$CellData): string => {
    const { type, values = [] } = each?.dataValidation?.condition ?? {};
    return JSON.stringify([type, values.map(({ userEnteredValue }) => userEnteredValue)]);
  };
  return (
    (wanted.userEnteredFormat === undefined || format(cell) === format(wanted)) &&
    (wanted.dataValidation === undefined || choices(cell) === choices(wanted))
  );
}
