/**
 * One attempt as one atomic request: copies of the tabs as they are, the log, then the cells, the new rows, the rows
 * to take away from the bottom up, and the marker. New rows go into rows freshly put in, never into rows that exist, so
 * that nothing anybody types meanwhile can lie under them.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { CellPlace, Write } from './goals.ts';
import { quoteTitle } from './snapshot.ts';
import { type NewRow, newRowsAt, type PlacedCell, type RemovedRow, type TabStep, type UpdatedRow } from './step.ts';
import { columnRanges } from './tab-now.ts';
import { type AttemptFacts, logOf, logRows, ownTabs } from './undo-log.ts';

type Request = sheets_v4.Schema$Request;

/**
 * The request for `spreadsheets.batchUpdate`, with the copies' cells asked back. `trash`: hidden tabs to delete first;
 * `ahead`: ranges to answer with too, as they are after the write.
 */
export function writeRequest(
  steps: readonly TabStep[],
  attempt: AttemptFacts & { readonly id: number },
  marker: readonly Request[],
  trash: readonly number[],
  ahead: readonly string[],
): sheets_v4.Schema$BatchUpdateSpreadsheetRequest {
  const own = ownTabs(attempt.id);
  const rows = logRows(logOf(steps, attempt));
  const requests = [
    ...trash.map((sheetId): Request => ({ deleteSheet: { sheetId } })),
    ...steps.flatMap((step, i) => copyRequests(step.now.sheetId, own.imageId(i), own.imageTitle(step.now.sheetId))),
    {
      addSheet: {
        properties: {
          sheetId: own.logId,
          title: own.logTitle,
          hidden: true,
          gridProperties: { rowCount: rows.length, columnCount: 1 },
        },
      },
    },
    { updateCells: { start: { sheetId: own.logId, rowIndex: 0, columnIndex: 0 }, rows, fields: 'userEnteredValue' } },
    ...steps.flatMap((step) => [...cellRequests(step), ...newRowRequests(step), ...removalRequests(step)]),
    ...marker,
  ];
  const responseRanges = steps.flatMap((step) => askedBack(step, quoteTitle(own.imageTitle(step.now.sheetId))));
  return { requests, includeSpreadsheetInResponse: true, responseRanges: [...responseRanges, ...ahead] };
}

function copyRequests(sourceSheetId: number, newSheetId: number, newSheetName: string): Request[] {
  return [
    { duplicateSheet: { sourceSheetId, newSheetId, newSheetName } },
    { updateSheetProperties: { properties: { sheetId: newSheetId, hidden: true }, fields: 'hidden' } },
  ];
}

/** Of a copy: the header, and in the rows concerned the keys and the cells, or all cells where whole rows matter. */
function askedBack(step: TabStep, quoted: string): string[] {
  const { now, keyColumns, rows } = step;
  const head = `${quoted}!1:1`;
  const places = rows.flatMap((row) => (row.kind === 'insert' ? [] : [row.row]));
  if (places.length === 0) return [head];
  const whole = rows.some((row) => row.kind === 'remove' || (row.kind === 'update' && row.key === ''));
  const cells = rows.flatMap((row) => (row.kind === 'update' ? row.cells.map(({ column }) => column) : []));
  const columns = whole ? now.headers.map((_, i) => i) : [...new Set([...keyColumns, ...cells])];
  const [first, last] = places.reduce(([min, max], row) => [Math.min(min, row), Math.max(max, row)], [Infinity, 0]);
  return [head, ...columnRanges(quoted, columns, first + 1, last + 1)];
}

function cellData({ value, formula }: Write): sheets_v4.Schema$CellData {
  if (formula !== undefined) return { userEnteredValue: { formulaValue: formula } };
  if (value === null) return {};
  if (typeof value === 'number') return { userEnteredValue: { numberValue: value } };
  return { userEnteredValue: typeof value === 'boolean' ? { boolValue: value } : { stringValue: value } };
}

/** The cell with the number format that it is to carry; without one where it keeps its own. */
function formatted(write: Write): sheets_v4.Schema$CellData {
  const { numberFormat } = write;
  return numberFormat ? { ...cellData(write), userEnteredFormat: { numberFormat } } : cellData(write);
}

