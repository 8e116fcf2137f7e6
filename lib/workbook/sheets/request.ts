/**
 * One request, atomic and in order: copies of the rows that it touches, what it is about to do, then cells, new rows,
 * and rows to take away from the bottom up; its marker; and, as its answer, the copies. New rows go into rows freshly
 * put in, never into rows that exist, so that nothing anybody types meanwhile can lie under them.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { areaName, CELL_FIELDS, cellOf, gridRange, type Request, type Span, spansOf } from './cells.ts';
import type { ScratchCell, Write } from './goals.ts';
import { markerId, markerRequest } from './marker.ts';
import type { Act } from './place.ts';
import { type CopiedStep, copyRequests, endOf, type Intent, packed, type Scratch, scratchTitle } from './scratch.ts';

export type Body = sheets_v4.Schema$BatchUpdateSpreadsheetRequest;
const GRID_FIELDS = `data(startRow,startColumn,rowData(values(${CELL_FIELDS})))`;
export const ANSWER_FIELDS = `updatedSpreadsheet(sheets(properties(sheetId),${GRID_FIELDS}))`;

/** The body of `spreadsheets.batchUpdate`; its packed text may widen the scratch tab. */
export function bodyOf(scratch: Scratch, intent: Intent): Body {
  const pieces = packed(intent);
  scratch.columnCount = Math.max(scratch.columnCount, pieces.length);
  const { sheetId, ...gridProperties } = scratch;
  const fields = 'gridProperties.rowCount,gridProperties.columnCount';
  // Pieces of an earlier request may stand further right.
  const cells = Array.from({ length: scratch.columnCount }, (_, i) => cellOf(pieces[i] ?? null));
  const { steps } = intent;
  const rows = { from: steps[0]?.head ?? 1, to: endOf(steps) };
  const region = gridRange(sheetId, rows, { from: 0, to: scratch.columnCount });
  const start = { sheetId, rowIndex: 0, columnIndex: 0 };
  const requests: Request[] = [
    { updateSheetProperties: { properties: { sheetId, gridProperties }, fields } },
    { updateCells: { range: region, fields: 'userEnteredValue' } },
    ...steps.flatMap((step) => copyRequests(sheetId, step)),
    { updateCells: { start, rows: [{ values: cells }], fields: 'userEnteredValue' } },
    ...steps.flatMap(cellRequests),
    ...steps.flatMap(rowRequests),
    markerRequest(markerId(sheetId, intent.nth), sheetId),
  ];
  const responseRanges = steps.flatMap((step) => askedBack(scratchTitle(scratch), step));
  return { requests, includeSpreadsheetInResponse: true, responseRanges };
}

/** Of the copies: the headers, and of the rows what the look had seen of them. */
function askedBack(title: string, { width, head, copies, acts }: CopiedStep): string[] {
  const columns = acts.flatMap(({ kind, seen }) => (kind === 'insert' ? [] : seen.map(([column]) => column)));
  const body = { from: head + 1, to: head + 1 + copies.size };
  const spans = copies.size > 0 ? spansOf(columns) : [];
  return [
    areaName(title, { from: head, to: head + 1 }, { from: 0, to: width }),
    ...spans.map((span) => areaName(title, body, span)),
  ];
}

/** A cell with the format that makes it a date. */
function withFormat({ value, format }: Write, formats: boolean): sheets_v4.Schema$CellData {
  if (!format || !formats) return cellOf(value);
  const pattern = format === 'DATE' ? 'yyyy-mm-dd' : 'yyyy-mm-dd hh:mm:ss';
  return { ...cellOf(value), userEnteredFormat: { numberFormat: { type: format, pattern } } };
}

const fieldsOf = (formats: boolean): string =>
  formats ? 'userEnteredValue,userEnteredFormat.numberFormat' : 'userEnteredValue';

interface Area {
  readonly row: number;
  readonly column: number;
  readonly formats: boolean;
  readonly rows: sheets_v4.Schema$CellData[][];
}

/** Neighbouring cells of a row, and equal runs below one another, are one area. */
function areasOf(acts: readonly Act[]): Area[] {
  const areas: Area[] = [];
  const open = new Map<string, Area>();
  for (const { row, cells } of acts.toSorted((a, b) => a.row - b.row))
    for (const formats of [false, true]) {
      const plain = cells.filter((cell) => !cell.after.copy && (cell.formats ?? false) === formats);
      const written = new Map(plain.map(({ column, after }) => [column, withFormat(after, formats)]));
      for (const { from, to } of spansOf(written.keys())) {
        const values = Array.from({ length: to - from }, (_, i) => written.get(from + i) ?? {});
        const shape = `${from} ${to} ${formats}`;
        const above = open.get(shape);
        if (above && above.row + above.rows.length === row) above.rows.push(values);
        else {
          const area = { row, column: from, formats, rows: [values] };
          open.set(shape, area);
          areas.push(area);
        }
      }
    }
  return areas;
}

function cellRequests({ now: { sheetId }, acts }: CopiedStep): Request[] {
  const updated = acts.filter(({ kind }) => kind === 'update');
  const back = updated.flatMap((act) => copiesBack(act, sheetId, act.row));
  return [...areasOf(updated).flatMap((area) => areaRequests(sheetId, area)), ...back];
}

