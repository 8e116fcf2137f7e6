/**
 * Goes through a CSV file record by record, with a window of a few megabytes on it, so that a file may be larger than
 * memory:
 *
 *     const reader = readRecords(file);
 *     do {
 *       while (reader.scanner.advance()) …
 *     } while (reader.refill());
 *     reader.close();
 */
import { type Delimiter, LF } from './cell.ts';
import { codecOf } from './codec.ts';
import { lineTooLong, MAX_RECORD_BYTES, Scanner } from './scan.ts';
import type { CsvFile } from './sniff.ts';
import { Source, type SourceOptions } from './source.ts';

/** The window holds several of the largest records, so that moving its tail to the front costs little. */
const WINDOW_BYTES = 4 * MAX_RECORD_BYTES;

/**
 * Bytes scanned before yielding to other work: a few milliseconds, for which a finished statement of the engine waits.
 */
export const STRIDE_BYTES = 512 * 1024;

export class RecordReader {
  readonly scanner: Scanner;
  private readonly path: string;
  private readonly source: Source;
  private readonly window: Buffer;
  /** Where in the file, its byte order mark aside, the window begins. */
  windowStart = 0;
  private filled = 0;
  private ended = false;

  constructor(path: string, scanner: Scanner, options: SourceOptions) {
    this.path = path;
    this.scanner = scanner;
    this.source = new Source(path, options);
    this.window = Buffer.allocUnsafe(Math.min(WINDOW_BYTES, this.source.maxBytes + 1));
    this.refill();
  }

  /**
   * Moves the window on, to where the scanner's next record starts: every place that was taken in it before is void.
   * False at the end of the file. Throws a CsvError on a line of more than MAX_RECORD_BYTES.
   */
  refill(): boolean {
    if (this.ended) return false;
    const { window, scanner } = this;
    this.windowStart += scanner.next;
    this.filled = window.copy(window, 0, scanner.next, this.filled);
    while (this.filled < window.length && !this.ended) {
      const count = this.source.fill(window, this.filled);
      this.filled += count;
      this.ended = count === 0;
    }
    const end = this.ended ? this.filled : window.lastIndexOf(LF, this.filled - 1) + 1;
    if (this.filled - end > MAX_RECORD_BYTES) throw lineTooLong(this.path);
    scanner.attach(window.subarray(0, end), this.ended);
    return true;
  }

  /** How many bytes of the file have been read. */
  get bytesRead(): number {
    return this.source.bytesRead;
  }

  /** The hash of the whole file, where it was asked for and everything is read. */
  sha256(): string {
    return this.source.sha256();
  }

  close(): void {
    this.source.close();
  }
}

/** Reads a file from its header on. Throws a CsvError where it is not the one that was opened before. */
export function readRecords(file: CsvFile, hashed = false): RecordReader {
  const scanner = new Scanner(file.delimiter, file.header.length, file.path);
  return new RecordReader(file.path, scanner, {
    codec: codecOf(file.encoding),
    skipBytes: file.before.length,
    identity: file.identity,
    hashed,
  });
}

/** Reads a file that we wrote ourselves, in UTF-8 and without a header. */
export function readOwnRecords(path: string, delimiter: Delimiter, columns: number): RecordReader {
  const scanner = new Scanner(delimiter, columns, path);
  return new RecordReader(path, scanner, { codec: null, skipBytes: 0, identity: null, hashed: false });
}
