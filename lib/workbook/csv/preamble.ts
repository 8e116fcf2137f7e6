/**
 * Lines above a CSV file's header: Excel's `sep=;`, a title, an export's notes. A line is the header where it names an
 * address and the first line does not; nothing else is passed over.
 */
import { isAddressName } from '../headers.ts';
import { type Delimiter, LF } from './cell.ts';

export interface Preamble {
  /** How many bytes of the text, as UTF-8, stand above the header. */
  readonly bytes: number;
  readonly lines: number;
  readonly delimiter?: Delimiter;
}

const NONE: Preamble = { bytes: 0, lines: 0 };
/** Notes are no longer than this. */
const MOST_LINES = 25;

const cellsOf = (line: string): string[] =>
  (line.match(/("(?:[^"]|"")*"|[^,;\t]*)(?:[,;\t]|$)/g) ?? []).map((cell) =>
    cell
      .replace(/[,;\t]$/, '')
      .replace(/^"|"$/g, '')
      .trim(),
  );

/** A header names an address among two columns or more; a note or a title does not. */
function looksLikeHeader(line: string): boolean {
  const cells = cellsOf(line).filter((cell) => cell !== '');
  return cells.length >= 2 && cells.some(isAddressName) && !cells.some((cell) => /\S@\S+\.\S/.test(cell));
}

export function findPreamble(text: Buffer): Preamble {
  const separator = /^"?sep=([,;\t])"?\r?\n/i.exec(text.toString('latin1', 0, 16));
  if (separator) return { bytes: separator[0].length, lines: 1, delimiter: separator[1] as Delimiter };
  let start = 0;
  for (let lines = 0; lines < MOST_LINES && start < text.length; lines += 1) {
    const end = text.indexOf(LF, start);
    const line = text.toString('utf8', start, end < 0 ? text.length : end).replace(/\r$/, '');
    if (looksLikeHeader(line)) return lines === 0 ? NONE : { bytes: start, lines };
    // A first line with several names is a header of its own, with any line below it.
    if (lines === 0 && cellsOf(line).filter((cell) => cell !== '').length > 2) return NONE;
    if (end < 0) break;
    start = end + 1;
  }
  return NONE;
}
