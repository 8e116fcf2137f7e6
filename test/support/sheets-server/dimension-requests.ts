/** Requests of a batch that add, take away, move or describe rows and columns. */
import type { sheets_v4 as api } from 'googleapis/build/src/apis/sheets/v4.js';
import { invalid, notImplemented } from './api-error.ts';
import { merge, parseMask } from './field-mask.ts';
import { type Book, type DimensionProperties, type Row, type Tab, tabById } from './model.ts';

interface Span {
  tab: Tab;
  rows: boolean;
  start: number;
  end: number;
}

function isRows(dimension: string | null | undefined): boolean {
  if (dimension !== 'ROWS' && dimension !== 'COLUMNS') throw invalid('dimension must be ROWS or COLUMNS.');
  return dimension === 'ROWS';
}

function span(book: Book, range: api.Schema$DimensionRange | undefined, checked = true): Span {
  const tab = tabById(book, range?.sheetId);
  const rows = isRows(range?.dimension);
  const count = rows ? tab.rowCount : tab.columnCount;
  const [start, end] = [range?.startIndex ?? 0, range?.endIndex ?? count];
  if (start < 0 || end <= start) throw invalid('The range of the dimension is empty.');
  if (checked && end > count)
    throw invalid(rows ? "Cannot delete a row that doesn't exist." : "Cannot delete a column that doesn't exist.");
  return { tab, rows, start, end };
}

/** Adds empty rows or columns at the end. */
export function appendDimension(book: Book, request: api.Schema$AppendDimensionRequest): void {
  const tab = tabById(book, request.sheetId);
  const length = request.length ?? 0;
  if (length < 1) throw invalid('length must be at least 1.');
  if (isRows(request.dimension)) tab.rowCount += length;
  else tab.columnCount += length;
}

/** `list` with `insert` put in at a place that may lie behind its end. */
function spliced<T>(
  list: readonly (T | undefined)[],
  at: number,
  remove: number,
  insert: readonly (T | undefined)[],
): (T | undefined)[] {
  const result = list.slice();
  if (insert.some((one) => one !== undefined)) while (result.length < at) result.push(undefined);
  if (at < result.length || insert.some((one) => one !== undefined)) result.splice(at, remove, ...insert);
  return result;
}

function filledRows(rows: (Row | undefined)[]): Row[] {
  return Array.from(rows, (row) => row ?? []);
}

/** Takes `remove` rows or columns out at a place, and puts others in. */
function splice(tab: Tab, rows: boolean, at: number, remove: number, insert: number): void {
  const empty = Array.from({ length: insert }, () => undefined);
  if (rows) {
    tab.rows = filledRows(spliced<Row>(tab.rows, at, remove, at < tab.rows.length ? empty : []));
    tab.rowProperties = spliced<DimensionProperties>(tab.rowProperties, at, remove, empty);
    tab.rowCount += insert - remove;
  } else {
    tab.rows = tab.rows.map((row) => spliced(row, at, remove, at < row.length ? empty : []));
    tab.columnProperties = spliced<DimensionProperties>(tab.columnProperties, at, remove, empty);
    tab.columnCount += insert - remove;
  }
  tab.merges = tab.merges.flatMap((range) => shifted(range, rows, at, remove, insert));
  const filter = tab.basicFilter?.range;
  if (tab.basicFilter && filter) {
    const range = shifted(filter, rows, at, remove, insert)[0];
    tab.basicFilter = range === undefined ? undefined : { ...tab.basicFilter, range };
  }
  // Rows put in inside of a Table join it; below its last they do not (google_workspace_mcp#643,
  // node-google-spreadsheet#709).
  tab.tables = tab.tables.flatMap((one) =>
    one.range ? shifted(one.range, rows, at, remove, insert).map((range) => ({ ...one, range })) : [one],
  );
  tab.protectedRanges = tab.protectedRanges.flatMap((one) => {
    return one.range ? shifted(one.range, rows, at, remove, insert).map((range) => ({ ...one, range })) : [one];
  });
}

function shifted(
  range: api.Schema$GridRange,
  rows: boolean,
  at: number,
  remove: number,
  insert: number,
): api.Schema$GridRange[] {
  const move = (index: number, end: boolean): number => {
    if (index < at || (end && index === at)) return index;
    return index < at + remove ? at + insert : index - remove + insert;
  };
  const [startKey, endKey] = rows
    ? (['startRowIndex', 'endRowIndex'] as const)
    : (['startColumnIndex', 'endColumnIndex'] as const);
  const [start, end] = [range[startKey], range[endKey]];
  const result = { ...range };
  if (typeof start === 'number') result[startKey] = move(start, false);
  if (typeof end === 'number') result[endKey] = move(end, true);
  const gone = typeof end === 'number' && (result[endKey] ?? 0) <= (result[startKey] ?? 0);
  return gone ? [] : [result];
}

