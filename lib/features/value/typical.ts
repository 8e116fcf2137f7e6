/**
 * Which orders are extreme, by the shop's own orders: far outside of their interquartile range. One wrong
 * amount, or one order of another kind of customer, must not move what all others are worth. Such an order counts as
 * the median one where a mean or a model of everybody is taken; its own customer keeps it as it is.
 */

import type { Engine } from '../../core/engine.ts';
import { type Sql, sql } from '../../core/sql.ts';
import { numericColumns } from './columns.ts';
import { total } from './sample.ts';

/** Orders below `leastCents` or above `mostCents` are extreme. */
export interface Typical {
  readonly leastCents: number;
  readonly medianCents: number;
  readonly mostCents: number;
}

/** Steps of the logarithm of an amount: 2 % each. */
const BINS_PER_E = 50;
const HALF_A_BIN = 0.5 / BINS_PER_E;
/** Quartiles of a normal distribution are this many standard deviations apart. */
const QUARTILES_APART = 1.349;
/** So many standard deviations of the logarithm: one lognormal order in 26 million. */
const DEVIATIONS = 5.5;
/** Nothing within a factor of 20 of the median is extreme, however alike the orders are. */
const LEAST_DISTANCE = Math.log(20);
/** What more than one order in a hundred reaches is no exception; one order alone always may be. */
const RARE = 0.01;

/** Looks over the amounts of a table of orders. Without any orders nothing is extreme. */
export async function typicalOrders(engine: Engine, orders: Sql): Promise<Typical> {
  const amounts = sql`
    select bin, count(*) as orders
    from (select cast(round(ln(cents) * ${BINS_PER_E}) as integer) as bin from ${orders} as orders
    where cents > 0) as logs
    group by bin
    order by bin`;
  const { bin, orders: counts } = await numericColumns(engine, amounts, ['bin', 'orders']);
  return typicalOf(bin, counts);
}

/** `counts` orders have a logarithm of about `bins` / 50; bins are sorted. */
export function typicalOf(bins: Float64Array, counts: Float64Array): Typical {
  const all = total(counts);
  if (all === 0) return { leastCents: 0, medianCents: 0, mostCents: Number.MAX_SAFE_INTEGER };
  const at = (orders: number): number => {
    let seen = 0;
    for (const [i, count] of counts.entries()) {
      seen += count;
      if (seen >= orders) return (bins[i] as number) / BINS_PER_E;
    }
    return (bins.at(-1) as number) / BINS_PER_E;
  };
  const median = at(all / 2);
  const deviation = (at(0.75 * all) - at(0.25 * all)) / QUARTILES_APART;
  const rare = Math.max(1, Math.floor(RARE * all));
  const distance = Math.max(LEAST_DISTANCE, DEVIATIONS * deviation);
  return {
    leastCents: Math.floor(Math.exp(Math.min(median - distance, at(rare + 1) - HALF_A_BIN))),
    medianCents: Math.round(Math.exp(median)),
    mostCents: Math.min(
      Number.MAX_SAFE_INTEGER,
      Math.ceil(Math.exp(Math.max(median + distance, at(all - rare) + HALF_A_BIN))),
    ),
  };
}
