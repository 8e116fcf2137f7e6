/**
 * Reads a patch: what `splice` is to do to a CSV file. We write patches ourselves, so that anything odd in one is an
 * error.
 */
import type { Delimiter } from './cell.ts';
import { CsvError } from './csv-error.ts';
import { type RecordReader, readOwnRecords } from './reader.ts';

/**
 * A patch is a CSV file in UTF-8, with LF and without header, in the delimiter of the file that it is for. Its records
 * are `op,row,key,cell…`, a cell for each of `columns`:
 * - `u` (update) and `d` (delete), `row` ascending: the ordinal, from 0, among the well-formed data records;
 * - after them `i` (insert), `row` empty.
 *
 * `key` is what the row's key column must hold, or the file is not what was read; an empty one is not checked. In an
 * update a cell that is empty and not quoted leaves the old one as it is, and `""` makes it empty. Every other cell is
 * copied into the file byte for byte, so it must be encoded as CSV already: quoted where it contains a quote, the
 * delimiter, CR or LF, as DuckDB's COPY writes it.
 */
export interface Patch {
  readonly path: string;
  /** Header texts: of columns that the file has, or of new ones, which are appended at the right. */
  readonly columns: readonly string[];
  /** The header text of the key column; it may be missing where no record has a key. */
  readonly key: string;
}

export type Operation = 'u' | 'd' | 'i';

/** Where a patch record's cells are. */
const OPERATION = 0;
const ROW = 1;
export const KEY = 2;
export const FIRST_CELL = 3;

const ZERO = 0x30;
const OPERATIONS: Readonly<Record<number, Operation>> = { 117: 'u', 100: 'd', 105: 'i' };

export class PatchReader {
  /** What the current record does; null at the end of the patch. */
  operation: Operation | null = null;
  /** The row that it updates or deletes; Infinity where it does neither. */
  row = -1;
  private readonly path: string;
  private readonly reader: RecordReader;
  private records = 0;

  constructor(patch: Patch, delimiter: Delimiter) {
    this.path = patch.path;
    this.reader = readOwnRecords(patch.path, delimiter, FIRST_CELL + patch.columns.length);
  }

  /** Moves to the next record; what `bytes` gave before is void. Throws a CsvError where it is no record of a patch. */
  advance(): void {
    const { reader } = this;
    while (!reader.scanner.advance()) {
      if (reader.refill()) continue;
      this.operation = null;
      this.row = Number.POSITIVE_INFINITY;
      return;
    }
    this.records += 1;
    if (reader.scanner.fault !== null) throw this.refusal(`is malformed (${reader.scanner.fault})`);
    const known = this.end(OPERATION) - this.start(OPERATION) === 1;
    const operation = known ? OPERATIONS[this.bytes[this.start(OPERATION)] as number] : undefined;
    if (operation === undefined) throw this.refusal('has no operation u, d or i');
    const row = this.rowNumber();
    if (operation === 'i' ? row !== Number.POSITIVE_INFINITY : row <= this.row || row === Number.POSITIVE_INFINITY) {
      throw this.refusal(
        'is out of order: updates and deletes come first, by ascending row, inserts last and without one',
      );
    }
    this.operation = operation;
    this.row = row;
  }

  get bytes(): Buffer {
    return this.reader.scanner.bytes;
  }

  /** Where a cell of the record starts in `bytes`. */
  start(cell: number): number {
    return this.reader.scanner.cells[cell] as number;
  }

  /** One past where it ends. */
  end(cell: number): number {
    return (this.reader.scanner.cells[cell + 1] as number) - 1;
  }

  close(): void {
    this.reader.close();
  }

  /** The row's number; Infinity where the cell is empty. */
  private rowNumber(): number {
    const { bytes } = this;
    const end = this.end(ROW);
    let row = 0;
    for (let at = this.start(ROW); at < end; at += 1) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) throw this.refusal('has a row that is no number');
      row = row * 10 + digit;
    }
    return end === this.start(ROW) ? Number.POSITIVE_INFINITY : row;
  }

  private refusal(sentence: string): CsvError {
    return new CsvError('patch', this.path, `record ${this.records} of the patch ${sentence}. Nothing was written.`);
  }
}