/** From so many equal cells on, one request for all of them is shorter. */
const REPEATED = 6;

/** Writes an area cell by cell; runs of equal cells in a column are one request each. */
function areaRequests(sheetId: number, { row, column: first, formats, rows }: Area): Request[] {
  const fields = fieldsOf(formats);
  const repeats: Request[] = [];
  const kept = rows.map((cells) => [...cells]);
  const width = Math.max(0, ...rows.map((cells) => cells.length));
  for (let column = 0; column < width; column += 1) {
    const texts = rows.map((cells) => JSON.stringify(cells[column] ?? {}));
    for (let from = 0, to = 0; from < rows.length; from = to) {
      while (to < rows.length && texts[to] === texts[from]) to += 1;
      const cell = rows[from]?.[column];
      if (to - from < REPEATED || cell === undefined || texts[from] === '{}') continue;
      for (const cells of kept.slice(from, to)) cells[column] = {};
      const range = gridRange(
        sheetId,
        { from: row + from, to: row + to },
        { from: first + column, to: first + column + 1 },
      );
      repeats.push({ repeatCell: { range, cell, fields } });
    }
  }
  const start = { sheetId, rowIndex: row, columnIndex: first };
  return [{ updateCells: { start, rows: kept.map((values) => ({ values })), fields } }, ...repeats];
}

/**
 * Rows that go, from the bottom up so that none shifts the next, and then new ones. A tab keeps a row below its header.
 */
function rowRequests({ now: { sheetId, rowCount }, acts, insertAt }: CopiedStep): Request[] {
  const gone = acts.flatMap(({ kind, row }) => (kind === 'remove' ? [row] : []));
  const spare = gone.length > 0 && gone.length >= rowCount - 1 ? 1 : 0;
  const rows = (from: number, to: number) => ({ sheetId, dimension: 'ROWS', startIndex: from, endIndex: to });
  const at = insertAt - gone.filter((row) => row < insertAt).length;
  const added = acts.filter(({ kind }) => kind === 'insert');
  return [
    ...(spare > 0 ? [{ appendDimension: { sheetId, dimension: 'ROWS', length: 1 } }] : []),
    ...spansOf(gone)
      .toReversed()
      .map(({ from, to }) => ({ deleteDimension: { range: rows(from, to) } })),
    ...(added.length > 0 ? newRowRequests(sheetId, added, at, rowCount + spare - gone.length) : []),
  ];
}

function newRowRequests(sheetId: number, added: readonly Act[], at: number, rowCount: number): Request[] {
  const range = { sheetId, dimension: 'ROWS', startIndex: at, endIndex: at + added.length };
  const lines = added.map(({ cells }) => {
    const line: sheets_v4.Schema$CellData[] = [];
    for (const { column, after } of cells) if (!after.copy) line[column] = cellOf(after.value);
    return Array.from(line, (cell) => cell ?? {});
  });
  return [
    // Rows can be put in before a row that exists only.
    ...(at >= rowCount ? [{ appendDimension: { sheetId, dimension: 'ROWS', length: at - rowCount + 1 } }] : []),
    { insertDimension: { range, inheritFromBefore: at > 1 } },
    ...areaRequests(sheetId, { row: at, column: 0, formats: false, rows: lines }),
    ...dateFormats(added, sheetId, { from: at, to: at + added.length }),
    ...added.flatMap((act, i) => copiesBack(act, sheetId, at + i)),
  ];
}

/** New rows take the formats of the row above; a date's column gets a date's. */
function dateFormats(added: readonly Act[], sheetId: number, rows: Span): Request[] {
  const cells = added.flatMap((act) => act.cells.filter(({ after }) => after.format && !after.copy));
  return [...new Map(cells.map(({ column, after }) => [column, after]))].map(([column, after]) => {
    const { userEnteredFormat = {} } = withFormat(after, true);
    const range = gridRange(sheetId, rows, { from: column, to: column + 1 });
    return { repeatCell: { range, cell: { userEnteredFormat }, fields: 'userEnteredFormat.numberFormat' } };
  });
}

/** What comes back is copied, neighbours that are neighbours still together. */
function copiesBack({ cells }: Act, sheetId: number, row: number): Request[] {
  const runs: { from: ScratchCell; to: number; width: number }[] = [];
  for (const { column, after } of cells.toSorted((a, b) => a.column - b.column)) {
    const { copy: from } = after;
    const last = runs.at(-1);
    if (!from) continue;
    const isNext = last && last.from.column + last.width === from.column && last.to + last.width === column;
    if (isNext) last.width += 1;
    else runs.push({ from, to: column, width: 1 });
  }
  return runs.map(({ from, to, width }) => {
    const area = (at: ScratchCell) =>
      gridRange(at.sheetId, { from: at.row, to: at.row + 1 }, { from: at.column, to: at.column + width });
    const destination = area({ sheetId, row, column: to });
    return { copyPaste: { source: area(from), destination, pasteType: 'PASTE_NORMAL' } };
  });
}
