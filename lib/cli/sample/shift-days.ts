/**
 * Moves the dates of a CSV file by whole days, in place: a date is ten characters before and after, so no other byte of
 * the file changes. For files that this project writes itself (UTF-8, commas, quotes as in RFC 4180); it judges none.
 */
import { type TableName, tableOf } from '../../core/tables.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const LF = 0x0a;
const DATE_BYTES = 10;
const DAY_MS = 86_400_000;

/** People keep the day they were born. */
const neverMoved = new Set(['birth_date']);

/**
 * Moves every date, and the date of every time, in the table's date and time columns. A cell that starts with no date
 * of the form `YYYY-MM-DD` stays as it is, and so does a date that no calendar has.
 */
export function shiftDays(bytes: Buffer, table: TableName, days: number): void {
  const headerEnd = bytes.indexOf(LF);
  const header = bytes.toString('utf8', 0, headerEnd < 0 ? bytes.length : headerEnd).replace(/\r$/, '');
  const moved = header.split(',').map((name) => isMoved(table, name));
  const dates = new Map<string, string>();
  let column = 0;
  let quoted = false;
  for (let at = headerEnd + 1, cell = at; at > 0 && at < bytes.length; at += 1) {
    if (at === cell && moved[column]) shiftAt(bytes, bytes[at] === QUOTE ? at + 1 : at, days, dates);
    const byte = bytes[at];
    if (byte === QUOTE) quoted = !quoted;
    else if (!quoted && (byte === COMMA || byte === LF)) {
      column = byte === LF ? 0 : column + 1;
      cell = at + 1;
    }
  }
}

/** The date, that many days later; undefined for a text that is no date. */
export function laterDate(date: string, days: number): string | undefined {
  const time = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time) || dateText(time) !== date) return undefined;
  return dateText(time + days * DAY_MS);
}

function dateText(time: number): string {
  return new Date(time).toISOString().slice(0, DATE_BYTES);
}

function isMoved(table: TableName, header: string): boolean {
  const name = header.toLowerCase().replace(/[ -]/g, '_');
  const type = tableOf(table).columns[name]?.type;
  return (type === 'date' || type === 'time') && !neverMoved.has(name);
}

function shiftAt(bytes: Buffer, start: number, days: number, dates: Map<string, string>): void {
  if (bytes[start + 4] !== 0x2d || bytes[start + 7] !== 0x2d) return;
  const date = bytes.toString('latin1', start, start + DATE_BYTES);
  let later = dates.get(date);
  if (later === undefined) {
    later = laterDate(date, days) ?? date;
    dates.set(date, later);
  }
  bytes.write(later, start, 'latin1');
}
