/**
 * The words that rule files are written in: `all(text('country').is('DE'), event('click', { within: '90 days' }))`.
 * Each word returns plain data (see condition.ts) and judges nothing: a rule is checked when it is loaded.
 *
 * An unknown value (an empty cell) makes every comparison false, and so its negative true: `isNot('DE')` keeps the
 * contacts whose country is unknown. `knownAndNot(text('country').is('DE'))` leaves them out.
 */

import type { Comparison, Condition, TextOperator } from './condition.ts';
import type { Bounds } from './limits.ts';
import type { When } from './when.ts';

/** True where every condition is. */
export const all = (...conditions: Condition[]): Condition => ({ all: conditions });

/** True where at least one condition is. */
export const any = (...conditions: Condition[]): Condition => ({ any: conditions });

/** True where the condition is not: also where it is not because a value is unknown. */
export const not = (condition: Condition): Condition => ({ not: condition });

/** True where the value is known and the comparison is false. */
export const knownAndNot = (comparison: Comparison): Condition => ({ knownAndNot: comparison });

/** A column read as text. Case and outer spaces make no difference; several values mean any one of them. */
export function text(column: string) {
  const test =
    (operator: TextOperator) =>
    (...values: string[]) =>
      ({ test: 'text', column, operator, values }) as const;
  return {
    is: test('is'),
    in: (values: readonly string[]) => test('is')(...values),
    contains: test('contains'),
    startsWith: test('startsWith'),
    endsWith: test('endsWith'),
    /** Whole words or phrases: `hasWord('intern')` finds "Marketing Intern" and not "International sales". */
    hasWord: test('hasWord'),
    /** A regular expression (RE2: no look-around, no back-references) that may match anywhere in the text. */
    matches: test('matches'),
    isNot: (...values: string[]) => not(test('is')(...values)),
    notIn: (values: readonly string[]) => not(test('is')(...values)),
    doesNotContain: (...values: string[]) => not(test('contains')(...values)),
    ...emptiness(column),
  };
}

/** A column read as a number; text that is no number counts as unknown. */
export function number(column: string) {
  const test = (bounds: Bounds) => ({ test: 'number', column, ...bounds }) as const;
  return {
    is: (value: number) => test({ is: value }),
    isNot: (value: number) => not(test({ is: value })),
    atLeast: (value: number) => test({ atLeast: value }),
    atMost: (value: number) => test({ atMost: value }),
    moreThan: (value: number) => test({ moreThan: value }),
    lessThan: (value: number) => test({ lessThan: value }),
    /** Both ends included. */
    between: (atLeast: number, atMost: number) => test({ atLeast, atMost }),
    ...emptiness(column),
  };
}

/** A column read as a day in the workbook's time zone; text that is no date counts as unknown. */
export function date(column: string) {
  return { ...moments((when) => ({ test: 'date', column, ...when }) as const), ...emptiness(column) };
}

/** The domain of an address column: `domainOf('email').is('acme.example')`. */
export const domainOf = (column: string) => ({
  is: (...domains: string[]) => ({ test: 'domain', column, in: domains }) as const,
  isNot: (...domains: string[]) => not({ test: 'domain', column, in: domains }),
  /** A kind of domain that the workbook knows a list of: 'free-mail', 'disposable'. */
  isKind: (kind: string) => ({ test: 'domain', column, kind }) as const,
});

type Types = string | readonly string[];
const typesOf = (types: Types): readonly string[] => (typeof types === 'string' ? [types] : types);
const counted = (limits: Bounds & When): Bounds & When =>
  (['is', 'atLeast', 'atMost', 'moreThan', 'lessThan'] as const).some((key) => key in limits)
    ? limits
    : { atLeast: 1, ...limits };

/** How often something happened: `event('click', { atLeast: 3, within: '90 days' })`; at least once by default. */
export const event = (types: Types, limits: Bounds & When = {}) =>
  ({ test: 'event', types: typesOf(types), ...counted(limits) }) as const;

/** When it happened for the first time; unknown where it never did. */
export const firstEvent = (types: Types) =>
  moments((when) => ({ test: 'first', of: typesOf(types), ...when }) as const);

/** When it happened last; unknown where it never did. */
export const lastEvent = (types: Types) => moments((when) => ({ test: 'last', of: typesOf(types), ...when }) as const);

/** How many purchases: `purchases({ atLeast: 2, within: '12 months' })`; at least one by default. */
export const purchases = (limits: Bounds & When & { readonly currency?: string } = {}) =>
  ({ test: 'purchases', ...counted(limits) }) as const;

/** What the purchases add up to: `spent({ atLeast: 500, currency: 'EUR', within: '12 months' })`. */
export const spent = (limits: Bounds & When & { readonly currency?: string }) =>
  ({ test: 'spent', ...limits }) as const;

export const firstPurchase = () => moments((when) => ({ test: 'first', of: 'purchase', ...when }) as const);

export const lastPurchase = () => moments((when) => ({ test: 'last', of: 'purchase', ...when }) as const);

/** Is in one of these bands (the grades of score-recalculation): `band('A1', 'A2')`. */
export const band = (...bands: string[]) => text('score_band').is(...bands);

/** Is on another list. */
export const memberOf = (name: string): Condition => ({ test: 'list', name });

/** May be mailed. Sending lists ask for it by themselves. */
export const mailable = (): Condition => ({ test: 'mailable' });

const emptiness = (column: string) => ({
  isEmpty: (): Condition => ({ test: 'empty', column }),
  isNotEmpty: (): Condition => not({ test: 'empty', column }),
});

const moments = <T>(test: (when: When) => T) => ({
  /** In the last so many days, weeks, months or years: `within('90 days')`. */
  within: (age: string) => test({ within: age }),
  olderThan: (age: string) => test({ olderThan: age }),
  /** Older than the first age and within the second: `betweenAges('90 days', '180 days')`. */
  betweenAges: (olderThan: string, within: string) => test({ olderThan, within }),
  before: (day: string) => test({ before: day }),
  after: (day: string) => test({ after: day }),
  on: (day: string) => test({ on: day }),
});
