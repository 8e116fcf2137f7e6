/**
 * What a rule may ask of a contact, as plain data. Rules are written with the words of build.ts, checked by check.ts
 * and turned into SQL by compile.ts; this file gives the shape of each test, with its faults in a marketer's words. It
 * knows no engine and no job.
 *
 *   condition   a yes-or-no question about one contact, as of one day
 *   test        a condition about one thing: a column, the events, the purchases, a list
 *   comparison  a test whose answer can be unknown, because a column is empty or nothing happened yet
 *   bounds      limits on a number: `{ atLeast: 2 }`
 *   when        a stretch of whole days, seen from as-of: `{ within: '90 days' }`
 */
import * as z from 'zod';
import { shown } from '../../core/rules.ts';
import { isDay, parseAge } from './when.ts';

const found = (expected: string) => (issue: { readonly input?: unknown }) =>
  `found ${shown(issue.input)}. Expected ${expected}`;

/** Some text that is not blank. */
export const words = (expected: string, orElse = '') =>
  z.string({ error: found(expected) }).refine((value) => value.trim() !== '', {
    error: () => `a value is blank. Expected ${expected}${orElse}`,
  });

const UNKNOWN = '; to ask for unknown values, write isEmpty()';

const number = z.number({ error: found('a number, such as 25') });
const anAge = `an age such as '90 days', '2 weeks', '6 months' or '1 year'`;
const age = words(anAge).refine((value) => parseAge(value) !== undefined, { error: found(anAge) });
const aDay = `a date such as '2026-01-31'`;
const day = words(aDay).refine(isDay, { error: found(aDay) });
const several = (item: z.ZodType<string>, expected: string) =>
  z
    .array(item, { error: found(expected) })
    .min(1, { error: found(expected) })
    .readonly();

const times = z
  .int({ error: found('a whole number, such as 3') })
  .min(0, { error: found('a whole number, such as 3') });
const each = <T>(limit: T) => ({ is: limit, atLeast: limit, atMost: limit, moreThan: limit, lessThan: limit });
/** Each limit may be left out, but one that is there needs a value: `undefined` is a slip. */
const bounds = each(number.exactOptional());
const counts = each(times.exactOptional());
const [ages, days] = [age.exactOptional(), day.exactOptional()];
const when = { within: ages, olderThan: ages, before: days, after: days, on: days };
const someOf = (keys: readonly string[]) => (test: object) => keys.some((key) => key in test);
const boundWords = Object.keys(bounds);
const whenWords = Object.keys(when);

const column = words(`a column's name, such as 'country'`);
const types = several(words(`a type of event, such as 'click'`), `types of events, such as 'click'`);
const aCurrency = `a currency's three letters, such as 'EUR'`;
/** ISO 4217. */
const currency = words(aCurrency)
  .regex(/^[A-Z]{3}$/, { error: found(aCurrency) })
  .exactOptional();
const noBound = { error: () => 'no limit is given. Expected one such as { atLeast: 1 }' };
const noWhen = { error: () => `no time is given. Expected one such as { within: '90 days' }` };

const operators = ['is', 'contains', 'startsWith', 'endsWith', 'matches', 'hasWord'] as const;

