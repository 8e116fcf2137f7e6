/**
 * Periods in rules ("within 90 days", "before 2026-01-01") as half-open ranges of whole local days, in SQL.
 * Everything is measured from as-of's own day, so that two runs on one day agree. Refuses hours and minutes.
 */

import { integer, type Sql, sql } from '../../core/sql.ts';

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

/** An age in a rule: whole days, or calendar months. */
export type Age = { readonly days: number } | { readonly months: number };

const unit = { day: { days: 1 }, week: { days: 7 }, month: { months: 1 }, year: { months: 12 } } as const;

/** The longest age a rule may name: beyond it a typing error is likelier than a wish, and calendars end. */
const longestDays = 36_525;

/** "90 days", "2 weeks", "6 months", "1 year"; nothing for any other text. */
export function parseAge(text: string): Age | undefined {
  const match = /^(\d{1,5}) (day|week|month|year)s?$/.exec(text.trim());
  if (!match) return undefined;
  const one = unit[match[2] as keyof typeof unit];
  const age = 'days' in one ? { days: Number(match[1]) * one.days } : { months: Number(match[1]) * one.months };
  return ('days' in age ? age.days : age.months * 30) <= longestDays ? age : undefined;
}

/** A calendar date written YYYY-MM-DD that exists. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}

/** As-of's day in the workbook's time zone. */
export const dayOf = (asOf: Date): Sql => sql`local_day(${asOf})`;

const day = (text: string): Sql => sql`cast(${text} as date)`;
const earlier = (from: Sql, age: Age): Sql =>
  'days' in age ? sql`days_before(${from}, ${integer(age.days)})` : sql`months_before(${from}, ${integer(age.months)})`;
const next = (from: Sql): Sql => sql`days_before(${from}, -1)`;

/**
 * What must hold for `value` to be in the period: SQL conditions to be joined by `and`, none for no limit.
 * `moment` says that `value` is a UTC timestamp; else it is a day.
 */
export function inside(when: When, asOf: Date, value: Sql, moment: boolean): Sql[] {
  const today = dayOf(asOf);
  const from: Sql[] = [];
  const until: Sql[] = [];
  if (when.within !== undefined) {
    from.push(earlier(today, ageOf(when.within)));
    until.push(next(today));
  }
  if (when.olderThan !== undefined) until.push(earlier(today, ageOf(when.olderThan)));
  if (when.before !== undefined) until.push(day(when.before));
  if (when.after !== undefined) from.push(next(day(when.after)));
  if (when.on !== undefined) {
    from.push(day(when.on));
    until.push(next(day(when.on)));
  }
  const edge = (limit: Sql): Sql => (moment ? sql`day_start(${limit})` : limit);
  return [
    ...from.map((limit) => sql`${value} >= ${edge(limit)}`),
    ...until.map((limit) => sql`${value} < ${edge(limit)}`),
  ];
}

const DAY_MS = 86_400_000;
/** Local days begin less than a day before or after the UTC day; the second is for leap days and clocks. */
const MARGIN_DAYS = 2;

/** A moment so many days ago, a little earlier: by it a warehouse knows which partitions it need not read. */
export const daysAgo = (asOf: Date, days: number): Date => new Date(asOf.getTime() - (days + MARGIN_DAYS) * DAY_MS);

/** A moment before which no period begins, or a little earlier; null where one of them has no beginning. */
export function earliest(periods: readonly When[], asOf: Date): Date | null {
  const begins = periods.map(({ within, after, on }) => {
    const age = within === undefined ? undefined : ageOf(within);
    const from = [
      ...(age ? [daysAgo(asOf, 'days' in age ? age.days : age.months * 31).getTime()] : []),
      ...[after, on].flatMap((day) => (day === undefined ? [] : [Date.parse(day) - MARGIN_DAYS * DAY_MS])),
    ];
    return from.length > 0 ? Math.max(...from) : Number.NEGATIVE_INFINITY;
  });
  const first = Math.min(...begins);
  return Number.isFinite(first) ? new Date(first) : null;
}

/** The age that a checked rule names. Throws for an unchecked one. */
export function ageOf(text: string): Age {
  const age = parseAge(text);
  if (!age) throw new Error(`"${text}" is no age; check rules before compiling them`);
  return age;
}
