/** How the server shows a spreadsheet: as ValueRange for the values methods, as Spreadsheet for `spreadsheets.get`. */
import type { sheets_v4 as api } from 'googleapis/build/src/apis/sheets/v4.js';
import { type Area, formatArea, parseRange } from './a1.ts';
import { effectiveValue, errorText, formattedValue } from './cell-value.ts';
import { includes, type Mask } from './field-mask.ts';
import { type Book, type Cell, cellAt, type DimensionProperties, type Tab } from './model.ts';

export interface ValueOptions {
  valueRenderOption: string | undefined;
  dateTimeRenderOption: string | undefined;
  majorDimension: string | undefined;
}

/** A range of values; trailing empty cells of a row and trailing empty rows are left out, as the service does. */
export function valueRange(area: Area, options: ValueOptions): api.Schema$ValueRange {
  const columns = options.majorDimension === 'COLUMNS';
  const values: unknown[][] = [];
  const [outer, inner] = columns
    ? [area.endColumn - area.startColumn, area.endRow - area.startRow]
    : [Math.min(area.endRow, area.tab.rows.length) - area.startRow, area.endColumn - area.startColumn];
  for (let i = 0; i < outer; i += 1) {
    const line: unknown[] = [];
    let filled = 0;
    const length = columns ? inner : Math.min(inner, area.tab.rows[area.startRow + i]?.length ?? 0);
    for (let j = 0; j < length; j += 1) {
      const [row, column] = columns
        ? [area.startRow + j, area.startColumn + i]
        : [area.startRow + i, area.startColumn + j];
      const value = renderedValue(area.tab, cellAt(area.tab, row, column), options);
      line.push(value);
      if (value !== '') filled = line.length;
    }
    line.length = filled;
    values.push(line);
  }
  while (values.length > 0 && values.at(-1)?.length === 0) values.pop();
  const majorDimension = columns ? 'COLUMNS' : 'ROWS';
  return { range: formatArea(area), majorDimension, ...(values.length > 0 && { values }) };
}

function renderedValue(tab: Tab, cell: Cell | undefined, options: ValueOptions): string | number | boolean {
  if (!cell || effectiveValue(tab, cell) === undefined) return '';
  const option = options.valueRenderOption ?? 'FORMATTED_VALUE';
  if (option === 'FORMULA' && typeof cell.userEnteredValue?.formulaValue === 'string') {
    return cell.userEnteredValue.formulaValue;
  }
  const type = cell.userEnteredFormat?.numberFormat?.type;
  const asText = options.dateTimeRenderOption === 'FORMATTED_STRING' && (type === 'DATE' || type === 'DATE_TIME');
  if (option === 'FORMATTED_VALUE' || asText) return formattedValue(tab, cell) ?? '';
  const value = effectiveValue(tab, cell);
  if (value?.errorValue) return errorText(value.errorValue.type);
  return value?.stringValue ?? value?.numberValue ?? value?.boolValue ?? '';
}

function cellData(tab: Tab, cell: Cell | undefined, mask: Mask): api.Schema$CellData {
  if (cell === undefined) return {};
  const result: api.Schema$CellData = {};
  const { userEnteredValue, userEnteredFormat, dataValidation, note } = cell;
  if (effectiveValue(tab, cell) !== undefined) {
    if (userEnteredValue && includes(mask, 'userEnteredValue')) result.userEnteredValue = userEnteredValue;
    if (includes(mask, 'effectiveValue')) result.effectiveValue = effectiveValue(tab, cell) ?? {};
    if (includes(mask, 'formattedValue')) result.formattedValue = formattedValue(tab, cell) ?? '';
  }
  if (userEnteredFormat) {
    if (includes(mask, 'userEnteredFormat')) result.userEnteredFormat = userEnteredFormat;
    if (includes(mask, 'effectiveFormat')) result.effectiveFormat = userEnteredFormat;
  }
  if (dataValidation && includes(mask, 'dataValidation')) result.dataValidation = dataValidation;
  if (note && includes(mask, 'note')) result.note = note;
  return result;
}

