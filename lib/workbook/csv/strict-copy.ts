/**
 * The careful path: writes the well-formed records of a CSV file as one that DuckDB reads without loss, and hands out
 * the others with what is wrong with them. It repairs nothing, and leaves the file itself as it is.
 */
import { rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { CsvText, MalformedRow } from '../table-text.ts';
import { cellText, encodeCell, QUOTE } from './cell.ts';
import { Output } from './output.ts';
import { readRecords } from './reader.ts';
import type { Fault, Scanner } from './scan.ts';
import type { CsvFile } from './sniff.ts';
import { strictOptions } from './strict-options.ts';

/**
 * Malformed records are kept whole up to so many characters together; those after that are cut, and the file itself
 * keeps all of them.
 */
const WHOLE_CHARACTERS = 4 * 1024 * 1024;
const CUT_CHARACTERS = 10_000;

/** A row is written back in its place, and a new column would stand above its last delimiter. */
const TRAIL = 'ends in more delimiters than the first line; add as many at the end of that line';

/**
 * Copies the header and the well-formed records to `outPath`: UTF-8 without byte order mark, the file's own delimiter,
 * LF, no blank lines. `isOnlyRead`: nothing is ever written back, so that empty cells beyond the header may be cut.
 * Needs memory for the malformed records alone; `onBytes` receives the number of bytes read. Rejects with a CsvError
 * where the file changed since it was opened.
 */
export async function strictCopy(
  file: CsvFile,
  outPath: string,
  onBytes: (bytes: number) => void = () => {},
  isOnlyRead = false,
): Promise<CsvText> {
  const reader = readRecords(file, true);
  const output = new Output(outPath, null, Buffer.alloc(0));
  const { scanner } = reader;
  const malformed: MalformedRow[] = [];
  let characters = 0;
  let row = 0;
  try {
    do {
      while (scanner.advance()) {
        row += 1;
        const trimmed = scanner.fault === 'too many cells' ? withoutTrail(scanner.text(), file) : null;
        if (scanner.fault === null) copyRecord(scanner, file, output);
        else if (trimmed !== null && isOnlyRead) output.appendText(`${trimmed}\n`);
        else {
          const text = textOf(scanner, WHOLE_CHARACTERS - characters);
          characters += text.length;
          const reason = trimmed === null ? reasonFor(scanner.fault, scanner.count, file.header.length) : TRAIL;
          malformed.push({ row, reason, text });
        }
      }
      onBytes(reader.bytesRead);
      await setImmediate();
    } while (reader.refill());
    output.flush();
  } catch (error) {
    await rm(outPath, { force: true });
    throw error;
  } finally {
    output.close();
    reader.close();
  }
  const options = strictOptions(file, false);
  return { path: outPath, rows: row - 1 - malformed.length, malformed, options, hash: reader.sha256() };
}

/** A record that only has empty cells beyond its header, without those; null for any other. */
function withoutTrail(text: string, { header, delimiter }: CsvFile): string | null {
  const cell = new RegExp(`("(?:[^"]|"")*"|[^"${delimiter}]*)(${delimiter}|$)`, 'y');
  let end = 0;
  for (let count = 1; ; count += 1) {
    const [, found = '', stop] = cell.exec(text) ?? [];
    if (stop === undefined || (count > header.length && found.trim() !== '')) return null;
    if (count === header.length) end = cell.lastIndex - stop.length;
    if (stop === '') return text.slice(0, end);
  }
}

/** Cells that a strict reader would read otherwise than we do are quoted; everything else stays as it is. */
function copyRecord({ bytes, start, end, cells }: Scanner, { delimiter }: CsvFile, output: Output): void {
  if (!bytes.subarray(start, end).includes(QUOTE)) {
    output.append(bytes, start, end);
  } else {
    for (let i = 0; i + 1 < cells.length; i += 1) {
      const cellStart = cells[i] as number;
      const cellEnd = (cells[i + 1] as number) - 1;
      if (i > 0) output.appendText(delimiter);
      if (bytes[cellStart] === QUOTE) output.append(bytes, cellStart, cellEnd);
      else output.appendText(encodeCell(cellText(bytes, cellStart, cellEnd), delimiter));
    }
  }
  output.appendText('\n');
}

function textOf(scanner: Scanner, room: number): string {
  const text = scanner.text();
  return text.length > Math.max(room, CUT_CHARACTERS) ? `${text.slice(0, CUT_CHARACTERS - 1)}…` : text;
}

const REASONS: Readonly<Record<Exclude<Fault, 'too few cells' | 'too many cells'>, string>> = {
  'unclosed quote': 'opens a quote that is not closed in the same row',
  'text after quote': 'has text after a closing quote; a quote inside a quoted cell must be doubled',
  'carriage return': 'has a carriage return that is no line end; a cell with a line break needs quotes',
  torn: 'looks like a piece of a malformed row above it',
  'NUL character': 'has a NUL character',
  'not UTF-8': 'has bytes that are no text in the encoding of the file',
  'too long': 'is longer than 2 MiB',
};

function reasonFor(fault: Fault, count: number, columns: number): string {
  if (fault === 'too few cells') return `has ${count} cell${count === 1 ? '' : 's'} where the header has ${columns}`;
  if (fault !== 'too many cells') return REASONS[fault];
  return `has more cells than the header, which has ${columns}; a cell with the delimiter in it needs quotes`;
}