/** Puts empty rows or columns in; with `inheritFromBefore` their cells take the format of the line before. */
export function insertDimension(book: Book, request: api.Schema$InsertDimensionRequest): void {
  const { tab, rows, start, end } = span(book, request.range, false);
  const count = rows ? tab.rowCount : tab.columnCount;
  if (start >= count) throw invalid(`range.startIndex[${start}] is larger than current grid size[${count}]`);
  if (request.inheritFromBefore === true && start === 0)
    throw invalid('inheritFromBefore needs a start index above 0.');
  const model = request.inheritFromBefore === true ? start - 1 : start;
  const modelRow = tab.rows[model];
  splice(tab, rows, start, 0, end - start);
  if (!rows || modelRow === undefined) return;
  const formats = modelRow.map((cell) => {
    const { userEnteredFormat, dataValidation } = cell ?? {};
    if (!userEnteredFormat && !dataValidation) return undefined;
    return { ...(userEnteredFormat && { userEnteredFormat }), ...(dataValidation && { dataValidation }) };
  });
  if (formats.every((cell) => cell === undefined)) return;
  while (tab.rows.length < end) tab.rows.push([]);
  for (let row = start; row < end; row += 1) tab.rows[row] = formats;
}

/** Takes rows or columns out; never all of them. */
export function deleteDimension(book: Book, request: api.Schema$DeleteDimensionRequest): void {
  const { tab, rows, start, end } = span(book, request.range);
  if (end - start >= (rows ? tab.rowCount : tab.columnCount)) {
    throw invalid(`You can't delete all the ${rows ? 'rows' : 'columns'} on the sheet.`);
  }
  splice(tab, rows, start, end - start, 0);
}

/** Moves rows or columns; the destination counts before the source is taken out. */
export function moveDimension(book: Book, request: api.Schema$MoveDimensionRequest): void {
  const { tab, rows, start, end } = span(book, request.source);
  const destination = request.destinationIndex ?? 0;
  if (destination > (rows ? tab.rowCount : tab.columnCount)) throw invalid('The destination is outside the grid.');
  // Seen on a live sheet by a public project (2026-09): rows and columns do not move across merged cells.
  const crossed = tab.merges.some((range) => {
    const [from, to] = rows ? [range.startRowIndex, range.endRowIndex] : [range.startColumnIndex, range.endColumnIndex];
    const inside = (edge: number): boolean => edge > (from ?? 0) && edge < (to ?? Infinity);
    return inside(start) || inside(end) || inside(destination);
  });
  if (crossed) throw invalid('Rows or columns can not be moved across merged cells.');
  if (destination >= start && destination <= end) return;
  const at = destination > start ? destination - (end - start) : destination;
  const moved = <T>(list: readonly (T | undefined)[]): (T | undefined)[] => {
    const full = Array.from({ length: Math.max(list.length, destination, end) }, (_, i) => list[i]);
    const taken = full.splice(start, end - start);
    full.splice(at, 0, ...taken);
    return full;
  };
  if (rows) {
    tab.rows = filledRows(moved(tab.rows));
    tab.rowProperties = moved(tab.rowProperties);
  } else {
    tab.rows = tab.rows.map((row) => moved(row));
    tab.columnProperties = moved(tab.columnProperties);
  }
}

/** Hides, shows, sizes rows or columns. */
export function updateDimensionProperties(book: Book, request: api.Schema$UpdateDimensionPropertiesRequest): void {
  if (!request.range) throw notImplemented('updateDimensionProperties without a range');
  const { tab, rows, start, end } = span(book, request.range);
  const mask = parseMask(request.fields ?? '');
  const list = rows ? tab.rowProperties : tab.columnProperties;
  for (let i = start; i < end; i += 1)
    list[i] = merge<DimensionProperties>(list[i] ?? {}, request.properties ?? {}, mask);
}

/** Widths are nothing that this server computes; the range is checked all the same. */
export function autoResizeDimensions(book: Book, request: api.Schema$AutoResizeDimensionsRequest): void {
  if (!request.dimensions) throw notImplemented('autoResizeDimensions of a data source');
  span(book, request.dimensions);
}
