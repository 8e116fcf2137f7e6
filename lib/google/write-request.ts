/**
 * One attempt as one atomic request: copies of the tabs as they are, the log, then the cells, the new rows, the rows
 * to take away from the bottom up, and the marker. New rows go into rows freshly put in, never into rows that exist, so
 * that nothing anybody types meanwhile can lie under them.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { Write } from './goals.ts';
import type { PlacedCell, TabStep } from './place.ts';
import { quoteTitle } from './snapshot.ts';
import { columnRanges } from './tab-now.ts';
import { insertPlace, intentsOf, logRows, ownTabs } from './undo-log.ts';

type Request = sheets_v4.Schema$Request;

/** The request for `spreadsheets.batchUpdate`, with the copies' cells asked back. `trash`: hidden tabs to delete first. */
export function writeRequest(
  steps: readonly TabStep[],
  attempt: { id: number; order: number },
  marker: readonly Request[],
  trash: readonly number[],
): sheets_v4.Schema$BatchUpdateSpreadsheetRequest {
  const own = ownTabs(attempt.id);
  const rows = logRows(intentsOf(steps, attempt.order));
  const columnCount = Math.max(1, ...rows.map((row) => row.values?.length ?? 0));
  const requests = [
    ...trash.map((sheetId): Request => ({ deleteSheet: { sheetId } })),
    ...steps.flatMap((step, i) => copyRequests(step.now.sheetId, own.imageId(i), own.imageTitle(step.now.sheetId))),
    {
      addSheet: {
        properties: {
          sheetId: own.logId,
          title: own.logTitle,
          hidden: true,
          gridProperties: { rowCount: rows.length, columnCount },
        },
      },
    },
    { updateCells: { start: { sheetId: own.logId, rowIndex: 0, columnIndex: 0 }, rows, fields: 'userEnteredValue' } },
    ...steps.flatMap((step) => [...cellRequests(step), ...insertRequests(step), ...removalRequests(step)]),
    ...marker,
  ];
  const responseRanges = steps.flatMap((step) => askedBack(step, quoteTitle(own.imageTitle(step.now.sheetId))));
  return { requests, includeSpreadsheetInResponse: true, responseRanges };
}

function copyRequests(sourceSheetId: number, newSheetId: number, newSheetName: string): Request[] {
  return [
    { duplicateSheet: { sourceSheetId, newSheetId, newSheetName } },
    { updateSheetProperties: { properties: { sheetId: newSheetId, hidden: true }, fields: 'hidden' } },
  ];
}

/** Of a copy: the header, and in the rows concerned the keys and the cells, or all cells where whole rows matter. */
function askedBack(step: TabStep, quoted: string): string[] {
  const { now, cells, removals } = step;
  const rows = [...cells.map((cell) => cell.row), ...removals.map((removal) => removal.row)];
  const head = `${quoted}!1:1`;
  if (rows.length === 0) return [head];
  const whole = removals.length > 0 || cells.some((cell) => cell.goal.id.key === '');
  const keys = [...cells, ...removals].flatMap(({ goal }) =>
    goal.keyColumns.map((header) => now.headers.indexOf(header)),
  );
  const columns = whole ? now.headers.map((_, i) => i) : [...new Set([...keys, ...cells.map((cell) => cell.column)])];
  const [first, last] = rows.reduce(([min, max], row) => [Math.min(min, row), Math.max(max, row)], [Infinity, 0]);
  return [head, ...columnRanges(quoted, columns, first + 1, last + 1)];
}

function cellData({ value, formula }: Write): sheets_v4.Schema$CellData {
  if (formula !== undefined) return { userEnteredValue: { formulaValue: formula } };
  if (value === null) return {};
  if (typeof value === 'number') return { userEnteredValue: { numberValue: value } };
  return { userEnteredValue: typeof value === 'boolean' ? { boolValue: value } : { stringValue: value } };
}

const PATTERN = { DATE: 'yyyy-mm-dd', DATE_TIME: 'yyyy-mm-dd hh:mm:ss' };

function dated(write: Write): sheets_v4.Schema$CellData {
  if (write.format === undefined) return cellData(write);
  const numberFormat = { type: write.format, pattern: PATTERN[write.format] };
  return { ...cellData(write), userEnteredFormat: { numberFormat } };
}

