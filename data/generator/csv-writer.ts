/** Rows to a CSV file in big pieces: UTF-8, commas, LF, quotes only where they are needed. It writes; it never reads. */
import { closeSync, openSync, writeSync } from 'node:fs';

/** Small enough that a piece dies young; larger ones cost more in garbage collection than they save in writes. */
const PIECE_CHARACTERS = 1 << 16;

/** One record without its line end. */
export function csvLine(cells: readonly string[]): string {
  let line = '';
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells[index] as string;
    if (index > 0) line += ',';
    line += needsQuotes(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  }
  return line;
}

function needsQuotes(cell: string): boolean {
  for (let at = 0; at < cell.length; at += 1) {
    const code = cell.charCodeAt(at);
    if (code === 0x22 || code === 0x2c || code === 0x0a || code === 0x0d) return true;
  }
  return false;
}

/** Writes one line of text after another; returns how many. `append` leaves what the file holds. */
export function writeLines(path: string, lines: Iterable<string>, append = false): number {
  const file = openSync(path, append ? 'a' : 'w');
  let piece = '';
  let count = 0;
  try {
    for (const line of lines) {
      piece += line;
      piece += '\n';
      count += 1;
      if (piece.length >= PIECE_CHARACTERS) {
        writeSync(file, piece);
        piece = '';
      }
    }
    writeSync(file, piece);
  } finally {
    closeSync(file);
  }
  return count;
}
