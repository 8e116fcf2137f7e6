/**
 * Text for people: lines and tables on a terminal.
 */
import { printable } from '../core/text/printable.ts';

/** Lines as they are printed: what stands in one stays in it, wherever it came from. */
export const screen = (lines: readonly string[]): string => lines.map(printable).join('\n').trimEnd();

/** Columns of text, as wide as their widest cell; numbers stand at the right. The last column may run on. */
export function table(rows: readonly (readonly (string | number)[])[], indent = ''): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, String(cell).length);
    });
  }
  return rows.map((row) => {
    const cells = row.map((cell, i) =>
      typeof cell === 'number' ? count(cell).padStart(widths[i] ?? 0) : String(cell).padEnd(widths[i] ?? 0),
    );
    return `${indent}${cells.join('  ')}`.trimEnd();
  });
}

/** 12345 as "12,345". */
export const count = (n: number): string => n.toLocaleString('en-US');