function properties(
  list: (DimensionProperties | undefined)[],
  start: number,
  end: number,
): api.Schema$DimensionProperties[] {
  return Array.from({ length: end - start }, (_, i) => ({ pixelSize: 21, ...list[start + i] }));
}

function gridData(area: Area, mask: Mask): api.Schema$GridData {
  const data: api.Schema$GridData = {};
  if (area.startRow > 0) data.startRow = area.startRow;
  if (area.startColumn > 0) data.startColumn = area.startColumn;
  if (includes(mask, 'rowMetadata')) data.rowMetadata = properties(area.tab.rowProperties, area.startRow, area.endRow);
  if (includes(mask, 'columnMetadata')) {
    data.columnMetadata = properties(area.tab.columnProperties, area.startColumn, area.endColumn);
  }
  if (!includes(mask, 'rowData')) return data;
  const below = mask.get('rowData')?.get('values') ?? new Map();
  const rowData: api.Schema$RowData[] = [];
  for (let row = area.startRow; row < Math.min(area.endRow, area.tab.rows.length); row += 1) {
    const cells = (area.tab.rows[row] ?? []).slice(area.startColumn, area.endColumn);
    const values = cells.map((cell) => cellData(area.tab, cell, below));
    rowData.push(values.length > 0 ? { values } : {});
  }
  if (rowData.length > 0) data.rowData = rowData;
  return data;
}

function sheetProperties(tab: Tab, index: number): api.Schema$SheetProperties {
  const { sheetId, title, hidden, rowCount, columnCount, frozenRowCount, frozenColumnCount } = tab;
  const gridProperties: api.Schema$GridProperties = { rowCount, columnCount };
  if (frozenRowCount > 0) gridProperties.frozenRowCount = frozenRowCount;
  if (frozenColumnCount > 0) gridProperties.frozenColumnCount = frozenColumnCount;
  return { sheetId, title, index, sheetType: 'GRID', gridProperties, ...(hidden && { hidden }) };
}

/** One tab's properties, as `addSheet` and `duplicateSheet` answer. */
export function describeTab(book: Book, tab: Tab): api.Schema$SheetProperties {
  return sheetProperties(tab, book.tabs.indexOf(tab));
}

/**
 * The whole answer of `spreadsheets.get`, before the mask is laid over it; the mask only saves work here.
 * With ranges: only the tabs that they touch, one GridData a range. Grid data come if asked for, or named by the mask.
 */
export function spreadsheet(
  book: Book,
  ranges: string[],
  mask: Mask | undefined,
  withGrid: boolean,
): api.Schema$Spreadsheet {
  const areas = ranges.map((range) => parseRange(book, range));
  const tabs = areas.length === 0 ? book.tabs : book.tabs.filter((tab) => areas.some((area) => area.tab === tab));
  const grid = mask === undefined ? withGrid : includes(mask, 'sheets', 'data');
  const gridMask = mask?.get('sheets')?.get('data') ?? new Map();
  const sheets = tabs.map((tab): api.Schema$Sheet => {
    const whole = { tab, startRow: 0, endRow: tab.rowCount, startColumn: 0, endColumn: tab.columnCount };
    const wanted = areas.length === 0 ? [whole] : areas.filter((area) => area.tab === tab);
    const { merges, basicFilter, protectedRanges, tables } = tab;
    const developerMetadata = book.metadata.filter((one) => one.location?.sheetId === tab.sheetId);
    return {
      properties: describeTab(book, tab),
      ...(developerMetadata.length > 0 && { developerMetadata }),
      ...(grid && { data: wanted.map((area) => gridData(area, gridMask)) }),
      ...(merges.length > 0 && { merges }),
      ...(basicFilter && { basicFilter }),
      ...(protectedRanges.length > 0 && { protectedRanges }),
      ...(tables.length > 0 && { tables }),
    };
  });
  const { spreadsheetId, title, locale, timeZone, metadata } = book;
  return {
    spreadsheetId,
    spreadsheetUrl: `https://docs.google.com/spreadsheets/d/${spreadsheetId}/edit`,
    properties: { title, locale, timeZone, autoRecalc: 'ON_CHANGE' },
    sheets,
    ...(metadata.length > 0 && { developerMetadata: metadata.filter((one) => one.location?.spreadsheet === true) }),
  };
}
