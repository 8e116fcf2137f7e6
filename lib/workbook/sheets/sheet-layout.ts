/**
 * The tabs and columns that a plan writes and the spreadsheet lacks; and whether everything will fit. A new column
 * goes into a column freshly put in, so that nothing anybody types meanwhile can lie under it. Sends nothing itself.
 */
import { createHash } from 'node:crypto';
import { WorkbookError } from '../csv/discover.ts';
import { MOST_CELLS } from '../store.ts';
import { countTo, gridRange, type Request } from './cells.ts';
import { decisionsOf, type Goal } from './goals.ts';
import type { WritableTab } from './look.ts';
import { tabMetadata } from './marker.ts';
import { EXPORT_KEY, outlineOf, type TabOutline } from './outline.ts';
import type { TabSnapshot } from './snapshot.ts';
import type { SheetWriter } from './writer.ts';

/** A tab that has to have these headers. */
export interface Room {
  /** The tab as it was read; null where there is none. */
  readonly tab: TabOutline | null;
  readonly title: string;
  readonly headers: readonly string[];
  readonly hidden?: true;
  /** The export that fills the tab from now on. */
  readonly exportOf?: string;
}

/** A tab as it will be, and the requests that make it so. */
export interface Made {
  readonly tab: TabOutline & WritableTab;
  readonly requests: readonly Request[];
}

/**
 * Refuses what will not fit, before anything is written: all tabs, what comes, and the scratch tab. Counted exactly,
 * but for what people add meanwhile.
 * @throws WorkbookError
 */
export function checkFits(
  all: readonly TabOutline[],
  made: readonly WritableTab[],
  goals: readonly Goal[],
  writer: Pick<SheetWriter, 'scratchSize'>,
): void {
  const comings = new Map<number, number>();
  for (const { kind, sheetId } of goals.flatMap((goal) => [goal, ...decisionsOf(goal)]))
    if (kind === 'insert') comings.set(sheetId, (comings.get(sheetId) ?? 0) + 1);
  const ids = new Set(made.map(({ sheetId }) => sheetId));
  const untouched = all.filter(({ sheetId }) => !ids.has(sheetId)).map((tab) => tab.rowCount * tab.columnCount);
  const touched = made.map((tab) => {
    const coming = comings.get(tab.sheetId) ?? 0;
    // New rows are put in before one that exists: an empty one stays at the end.
    const spare = coming > 0 && (tab.length ?? tab.rowCount) + 1 >= tab.rowCount ? 1 : 0;
    return (tab.rowCount + coming + spare) * tab.columnCount;
  });
  const scratch = writer.scratchSize(goals);
  const scratchCells = scratch.rowCount * scratch.columnCount;
  const needed = [...untouched, ...touched, scratchCells].reduce((sum, cells) => sum + cells, 0);
  if (needed <= MOST_CELLS) return;
  const millions = (cells: number): string => `${Math.ceil(cells / 100_000) / 10} million`;
  throw new WorkbookError(
    `The spreadsheet would need ${millions(needed)} cells while this is written, and Google allows ` +
      `${millions(MOST_CELLS)}. Nothing was written. Delete empty rows and columns and unused tabs, ` +
      'keep events in files (docs/workbook.md), or bound the size of changes and list_changes ' +
      '(mostRecords in jobs/rules/archive.ts) and of memberships (mostMembers in jobs/rules/guards.ts).',
  );
}

/**
 * What has to be made of a tab, whose rows are those that were read of it; an export that owns it is named in it, so
 * that no other tab of that title is ever taken for it.
 */
export function madeFor(room: Room, rows: TabSnapshot | undefined): Made {
  const { tab, requests } = room.tab ? widened(room.tab, room.headers, rows) : newTab(room);
  const isNew = room.exportOf !== undefined && !room.tab?.exportOf;
  return { tab, requests: isNew ? [...requests, tabMetadata(tab.sheetId, EXPORT_KEY, room.exportOf ?? '')] : requests };
}

function newTab({ title, headers, hidden }: Room): Made {
  const sheetId = createHash('sha256').update(title).digest().readUInt32BE(0) & 0x7fff_ffff;
  const gridProperties = { rowCount: 2, columnCount: headers.length, frozenRowCount: 1 };
  const properties = { sheetId, title, ...(hidden && { hidden }), gridProperties };
  return {
    tab: { ...outlineOf({ properties }, headers), length: 0, isNew: true },
    requests: [{ addSheet: { properties } }, headerCells(sheetId, 0, headers)],
  };
}

function widened(tab: TabOutline, wanted: readonly string[], rows: TabSnapshot | undefined): Made {
  const { sheetId, rowCount, columnCount } = tab;
  const known = { ...tab, ...(rows && { length: rows.length }) };
  const missing = wanted.filter((header) => !tab.headers.includes(header));
  if (missing.length === 0) return { tab: known, requests: [] };
  const at = widthOf(tab, rows);
  const { requests, spare } = freshColumns(tab, at, missing.length);
  const fresh = gridRange(sheetId, { from: 0, to: rowCount }, { from: at, to: at + missing.length });
  const padding = Array.from({ length: at - tab.headers.length }, () => '');
  return {
    tab: {
      ...known,
      headers: [...tab.headers, ...padding, ...missing],
      columnCount: columnCount + spare + missing.length,
    },
    requests: [
      ...requests,
      { updateCells: { range: fresh, fields: 'userEnteredFormat,dataValidation' } },
      headerCells(sheetId, at, missing),
    ],
  };
}

/**
 * Columns put in at `at`. They can be put in before one that exists only: right of the last they go in before it, and
 * it moves over them; where merged cells might be in the way of that, an empty column more stays at the right edge.
 */
function freshColumns(
  { sheetId, columnCount, merges }: TabOutline,
  at: number,
  count: number,
): { requests: Request[]; spare: number } {
  const span = (startIndex: number, length: number) => {
    return { sheetId, dimension: 'COLUMNS', startIndex, endIndex: startIndex + length };
  };
  const insert = (place: number): Request => ({
    insertDimension: { range: span(place, count), inheritFromBefore: false },
  });
  if (at < columnCount) return { requests: [insert(at)], spare: 0 };
  if (merges.length === 0 && at === columnCount) {
    const move = { moveDimension: { source: span(at - 1 + count, 1), destinationIndex: at - 1 } };
    return { requests: [insert(at - 1), move], spare: 0 };
  }
  const spare = at - columnCount + 1;
  return { requests: [{ appendDimension: { sheetId, dimension: 'COLUMNS', length: spare } }, insert(at)], spare };
}

/** Columns up to the last that holds anything, under a header or not, and that no merged cells reach beyond. */
function widthOf(tab: TabOutline, rows: TabSnapshot | undefined): number {
  const width = Math.max(tab.headers.length, ...tab.merges.map(({ endColumnIndex }) => endColumnIndex ?? 0));
  const isHeld = (column: number): boolean =>
    rows !== undefined && countTo(rows.length).some((row) => rows.raw(row, column) !== null);
  return (countTo(tab.columnCount).slice(width).findLast(isHeld) ?? width - 1) + 1;
}

/** Writes headers from a column on. */
export function headerCells(sheetId: number, columnIndex: number, headers: readonly string[]): Request {
  const values = headers.map((stringValue) => ({ userEnteredValue: { stringValue } }));
  return {
    updateCells: { start: { sheetId, rowIndex: 0, columnIndex }, rows: [{ values }], fields: 'userEnteredValue' },
  };
}
