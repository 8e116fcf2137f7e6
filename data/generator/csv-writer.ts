/**
 * Rows to a CSV file in big pieces: UTF-8, commas, LF, quotes only where they are needed. It writes; it never reads.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

/** Enough for a write to be worth its while, few enough to die young. */
const LINES_AT_ONCE = 1000;

/** One record without its line end. */
export function csvLine(cells: readonly string[]): string {
  return cells.some(needsQuotes) ? cells.map(quoted).join(',') : cells.join(',');
}

function quoted(cell: string): string {
  return needsQuotes(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
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
  let held: string[] = [];
  let count = 0;
  try {
    for (const line of lines) {
      held.push(line);
      count += 1;
      if (held.length === LINES_AT_ONCE) {
        writeSync(file, `${held.join('\n')}\n`);
        held = [];
      }
    }
    if (held.length > 0) writeSync(file, `${held.join('\n')}\n`);
  } finally {
    closeSync(file);
  }
  return count;
}
