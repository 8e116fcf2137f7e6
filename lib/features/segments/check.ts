/**
 * Reads a condition that a person wrote into one that the compiler may trust, or says in a marketer's words what is
 * wrong with it: where, what was found, what is expected. All faults at once. A blank value is refused: "unknown" is
 * asked for openly, by isEmpty().
 */

import { faultInWords, shown } from '../../core/rules.ts';
import { tables } from '../../core/tables.ts';
import { nearest } from '../../core/text/nearest.ts';
import { normalHeader } from '../../workbook/headers.ts';
import { columnType } from './compile.ts';
import { type Condition, isComparison, schemas, type Test } from './condition.ts';
import { type Bounds, boundsFault, whenFault } from './limits.ts';
import type { When } from './when.ts';

/** Where a condition stands, for people: 'List "Hot leads", condition 2'. */
export type Place = string;

/** Columns by each name that a rule may use for them, as `normalHeader` gives it. */
export type Columns = ReadonlyMap<string, string>;

/** The columns that every workbook's contacts may have: Nightshift's, and those that the team declares. */
export const contactColumns = (): Columns =>
  new Map(Object.keys(tables.contacts.columns).map((column) => [column, column]));

/** What a condition may ask here, beside its own shape. */
export interface Scope {
  /** The columns of contacts; `undefined` where they aren't known yet. */
  readonly columns?: Columns;
  /** The grades that contacts may have; `undefined` where they aren't known. */
  readonly bands?: readonly string[];
  /** Events, purchases, lists and mailability may be asked for too, not the contact's own columns alone. */
  readonly history: boolean;
}

const ofHistory = new Set(['event', 'purchases', 'spent', 'first', 'last', 'list', 'mailable']);

/** A condition as checked, or nothing after adding to `problems`; columns are given their names in the engine. */
export function checkCondition(input: unknown, place: Place, scope: Scope, problems: string[]): Condition | undefined {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    problems.push(`${place}: found ${shown(input)}. Expected a condition, such as text('country').is('DE').`);
    return undefined;
  }
  if ('all' in input) return group('all', input.all, place, scope, problems);
  if ('any' in input) return group('any', input.any, place, scope, problems);
  if ('not' in input) {
    const inner = checkCondition(input.not, place, scope, problems);
    return inner && { not: inner };
  }
  if ('knownAndNot' in input) {
    const inner = checkTest(input.knownAndNot, place, scope, problems);
    if (!inner) return undefined;
    if (isComparison(inner)) return { knownAndNot: inner };
    problems.push(`${place}: knownAndNot() takes a comparison with a value or a time. Write not() here.`);
    return undefined;
  }
  return checkTest(input, place, scope, problems);
}

function group(
  word: 'all' | 'any',
  parts: unknown,
  place: Place,
  scope: Scope,
  problems: string[],
): Condition | undefined {
  if (!Array.isArray(parts) || parts.length === 0) {
    problems.push(`${place}: ${word}() is empty. Expected at least one condition in it.`);
    return undefined;
  }
  const dot = place.includes(', condition ') ? '.' : ', condition ';
  const checked = parts.map((part, i) => checkCondition(part, `${place}${dot}${i + 1}`, scope, problems));
  const good = checked.filter((part) => part !== undefined);
  if (good.length < parts.length) return undefined;
  return word === 'all' ? { all: good } : { any: good };
}

function checkTest(input: unknown, place: Place, scope: Scope, problems: string[]): Test | undefined {
  const kind = typeof input === 'object' && input !== null && 'test' in input ? input.test : undefined;
  if (typeof kind !== 'string' || !Object.hasOwn(schemas, kind)) {
    problems.push(`${place}: found ${shown(input)}. Expected a condition, such as text('country').is('DE').`);
    return undefined;
  }
  const result = schemas[kind as Test['test']].safeParse(input, { error: faultInWords, reportInput: true });
  const where = `${place}, ${label(input as { test: string })}`;
  if (!result.success) {
    problems.push(...result.error.issues.map((issue) => `${where}: ${issue.message}.`));
    return undefined;
  }
  const test = result.data as Test;
  const impossible = boundsFault(test as Bounds) ?? whenFault(test as When);
  if (impossible) {
    problems.push(`${where}: ${impossible}.`);
    return undefined;
  }
  if (ofHistory.has(test.test) && !scope.history) {
    problems.push(`${where}: only the contact's own columns may be asked for here.`);
    return undefined;
  }
  return 'column' in test ? checkColumn(test, where, scope, problems) : test;
}

const label = (test: { test: string; column?: unknown; types?: unknown; of?: unknown; name?: unknown }): string => {
  const about = test.column ?? test.types ?? test.of ?? test.name;
  return `${test.test}(${about === undefined ? '' : [about].flat().map(String).join(', ')})`;
};

function checkColumn(
  test: Extract<Test, { column: string }>,
  where: Place,
  scope: Scope,
  problems: string[],
): Test | undefined {
  const named = normalHeader(test.column);
  const column = scope.columns?.get(named) ?? named;
  const fault = columnFault(test.test, column, scope) ?? bandFault(test, column, scope);
  if (fault === undefined) return { ...test, column };
  problems.push(`${where}: ${fault}`);
  return undefined;
}

function columnFault(test: Test['test'], column: string, scope: Scope): string | undefined {
  if (scope.columns && !scope.columns.has(column)) {
    const near = nearest(column, [...scope.columns.keys()]);
    const columns = [...contactColumns().values()].join(', ');
    const hint = near ? `Did you mean "${near}"?` : `The columns that every workbook knows are: ${columns}.`;
    return `contacts has no column "${column}". ${hint}`;
  }
  if (!/^[a-z_][a-z0-9_]*$/.test(column)) {
    return `the column "${column}" can't be used in a rule. Rename it with plain letters, digits and _.`;
  }
  const type = columnType(column);
  const reads = {
    text: ['text'],
    domain: ['text'],
    number: ['text', 'number'],
    date: ['text', 'date', 'time'],
  } as const;
  const fits: readonly string[] = Object.hasOwn(reads, test) ? reads[test as keyof typeof reads] : [type];
  const expected = type === 'number' ? 'number' : 'date';
  return fits.includes(type) ? undefined : `the column holds ${expected}s. Write ${expected}('${column}') instead.`;
}

/** A grade that the rules do not give, where it is asked for by its full name. */
function bandFault(test: Test, column: string, { bands }: Scope): string | undefined {
  if (!bands || column !== 'score_band' || test.test !== 'text' || test.operator !== 'is') return undefined;
  const known = bands.map((band) => band.toLowerCase());
  const wrong = test.values.filter((value) => !known.includes(value.trim().toLowerCase()));
  if (wrong.length === 0) return undefined;
  const named = wrong.map((value) => `"${value}"`).join(', ');
  return `there is no band ${named}. Expected one of ${bands.join(', ')} (jobs/rules/scoring.ts).`;
}
