/** Requests of a batch that write cells: updateCells, repeatCell, setDataValidation, sortRange. */
import type { sheets_v4 as api } from 'googleapis/build/src/apis/sheets/v4.js';
import { columnIndex, columnName } from './a1.ts';
import { invalid, notImplemented } from './api-error.ts';
import { checkedValue, effectiveValue } from './cell-value.ts';
import { type Mask, merge, parseMask } from './field-mask.ts';
import { type Book, type Cell, cellAt, type Row, setCell, type Tab, tabById } from './model.ts';

const WRITABLE = new Set(['userEnteredValue', 'userEnteredFormat', 'dataValidation', 'note', '*']);

export interface Bounds {
  tab: Tab;
  startRow: number;
  endRow: number;
  startColumn: number;
  endColumn: number;
}

/** A grid range with its open ends closed by the grid; outside the grid is an error. */
export function bounds(book: Book, range: api.Schema$GridRange): Bounds {
  const tab = tabById(book, range.sheetId);
  const area = {
    tab,
    startRow: range.startRowIndex ?? 0,
    endRow: range.endRowIndex ?? tab.rowCount,
    startColumn: range.startColumnIndex ?? 0,
    endColumn: range.endColumnIndex ?? tab.columnCount,
  };
  checkInside(area);
  return area;
}

function checkInside({ tab, startRow, endRow, startColumn, endColumn }: Bounds): void {
  if (startRow > endRow || startColumn > endColumn || startRow < 0 || startColumn < 0)
    throw invalid('The range is empty.');
  if (endRow > tab.rowCount || endColumn > tab.columnCount) {
    const max = `Max rows: ${tab.rowCount}, max columns: ${tab.columnCount}`;
    throw invalid(`Range (${tab.title}) exceeds grid limits. ${max}`);
  }
}

function cellMask(fields: string | null | undefined): Mask {
  const mask = parseMask(fields ?? '');
  for (const name of mask.keys()) if (!WRITABLE.has(name)) throw notImplemented(`the cell field "${name}"`);
  return mask;
}

/**
 * A value typed into a spilled cell makes its formula #REF!, and empties all that it had filled
 * (google-api-go-client#1041).
 */
function breakSpill(tab: Tab, spilledBy: string): void {
  tab.rows = tab.rows.map((cells) =>
    cells.map((cell) => {
      if (cell?.spilledBy === spilledBy) return undefined;
      const isAnchor = cell?.userEnteredValue?.formulaValue === spilledBy;
      return isAnchor ? { ...cell, effectiveValue: { errorValue: { type: 'REF' } } } : cell;
    }),
  );
}

function writeCell(tab: Tab, row: number, column: number, source: Cell, mask: Mask): void {
  const value = checkedValue(source.userEnteredValue);
  const { spilledBy } = cellAt(tab, row, column) ?? {};
  if (spilledBy && value !== undefined) breakSpill(tab, spilledBy);
  const { userEnteredValue: _, ...rest } = source;
  const { effectiveValue: shown, ...old } = cellAt(tab, row, column) ?? {};
  const isSpilled = old.spilledBy !== undefined;
  const changed = merge<Cell>(old, value === undefined ? rest : { ...rest, userEnteredValue: value }, mask);
  const next = isSpilled && shown ? { ...changed, effectiveValue: shown } : changed;
  const { userEnteredFormat, ...unformatted } = next;
  const kept = Object.keys(userEnteredFormat ?? {}).length === 0 ? unformatted : next;
  const cell = Object.keys(kept).length === 0 ? undefined : kept;
  if (cell !== undefined && typeof next.userEnteredValue?.formulaValue === 'string') effectiveValue(tab, next);
  setCell(tab, row, column, cell);
}

/** With `range`, what the rows don't cover is cleared; with `start`, only what is given is written. */
export function updateCells(book: Book, request: api.Schema$UpdateCellsRequest): void {
  const mask = cellMask(request.fields);
  const rows = request.rows ?? [];
  if ((request.range === undefined) === (request.start === undefined)) throw invalid('Set either range or start.');
  if (request.start) {
    const { rowIndex, columnIndex, sheetId } = request.start;
    const tab = tabById(book, sheetId);
    const [startRow, startColumn] = [rowIndex ?? 0, columnIndex ?? 0];
    rows.forEach((row, i) => {
      const endColumn = startColumn + (row.values?.length ?? 0);
      checkInside({ tab, startRow, endRow: startRow + i + 1, startColumn, endColumn });
      (row.values ?? []).forEach((cell, j) => {
        writeCell(tab, startRow + i, startColumn + j, cell, mask);
      });
    });
    return;
  }
  const area = bounds(book, request.range ?? {});
  if (rows.length > area.endRow - area.startRow) throw invalid('The rows are more than the range.');
  for (let row = area.startRow; row < area.endRow; row += 1) {
    for (let column = area.startColumn; column < area.endColumn; column += 1) {
      const given = rows[row - area.startRow]?.values?.[column - area.startColumn];
      if (given !== undefined || cellAt(area.tab, row, column) !== undefined) {
        writeCell(area.tab, row, column, given ?? {}, mask);
      }
    }
  }
}

