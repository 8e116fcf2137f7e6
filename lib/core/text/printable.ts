/**
 * Text from outside (headers, names of lists and files, typed text) on its way to a terminal, a log or the ledger. It
 * stays on its line, moves no cursor, passes for no command of the place where it is printed, and holds no address.
 */

/** Control, formatting and separator characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;
/** GitHub's runner takes `##[` for the beginning of a command, wherever it stands; and `::` at the start of a line. */
const COMMAND = /##(?=\[)/g;
/** The night shift's own account at Google is no person's address. */
const ADDRESS = /[^\s@"'<>(),;:=|]+@[^\s@"'<>(),;:=|]+\.(?!gserviceaccount\.com)[\p{L}\p{N}-]{2,}/gu;

const codeOf = (each: string): string => each.codePointAt(0)?.toString(16) ?? '';

/** One line, with what can't be seen, or would be a command, as visible escapes. */
export const printable = (text: string): string =>
  text
    .replace(UNSEEN, (each) => `\\u{${codeOf(each)}}`)
    .replace(/^(\s*):/, '$1\\u{3a}')
    .replace(COMMAND, '#\\u{23}');

/** A text of ours that has several lines, such as steps to take: each as `printable` has it. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n');

/** One line without addresses: for what is kept or sent. */
export const impersonal = (text: string): string => printable(text).replace(ADDRESS, '(an address)');

/** A value with every text in it, names too, made impersonal. */
export function impersonalWhole<T>(value: T): T {
  if (typeof value === 'string') return impersonal(value) as T;
  if (Array.isArray(value)) return value.map(impersonalWhole) as T;
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [impersonal(name), impersonalWhole(each)]),
  ) as T;
}

const asUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** JSON on one line; a reader gets the same value. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value)
    .replace(UNSEEN, (each) => each.split('').map(asUnit).join(''))
    .replace(COMMAND, '#\\u0023');
