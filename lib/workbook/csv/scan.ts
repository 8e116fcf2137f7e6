/**
 * Finds the records of a CSV file in a buffer of UTF-8 bytes, and says of each whether it is well formed. It makes no
 * strings, keeps no records, and never repairs: a record is either exactly what it says, or malformed with a reason.
 *
 * What it calls well formed:
 * - as many cells as the header has, divided by the delimiter; records end with LF or CR LF, or with the file;
 * - a quote opens a quoted cell only as the cell's very first byte; anywhere else it is an ordinary character;
 * - in a quoted cell a quote is doubled, and after the closing quote stands a delimiter or a line end, nothing else;
 * - valid UTF-8, no NUL, no carriage return outside quotes but the one of CR LF.
 * Blank lines are no records.
 *
 * The rule of recovery: *a malformed record is one line*. Whatever its quotes seem to say, it ends at its first line
 * end, and reading restarts at the next line; so one forgotten quote costs one row and not the rest of the file. The
 * lines that its quotes would have covered may be pieces of it: of those, a line with a quote inside an unquoted cell
 * (the closing half of a torn cell looks so) is malformed too.
 */
import { isUtf8 } from 'node:buffer';
import { CR, type Delimiter, LF, QUOTE } from './cell.ts';
import { countTwo } from './count.ts';
import { CsvError } from './csv-error.ts';

/**
 * A record is at most 2 MiB of UTF-8: DuckDB's own default limit, and 60 times the fullest cell that a spreadsheet
 * holds.
 */
export const MAX_RECORD_BYTES = 2 * 1024 * 1024;

/**
 * 1 for the bytes that may end an unquoted cell. One constant table is the fastest test there is: twice as fast as
 * comparing.
 */
const MARKS = new Uint8Array(256);
for (const byte of [0x09, 0x2c, 0x3b, CR, LF]) MARKS[byte] = 1;

/** Why a record is malformed. */
export type Fault =
  | 'too few cells'
  | 'too many cells'
  | 'unclosed quote'
  | 'text after quote'
  | 'carriage return'
  | 'torn'
  | 'too long'
  | 'not UTF-8'
  | 'NUL character';

export class Scanner {
  /** The record's first byte. */
  start = 0;
  /** One past the record's last byte; its line end is not part of it. */
  end = 0;
  /** One past the record's line end. */
  next = 0;
  fault: Fault | null = null;
  /** How many cells the record has. */
  count = 0;
  /**
   * Where each cell starts: cell i is the bytes from `cells[i]` up to `cells[i + 1] - 1`. Only for a record without
   * fault.
   */
  readonly cells: Int32Array;
  /** The text that is being scanned. */
  bytes: Buffer = Buffer.alloc(0);

  private readonly delimiter: number;
  private readonly columns: number;
  private readonly path: string;
  /** Records that start before this place are whole in `bytes`, and so is as much as their quotes may cover. */
  private safe = 0;
  /** All of `bytes` is valid UTF-8 without NUL, so that no record need be asked. */
  private clean = true;
  private hasCr = false;
  /** Lines that start before this place may be pieces of a malformed record. */
  private tornUntil = 0;
  /** What is wrong with the quotes of the cell that was walked last, apart from other faults of its record. */
  private quoteFault: Fault | null = null;
  /**
   * Where the first quote at or after `next` stands, as far as it was looked for; past everything where there is none.
   */
  private quote = 0;

  /**
   * @param columns how many cells a well-formed record has
   * @param path the file, for errors
   */
  constructor(delimiter: Delimiter, columns: number, path: string) {
    this.delimiter = delimiter.charCodeAt(0);
    this.columns = columns;
    this.path = path;
    this.cells = new Int32Array(columns + 1);
  }

