/**
 * SQL as a value: text and its parameters kept apart, so that no cell and no rule is ever pasted into a statement.
 * Positional `?` parameters, which DuckDB and BigQuery both take. Refuses to know any engine.
 */
import { JobError } from './errors.ts';
import { atPlace, isOurs, placeOfError } from './source-place.ts';

/** What may stand for a `?`. A Date is a moment in UTC. */
export type SqlValue = string | number | boolean | null | Date;

/** A piece of SQL. `values` fill the `?` of `text` in order. */
export interface Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** A mistake in SQL, with the place of the job's file that made it. */
function fault(text: string): JobError {
  const place = placeOfError(new Error());
  return new JobError(`${place && !isOurs(place) ? atPlace(place) : ''}SQL: ${text}`);
}

const SCALARS: ReadonlySet<string> = new Set(['string', 'number', 'boolean']);

const isSql = (part: unknown): part is Sql => typeof part === 'object' && part !== null && 'text' in part;

/** `select … where email = ${address}`: pieces of SQL are spliced in, everything else becomes a parameter. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Sql | SqlValue)[]): Sql {
  let text = strings[0] ?? '';
  const values: SqlValue[] = [];
  parts.forEach((part, i) => {
    if (isSql(part)) {
      text += part.text;
      values.push(...part.values);
    } else if (part instanceof Date) {
      text += 'cast(? as timestamp)';
      values.push(part);
    } else {
      if (part === undefined) throw fault('a value is undefined. An unknown value is null.');
      if (part !== null && !SCALARS.has(typeof part))
        throw fault('a value is neither a text, a number, a date, true, false nor null. Many values are list([…]).');
      text += '?';
      values.push(part);
    }
    text += strings[i + 1] ?? '';
  });
  return { text, values };
}

/** A table's or a column's name: lower case, digits and `_` only, so that it needs no quotes in any dialect. */
export function name(identifier: string): Sql {
  if (!/^[a-z_][a-z0-9_]*$/.test(identifier))
    throw fault(`"${identifier}" is no name for SQL. Expected lower-case letters, digits and "_".`);
  return { text: identifier, values: [] };
}

/** Any text, such as a person's header, as a name for the engine. */
export const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** The same as a piece of SQL. */
export const headerName = (text: string): Sql => ({ text: quoted(text), values: [] });

/** Names of our columns that are words of SQL. */
const RESERVED = new Set(['table', 'column', 'before', 'after', 'at']);

/** A column's name, in quotes only where it needs them. */
export const quoteName = (name: string): string =>
  RESERVED.has(name) || !/^[a-z_][a-z0-9_]*$/.test(name) ? `"${name}"` : name;

/** A text as an SQL literal, where a statement takes no parameters (`copy`, `read_csv`). */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A column by name, in quotes where it needs them: `columnOf('at', 't')` is `t."at"`. */
export const columnOf = (column: string, alias?: string): Sql => ({
  text: `${alias === undefined ? '' : `${alias}.`}${quoteName(column)}`,
  values: [],
});

/** A text as an SQL literal, for statements that take no parameters (`copy`, `create view`, `create macro`). */
export const literal = (text: string): Sql => ({ text: quoteText(text), values: [] });

/** A whole number as an SQL literal, for the same statements. @throws JobError for any other number */
export function integer(n: number): Sql {
  if (!Number.isSafeInteger(n)) throw fault(`${n} is no whole number.`);
  return { text: String(n), values: [] };
}

/** Comments, texts, quoted names, and the marks of parameters, which are none inside of the others. */
const MARKS = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\?/g;
/** Texts in dollars, and ones with backslashes. */
const OTHER_TEXTS = /\$\w*\$|\be'/i;

/** How many parameters a statement's text has. */
export const parametersIn = (text: string): number => (text.match(MARKS) ?? []).filter((mark) => mark === '?').length;

/** A value as an SQL literal of the type that it has as a parameter; null for one that no literal can hold. */
function literalOf(value: SqlValue): string | null {
  if (value instanceof Date) return quoteText(value.toISOString().replace('T', ' ').replace('Z', ''));
  if (typeof value === 'string') return value.includes('\0') ? null : quoteText(value);
  if (typeof value !== 'number') return String(value);
  if (!Number.isFinite(value)) return null;
  const digits = String(value);
  // Without an exponent, a number with a point would be a decimal; `a-?` with a bare -1 would begin a comment.
  return `(${Number.isSafeInteger(value) || digits.includes('e') ? digits : `${digits}e0`})`;
}

/**
 * The statement's text with its values as literals in it; null where one can't be. For an engine that plans a statement
 * with parameters twice.
 */
export function withLiterals({ text, values }: Sql): string | null {
  const literals = values.map(literalOf);
  if (literals.includes(null) || OTHER_TEXTS.test(text) || parametersIn(text) !== values.length) return null;
  let next = 0;
  return text.replace(MARKS, (mark) => (mark === '?' ? (literals[next++] ?? mark) : mark));
}

/** Text that is SQL already: for generated expressions without any value in them. */
export const raw = (text: string): Sql => ({ text, values: [] });

/** The pieces with `separator` between them; nothing for none. */
export function join(parts: readonly Sql[], separator: string): Sql {
  return { text: parts.map((part) => part.text).join(separator), values: parts.flatMap((part) => part.values) };
}

/**
 * The condition that a text is one of many. The engine takes the list as one constant; of `in (…)` it makes an
 * expression for each text, which costs more than a small table's rows. @throws JobError for no texts
 */
export function oneOf(value: Sql, texts: readonly string[]): Sql {
  if (texts.length === 0) throw fault('oneOf() has no text. Leave the condition out, or write false.');
  return sql`is_one_of(${value}, [${join(texts.map(literal), ', ')}])`;
}

/** `(?, ?, ?)`: a list for `in`. Refuses an empty one, which no dialect takes. */
export function list(values: readonly SqlValue[]): Sql {
  if (values.length === 0) throw fault('list([]) has no value. Leave the condition out, or write false.');
  return sql`(${join(
    values.map((value) => sql`${value}`),
    ', ',
  )})`;
}
