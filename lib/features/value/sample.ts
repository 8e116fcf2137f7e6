/** Groups of customers with a count each, column by column, and even samples of them. */

/** All columns are of one length; `customers` says how many are in each group. */
export interface Grouped {
  readonly customers: Float64Array;
}

/**
 * An even sample of at most `limit` customers: every k-th of them in the order of the groups. Sorted groups are
 * sampled evenly in all their columns that way, and the same data always give the same sample.
 */
export function thin<G extends Grouped>(groups: G, limit: number): G {
  const stride = Math.ceil(total(groups.customers) / limit);
  if (stride <= 1) return groups;
  let seen = 0;
  const customers = groups.customers.map((count) => {
    const before = Math.floor(seen / stride);
    seen += count;
    return Math.floor(seen / stride) - before;
  });
  const kept = (column: Float64Array) => column.filter((_, i) => (customers[i] as number) > 0);
  const columns = Object.entries({ ...groups, customers }) as [string, Float64Array][];
  return Object.fromEntries(columns.map(([name, column]) => [name, kept(column)])) as unknown as G;
}

export const total = (column: Float64Array): number => column.reduce((sum, value) => sum + value, 0);

/** The sum of a column, each value counted `weights` times. */
export const weighted = (column: Float64Array, weights: Float64Array): number =>
  column.reduce((sum, value, i) => sum + value * (weights[i] as number), 0);