/** Runs of neighbouring cells in a row, and equal runs below one another, go into one updateCells each. */
function cellRequests({ now, cells }: TabStep): Request[] {
  const sorted = cells.toSorted((a, b) => a.row - b.row || a.column - b.column);
  const runs: PlacedCell[][] = [];
  for (const cell of sorted) {
    const last = runs.at(-1)?.at(-1);
    const joins = last?.row === cell.row && last.column + 1 === cell.column && hasFormat(last) === hasFormat(cell);
    if (joins) runs.at(-1)?.push(cell);
    else runs.push([cell]);
  }
  const blocks = new Map<string, PlacedCell[][]>();
  const closed: PlacedCell[][][] = [];
  for (const run of runs) {
    const [first] = run;
    if (first === undefined) continue;
    const shape = `${first.column} ${run.length} ${hasFormat(first)}`;
    const block = blocks.get(shape);
    if (block !== undefined && block.at(-1)?.[0]?.row === first.row - 1) block.push(run);
    else {
      const fresh = [run];
      blocks.set(shape, fresh);
      closed.push(fresh);
    }
  }
  return closed.map((block) => {
    const first = block[0]?.[0];
    const fields =
      first !== undefined && hasFormat(first) ? 'userEnteredValue,userEnteredFormat.numberFormat' : 'userEnteredValue';
    const rows = block.map((run) => ({ values: run.map((cell) => dated(cell.write)) }));
    const start = { sheetId: now.sheetId, rowIndex: first?.row ?? 0, columnIndex: first?.column ?? 0 };
    return { updateCells: { start, rows, fields } };
  });
}

function hasFormat({ write }: PlacedCell): boolean {
  return write.format !== undefined;
}

function insertRequests(step: TabStep): Request[] {
  const { now, inserts } = step;
  if (inserts.length === 0) return [];
  const { sheetId } = now;
  const at = insertPlace(step);
  const rows = inserts.map(({ cells }) => {
    const values: sheets_v4.Schema$CellData[] = Array.from(
      { length: Math.max(0, ...cells.map((cell) => cell.column + 1)) },
      () => ({}),
    );
    for (const { column, write } of cells) values[column] = cellData(write);
    return { values };
  });
  const range = { sheetId, dimension: 'ROWS', startIndex: at, endIndex: at + inserts.length };
  const formats = new Map(
    inserts.flatMap(({ cells }) =>
      cells.flatMap(({ column, write }) => (write.format ? [[column, write.format] as const] : [])),
    ),
  );
  return [
    // Rows can be put in before an existing row only.
    ...(at >= now.rowCount ? [{ appendDimension: { sheetId, dimension: 'ROWS', length: at - now.rowCount + 1 } }] : []),
    { insertDimension: { range, inheritFromBefore: at > 1 } },
    { updateCells: { start: { sheetId, rowIndex: at, columnIndex: 0 }, rows, fields: 'userEnteredValue' } },
    ...[...formats].map(([column, type]): Request => {
      const area = {
        sheetId,
        startRowIndex: at,
        endRowIndex: at + inserts.length,
        startColumnIndex: column,
        endColumnIndex: column + 1,
      };
      const cell = { userEnteredFormat: { numberFormat: { type, pattern: PATTERN[type] } } };
      return { repeatCell: { range: area, cell, fields: 'userEnteredFormat.numberFormat' } };
    }),
  ];
}

/** From the bottom up, so that no removal shifts the next; a tab must keep a row below its header. */
function removalRequests({ now, removals }: TabStep): Request[] {
  const { sheetId } = now;
  const rows = removals.map((removal) => removal.row).sort((a, b) => b - a);
  const spans: { start: number; end: number }[] = [];
  for (const row of rows) {
    const last = spans.at(-1);
    if (last !== undefined && last.start === row + 1) last.start = row;
    else spans.push({ start: row, end: row + 1 });
  }
  const spare = rows.length >= now.rowCount - 1 ? [{ appendDimension: { sheetId, dimension: 'ROWS', length: 1 } }] : [];
  const deletions = spans.map(({ start, end }) => ({
    deleteDimension: { range: { sheetId, dimension: 'ROWS', startIndex: start, endIndex: end } },
  }));
  return [...spare, ...deletions];
}