/** RE2 knows neither look-around nor back-references; JavaScript's own reader finds the rest. */
const isPattern = (pattern: string): boolean => {
  if (/\(\?(?:[=!]|<[=!])|\\[1-9]/.test(pattern)) return false;
  try {
    return Boolean(new RegExp(pattern));
  } catch {
    return false;
  }
};

/** True where one of `values` fits. Without regard to case and outer spaces. */
const text = z
  .strictObject({
    test: z.literal('text'),
    column,
    operator: z.enum(operators, { error: found(`one of ${operators.join(', ')}`) }),
    values: several(words(`some text, such as 'DE'`, UNKNOWN), `at least one value, such as 'DE'`),
  })
  .superRefine(({ operator, values }, { addIssue }) => {
    const wrong = operator === 'matches' ? values.filter((value) => !isPattern(value)) : [];
    for (const value of wrong)
      addIssue(`found ${shown(value)}. Expected a regular expression without look-around and back-references`);
  });

const timeOf = z.union([z.literal('purchase'), types], { error: found(`types of events, such as 'click'`) });
/** The first or the last event of these types, or purchase, is in this period. Unknown where there is none. */
const time = <T extends string>(test: T) =>
  z.strictObject({ test: z.literal(test), of: timeOf, ...when }).refine(someOf(whenWords), noWhen);
/** How many purchases, or their sum; in one currency where it is given. Always known: none is 0. */
const bought = <T extends string>(test: T, limits: typeof bounds | typeof counts) =>
  z.strictObject({ test: z.literal(test), currency, ...limits, ...when }).refine(someOf(boundWords), noBound);

/** Tests whose answer can be unknown, because a column is empty or nothing happened yet. */
const comparisons = {
  text,
  number: z.strictObject({ test: z.literal('number'), column, ...bounds }).refine(someOf(boundWords), noBound),
  date: z.strictObject({ test: z.literal('date'), column, ...when }).refine(someOf(whenWords), noWhen),
  /** The part after the @: one of `in`, or one of the workbook's known kinds of domain ('free-mail', 'disposable'). */
  domain: z
    .strictObject({
      test: z.literal('domain'),
      column,
      in: several(words(`a domain, such as 'acme.example'`, UNKNOWN), `domains, such as 'acme.example'`).optional(),
      kind: words(`a kind of domain, such as 'free-mail'`).optional(),
    })
    .refine((test) => (test.in === undefined) !== (test.kind === undefined), {
      error: () => 'expected either domains or a kind of domain',
    }),
  first: time('first'),
  last: time('last'),
};

export const schemas = {
  ...comparisons,
  empty: z.strictObject({ test: z.literal('empty'), column }),
  /** How many events of these types there are. Always known: none is 0. */
  event: z.strictObject({ test: z.literal('event'), types, ...counts, ...when }).refine(someOf(boundWords), noBound),
  purchases: bought('purchases', counts),
  spent: bought('spent', bounds),
  /** Member of another list, as that list would be today. */
  list: z.strictObject({ test: z.literal('list'), name: words(`a list's name`) }),
  /** May be mailed: not unsubscribed, not suppressed, and the address is there and not invalid. */
  mailable: z.strictObject({ test: z.literal('mailable') }),
};

export type TextTest = z.output<typeof text>;
export type TextOperator = TextTest['operator'];
export type Comparison = z.output<(typeof comparisons)[keyof typeof comparisons]>;
export type Test = z.output<(typeof schemas)[keyof typeof schemas]>;

export const isComparison = (test: Test): test is Comparison => test.test in comparisons;

export type Condition =
  | Test
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly knownAndNot: Comparison };

/** A condition with each test replaced by what `of` gives for it; a comparison below knownAndNot stays one. */
export function mapTests(condition: Condition, of: (test: Test) => Condition): Condition {
  if ('all' in condition) return { all: condition.all.map((part) => mapTests(part, of)) };
  if ('any' in condition) return { any: condition.any.map((part) => mapTests(part, of)) };
  if ('not' in condition) return { not: mapTests(condition.not, of) };
  if ('knownAndNot' in condition) return { knownAndNot: of(condition.knownAndNot) as Comparison };
  return of(condition);
}

/** Visits every test in a condition, depth first, in the order written. */
export function* testsIn(condition: Condition): Generator<Test> {
  if ('all' in condition) for (const part of condition.all) yield* testsIn(part);
  else if ('any' in condition) for (const part of condition.any) yield* testsIn(part);
  else if ('not' in condition) yield* testsIn(condition.not);
  else if ('knownAndNot' in condition) yield condition.knownAndNot;
  else yield condition;
}
