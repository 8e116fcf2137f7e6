/** The CDNOW sample as the benchmark wants it: histories as the tests read them, and customers one by one. */
import type { HeldOut } from '../../lib/features/value/choose.ts';
import type { Spending } from '../../lib/features/value/gamma-gamma.ts';
import { cdnowHeldOut, cdnowPurchases, noData } from '../../test/features/value/cdnow.ts';
import type { Customers } from './side-by-side.ts';

export interface CdnowSample {
  readonly heldOut: HeldOut;
  /** How many weeks are held out. */
  readonly weeks: number;
  readonly spending: Spending;
  readonly customers: Customers;
}

const END = '1997-09-30';
const WEEKS = 39;

/**
 * Histories and spending up to 1997-09-30, and the orders of the 39 weeks after; undefined where the data isn't there.
 */
export function cdnowSample(): CdnowSample | undefined {
  if (noData) return undefined;
  const bought = new Map<string, Map<string, number>>();
  for (const { customer, day, amount } of cdnowPurchases()) {
    if (day > END) continue;
    const days = bought.get(customer) ?? new Map<string, number>();
    bought.set(customer, days.set(day, (days.get(day) ?? 0) + amount));
  }
  const all = [...bought.values()].map((amounts) => {
    const days = [...amounts].sort(([a], [b]) => (a < b ? -1 : 1));
    const [first = '', last = ''] = [days[0]?.[0], days.at(-1)?.[0]];
    return {
      frequency: days.length - 1,
      recency: weeksBetween(first, last),
      age: weeksBetween(first, END),
      spend: days.slice(1).reduce((sum, [, amount]) => sum + amount, 0),
    };
  });
  const repeat = all.filter(({ frequency, spend }) => frequency > 0 && spend > 0);
  return {
    heldOut: cdnowHeldOut(),
    weeks: WEEKS,
    spending: {
      frequency: Float64Array.from(repeat, ({ frequency }) => frequency),
      spend: Float64Array.from(repeat, ({ spend }) => spend),
      customers: new Float64Array(repeat.length).fill(1),
    },
    customers: {
      frequency: Float64Array.from(all, ({ frequency }) => frequency),
      recency: Float64Array.from(all, ({ recency }) => recency),
      age: Float64Array.from(all, ({ age }) => age),
      spend: Float64Array.from(all, ({ spend }) => spend),
    },
  };
}

const weeksBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / (7 * 86_400_000);
