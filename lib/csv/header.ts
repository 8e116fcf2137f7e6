/**
 * Reads a CSV file's header: which delimiter divides it, which line end ends it, and what its columns are called. It refuses
 * a first line that is no header, rather than guess at one.
 */
import { cellText, type Delimiter } from './cell.ts';
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

/** As many as a spreadsheet can have. */
const MAX_COLUMNS = 16_384;

const NAMES: Readonly<Record<Delimiter, string>> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' };

/**
 * @param text the file's beginning as UTF-8, without byte order mark
 * @param whole whether that is the whole file
 * @param path the file, for errors
 */
export function readHeader(text: Buffer, whole: boolean, path: string): Header {
  refuseBinary(text, path);
  const { delimiter, count } = findDelimiter(text, path);
  const scanner = scanFirst(text, delimiter, count, path);
  if (scanner.fault !== null || scanner.count === 0) throw headerFault(scanner.fault, path);
  if (scanner.next === scanner.end && !whole) {
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

/** The delimiter that divides the header into most cells, quotes heeded; a comma where there is but one column. */
function findDelimiter(text: Buffer, path: string): { delimiter: Delimiter; count: number } {
  const found = ([',', ';', '\t'] as const).map((delimiter) => {
    const { fault, count } = scanFirst(text, delimiter, MAX_COLUMNS, path);
    const sound = fault === null || fault === 'too few cells';
    return { delimiter, count: sound ? count : 0, fault: sound ? null : fault };
  });
  const most = Math.max(...found.map(({ count }) => count));
  const faulty = found.find(({ fault }) => fault !== null);
  if (most <= 1 && faulty) throw headerFault(faulty.fault, path);
  const [best, rival] = found.filter(({ count }) => count === most);
  if (best && rival && most > 1) {
    const names = `${NAMES[best.delimiter]} as ${NAMES[rival.delimiter]}`;
    throw refusal(
      path,
      `its first line has as many ${names}, so that it is unclear which divide the columns. Put a column name that has one in quotes.`,
    );
  }
  return { delimiter: best?.delimiter ?? ',', count: most };
}

function scanFirst(text: Buffer, delimiter: Delimiter, columns: number, path: string): Scanner {
  const scanner = new Scanner(delimiter, columns, path);
  scanner.attach(text, 0, true);
  scanner.advance();
  return scanner;
}

function headerFault(fault: Fault | null, path: string): CsvError {
  const expected = 'Expected a line with the column names; save the file again as CSV UTF-8.';
  switch (fault) {
    case null:
      return refusal(path, 'it has only blank lines. Expected a first line with the column names.');
    case 'carriage return':
      return refusal(
        path,
        `its lines end in a carriage return alone, as on old Macs, or its first line has one too many. ${expected}`,
      );
    case 'not UTF-8':
      return refusal(
        path,
        `its first line is not UTF-8; it may be in Windows-1252 or another old encoding. ${expected}`,
      );
    case 'too many cells':
      return refusal(path, `its first line has more than ${MAX_COLUMNS} cells. ${expected}`);
    default:
      return refusal(path, `its first line is malformed (${fault}). ${expected}`);
  }
}

/** NUL characters in the first line: no text file has them, but UTF-16 has one in every second byte. */
function refuseBinary(text: Buffer, path: string): void {
  const lineEnd = text.indexOf(0x0a);
  const line = text.subarray(0, lineEnd < 0 ? text.length : lineEnd);
  const nul = line.indexOf(0);
  if (nul < 0) return;
  if (line.every((byte) => byte === 0)) {
    throw refusal(
      path,
      'it is filled with NUL bytes, as files are after a crash while they were saved. Bring back a copy of it.',
    );
  }
  if (nul < 2 && line[nul ^ 1] !== 0) {
    throw refusal(path, 'it looks like UTF-16 without a byte order mark. Save it again as CSV UTF-8.');
  }
  throw refusal(path, 'it is binary data, not text. Expected CSV UTF-8.');
}

function refuseData(columns: readonly string[], line: string, path: string): void {
  if (/^"?sep=/i.test(line)) {
    throw refusal(path, 'its first line is Excel\'s "sep=" and no header. Delete that line.');
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

/** Columns without a name may be many; a name stands for one column. */
function refuseDuplicates(columns: readonly string[], path: string): void {
  const twice = columns.filter((name, i) => name.trim() !== '' && columns.indexOf(name) < i);
  if (twice.length === 0) return;
  const names = [...new Set(twice)].map((name) => JSON.stringify(name)).join(', ');
  throw refusal(
    path,
    `its header has more than one column ${names}, so that it is unclear which is meant. Rename or delete all but one.`,
  );
}

function refusal(path: string, sentence: string): CsvError {
  return new CsvError('unreadable', path, sentence);
}
