/**
 * Decides how DuckDB may read a CSV file: as it is, or only as a strict copy. DuckDB's strict reader (1.5) fails loudly
 * on most files that are malformed, but not on all: this is the list, found by comparing it with the scanner on every
 * short file over small alphabets (test/workbook/csv/agreement.test.ts). It reads as if nothing were wrong
 * - records with too many cells, where those beyond the header are empty (`1,2,` under `a,b`);
 * - blanks around quotes (`1, "2"`), which it drops, where RFC 4180 and we take them for text;
 * - NUL characters, and a carriage return alone as a line end;
 * - blank lines: a record where there is one column, none where there are more, and the header where they come first;
 * - with `parallel`, quoted cells with line ends: where a thread starts inside of one it may take the cell's lines for
 *   records;
 * - without `parallel`, an unclosed quote: the rest of the file is silently gone.
 * Records with a cell too few it always refuses, and a blank line it does not count: so lines without quotes are only
 * counted here, and their cells all together; what this leaves open shows in the number of rows that it finds. And
 * these well-formed files it refuses: with both LF and CR LF; and with `parallel`, some whose quoted cells hold quotes
 * or begin or end with the delimiter, spaces aside.
 */
import { setImmediate } from 'node:timers/promises';
import { CR, LF, QUOTE } from './cell.ts';
import { MARK_BYTES, RowMarks } from './marks.ts';
import { type RecordReader, readRecords, STRIDE_BYTES } from './reader.ts';
import type { Scanner } from './scan.ts';
import type { CsvFile } from './sniff.ts';
import { strictOptions } from './strict-options.ts';

const SPACE = 0x20;
/** So many plain records are passed over between two marks, where they can't be counted by bytes. */
const MARK_ROWS = 200;

export interface HowToRead {
  /** Why DuckDB must read a strict copy (see `strictCopy`); null where it may read the file itself. */
  readonly copy: string | null;
  /** The options by which DuckDB reads the file itself (see `strictOptions`). Only where `copy` is null. */
  readonly options: string;
  /**
   * How many data records the file has. Where DuckDB refuses the file, or finds another number, it must read a strict
   * copy after all. Only where `copy` is null.
   */
  readonly rows: number;
  /** Only where `copy` is null, and true only where DuckDB found `rows` records. */
  readonly marks: RowMarks;
  /** The hash, in hexadecimal, of the file's bytes. */
  readonly hash: string;
}

/**
 * Reads a file once, and decides; `onBytes` receives the number of bytes read. Rejects with a CsvError where the file
 * changed since it was opened.
 */
export async function howToRead(file: CsvFile, onBytes: (bytes: number) => void = () => {}): Promise<HowToRead> {
  const reader = readRecords(file, true);
  const look = new Look(file);
  try {
    do {
      look.beginWindow(reader);
      while (look.stride(reader)) await setImmediate();
      onBytes(reader.bytesRead);
      await setImmediate();
    } while (reader.refill());
    return {
      copy: look.copy,
      options: strictOptions(file, look.parallel),
      rows: look.records - 1,
      marks: look.marks,
      hash: reader.sha256(),
    };
  } finally {
    reader.close();
  }
}

/** What the engine has no option for. */
function reasonToCopy({ encoding, notes }: CsvFile): string | null {
  if (encoding === 'windows-1252') return 'it is in Windows-1252';
  if (encoding !== 'utf-8') return 'it is in UTF-16';
  return notes > 0 ? 'it has notes above its header' : null;
}

/** What was seen of a file so far. */
class Look {
  copy: string | null;
  parallel = true;
  records = 0;
  readonly marks = new RowMarks();
  /** Where the next record begins, unless blank lines come first. */
  private expected = 0;
  private readonly delimiter: number;
  private readonly lineEndBytes: number;

  constructor(file: CsvFile) {
    this.copy = reasonToCopy(file);
    this.delimiter = file.delimiter.charCodeAt(0);
    this.lineEndBytes = file.lineEnd.length;
  }

  beginWindow(reader: RecordReader): void {
    this.skip(reader);
    this.expected = reader.scanner.next;
  }

  /** Goes through some more of the window; whether there is more of it. */
  stride(reader: RecordReader): boolean {
    const { scanner } = reader;
    const stop = scanner.next + STRIDE_BYTES;
    while (scanner.advance()) {
      this.records += 1;
      if (scanner.fault !== null) this.copy ??= 'it has malformed rows';
      if (scanner.start !== this.expected) this.copy ??= 'it has blank lines';
      const lineEndBytes = scanner.next - scanner.end;
      if (lineEndBytes !== this.lineEndBytes && lineEndBytes !== 0) this.copy ??= 'its line ends differ';
      if (this.copy === null) this.throughCells(scanner);
      this.skip(reader);
      this.expected = scanner.next;
      if (scanner.next > stop) return true;
    }
    if (scanner.start !== this.expected) this.copy ??= 'it has blank lines';
    return false;
  }

  /** Passes over what has no quotes, mark by mark. */
  private skip({ scanner, windowStart }: RecordReader): void {
    let skipped: number;
    do {
      this.marks.add(windowStart + scanner.next, this.records - 1);
      skipped = this.lineEndBytes === 1 ? scanner.skipLines(MARK_BYTES) : 0;
      if (skipped === 0) skipped = scanner.skipPlain(MARK_ROWS, this.lineEndBytes);
      this.records += skipped;
    } while (skipped > 0);
  }

  /** A record that may have quotes. */
  private throughCells({ bytes, start: first, end: last, cells }: Scanner): void {
    let quote = nextQuote(bytes, first);
    for (let i = 0; i + 1 < cells.length && quote < last; i += 1) {
      const end = (cells[i + 1] as number) - 1;
      if (quote >= end) continue;
      const start = cells[i] as number;
      if (quote === start) {
        if (!this.isPlain(bytes, start + 1, end - 1)) this.parallel = false;
      } else {
        this.parallel = false;
        if (bytes.toString('latin1', start, quote).trim() === '') this.copy ??= 'it has blanks before quotes';
      }
      quote = nextQuote(bytes, end);
    }
  }

  /**
   * Whether what stands between a cell's quotes looks to a thread that starts in the middle of the file like what it
   * is.
   */
  private isPlain(bytes: Buffer, start: number, end: number): boolean {
    let first = start;
    let last = end - 1;
    while (bytes[first] === SPACE) first += 1;
    while (bytes[last] === SPACE) last -= 1;
    if (bytes[first] === this.delimiter || bytes[last] === this.delimiter) return false;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at];
      if (byte === QUOTE || byte === LF || byte === CR) return false;
    }
    return true;
  }
}

/** Where the next quote is; past everything where there is none. */
function nextQuote(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(QUOTE, from);
  return at < 0 ? bytes.length : at;
}
