/**
 * Conditions as SQL over one row a contact, named `c`. Two-valued throughout: an unknown makes a comparison false,
 * never NULL, so `not` means what it says (docs/segments.md has the truth table). What happened (events, purchases),
 * and what kind of domain an address has, is read from columns that input.ts computes once for all rules. Expects
 * checked conditions, and refuses references to lists, which lists.ts resolves first.
 */

import { join, name, type Sql, sql } from '../../core/sql.ts';
import { tables } from '../../core/tables.ts';
import type { Comparison, Condition, Test, TextTest } from './condition.ts';
import { domainColumn, factColumn, factsOf, mailableColumn } from './facts.ts';
import type { Bounds } from './limits.ts';
import { inside } from './when.ts';

/** How a contacts column is read. Columns that the workbook doesn't define are text. */
export const columnType = (column: string) =>
  Object.hasOwn(tables.contacts.columns, column) ? (tables.contacts.columns[column]?.type ?? 'text') : 'text';

/** An SQL condition that is true or false, never NULL, for a row `c` of contacts. */
export function compile(condition: Condition, asOf: Date): Sql {
  if ('all' in condition) return sql`(${joined(condition.all, asOf, ' and ')})`;
  if ('any' in condition) return sql`(${joined(condition.any, asOf, ' or ')})`;
  if ('not' in condition) return sql`not ${compile(condition.not, asOf)}`;
  if ('knownAndNot' in condition) {
    const { known, holds } = comparison(condition.knownAndNot, asOf);
    return sql`(${known} is not null and not ${holds})`;
  }
  return compileTest(condition, asOf);
}

const joined = (parts: readonly Condition[], asOf: Date, word: string): Sql =>
  join(
    parts.map((part) => compile(part, asOf)),
    word,
  );

function compileTest(test: Test, asOf: Date): Sql {
  switch (test.test) {
    case 'empty':
      return sql`(${cell(test.column)} is null)`;
    case 'mailable':
      return sql`c.${name(mailableColumn)}`;
    case 'event':
    case 'purchases':
    case 'spent':
      return both(limits(test, fact(test)));
    case 'list':
      throw new Error(`the list "${test.name}" was not resolved`);
    default:
      return sql`coalesce(${comparison(test, asOf).holds}, false)`;
  }
}

/** `known` is NULL where the answer is unknown; `holds` is the comparison, which may be NULL then, and only then. */
function comparison(test: Comparison, asOf: Date): { known: Sql; holds: Sql } {
  switch (test.test) {
    case 'text': {
      const known = cell(test.column);
      return { known, holds: factsOf(test).length > 0 ? fact(test) : textFits(test, sql`lower(${known})`) };
    }
    case 'number': {
      const known = typed(test.column, 'number_of');
      return { known, holds: both(limits(test, known)) };
    }
    case 'date': {
      const known = typed(test.column, 'date_of');
      return { known, holds: both(inside(test, asOf, known, columnType(test.column) === 'time')) };
    }
    case 'domain': {
      const known = sql`c.${name(domainColumn(test.column))}`;
      return { known, holds: test.in ? sql`${known} in (${lowered(test.in)})` : fact(test) };
    }
    default: {
      const known = fact(test);
      return { known, holds: both(inside(test, asOf, known, true)) };
    }
  }
}

/** The column in which input.ts has worked out what the test asks for. */
function fact(test: Test): Sql {
  const [first] = factsOf(test);
  if (!first) throw new Error(`no fact answers ${test.test}()`);
  return sql`c.${name(factColumn(first))}`;
}

/** A column's value; text that is only spaces is as unknown as an empty cell. */
function cell(column: string): Sql {
  const value = sql`c.${name(column)}`;
  return columnType(column) === 'text' ? sql`nullif(trimmed(${value}), '')` : value;
}

/** A column's value as a number or a day; text is read as one. */
const typed = (column: string, read: 'number_of' | 'date_of'): Sql =>
  columnType(column) === 'text' ? sql`${name(read)}(c.${name(column)})` : sql`c.${name(column)}`;

const lowered = (values: readonly string[]): Sql => join(values.map(lower), ', ');

/** ASCII is lowered here, so that the engine sees a constant; the rest by the engine, whose own rules must agree. */
const lower = (value: string): Sql =>
  /^[ -~]*$/.test(value) ? sql`${value.trim().toLowerCase()}` : sql`lower(${value.trim()})`;

/**
 * Whether a text, already in lower case and without outer spaces, fits one of the values. NULL for NULL. `spaced` is
 * the same text as `spaced()` gives it, where that stands somewhere already.
 */
export function textFits(
  { operator, values }: Pick<TextTest, 'operator' | 'values'>,
  value: Sql,
  spaced: Sql = sql`spaced(${value})`,
): Sql {
  if (operator === 'is') return sql`${value} in (${lowered(values)})`;
  if (operator === 'hasWord') return hasWord(values, value, spaced);
  const each = {
    contains: (wanted: string) => sql`strpos(${value}, ${lower(wanted)}) > 0`,
    startsWith: (wanted: string) => sql`starts_with(${value}, ${lower(wanted)})`,
    endsWith: (wanted: string) => sql`ends_with(${value}, ${lower(wanted)})`,
    matches: (wanted: string) => sql`regexp_contains(${value}, ${`(?i)${wanted}`})`,
  }[operator];
  return sql`(${join(values.map(each), ' or ')})`;
}

/**
 * Whole words in any script. RE2's `\b` knows ASCII only, and its classes of all letters take longer to build than a
 * small table's texts to read: in `spaced` text, where only ASCII is left between words, what is no ASCII is a letter.
 * Letters with several small forms (σ, ς) are one letter.
 */
function hasWord(words: readonly string[], value: Sql, spaced: Sql): Sql {
  const isPlain = (word: string): boolean => !/[^\p{L}\p{N}\s\0-\x7f]/u.test(word);
  const plain = words.filter(isPlain);
  const others = words.filter((word) => !isPlain(word));
  const fits = [
    ...(plain.length > 0
      ? [sql`regexp_contains(${spaced}, ${lower(`(?i)${wordPattern(plain, '[^a-z0-9\\x{80}-\\x{10ffff}]')}`)})`]
      : []),
    ...(others.length > 0 ? [sql`regexp_contains(${value}, ${`(?i)${wordPattern(others, '[^\\pL\\pN]')}`})`] : []),
  ];
  return sql`(${join(fits, ' or ')})`;
}

function wordPattern(words: readonly string[], between: string): string {
  const escaped = words.map((word) =>
    word
      .trim()
      .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
      .replace(/\s+/g, '\\s+'),
  );
  return `(?:^|${between})(?:${escaped.join('|')})(?:$|${between})`;
}

const sign = { is: sql`=`, atLeast: sql`>=`, atMost: sql`<=`, moreThan: sql`>`, lessThan: sql`<` } as const;

function limits(bounds: Bounds, value: Sql): Sql[] {
  return (Object.keys(sign) as (keyof Bounds)[]).flatMap((key) => {
    const limit = bounds[key];
    return limit === undefined ? [] : [sql`${value} ${sign[key]} ${limit}`];
  });
}

const both = (conditions: readonly Sql[]): Sql => sql`(${join(conditions, ' and ')})`;
