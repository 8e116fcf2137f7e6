/**
 * Limits that nothing can meet: `between(200, 50)`, `betweenAges('180 days', '90 days')`. Whoever writes them has mixed
 * two values up, and an empty list would be the first to say so. Doubtful ones (3 months, 90 days) pass.
 */
import { parseAge, type When } from './when.ts';

/** Every limit given must hold. `atLeast` and `atMost` include their value, `moreThan` and `lessThan` do not. */
export interface Bounds {
  readonly is?: number;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly moreThan?: number;
  readonly lessThan?: number;
}

/** What is wrong with limits on a number, if anything is. */
export function boundsFault({ atLeast, atMost, moreThan, lessThan }: Bounds): string | undefined {
  const lowest = Math.max(atLeast ?? Number.NEGATIVE_INFINITY, moreThan ?? Number.NEGATIVE_INFINITY);
  const highest = Math.min(atMost ?? Number.POSITIVE_INFINITY, lessThan ?? Number.POSITIVE_INFINITY);
  const open = moreThan === lowest || lessThan === highest;
  return lowest > highest || (lowest === highest && open)
    ? `no number is between ${lowest} and ${highest}. Expected limits that a number can meet, the smaller one first`
    : undefined;
}

/** What is wrong with a stretch of time, if anything is. */
export function whenFault({ olderThan, within, before, after }: When): string | undefined {
  if (olderThan !== undefined && within !== undefined && (olderThan === within || atLeast(olderThan) >= atMost(within)))
    return (
      `nothing is older than ${olderThan} and within ${within}. ` +
      `Expected the smaller age first, as in betweenAges('90 days', '180 days')`
    );
  if (before !== undefined && after !== undefined && before <= after)
    return `no day is after ${after} and before ${before}. Expected the earlier day in after`;
  return undefined;
}

/** The days that an age has: a month is no fixed number of them. */
const atLeast = (text: string): number => inDays(text, 28);
const atMost = (text: string): number => inDays(text, 31);

function inDays(text: string, month: number): number {
  const age = parseAge(text);
  if (age === undefined) return 0;
  return 'days' in age ? age.days : age.months * month;
}
