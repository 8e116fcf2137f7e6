/**
 * Requests of a batch that concern a whole tab or the spreadsheet: add, copy, delete, describe, protect, filter, merge.
 */
import type { sheets_v4 as api } from 'googleapis/build/src/apis/sheets/v4.js';
import { invalid, notImplemented } from './api-error.ts';
import { bounds } from './cell-requests.ts';
import { parseMask } from './field-mask.ts';
import { type Book, copyTab, newTab, type Tab, tabById, tabByTitle } from './model.ts';
import { describeTab } from './render.ts';

function freeId(book: Book, asked: number | null | undefined): number {
  if (asked === null || asked === undefined) {
    book.nextId += 1;
    return 100_000 + book.nextId;
  }
  if (asked < 0) throw invalid('A sheet id must not be negative.');
  if (book.tabs.some((tab) => tab.sheetId === asked)) throw invalid(`A sheet with the id ${asked} already exists.`);
  return asked;
}

function checkTitle(book: Book, title: string, self?: Tab): void {
  const other = tabByTitle(book, title);
  if (title === '') throw invalid('A sheet needs a title.');
  if (other !== undefined && other !== self) {
    throw invalid(`A sheet with the name "${title}" already exists. Please enter another name.`);
  }
}

function place(book: Book, tab: Tab, index: number | null | undefined): void {
  book.tabs.splice(index ?? book.tabs.length, 0, tab);
}

export function addSheet(book: Book, request: api.Schema$AddSheetRequest): api.Schema$Response {
  const { properties = {} } = request;
  const { sheetId, title, index, hidden, gridProperties, sheetType } = properties;
  if (sheetType && sheetType !== 'GRID') throw notImplemented(`tabs of type ${sheetType}`);
  const name = title ?? `Sheet${book.tabs.length + 1}`;
  checkTitle(book, name);
  const id = freeId(book, sheetId);
  const tab = newTab(id, name, gridProperties?.rowCount ?? 1000, gridProperties?.columnCount ?? 26);
  tab.hidden = hidden ?? false;
  tab.frozenRowCount = gridProperties?.frozenRowCount ?? 0;
  tab.frozenColumnCount = gridProperties?.frozenColumnCount ?? 0;
  place(book, tab, index);
  return { addSheet: { properties: describeTab(book, tab) } };
}

/** A copy of all cells, those in hidden rows too. */
export function duplicateSheet(book: Book, request: api.Schema$DuplicateSheetRequest): api.Schema$Response {
  const source = tabById(book, request.sourceSheetId);
  const title = request.newSheetName ?? `Copy of ${source.title}`;
  checkTitle(book, title);
  const sheetId = freeId(book, request.newSheetId);
  const own = (range: api.Schema$GridRange): api.Schema$GridRange => ({ ...range, sheetId });
  const copy = { ...copyTab(source), sheetId, title, merges: source.merges.map(own) };
  copy.protectedRanges = copy.protectedRanges.map((one) => {
    book.nextId += 1;
    return { ...one, protectedRangeId: book.nextId, ...(one.range && { range: own(one.range) }) };
  });
  if (copy.basicFilter?.range) copy.basicFilter = { ...copy.basicFilter, range: own(copy.basicFilter.range) };
  place(book, copy, request.insertSheetIndex);
  return { duplicateSheet: { properties: describeTab(book, copy) } };
}

export function deleteSheet(book: Book, request: api.Schema$DeleteSheetRequest): void {
  const tab = tabById(book, request.sheetId);
  book.tabs = book.tabs.filter((one) => one !== tab);
  if (!book.tabs.some((one) => !one.hidden)) throw invalid("You can't remove all the visible sheets in a document.");
  book.metadata = book.metadata.filter((one) => one.location?.sheetId !== tab.sheetId);
}