/** Writes one cell over a whole range. */
export function repeatCell(book: Book, request: api.Schema$RepeatCellRequest): void {
  const mask = cellMask(request.fields);
  const area = bounds(book, request.range ?? {});
  for (let row = area.startRow; row < area.endRow; row += 1) {
    for (let column = area.startColumn; column < area.endColumn; column += 1) {
      writeCell(area.tab, row, column, request.cell ?? {}, mask);
    }
  }
}

/** Copies cells as they are, from another tab too; of a formula's references those without "$" move with it. */
export function copyPaste(book: Book, request: api.Schema$CopyPasteRequest): void {
  const { pasteType = 'PASTE_NORMAL', pasteOrientation = 'NORMAL' } = request;
  if (pasteType !== 'PASTE_NORMAL' || pasteOrientation !== 'NORMAL') throw notImplemented(`pasting by ${pasteType}`);
  const [from, to] = [bounds(book, request.source ?? {}), bounds(book, request.destination ?? {})];
  const [rows, columns] = [from.endRow - from.startRow, from.endColumn - from.startColumn];
  // "If the range is smaller than the source range, the entire source data will still be copied"
  // (CopyPasteRequest.destination).
  if (to.endRow - to.startRow > rows || to.endColumn - to.startColumn > columns)
    throw notImplemented('repeating what is pasted in a larger area');
  if (to.startRow + rows > to.tab.rowCount || to.startColumn + columns > to.tab.columnCount)
    throw invalid('The pasted cells reach beyond the grid.');
  const [down, right] = [to.startRow - from.startRow, to.startColumn - from.startColumn];
  const cells = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => cellAt(from.tab, from.startRow + row, from.startColumn + column)),
  );
  cells.forEach((row, i) => {
    row.forEach((cell, j) => {
      // What a copy of a spilled cell holds is documented nowhere, and nothing may rest on it: nothing typed.
      const copied = cell?.spilledBy ? undefined : cell && movedFormula(cell, down, right);
      setCell(to.tab, to.startRow + i, to.startColumn + j, copied);
    });
  });
}

function movedFormula(cell: Cell, down: number, right: number): Cell {
  const formula = cell.userEnteredValue?.formulaValue;
  if (typeof formula !== 'string') return cell;
  const parts = formula.split(/("(?:[^"]|"")*")/);
  const formulaValue = parts
    .map((part) => (part.startsWith('"') ? part : part.replace(/(\$?)\b([A-Z]{1,3})(\$?)(\d+)\b/g, moved)))
    .join('');
  return { ...cell, userEnteredValue: { formulaValue } };

  function moved(_: string, fixedColumn: string, column: string, fixedRow: string, row: string): string {
    const columnNow = fixedColumn ? column : columnName(columnIndex(column) + right);
    return `${fixedColumn}${columnNow}${fixedRow}${fixedRow ? row : Number(row) + down}`;
  }
}

/** Sets, or without a rule clears, the validation of a range. */
export function setDataValidation(book: Book, request: api.Schema$SetDataValidationRequest): void {
  const cell = request.rule === undefined ? {} : { dataValidation: request.rule };
  repeatCell(book, { range: request.range ?? {}, cell, fields: 'dataValidation' } as api.Schema$RepeatCellRequest);
}

/** Numbers before texts before booleans before errors; empty cells last in either direction. Stable. */
function compare(tab: Tab, column: number, a: Row, b: Row, descending: boolean): number {
  const rank = (value: api.Schema$ExtendedValue | undefined): [number, number | string] => {
    if (typeof value?.numberValue === 'number') return [0, value.numberValue];
    if (typeof value?.stringValue === 'string') return [1, value.stringValue.toLowerCase()];
    if (typeof value?.boolValue === 'boolean') return [2, Number(value.boolValue)];
    return [value?.errorValue ? 3 : 4, 0];
  };
  const [left, leftValue] = rank(effectiveValue(tab, a[column]));
  const [right, rightValue] = rank(effectiveValue(tab, b[column]));
  if (left === 4 || right === 4) return left - right;
  const order = left - right || (leftValue < rightValue ? -1 : leftValue > rightValue ? 1 : 0);
  return descending ? -order : order;
}

/** Moves the values and formats of whole cells; hidden rows and the rows' own properties stay where they are. */
export function sortRange(book: Book, request: api.Schema$SortRangeRequest): void {
  const { tab, startRow, endRow, startColumn, endColumn } = bounds(book, request.range ?? {});
  const slices = Array.from({ length: Math.max(0, Math.min(endRow, tab.rows.length) - startRow) }, (_, i) => {
    const cells = (tab.rows[startRow + i] ?? []).slice(startColumn, endColumn);
    return [...Array.from({ length: startColumn }, () => undefined), ...cells];
  });
  slices.sort((a, b) => {
    for (const spec of request.sortSpecs ?? []) {
      const order = compare(tab, spec.dimensionIndex ?? 0, a, b, spec.sortOrder === 'DESCENDING');
      if (order !== 0) return order;
    }
    return 0;
  });
  slices.forEach((cells, i) => {
    const row = (tab.rows[startRow + i] ?? []).slice();
    for (let column = startColumn; column < Math.max(row.length, cells.length) && column < endColumn; column += 1) {
      row[column] = cells[column];
    }
    tab.rows[startRow + i] = row;
  });
}
