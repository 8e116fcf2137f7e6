/**
 * Edits a large CSV file record by record within bounded memory: what no edit touches is copied byte for byte. For
 * files with LF at every record's end and RFC 4180 quotes, as this generator and the jobs write them; it judges none.
 */
import { closeSync, openSync, readSync, renameSync, writeSync } from 'node:fs';

const CHUNK_BYTES = 8 << 20;
const QUOTE = 0x22;
const LF = 0x0a;

/** One record: `row` 0 is the header. `text` makes a string of it, so ask only where it is needed. */
export interface FileRecord {
  readonly row: number;
  text(): string;
}

/**
 * Reads the file, lets `edit` give each record's new text (undefined leaves it as it is), appends the lines that `more`
 * gives at the end, and puts the result in the file's place.
 */
export function editRecords(
  path: string,
  edit: (record: FileRecord) => string | undefined,
  more: () => Iterable<string>,
): void {
  const source = openSync(path, 'r');
  const target = openSync(`${path}.part`, 'w');
  try {
    let held = Buffer.alloc(0);
    let row = 0;
    for (let ended = false; !ended; ) {
      const chunk = Buffer.allocUnsafe(held.length + CHUNK_BYTES);
      held.copy(chunk);
      const got = readSync(source, chunk, held.length, CHUNK_BYTES, null);
      ended = got === 0;
      const bytes = chunk.subarray(0, held.length + got);
      let copied = 0;
      let start = 0;
      for (const end of recordEnds(bytes, ended)) {
        const from = start;
        const text = edit({ row, text: () => bytes.toString('utf8', from, end) });
        if (text !== undefined) {
          writeSync(target, bytes.subarray(copied, from));
          writeSync(target, text);
          copied = end;
        }
        row += 1;
        start = end + 1;
      }
      writeSync(target, bytes.subarray(copied, Math.min(start, bytes.length)));
      held = Buffer.from(bytes.subarray(Math.min(start, bytes.length)));
    }
    for (const line of more()) writeSync(target, `${line}\n`);
  } finally {
    closeSync(source);
    closeSync(target);
  }
  renameSync(`${path}.part`, path);
}

/** Where each whole record ends: at its LF, or with the file. Line ends between quotes end nothing. */
function* recordEnds(bytes: Buffer, ended: boolean): Generator<number> {
  let quote = bytes.indexOf(QUOTE);
  let quoted = false;
  let start = 0;
  for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, end + 1)) {
    for (; quote >= 0 && quote < end; quote = bytes.indexOf(QUOTE, quote + 1)) quoted = !quoted;
    if (quoted) continue;
    yield end;
    start = end + 1;
  }
  if (ended && start < bytes.length) yield bytes.length;
}

/** The header's cells, from the file's first bytes; empty where the file is. */
export function headerOf(path: string): string[] {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(1 << 16);
    const text = bytes.toString('utf8', 0, readSync(file, bytes));
    return cellsOf(text.split('\n', 1)[0] ?? '');
  } finally {
    closeSync(file);
  }
}

/** The cells of one record. */
export function cellsOf(record: string): string[] {
  const cells: string[] = [];
  for (let at = 0; at <= record.length; at += 1) {
    if (record[at] !== '"') {
      const comma = record.indexOf(',', at);
      const end = comma < 0 ? record.length : comma;
      cells.push(record.slice(at, end));
      at = end;
      continue;
    }
    let end = at + 1;
    while (end < record.length && (record[end] !== '"' || record[end + 1] === '"')) end += record[end] === '"' ? 2 : 1;
    cells.push(record.slice(at + 1, end).replaceAll('""', '"'));
    at = end + 1;
  }
  return cells;
}
