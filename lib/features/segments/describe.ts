/** Conditions in words, as a person reads them: `the newest of click or download within 180 days`. */
import type { Condition, Test, TextOperator } from './condition.ts';
import type { Bounds } from './limits.ts';
import type { When } from './when.ts';

/** More values than this are cut short. */
const MOST_VALUES = 4;

const OPERATORS: Readonly<Record<TextOperator, string>> = {
  is: 'is',
  contains: 'contains',
  startsWith: 'starts with',
  endsWith: 'ends with',
  matches: 'matches',
  hasWord: 'has the word',
};

const BOUNDS: Readonly<Record<keyof Bounds, string>> = {
  is: 'exactly',
  atLeast: 'at least',
  atMost: 'at most',
  moreThan: 'more than',
  lessThan: 'less than',
};

const WHEN: Readonly<Record<keyof When, string>> = {
  within: 'within',
  olderThan: 'more than',
  before: 'before',
  after: 'after',
  on: 'on',
};

function either(values: readonly string[]): string {
  if (values.length <= MOST_VALUES) return values.join(' or ');
  return `${values.slice(0, MOST_VALUES - 1).join(', ')} or one of ${values.length - MOST_VALUES + 1} more`;
}

function given<K extends string>(words: Readonly<Record<K, string>>, test: { readonly [key in K]?: string | number }) {
  const keys = (Object.keys(words) as K[]).filter((key) => test[key] !== undefined);
  return keys.map((key) => `${words[key]} ${test[key]}${key === 'olderThan' ? ' ago' : ''}`).join(' and ');
}
const bounds = (test: Bounds): string => given(BOUNDS, test);
const when = (test: When): string => given(WHEN, test);

const spaced = (...words: readonly string[]): string => words.filter((word) => word !== '').join(' ');

const firstOrLast = (which: 'first' | 'last', types: readonly string[]): string =>
  types.length === 1 ? `${which} ${types[0]}` : `the ${which === 'last' ? 'newest' : 'oldest'} of ${either(types)}`;

/** One test in words. */
function describeTest(test: Test): string {
  switch (test.test) {
    case 'text':
      return `${test.column} ${OPERATORS[test.operator]} ${either(test.values.map((value) => `"${value}"`))}`;
    case 'number':
      return spaced(test.column, bounds(test));
    case 'date':
      return spaced(test.column, when(test));
    case 'domain':
      return test.in
        ? `the domain of ${test.column} is ${either(test.in)}`
        : `the domain of ${test.column} is of the kind ${test.kind}`;
    case 'first':
    case 'last':
      return spaced(firstOrLast(test.test, test.of === 'purchase' ? ['purchase'] : test.of), when(test));
    case 'empty':
      return `${test.column} is empty`;
    case 'event':
      return spaced(bounds(test), test.types.length > 1 ? 'of' : '', either(test.types), when(test));
    case 'purchases':
      return spaced(bounds(test), 'purchases', test.currency ? `in ${test.currency}` : '', when(test));
    case 'spent':
      return spaced('spent', bounds(test), test.currency ?? '', when(test));
    case 'list':
      return `is on the list "${test.name}"`;
    case 'mailable':
      return 'may be mailed (not unsubscribed, not suppressed, a valid address)';
  }
}

/** A line of a condition that is taken apart: a test, or the head of a group. */
export interface ConditionLine {
  /** How deep it stands in groups; 0 is the condition itself. */
  readonly depth: number;
  readonly text: string;
  /** What is asked; its answer is the line's. */
  readonly condition: Condition;
  /** The test whose value is shown; none for a group. */
  readonly test?: Test;
}

/** A condition line by line, in the order written; of an outermost group of all, only its parts. */
export const conditionLines = (condition: Condition): ConditionLine[] =>
  ('all' in condition ? condition.all : [condition]).flatMap((part) => linesOf(part, 0));

function linesOf(condition: Condition, depth: number): ConditionLine[] {
  const group = (text: string, parts: readonly Condition[], at = depth): ConditionLine[] => [
    { depth: at, text, condition },
    ...parts.flatMap((part) => linesOf(part, at + 1)),
  ];
  if ('all' in condition) return group('all of:', condition.all, Math.max(1, depth));
  if ('any' in condition) return group('one of:', condition.any);
  if ('knownAndNot' in condition) {
    const test = condition.knownAndNot;
    return [{ depth, text: `known, and not: ${describeTest(test)}`, condition, test }];
  }
  if ('not' in condition) {
    const { not } = condition;
    if ('test' in not) return [{ depth, text: `not: ${describeTest(not)}`, condition, test: not }];
    return group('not:', [not]);
  }
  return [{ depth, text: describeTest(condition), condition, test: condition }];
}
