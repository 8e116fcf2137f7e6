/**
 * Text for people: tables on a terminal. Whatever comes from a cell is escaped here, so that it can neither move the
 * cursor nor pass for a command of the place where it is printed.
 */

/** Control, formatting and separator characters as visible escapes; `::` at the start of a line is a workflow command. */
export function escapeCell(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu, (each) => `\\u{${each.codePointAt(0)?.toString(16)}}`)
    .replace(/^(\s*):/, '$1\\u{3a}');
}

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