export function updateSheetProperties(book: Book, request: api.Schema$UpdateSheetPropertiesRequest): void {
  const { properties = {}, fields } = request;
  const tab = tabById(book, properties.sheetId);
  const grid = properties.gridProperties ?? {};
  for (const [name, below] of parseMask(fields ?? '')) {
    if (name === 'title') {
      checkTitle(book, properties.title ?? '', tab);
      tab.title = properties.title ?? '';
    } else if (name === 'hidden') {
      tab.hidden = properties.hidden ?? false;
    } else if (name === 'index') {
      book.tabs = book.tabs.filter((one) => one !== tab);
      place(book, tab, properties.index);
    } else if (name === 'gridProperties') {
      for (const part of below.size > 0 ? below.keys() : Object.keys(grid)) setGrid(tab, part, grid);
    } else if (name !== 'tabColor' && name !== 'tabColorStyle') {
      throw notImplemented(`the sheet property "${name}"`);
    }
  }
}

function setGrid(tab: Tab, part: string, grid: api.Schema$GridProperties): void {
  if (part === 'frozenRowCount') tab.frozenRowCount = grid.frozenRowCount ?? 0;
  else if (part === 'frozenColumnCount') tab.frozenColumnCount = grid.frozenColumnCount ?? 0;
  else if (part === 'rowCount') {
    tab.rowCount = grid.rowCount ?? 0;
    tab.rows = tab.rows.slice(0, tab.rowCount);
  } else if (part === 'columnCount') {
    tab.columnCount = grid.columnCount ?? 0;
    tab.rows = tab.rows.map((row) => row.slice(0, tab.columnCount));
  } else if (part !== 'hideGridlines') throw notImplemented(`the grid property "${part}"`);
}

export function updateSpreadsheetProperties(book: Book, request: api.Schema$UpdateSpreadsheetPropertiesRequest): void {
  const { properties = {}, fields } = request;
  for (const name of parseMask(fields ?? '').keys()) {
    if (name === 'title') book.title = properties.title ?? '';
    else if (name === 'locale') book.locale = properties.locale ?? 'en_US';
    else if (name === 'timeZone') book.timeZone = properties.timeZone ?? 'Etc/GMT';
    else throw notImplemented(`the spreadsheet property "${name}"`);
  }
}

export function addProtectedRange(book: Book, request: api.Schema$AddProtectedRangeRequest): api.Schema$Response {
  const given = request.protectedRange ?? {};
  if (given.namedRangeId || given.tableId || !given.range) throw notImplemented('protection by anything but a range');
  if (given.warningOnly && given.editors) throw invalid('Editors are not supported with warning_only protection.');
  const { tab } = bounds(book, given.range);
  book.nextId += 1;
  const protectedRange = { protectedRangeId: book.nextId, ...given };
  tab.protectedRanges.push(protectedRange);
  return { addProtectedRange: { protectedRange } };
}

export function deleteProtectedRange(book: Book, request: api.Schema$DeleteProtectedRangeRequest): void {
  const owner = book.tabs.find((tab) =>
    tab.protectedRanges.some((one) => one.protectedRangeId === request.protectedRangeId),
  );
  if (owner === undefined) throw invalid(`No protected range with ID: ${request.protectedRangeId}`);
  owner.protectedRanges = owner.protectedRanges.filter((one) => one.protectedRangeId !== request.protectedRangeId);
}

export function setBasicFilter(book: Book, request: api.Schema$SetBasicFilterRequest): void {
  const { tab } = bounds(book, request.filter?.range ?? {});
  tab.basicFilter = request.filter;
}

export function clearBasicFilter(book: Book, request: api.Schema$ClearBasicFilterRequest): void {
  tabById(book, request.sheetId).basicFilter = undefined;
}

/** Keeps the value of the top left cell, as the service does. */
export function mergeCells(book: Book, request: api.Schema$MergeCellsRequest): void {
  if (request.mergeType !== 'MERGE_ALL') throw notImplemented(`merging by ${request.mergeType}`);
  const { tab, startRow, endRow, startColumn, endColumn } = bounds(book, request.range ?? {});
  for (let row = startRow; row < Math.min(endRow, tab.rows.length); row += 1) {
    tab.rows[row] = (tab.rows[row] ?? []).map((cell, column) => {
      const inside = column >= startColumn && column < endColumn && !(row === startRow && column === startColumn);
      return inside ? undefined : cell;
    });
  }
  const { sheetId } = tab;
  tab.merges.push({
    sheetId,
    startRowIndex: startRow,
    endRowIndex: endRow,
    startColumnIndex: startColumn,
    endColumnIndex: endColumn,
  });
}
