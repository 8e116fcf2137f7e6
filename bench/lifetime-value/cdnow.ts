/** The CDNOW sample as the benchmark wants it: histories as the tests read them, and the spending of repeat buyers. */

import type { HeldOut } from '../../lib/value/choose.ts';
import type { Spending } from '../../lib/value/gamma-gamma.ts';
import { cdnowHeldOut, cdnowPurchases, noData } from '../../test/value/cdnow.ts';

export interface CdnowSample {
  readonly heldOut: HeldOut;
  readonly spending: Spending;
}

const END = '1997-09-30';

/** Histories and spending up to 1997-09-30, and the orders of the 39 weeks after; undefined where the data isn't there. */
export function cdnowSample(): CdnowSample | undefined {
  if (noData) return undefined;
  const days = new Map<string, Map<string, number>>();
  for (const { customer, day, amount } of cdnowPurchases()) {
    if (day > END) continue;
    const bought = days.get(customer) ?? new Map<string, number>();
    days.set(customer, bought.set(day, (bought.get(day) ?? 0) + amount));
  }
  const repeats = [...days.values()].map((bought) => {
    const amounts = [...bought].sort(([a], [b]) => (a < b ? -1 : 1)).slice(1);
    return { frequency: amounts.length, spend: amounts.reduce((sum, [, amount]) => sum + amount, 0) };
  });
  const spending = repeats.filter(({ frequency, spend }) => frequency > 0 && spend > 0);
  return {
    heldOut: cdnowHeldOut(),
    spending: {
      frequency: Float64Array.from(spending, ({ frequency }) => frequency),
      spend: Float64Array.from(spending, ({ spend }) => spend),
      customers: new Float64Array(spending.length).fill(1),
    },
  };
}