const WITH_FORMAT = 'userEnteredValue,userEnteredFormat.numberFormat';

type CellInRow = PlacedCell & { readonly row: number };

/** Runs of neighbouring cells in a row, and equal runs below one another, go into one updateCells each. */
function cellRequests({ now, rows }: TabStep): Request[] {
  const updated = rows.filter((row): row is UpdatedRow => row.kind === 'update');
  const all = updated.flatMap(({ row, cells: placed }) => placed.map((cell): CellInRow => ({ ...cell, row })));
  const cells = all.filter(({ write }) => !isCopied(write));
  const copies = all.flatMap(({ row, column, write }) => {
    return write.copyOf && isCopied(write) ? [copyRequest(write.copyOf, { sheetId: now.sheetId, row, column }, 1)] : [];
  });
  const runs: CellInRow[][] = [];
  for (const cell of cells.sort((a, b) => a.row - b.row || a.column - b.column)) {
    const last = runs.at(-1)?.at(-1);
    const joins = last?.row === cell.row && last.column + 1 === cell.column && hasFormat(last) === hasFormat(cell);
    if (joins) runs.at(-1)?.push(cell);
    else runs.push([cell]);
  }
  const blocks = new Map<string, CellInRow[][]>();
  const closed: CellInRow[][][] = [];
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
  const written = closed.flatMap((block) => {
    const first = block[0]?.[0];
    if (first === undefined) return [];
    const start = { sheetId: now.sheetId, rowIndex: first.row, columnIndex: first.column };
    const values = block.map((run) => run.map((cell) => formatted(cell.write)));
    return areaRequests(start, values, hasFormat(first) ? WITH_FORMAT : 'userEnteredValue');
  });
  return [...written, ...copies];
}

/** A formula comes back by copying: what it refers to by its own place then moves with it. */
function isCopied({ formula, copyOf }: Write): boolean {
  return formula !== undefined && copyOf !== undefined;
}

function copyRequest(from: CellPlace, to: CellPlace, width: number): Request {
  const area = ({ sheetId, row, column }: CellPlace): sheets_v4.Schema$GridRange => ({
    sheetId,
    startRowIndex: row,
    endRowIndex: row + 1,
    startColumnIndex: column,
    endColumnIndex: column + width,
  });
  return { copyPaste: { source: area(from), destination: area(to), pasteType: 'PASTE_NORMAL' } };
}

/** So many rows, one below the other, that share a cell, that saying it once is shorter. */
const REPEATED = 6;

/** Writes an area: cell by cell, but for what runs of rows have in common in a column, which is said once a run. */
function areaRequests(
  start: { sheetId: number; rowIndex: number; columnIndex: number },
  rows: readonly (readonly sheets_v4.Schema$CellData[])[],
  fields: string,
): Request[] {
  const { sheetId, rowIndex, columnIndex } = start;
  const repeats: Request[] = [];
  const kept = rows.map((row) => [...row]);
  const width = Math.max(0, ...rows.map((row) => row.length));
  for (let column = 0; column < width; column += 1) {
    const texts = rows.map((row) => JSON.stringify(row[column] ?? {}));
    for (let from = 0, to = 0; from < rows.length; from = to) {
      while (to < rows.length && texts[to] === texts[from]) to += 1;
      const cell = rows[from]?.[column];
      if (to - from < REPEATED || cell === undefined || texts[from] === '{}') continue;
      for (const row of kept.slice(from, to)) row[column] = {};
      const range = {
        sheetId,
        startRowIndex: rowIndex + from,
        endRowIndex: rowIndex + to,
        startColumnIndex: columnIndex + column,
        endColumnIndex: columnIndex + column + 1,
      };
      repeats.push({ repeatCell: { range, cell, fields } });
    }
  }
  return [{ updateCells: { start, rows: kept.map((values) => ({ values })), fields } }, ...repeats];
}

function hasFormat({ write }: PlacedCell): boolean {
  return write.numberFormat !== undefined;
}

