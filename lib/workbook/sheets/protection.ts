/** Protected ranges that this account may not write, as Google reports them. Pure. */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';

export type GridRange = sheets_v4.Schema$GridRange;

export const PROTECTION_FIELDS = 'protectedRanges(range,warningOnly,requestingUserCanEdit,unprotectedRanges)';

/** A protected range, and the parts of it that anybody may edit. */
export interface Closed {
  readonly range: GridRange;
  readonly except: readonly GridRange[];
}

export const closedIn = ({ protectedRanges = [] }: sheets_v4.Schema$Sheet): Closed[] =>
  protectedRanges
    .filter(({ warningOnly, requestingUserCanEdit }) => !warningOnly && requestingUserCanEdit === false)
    .map(({ range = {}, unprotectedRanges = [] }) => ({ range, except: unprotectedRanges }));

/** Whether a cell is in a range; open ends reach to the end of the grid. */
export function isWithin(range: GridRange, row: number, column: number): boolean {
  const inside = (at: number, from?: number | null, to?: number | null): boolean =>
    at >= (from ?? 0) && at < (to ?? Infinity);
  return (
    inside(row, range.startRowIndex, range.endRowIndex) && inside(column, range.startColumnIndex, range.endColumnIndex)
  );
}

export const isClosed = (closed: readonly Closed[], row: number, column: number): boolean =>
  closed.some(({ range, except }) => isWithin(range, row, column) && !except.some((one) => isWithin(one, row, column)));

interface Size {
  readonly rowCount: number;
  readonly columnCount: number;
  readonly closed: readonly Closed[];
}

/** Whether a column is closed from its first row below the header to its last. */
export const isColumnClosed = ({ closed, rowCount }: Size, column: number): boolean =>
  closed.some(
    ({ range, except }) =>
      except.length === 0 && isWithin(range, 1, column) && isWithin(range, Math.max(1, rowCount - 1), column),
  );

/** Whether nothing of a tab can be written. */
export const isTabClosed = (tab: Size): boolean =>
  tab.columnCount > 0 &&
  tab.closed.some(({ range, except }) => {
    const isWhole = (column: number): boolean => isColumnClosed({ ...tab, closed: [{ range, except }] }, column);
    return isWhole(0) && isWhole(tab.columnCount - 1);
  });