  /**
   * Goes on in other bytes: what stood at `next` stands first now.
   * @param bytes end with the file, or after a line end
   * @param last whether the file ends with them. Where it does not, the last MAX_RECORD_BYTES are left for the next
   *   time
   */
  attach(bytes: Buffer, last: boolean): void {
    this.tornUntil -= this.next;
    this.bytes = bytes;
    this.next = 0;
    this.safe = last ? bytes.length : bytes.length - MAX_RECORD_BYTES;
    this.clean = isUtf8(bytes) && !bytes.includes(0);
    this.hasCr = bytes.includes(CR);
    this.quote = 0;
  }

  /**
   * Moves to the next record; false where these bytes have none more. Throws a CsvError on a line of more than
   * MAX_RECORD_BYTES.
   */
  advance(): boolean {
    const { bytes } = this;
    let at = this.next;
    while (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] === LF)) at += bytes[at] === LF ? 1 : 2;
    this.start = at;
    this.end = at;
    this.next = at;
    if (at >= this.safe) return false;
    this.fault = null;
    this.walk();
    if (this.fault === null && !this.clean) this.fault = this.characterFault();
    if (this.fault === null && this.mayBePiece && this.hasStrayQuote()) this.fault = 'torn';
    if (this.fault !== null) this.cutAtLineEnd();
    return true;
  }

  /**
   * Moves over records as long as nothing about them needs a closer look: no quote, as many cells as the header, and
   * the line end of `lineEndBytes` bytes. Twice as fast as `advance`, which takes on from there.
   * @returns over how many, at most `most`
   */
  skipPlain(most: number, lineEndBytes: number): number {
    const { bytes, delimiter, columns } = this;
    if (!this.clean || this.next < this.tornUntil) return 0;
    const limit = this.nextQuote();
    const top = Math.max(delimiter, CR);
    let start = this.next;
    let skipped = 0;
    let cells = 1;
    let withCr = false;
    for (let at = start; at < limit; at += 1) {
      const byte = bytes[at] as number;
      if (byte > top) continue;
      if (byte === delimiter) cells += 1;
      else if (byte === LF) {
        const length = at + 1 - start;
        if (cells !== columns || skipped >= most || length <= lineEndBytes || length > MAX_RECORD_BYTES) break;
        if (withCr !== (lineEndBytes === 2)) break;
        skipped += 1;
        cells = 1;
        start = at + 1;
        withCr = false;
      } else if (byte === CR) {
        if (bytes[at + 1] !== LF) break;
        withCr = true;
      }
    }
    this.next = start;
    return skipped;
  }

  /**
   * Moves over all lines before the next quote where together they hold as many cells as so many records do: five times
   * as fast as `skipPlain`, for files with LF. It says less: a line with a cell too many, or a blank one, may stand
   * beside a line with one too few. So it is for a reader that refuses the latter, and counts its rows.
   * @returns over how many, in at most so many bytes; 0 where they need a closer look
   */
  skipLines(mostBytes: number): number {
    const { bytes, delimiter, columns, next } = this;
    if (!this.clean || this.hasCr || columns === 1 || next < this.tornUntil) return 0;
    const end = bytes.lastIndexOf(LF, Math.min(this.nextQuote(), next + mostBytes) - 1) + 1;
    if (end <= next) return 0;
    const [lines, delimiters] = countTwo(bytes, next, end, LF, delimiter);
    if (delimiters !== lines * (columns - 1)) return 0;
    this.next = end;
    return lines;
  }

  /** Goes on at a record that begins later in these bytes. */
  jump(to: number): void {
    this.next = to;
  }

  /** The record may be a piece of a malformed one above it. */
  get mayBePiece(): boolean {
    return this.start < this.tornUntil;
  }

  /** The record as text, quotes and all. */
  text(): string {
    return this.bytes.toString('utf8', this.start, this.end);
  }

  /** Walks the record's bytes once: its cells, its end, and the faults of its form. */
  private walk(): void {
    const { bytes, delimiter, columns, cells } = this;
    const marks = MARKS;
    const stop = Math.min(bytes.length, this.start + MAX_RECORD_BYTES);
    let at = this.start;
    let count = 0;
    for (;;) {
      if (count === columns) {
        this.fault ??= 'too many cells';
        break;
      }
      cells[count] = at;
      count += 1;
      if (at < stop && bytes[at] === QUOTE) {
        at = this.skipQuoted(at, stop);
        if (this.quoteFault !== null) {
          this.fault ??= this.quoteFault;
          break;
        }
      }
      let byte = 0;
      for (; at < stop; at += 1) {
        byte = bytes[at] as number;
        if (marks[byte] === 0) continue;
        if (byte === delimiter || byte === LF) break;
        if (byte === CR && bytes[at + 1] !== LF) this.fault ??= 'carriage return';
      }
      if (byte !== delimiter) break;
      at += 1;
    }
    if (at === stop && stop < bytes.length) this.fault ??= 'too long';
    if (count !== columns) this.fault ??= 'too few cells';
    this.count = count;
    this.end = at < bytes.length && bytes[at - 1] === CR ? at - 1 : at;
    this.next = Math.min(at + 1, bytes.length);
    cells[columns] = this.end + 1;
  }

  /** From a cell's opening quote to one past its closing one, or to where the fault is. */
  private skipQuoted(open: number, stop: number): number {
    const { bytes, delimiter } = this;
    let at = open + 1;
    this.quoteFault = null;
    for (;;) {
      while (at < stop && bytes[at] !== QUOTE) at += 1;
      if (at >= stop) {
        this.quoteFault = 'unclosed quote';
        return stop;
      }
      at += 1;
      if (at >= stop || bytes[at] !== QUOTE) break;
      at += 1;
    }
    const byte = bytes[at];
    const ends = byte === undefined || byte === delimiter || byte === LF || (byte === CR && bytes[at + 1] === LF);
    if (!ends) this.quoteFault = 'text after quote';
    return at;
  }

  private nextQuote(): number {
    if (this.quote >= this.next && this.bytes[this.quote] === QUOTE) return this.quote;
    const at = this.quote === this.bytes.length ? -1 : this.bytes.indexOf(QUOTE, this.next);
    this.quote = at < 0 ? this.bytes.length : at;
    return this.quote;
  }

  private characterFault(): Fault | null {
    const record = this.bytes.subarray(this.start, this.end);
    if (record.includes(0)) return 'NUL character';
    return isUtf8(record) ? null : 'not UTF-8';
  }

  /** Whether a cell that is not quoted has a quote in it. */
  private hasStrayQuote(): boolean {
    const { bytes, cells } = this;
    for (let i = 0; i < this.columns; i += 1) {
      const start = cells[i] as number;
      const end = (cells[i + 1] as number) - 1;
      if (bytes[start] !== QUOTE && bytes.subarray(start, end).includes(QUOTE)) return true;
    }
    return false;
  }

  /** A malformed record is one line; what it covered beyond that line is read again, with suspicion. */
  private cutAtLineEnd(): void {
    const lineEnd = this.lineEnd();
    if (lineEnd - this.start >= MAX_RECORD_BYTES) throw lineTooLong(this.path);
    if (this.end > lineEnd) {
      this.tornUntil = Math.max(this.tornUntil, this.end);
      if (this.fault === 'text after quote') this.fault = 'unclosed quote';
    }
    this.end = this.bytes[lineEnd - 1] === CR && lineEnd < this.bytes.length ? lineEnd - 1 : lineEnd;
    this.next = Math.min(lineEnd + 1, this.bytes.length);
  }

  /** Where the line that the record starts on ends: its LF, or the end of the text. */
  private lineEnd(): number {
    const at = this.bytes.indexOf(LF, this.start);
    return at < 0 ? this.bytes.length : at;
  }
}

/** The error for a line of more than MAX_RECORD_BYTES. */
export function lineTooLong(path: string): CsvError {
  const sentence =
    'one of its lines is longer than 2 MiB, so that it is hardly a table. Expected one row a line; save it again as CSV UTF-8.';
  return new CsvError('unreadable', path, sentence);
}