function newRowRequests(step: TabStep): Request[] {
  const { now, rows } = step;
  const added = rows.filter((row): row is NewRow => row.kind === 'insert');
  if (added.length === 0) return [];
  const { sheetId } = now;
  const at = newRowsAt(now);
  const range = { sheetId, dimension: 'ROWS', startIndex: at, endIndex: at + added.length };
  return [
    // Rows can be put in before an existing row only.
    ...(at >= now.rowCount ? [{ appendDimension: { sheetId, dimension: 'ROWS', length: at - now.rowCount + 1 } }] : []),
    { insertDimension: { range, inheritFromBefore: at > 1 } },
    ...newCellRequests(step, added, at),
  ];
}

/** Rows that come back bring all that they looked like; new ones take what their columns look like, and dates a date's format. */
function newCellRequests(step: TabStep, added: readonly NewRow[], at: number): Request[] {
  const { sheetId, columnCount } = step.now;
  if (step.goals.length === 0) return added.flatMap(({ cells }, i) => backRequests(sheetId, at + i, cells));
  const comesBack = step.goals.some((goal) => goal.kind === 'insert' && goal.comesBack);
  const rows = added.map(({ cells }) => {
    const width = comesBack ? columnCount : Math.max(0, ...cells.map((cell) => cell.column + 1));
    const values: sheets_v4.Schema$CellData[] = Array.from({ length: width }, () => ({}));
    for (const { column, write } of cells) values[column] = comesBack ? formatted(write) : cellData(write);
    return values;
  });
  const start = { sheetId, rowIndex: at, columnIndex: 0 };
  if (comesBack) return areaRequests(start, rows, WITH_FORMAT);
  const formats = new Map(
    added.flatMap(({ cells }) =>
      cells.flatMap(({ column, write }) => (write.numberFormat ? [[column, write.numberFormat] as const] : [])),
    ),
  );
  const dates = [...formats].map(([column, numberFormat]): Request => {
    const area = { sheetId, startRowIndex: at, endRowIndex: at + added.length };
    const range = { ...area, startColumnIndex: column, endColumnIndex: column + 1 };
    const cell = { userEnteredFormat: { numberFormat } };
    return { repeatCell: { range, cell, fields: 'userEnteredFormat.numberFormat' } };
  });
  return [...areaRequests(start, rows, 'userEnteredValue'), ...dates];
}

/** Copies a row's cells back, neighbours that are neighbours still together; and says each value that is no formula's. */
function backRequests(sheetId: number, row: number, cells: readonly PlacedCell[]): Request[] {
  const runs: PlacedCell[][] = [];
  for (const cell of cells.toSorted((a, b) => a.column - b.column)) {
    const last = runs.at(-1)?.at(-1);
    const [from, before] = [cell.write.copyOf, last?.write.copyOf];
    const joins =
      last !== undefined &&
      last.column + 1 === cell.column &&
      from?.sheetId === before?.sheetId &&
      from?.row === before?.row &&
      from?.column === (before?.column ?? 0) + 1;
    if (joins) runs.at(-1)?.push(cell);
    else runs.push([cell]);
  }
  const copies = runs.flatMap(([first, ...others]) => {
    const from = first?.write.copyOf;
    return first && from ? [copyRequest(from, { sheetId, row, column: first.column }, 1 + others.length)] : [];
  });
  const values = cells.flatMap(({ column, write }): Request[] => {
    if (isCopied(write) || (write.value === null && write.copyOf !== undefined)) return [];
    const start = { sheetId, rowIndex: row, columnIndex: column };
    return [{ updateCells: { start, rows: [{ values: [cellData(write)] }], fields: 'userEnteredValue' } }];
  });
  return [...copies, ...values];
}

/** From the bottom up, so that no removal shifts the next; a tab must keep a row below its header. */
function removalRequests({ now, rows: placed }: TabStep): Request[] {
  const { sheetId } = now;
  const removed = placed.filter((row): row is RemovedRow => row.kind === 'remove');
  const rows = removed.map(({ row }) => row).sort((a, b) => b - a);
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
