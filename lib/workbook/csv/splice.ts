/**
 * Makes a new CSV file of an old one and a patch. Every byte that the patch does not change is copied as it is: byte
 * order mark, encoding, delimiter, line ends, blank lines, malformed records, the quoting of unchanged cells, a missing
 * last line end. It decides nothing, never writes into the old file, and makes nothing durable: fsync and rename are
 * left to the commit.
 */
import { rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { cellText, encodeCell, LF, QUOTE } from './cell.ts';
import { codecOf } from './codec.ts';
import { CsvError } from './csv-error.ts';
import type { RowMarks } from './marks.ts';
import { Output } from './output.ts';
import { FIRST_CELL, KEY, type Patch, PatchReader } from './patch.ts';
import { type RecordReader, readRecords, STRIDE_BYTES } from './reader.ts';
import { checkUnchanged } from './same-file.ts';
import type { Scanner } from './scan.ts';
import { type CsvFile, openCsv } from './sniff.ts';

/** How many data records it did what to. */
export interface SpliceResult {
  readonly updated: number;
  readonly deleted: number;
  readonly inserted: number;
  /** Well-formed records that the patch does not name. */
  readonly kept: number;
  readonly malformed: number;
}

/** A stride over rows that stay, by their number. */
const STRIDE_ROWS = 5_000;
/** Fewer rows are passed over faster than a mark is found. */
const WORTH_A_MARK = 50;

/**
 * Writes the patched file to `outPath`. Where the patch names columns that the file lacks, the header gets them at the
 * right, and every record of one line a cell for each. A line end is added only before inserted records, where the last
 * record has none. With the marks of a file that `howToRead` looked through, only the records near those of the patch
 * are looked at.
 *
 * Rejects, and leaves no file, with a CsvError: `changed` where the file is not the one that was opened, or a row's key
 * is not what the patch says; `patch` where the patch is wrong; `unreadable` where the file's malformed records would
 * read otherwise in the new file.
 */
export async function splice(
  file: CsvFile,
  patch: Patch,
  outPath: string,
  marks: RowMarks | null = null,
): Promise<SpliceResult> {
  const columns = arrange(file, patch);
  const reader = readRecords(file);
  const changes = new PatchReader(patch, file.delimiter);
  const output = new Output(outPath, codecOf(file.encoding), file.before);
  try {
    const pass = new Pass(file, columns, reader, marks, changes, output);
    do {
      pass.beginWindow();
      while (pass.stride()) await setImmediate();
      await setImmediate();
    } while (reader.refill());
    pass.insertRest();
    output.flush();
    await checkUnchanged(file);
    if (pass.counts.malformed > 0) await checkMalformed(file, outPath, pass.counts);
    return pass.counts;
  } catch (error) {
    await rm(outPath, { force: true });
    throw error;
  } finally {
    output.close();
    changes.close();
    reader.close();
  }
}

/** Where the patch's cells go. */
interface Columns {
  /** Place of the key column in the file; -1 for none. */
  readonly key: number;
  /** The columns that the file has: place in the file and cell of the patch, from left to right. */
  readonly changed: readonly { readonly column: number; readonly cell: number }[];
  /** The columns that it gets. */
  readonly added: readonly { readonly name: string; readonly cell: number }[];
  /** For each column of the new file the cell of the patch; -1 for none. */
  readonly rowCells: readonly number[];
}

function arrange(file: CsvFile, patch: Patch): Columns {
  if (new Set(patch.columns).size < patch.columns.length) {
    throw new CsvError('patch', patch.path, 'the patch names a column twice. Nothing was written.');
  }
  const places = patch.columns.map((name, i) => ({ name, cell: FIRST_CELL + i, column: file.header.indexOf(name) }));
  const changed = places.filter(({ column }) => column >= 0).toSorted((a, b) => a.column - b.column);
  const added = places.filter(({ column }) => column < 0);
  const rowCells = file.header.map((_, column) => changed.find((place) => place.column === column)?.cell ?? -1);
  return {
    key: file.header.indexOf(patch.key),
    changed,
    added,
    rowCells: [...rowCells, ...added.map(({ cell }) => cell)],
  };
}

/** One pass over file and patch, side by side. */
class Pass {
  readonly counts = { updated: 0, deleted: 0, inserted: 0, kept: 0, malformed: 0 };
  private readonly file: CsvFile;
  private readonly columns: Columns;
  private readonly reader: RecordReader;
  private readonly scanner: Scanner;
  private readonly marks: RowMarks | null;
  private readonly patch: PatchReader;
  private readonly output: Output;
  private readonly delimiter: Buffer;
  private readonly lineEnd: Buffer;
  /** Empty cells for the added columns. */
  private readonly padding: Buffer;
  /** Everything in the window before this place is written, or left out on purpose. */
  private copied = 0;
  /** The ordinal of the next well-formed record; the header is -1. */
  private row = -1;

  constructor(
    file: CsvFile,
    columns: Columns,
    reader: RecordReader,
    marks: RowMarks | null,
    patch: PatchReader,
    output: Output,
  ) {
    this.file = file;
    this.columns = columns;
    this.reader = reader;
    this.scanner = reader.scanner;
    this.marks = marks;
    this.patch = patch;
    this.output = output;
    this.delimiter = Buffer.from(file.delimiter);
    this.lineEnd = Buffer.from(file.lineEnd);
    this.padding = Buffer.from(file.delimiter.repeat(columns.added.length));
    patch.advance();
  }

  beginWindow(): void {
    this.copied = this.scanner.next;
    this.skipToPatch();
  }

  /** Goes through some more of the window; whether there is more of it. */
  stride(): boolean {
    const { scanner } = this;
    const stop = scanner.next + STRIDE_BYTES;
    while (scanner.advance()) {
      this.record();
      this.skipToPatch();
      if (scanner.next > stop) return true;
    }
    this.copyTo(scanner.next);
    return false;
  }

  /** Rows that stay as they are, every byte, need no look at their cells. */
  private skipToPatch(): void {
    if (this.row < 0 || this.padding.length > 0) return;
    if (this.marks && this.patch.row - this.row > WORTH_A_MARK) this.jump(this.marks);
    const most = Math.min(this.patch.row - this.row, STRIDE_ROWS);
    this.pass(this.scanner.skipPlain(most, this.lineEnd.length));
  }

  /** On to the last mark of this window that does not lie behind the patch's row. */
  private jump(marks: RowMarks): void {
    const { scanner, reader } = this;
    const mark = marks.before(this.patch.row, reader.windowStart + scanner.bytes.length);
    if (!mark || mark.row <= this.row) return;
    scanner.jump(mark.place - reader.windowStart);
    this.pass(mark.row - this.row);
  }

  private pass(rows: number): void {
    this.row += rows;
    this.counts.kept += rows;
  }

  /** Appends the records that the patch inserts, once the file is through. */
  insertRest(): void {
    const { patch, output } = this;
    if (patch.operation !== 'i' && patch.operation !== null) throw this.notWhatWasRead('it has fewer rows');
    const { rowCells } = this.columns;
    const inPlace = rowCells.length > 1 && rowCells.every((cell, i) => cell === FIRST_CELL + i);
    for (; patch.operation === 'i'; patch.advance()) {
      if (output.lastByte !== LF) this.append(this.lineEnd);
      if (inPlace && !this.hasEmptyQuotes(rowCells)) {
        // The file's columns in the file's order: the record's bytes as they are.
        output.append(patch.bytes, patch.start(FIRST_CELL), patch.end(FIRST_CELL + rowCells.length - 1));
      } else {
        this.insertCells(rowCells);
      }
      this.append(this.lineEnd);
      this.counts.inserted += 1;
    }
  }

  private insertCells(rowCells: readonly number[]): void {
    rowCells.forEach((cell, i) => {
      if (i > 0) this.append(this.delimiter);
      if (cell >= 0) this.appendCell(cell);
      else if (this.isOnlyColumn()) this.output.appendText('""');
    });
  }

  private hasEmptyQuotes(rowCells: readonly number[]): boolean {
    const { patch } = this;
    return rowCells.some((cell) => {
      const start = patch.start(cell);
      return patch.end(cell) === start + 2 && patch.bytes[start] === QUOTE;
    });
  }

  private record(): void {
    const { scanner, patch, counts } = this;
    if (scanner.fault !== null) {
      counts.malformed += 1;
      // With the new columns a row that is too long would seem to be just right, its cells under the wrong names.
      // Others get them to be as long as all rows once they are fixed, but for rows of several lines, which do not end
      // where their line does.
      const isOneLine = scanner.fault !== 'unclosed quote' && !scanner.mayBePiece;
      if (isOneLine || scanner.fault === 'too many cells') this.pad();
      return;
    }
    const row = this.row;
    this.row += 1;
    if (row < 0) {
      this.extendHeader();
    } else if (row !== patch.row) {
      counts.kept += 1;
      this.pad();
    } else {
      this.checkKey();
      if (patch.operation === 'd') this.leaveOut();
      else this.update();
      patch.advance();
    }
  }

  private extendHeader(): void {
    const { scanner, output, file, columns } = this;
    this.copyTo(scanner.end);
    for (const { name } of columns.added) output.appendText(file.delimiter + encodeCell(name, file.delimiter));
  }

  private pad(): void {
    if (this.padding.length === 0) return;
    this.copyTo(this.scanner.end);
    this.append(this.padding);
  }

  private leaveOut(): void {
    this.copyTo(this.scanner.start);
    this.copied = this.scanner.next;
    this.counts.deleted += 1;
  }

  private update(): void {
    const { scanner, patch, columns } = this;
    for (const { column, cell } of columns.changed) {
      if (patch.start(cell) === patch.end(cell)) continue;
      this.copyTo(scanner.cells[column] as number);
      this.copied = (scanner.cells[column + 1] as number) - 1;
      this.appendCell(cell);
    }
    if (columns.added.length > 0) this.copyTo(scanner.end);
    for (const { cell } of columns.added) {
      this.append(this.delimiter);
      this.appendCell(cell);
    }
    this.counts.updated += 1;
  }

  /** A cell of the patch, as it is; an empty one without quotes, unless the record would be a blank line. */
  private appendCell(cell: number): void {
    const { patch } = this;
    const start = patch.start(cell);
    const end = patch.end(cell);
    const empty = end === start || (end === start + 2 && patch.bytes[start] === QUOTE);
    if (!empty) this.output.append(patch.bytes, start, end);
    else if (this.isOnlyColumn()) this.output.appendText('""');
  }

  private isOnlyColumn(): boolean {
    return this.columns.rowCells.length === 1;
  }

  /** Never one person's values in another's row. */
  private checkKey(): void {
    const { scanner, patch, columns } = this;
    const start = patch.start(KEY);
    const end = patch.end(KEY);
    if (start === end) return;
    const column = columns.key;
    if (column < 0) throw this.notWhatWasRead('it has no key column');
    const heldStart = scanner.cells[column] as number;
    const heldEnd = (scanner.cells[column + 1] as number) - 1;
    if (sameBytes(patch.bytes, start, end, scanner.bytes, heldStart, heldEnd)) return;
    if (cellText(patch.bytes, start, end) === cellText(scanner.bytes, heldStart, heldEnd)) return;
    throw this.notWhatWasRead('a row has another key than expected');
  }

  private copyTo(place: number): void {
    this.output.append(this.scanner.bytes, this.copied, place);
    this.copied = place;
  }

  private append(bytes: Buffer): void {
    this.output.append(bytes, 0, bytes.length);
  }

  private notWhatWasRead(found: string): CsvError {
    return new CsvError(
      'changed',
      this.file.path,
      `the file is not what was read: ${found}. Nothing was written; read it again.`,
    );
  }
}

function sameBytes(a: Buffer, start: number, end: number, b: Buffer, otherStart: number, otherEnd: number): boolean {
  if (end - start !== otherEnd - otherStart) return false;
  for (let i = start, j = otherStart; i < end; i += 1, j += 1) if (a[i] !== b[j]) return false;
  return true;
}

/**
 * Where a malformed record ends depends on what follows: its open quote may find a partner in a new cell, and swallow
 * good rows. So a file that has malformed records is read again.
 */
async function checkMalformed(file: CsvFile, outPath: string, expected: SpliceResult): Promise<void> {
  const reader = readRecords(await openCsv(outPath));
  let sound = -1;
  let malformed = 0;
  try {
    do {
      while (reader.scanner.advance()) {
        if (reader.scanner.fault === null) sound += 1;
        else malformed += 1;
      }
      await setImmediate();
    } while (reader.refill());
  } finally {
    reader.close();
  }
  if (sound === expected.kept + expected.updated + expected.inserted && malformed === expected.malformed) return;
  const sentence =
    `it has malformed rows (${expected.malformed}) that would swallow others in the new file. Nothing was ` +
    'written; fix them first.';
  throw new CsvError('unreadable', file.path, sentence);
}
