/**
 * What a rule may ask of a contact, as plain data. Rules are written with the words of build.ts, checked by check.ts
 * and turned into SQL by compile.ts; this file only names the shapes. It knows no engine and no job.
 *
 *   condition   a yes-or-no question about one contact, as of one day
 *   test        a condition about one thing: a column, the events, the purchases, a list
 *   comparison  a test whose answer can be unknown, because a column is empty or nothing happened yet
 *   bounds      limits on a number: `{ atLeast: 2 }`
 *   when        a stretch of whole days, seen from as-of: `{ within: '90 days' }`
 */

/** Every limit given must hold. `atLeast` and `atMost` include their value, `moreThan` and `lessThan` do not. */
export interface Bounds {
  readonly is?: number;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly moreThan?: number;
  readonly lessThan?: number;
}

/**
 * Every part given must hold. Ages such as '90 days', '2 weeks', '6 months' count whole days of the workbook's time
 * zone; months and years are calendar months. `within` includes the day so long ago and as-of's own day, and nothing
 * later; `olderThan` begins the day before, so the two never overlap. Dates are YYYY-MM-DD; `before` and `after` leave
 * the date itself out.
 */
export interface When {
  readonly within?: string;
  readonly olderThan?: string;
  readonly before?: string;
  readonly after?: string;
  readonly on?: string;
}

export type TextOperator = 'is' | 'contains' | 'startsWith' | 'endsWith' | 'matches' | 'hasWord';

/** True where one of `values` fits. Without regard to case and outer spaces. */
export interface TextTest {
  readonly test: 'text';
  readonly column: string;
  readonly operator: TextOperator;
  readonly values: readonly string[];
}

interface NumberTest extends Bounds {
  readonly test: 'number';
  readonly column: string;
}

interface DateTest extends When {
  readonly test: 'date';
  readonly column: string;
}

/** The part after the @: one of `in`, or one of the workbook's known `kind`s of domain ('free-mail', 'disposable'). */
interface DomainTest {
  readonly test: 'domain';
  readonly column: string;
  readonly in?: readonly string[];
  readonly kind?: string;
}

/**
 * The first or the last event of these types, or purchase, is in this period. Unknown where there is none.
 */
interface TimeTest extends When {
  readonly test: 'first' | 'last';
  readonly of: readonly string[] | 'purchase';
}

export type Comparison = TextTest | NumberTest | DateTest | DomainTest | TimeTest;

interface EmptyTest {
  readonly test: 'empty';
  readonly column: string;
}

/** How many events of these types there are. Always known: none is 0. */
interface EventTest extends Bounds, When {
  readonly test: 'event';
  readonly types: readonly string[];
}

/** How many purchases, or (`spent`) their amounts added up. Always known: none is 0. */
interface PurchaseTest extends Bounds, When {
  readonly test: 'purchases' | 'spent';
  /** Only purchases in this currency (ISO 4217). Without it amounts are added up as they stand. */
  readonly currency?: string;
}

/** Member of another list, as that list would be today. */
interface ListTest {
  readonly test: 'list';
  readonly name: string;
}

/** May be mailed: not unsubscribed, not suppressed, and the address is there and not invalid. */
interface MailableTest {
  readonly test: 'mailable';
}

export type Test = Comparison | EmptyTest | EventTest | PurchaseTest | ListTest | MailableTest;

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
