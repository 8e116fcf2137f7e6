/**
 * Recent orders beside a model of repeat buying. The models suppose that a customer's rate of orders never changes.
 * Where rates drift, the last weeks know more, so that half of the orders that a model expects of all customers may be
 * shared out by them: each customer's recent orders, times the chance of being a customer still. The total stays the
 * model's. Whether that does better is found out on held-out weeks (choose.ts).
 */
import { orCertain } from './model.ts';
import type { Grouped } from './sample.ts';

/** The parts of the expected orders that may be shared out by recent ones. */
export const RECENT_SHARES = [0, 0.5] as const;

/** Expected orders and the chance of being a customer still (NaN: not known, counts as 1), group by group. */
interface Expected extends Grouped {
  readonly expected: Float64Array;
  readonly alive: Float64Array;
  readonly recent: Float64Array;
}

/** Fewer recent orders than this of customers who are alive are none. */
const NONE = 1e-9;

/** How many orders to expect for each recent order of a customer who is alive; 0 where there are none. */
export function ordersForRecent({ expected, alive, recent, customers }: Expected): number {
  let [orders, recents] = [0, 0];
  for (const [i, count] of customers.entries()) {
    orders += count * (expected[i] as number);
    recents += count * orCertain(alive[i] as number) * (recent[i] as number);
  }
  return recents > NONE ? orders / recents : 0;
}

/** Expected orders of each group, `share` of them shared out by recent ones. */
export function withRecent(groups: Expected, share: number): Float64Array {
  const each = share > 0 ? ordersForRecent(groups) : 0;
  if (each === 0) return groups.expected;
  const { expected, alive, recent } = groups;
  return expected.map(
    (orders, i) => (1 - share) * orders + share * each * orCertain(alive[i] as number) * (recent[i] as number),
  );
}
