/**
 * Text for people: lines and tables that fit the width of the terminal. A line breaks between words only, and nothing
 * is cut. Where the output is no terminal, a sentence stays on one line, so that it can be searched.
 */
import { printable } from '../core/text/printable.ts';

const LEAST_WIDTH = 40;
/** A column is not made narrower than this to make room for another. */
const LEAST_COLUMN = 12;
const GAP = '  ';

/** Columns of the terminal; COLUMNS stands for it elsewhere. Infinity where neither is known. */
export function screenWidth(
  { isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> = process.stdout,
): number {
  const width = isTTY ? columns || 80 : Number(process.env.COLUMNS) || Number.POSITIVE_INFINITY;
  return Math.max(LEAST_WIDTH, width);
}

/** Lines as they are printed: text from outside stays in its line, wherever it came from. */
export function screen(lines: readonly string[], width = screenWidth()): string {
  return lines
    .flatMap((line) => wrapped(printable(line), width, hangOf(line)))
    .join('\n')
    .trimEnd();
}

/**
 * Where the lines below the first begin: under the text after a label ("fix    1 row …"), else a little to the right.
 */
function hangOf(line: string): number {
  const label = /^(?: *\S+ {2,}|(?:OK|fix|review) +)(?=\S)/.exec(line)?.[0].length ?? 0;
  return label > 0 && label <= LEAST_WIDTH / 2 ? label : (/^ */.exec(line)?.[0].length ?? 0) + 2;
}

/** A text broken between words into lines of a width; a word that is longer has a line of its own. */
function wrapped(text: string, width: number, hang = 0): string[] {
  if (text.length <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(/ *\S+/g) ?? []) {
    if (line.trim() !== '' && line.length + word.length > width) {
      lines.push(line);
      line = ' '.repeat(hang) + word.trimStart();
    } else line += word;
  }
  return [...lines, line];
}

type Cell = string | number;

/** Columns of text, as wide as their widest cell or as the terminal allows; numbers stand at the right. */
export function table(rows: readonly (readonly Cell[])[], indent = '', width = screenWidth()): string[] {
  const texts = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? count(cell) : cell)));
  const widths = widthsOf(texts, width - indent.length);
  return texts.flatMap((row, r) => {
    const cells = row.map((text, i) => wrapped(text, widths[i] ?? text.length));
    const height = Math.max(1, ...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, y) => {
      const line = cells.map((lines, i) => {
        const text = lines[y] ?? '';
        return typeof rows[r]?.[i] === 'number' ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0);
      });
      return `${indent}${line.join(GAP)}`.trimEnd();
    });
  });
}

/** True where a table fits the terminal without a cell being broken. */
export const fits = (rows: readonly (readonly string[])[], indent: string, width = screenWidth()): boolean =>
  total(widthsOf(rows, Number.POSITIVE_INFINITY)) <= width - indent.length;

const total = (widths: readonly number[]): number =>
  widths.reduce((sum, each) => sum + each, 0) + GAP.length * Math.max(0, widths.length - 1);

/** The width of each column: the widest are narrowed first, down to their longest word. */
function widthsOf(rows: readonly (readonly string[])[], width: number): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const column = (i: number): string[] => rows.map((row) => row[i] ?? '');
  const longest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, text.length), 0);
  const widths = Array.from({ length: columns }, (_, i) => longest(column(i)));
  if (total(widths) <= width) return widths;
  const least = widths.map((natural, i) =>
    Math.min(natural, Math.max(LEAST_COLUMN, longest(column(i).flatMap((text) => text.split(' '))))),
  );
  for (let over = total(widths) - width; over > 0; over--) {
    const spare = widths.map((each, i) => (each > (least[i] ?? 0) ? each : 0));
    const widest = Math.max(...spare);
    if (widest === 0) break;
    widths[spare.indexOf(widest)] = widest - 1;
  }
  return widths;
}

/** 12345 as "12,345". */
export const count = (n: number): string => n.toLocaleString('en-US');

/** A moment to the second: 2026-11-22T23:59:59Z. */
export const second = (at: Date): string => at.toISOString().replace(/\.\d{3}Z$/, 'Z');
