/**
 * Reads a CSV file's header: which delimiter divides it, which line end ends it, and what its columns are called. It
 * refuses a first line that is no header, rather than guess at one.
 */

import { isKnownName } from '../headers.ts';
import { CR, cellText, type Delimiter, LF, QUOTE } from './cell.ts';
import { CsvError } from './csv-error.ts';
import { type Fault, Scanner } from './scan.ts';

export type LineEnd = '\n' | '\r\n';

export interface Header {
  readonly delimiter: Delimiter;
  /** LF where the header has none. */
  readonly lineEnd: LineEnd;
  /** The header's cells, unquoted, in order. */
  readonly columns: readonly string[];
}

const EXPECTED = 'Expected a line with the column names; save the file again as CSV UTF-8.';

/** As many as a spreadsheet can have. */
const MAX_COLUMNS = 16_384;

const DELIMITERS = [',', ';', '\t'] as const;
const NAMES: Readonly<Record<Delimiter, string>> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' };

/**
 * @param text the file's beginning as UTF-8, without byte order mark
 * @param isComplete whether that is the complete file
 * @param path the file, for errors
 * @param given the delimiter, where the file names it itself
 */
export function readHeader(text: Buffer, isComplete: boolean, path: string, given?: Delimiter): Header {
  refuseBinary(text, path);
  const { delimiter, count } = given
    ? { delimiter: given, count: countDelimiters(text)[given] + 1 }
    : findDelimiter(text, path);
  const scanner = new Scanner(delimiter, count, path);
  scanner.attach(text, true);
  scanner.advance();
  if (scanner.fault !== null || scanner.count === 0) throw headerFault(scanner.fault, path);
  if (scanner.next === scanner.end && !isComplete) {
    throw refusal(
      path,
      'its first line is longer than 1 MiB, so that it is hardly a table. Expected a line with the column names.',
    );
  }
  const columns: string[] = [];
  for (let i = 0; i < count; i += 1)
    columns.push(cellText(text, scanner.cells[i] ?? 0, (scanner.cells[i + 1] ?? 0) - 1));
  refuseData(columns, scanner.text(), path);
  refuseDuplicates(columns, path);
  return { delimiter, lineEnd: scanner.next - scanner.end === 2 ? '\r\n' : '\n', columns };
}

/** The delimiter that stands most often in the header, outside of quotes; a comma where there is none. */
function findDelimiter(text: Buffer, path: string): { delimiter: Delimiter; count: number } {
  const counts = countDelimiters(text);
  const most = Math.max(...DELIMITERS.map((delimiter) => counts[delimiter]));
  if (most === 0) return { delimiter: ',', count: 1 };
  if (most >= MAX_COLUMNS) throw refusal(path, `its first line has more than ${MAX_COLUMNS} cells. ${EXPECTED}`);
  const [delimiter = ',', rival] = DELIMITERS.filter((each) => counts[each] === most);
  if (rival === undefined) return { delimiter, count: most + 1 };
  const names = `${NAMES[delimiter]} as ${NAMES[rival]}`;
  throw refusal(
    path,
    `its first line has as many ${names}, so that it is unclear which divide the columns. Put column names ` +
      'with such a character in quotes.',
  );
}

/** How often each stands in the header. While none is chosen, a quote after any of them opens a quoted cell. */
function countDelimiters(text: Buffer): Record<Delimiter, number> {
  const counts = { ',': 0, ';': 0, '\t': 0 };
  const start = text.findIndex((byte) => byte !== CR && byte !== LF);
  let quoted = false;
  let mayOpen = true;
  for (const byte of text.subarray(Math.max(0, start))) {
    if (byte === LF && !quoted) break;
    const delimiter = quoted ? undefined : DELIMITERS.find((each) => each.charCodeAt(0) === byte);
    if (delimiter) counts[delimiter] += 1;
    const toggles: boolean = byte === QUOTE && (quoted || mayOpen);
    // A quote right after a closing one is a doubled one, and opens again.
    mayOpen = delimiter !== undefined || (toggles && quoted);
    if (toggles) quoted = !quoted;
  }
  return counts;
}

function headerFault(fault: Fault | null, path: string): CsvError {
  switch (fault) {
    case null:
      return refusal(path, 'it has only blank lines. Expected a first line with the column names.');
    case 'carriage return':
      return refusal(
        path,
        `its lines end in a carriage return alone, as on old Macs, or its first line has one too many. ${EXPECTED}`,
      );
    case 'not UTF-8':
      return refusal(
        path,
        `its first line is not UTF-8; it may be in Windows-1252 or another old encoding. ${EXPECTED}`,
      );
    default:
      return refusal(path, `its first line is malformed (${fault}). ${EXPECTED}`);
  }
}

/** NUL characters in the first line: no text file has them, but UTF-16 has one in every second byte. */
function refuseBinary(text: Buffer, path: string): void {
  const lineEnd = text.indexOf(LF);
  const line = text.subarray(0, lineEnd < 0 ? text.length : lineEnd);
  const nul = line.indexOf(0);
  if (nul < 0) return;
  if (line.every((byte) => byte === 0)) {
    throw refusal(
      path,
      'it is filled with NUL bytes, as files are after a crash while they were saved. Restore a copy of it.',
    );
  }
  if (nul < 2 && line[nul ^ 1] !== 0) {
    throw refusal(path, 'it looks like UTF-16 without a byte order mark. Save it again as CSV UTF-8.');
  }
  throw refusal(path, 'it is binary data, not text. Expected CSV UTF-8.');
}

function refuseData(columns: readonly string[], line: string, path: string): void {
  if (/^"?sep=/i.test(line)) {
    throw refusal(
      path,
      'its first line is Excel\'s "sep=" with a delimiter other than comma, semicolon or tab. Delete that line.',
    );
  }
  if (columns.every((name) => name.trim() === '')) {
    throw refusal(path, 'its first line has no column names. Expected a line with the column names.');
  }
  if (columns.some((name) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(name.trim()))) {
    throw refusal(
      path,
      'its first line has an e-mail address in it, so that it looks like data. Put a line with the column names above it.',
    );
  }
}

/**
 * Columns without a name may be many, and so may be columns that no table and no reading of consent knows; any other
 * name stands for one column. The name is not repeated: the line may be data.
 */
function refuseDuplicates(columns: readonly string[], path: string): void {
  const twice = columns.flatMap((name, i) => {
    const first = columns.indexOf(name);
    return name.trim() !== '' && first < i && isKnownName(name) ? [`${first + 1} and ${i + 1}`] : [];
  });
  if (twice.length === 0) return;
  throw refusal(
    path,
    `it has columns of the same name (${twice.join(', ')}), so that it is unclear which is meant. Rename or ` +
      'delete all but one; if its first line holds data, put a line with the column names above it.',
  );
}

function refusal(path: string, sentence: string): CsvError {
  return new CsvError('unreadable', path, sentence);
}
