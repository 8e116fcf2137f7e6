/**
 * One CSV cell: from bytes to text and back. It knows no records and guesses nothing.
 */
export const QUOTE = 0x22;
export const LF = 0x0a;
export const CR = 0x0d;

/** What may divide the cells of a record. */
export type Delimiter = ',' | ';' | '\t';

/** The text of a well-formed cell's bytes: without its quotes, doubled quotes single again. */
export function cellText(bytes: Buffer, start: number, end: number): string {
  if (bytes[start] !== QUOTE) return bytes.toString('utf8', start, end);
  return bytes.toString('utf8', start + 1, end - 1).replaceAll('""', '"');
}

/** A text as a CSV cell, quoted where a reader could take it apart, or drop a space of it, otherwise. */
export function encodeCell(text: string, delimiter: string): string {
  const needsQuotes = text.includes(delimiter) || /["\r\n]|^\s|\s$/.test(text);
  return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text;
}
