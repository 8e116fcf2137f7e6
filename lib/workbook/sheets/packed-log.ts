/**
 * A log's rows in few characters, for they double what a request carries: rows are lists without names, and a cell that
 * is the same as in the row before, at the same place of the list, is a 0. Nothing is left out that is read again. Pure.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { Raw } from './snapshot.ts';
import type { PlacedCell, PlacedRow, RemovedRow } from './step.ts';
import type { TabDone } from './undo-log.ts';

/** Of a new row there was nothing before. The format is the place in the tab's list, 0 for none, of what the cell had before. */
type PackedCell = 0 | readonly [column: number, value: Raw, before?: Raw, formula?: string | 0, format?: number];
type Format = sheets_v4.Schema$NumberFormat;
type PackedRow =
  | readonly [kind: 'u', row: number, key: string, digests: 0 | readonly [string, string], ...PackedCell[]]
  | readonly [kind: 'i', nth: number, ...PackedCell[]]
  | readonly [kind: 'r', row: number, key: string, digest: string, ...PackedCell[]];
export type PackedTab = readonly [
  sheetId: number,
  headers: readonly string[],
  keyColumns: readonly number[],
  at: number,
  formats: readonly Format[],
  rows: readonly PackedRow[],
];

type Cells = readonly (Pick<PlacedCell, 'column' | 'write'> & Partial<PlacedCell>)[];

/** Packs what was done to a tab. */
export function packedTab({ sheetId, headers, keyColumns, at, rows }: TabDone): PackedTab {
  const formats = new Map<string, number>();
  let before: Cells = [];
  const packed = rows.map((row): PackedRow => {
    const given: Cells = row.kind === 'remove' ? row.cells.map(asFormatBefore) : row.cells;
    const cells = given.map((cell, i) => packedCell(cell, before[i], formats));
    before = given;
    if (row.kind === 'insert') return ['i', row.nth, ...cells];
    if (row.kind === 'remove') return ['r', row.row, row.key, row.digest, ...cells];
    return ['u', row.row, row.key, row.digest === '' ? 0 : [row.digest, row.digestAfter], ...cells];
  });
  return [sheetId, headers, keyColumns, at, [...formats.keys()].map((text) => JSON.parse(text) as Format), packed];
}

/** What goes with a row has a format of its own, and no other. */
function asFormatBefore({ column, write }: RemovedRow['cells'][number]): Cells[number] {
  return write.numberFormat ? { column, write, formatBefore: write.numberFormat } : { column, write };
}

function packedCell(cell: Cells[number], last: Cells[number] | undefined, formats: Map<string, number>): PackedCell {
  const { column, write, before = null, formatBefore } = cell;
  const { value, formula } = write;
  const same = last?.column === column && last.write.value === value && (last.before ?? null) === before;
  const plain = formula === undefined && last?.write.formula === undefined;
  if (same && plain && JSON.stringify(formatBefore) === JSON.stringify(last.formatBefore)) return 0;
  if (formatBefore !== undefined) return [column, value, before, formula ?? 0, placeOf(formatBefore, formats)];
  if (formula !== undefined) return [column, value, before, formula];
  return before === null ? [column, value] : [column, value, before];
}

/** From 1; 0 for no format. */
function placeOf(format: Format | null, formats: Map<string, number>): number {
  if (format === null) return 0;
  const text = JSON.stringify(format);
  const place = formats.get(text) ?? formats.size + 1;
  formats.set(text, place);
  return place;
}

/** The number formats that were written are not kept: the copies have them. */
export function unpackedTab([sheetId, headers, keyColumns, at, formats, rows]: PackedTab): TabDone {
  let last: readonly PlacedCell[] = [];
  const cellsOf = (packed: readonly PackedCell[]): readonly PlacedCell[] => {
    last = packed.map((cell, i): PlacedCell => {
      if (cell === 0) return last[i] as PlacedCell;
      const [column, value, before = null, formula, format] = cell;
      const write = typeof formula === 'string' ? { value, formula } : { value };
      if (format === undefined) return { column, before, write };
      return { column, before, write, formatBefore: formats[format - 1] ?? null };
    });
    return last;
  };
  const unpacked = rows.map((row): PlacedRow => {
    if (row[0] === 'i') {
      const [, nth, ...cells] = row;
      return { kind: 'insert', nth, cells: cellsOf(cells) };
    }
    if (row[0] === 'r') {
      const [, place, key, digest, ...cells] = row;
      return { kind: 'remove', row: place, key, digest, cells: cellsOf(cells).map(withFormat) };
    }
    const [, place, key, digests, ...cells] = row;
    const [digest, digestAfter] = digests === 0 ? ['', ''] : digests;
    return { kind: 'update', row: place, key, digest, digestAfter, cells: cellsOf(cells) };
  });
  return { sheetId, headers, keyColumns, at, rows: unpacked };
}

function withFormat({ column, write, formatBefore }: PlacedCell): RemovedRow['cells'][number] {
  return { column, write: formatBefore ? { ...write, numberFormat: formatBefore } : write };
}
