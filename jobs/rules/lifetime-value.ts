/**
 * What a customer's future is worth: how far ahead it counts, what of it stays as margin, and where the bands are cut.
 * What the numbers mean, and how they are found, stands in docs/value.md.
 */

import { valueRules } from 'nightshift';

export const lifetimeValue = valueRules({
  // Orders and their margin count this far ahead. A year's discount of 0.1 makes next year's 110 worth 100 today.
  horizonWeeks: 52,
  discountRate: 0.1,
  // The part of an order's value that stays with you.
  margin: 0.4,
  // What one unit of a currency is worth in the base. An order in any other currency is left out, and a warning counts
  // it.
  currencies: { base: 'USD', rates: { EUR: 1.08, GBP: 1.27 } },
  // Best first, each with its share of the buyers; then everybody else, and those who were among the best and seem
  // gone.
  bands: {
    ranked: [
      { name: 'vip', share: 0.05 },
      { name: 'high', share: 0.15 },
      { name: 'medium', share: 0.3 },
    ],
    rest: 'low',
    lapsing: { name: 'lapsing', ofBest: 0.2, aliveBelow: 0.35 },
  },
  // With less history than this a plain average stands in for a model, and a warning names the cause.
  fitFrom: { customers: 100, repeatBuyers: 30, weeks: 13 },
  // A change of a model's mean rates against last month by more than this is a warning.
  jump: 0.3,
});

/** More than this in one month stops and asks. */
export const valueLimits = {
  // Contacts whose value is taken away, because their orders are gone from the workbook.
  emptied: { share: 0.02, count: 500 },
  // Contacts whose band changes: purchases were cut, or the rate of a currency is wrong.
  moved: { share: 0.3 },
  // Change of the sum of all lifetime values; 1 is twice as much, or half: amounts in another unit, one enormous order.
  total: 1,
};
