/**
 * What a customer's next order is worth, as an SQL expression over a row of histories: by Gamma-Gamma, or where that
 * can't be fitted or describes the orders badly, by a customer's own mean mixed with everybody's.
 *
 * Extreme orders (typical.ts) count as the median one in everything that is taken over all customers, so that one order
 * never moves what others are worth. Gamma-Gamma is judged by its own fit and against that robust mean, never against
 * a mean that one order may have made.
 */

import type { Engine } from '../../core/engine.ts';
import { type Sql, sql } from '../../core/sql.ts';
import { numericColumns } from './columns.ts';
import type { ModelRecord } from './fitted.ts';
import { fitOrderValue } from './gamma-gamma.ts';
import * as history from './history.ts';
import type { ValueRules } from './rules.ts';
import { total, weighted } from './sample.ts';

/** The expression is in the base currency; it reads `histories.cents`, `.repeat_cents`, `.orders`, `.frequency`. */
type OrderValue = { readonly orderValue: ModelRecord; readonly expression: Sql };

/** A fitted mean this many times off the mean of the repeat orders that it was fitted to describes them badly. */
const MOST_OFF = 2;
/** Beyond this q customers' means do not differ, and the parameters run away together. */
const ALIKE = 1e3;
/** Everybody's mean counts as this many orders of a customer's own. */
const PRIOR_ORDERS = 2;

/** Fits the value of orders on the repeat buyers of all histories. */
export async function orderValueFor(engine: Engine, rules: ValueRules): Promise<OrderValue> {
  const columns = ['frequency', 'cents', 'customers'] as const;
  const { frequency, cents, customers } = await numericColumns(engine, history.spending, columns);
  const buyers = total(customers);
  const robustMean = await engine.number(
    sql`select coalesce(sum(typical_cents) / 100.0 / nullif(sum(orders), 0), 0) as mean from ${history.NOW}`,
  );
  const simpler = (simplerBecause: string): OrderValue => ({
    orderValue: { name: 'average order', parameters: {}, logLikelihood: null, customers: buyers, simplerBecause },
    expression: sql`((histories.cents / 100.0 + ${PRIOR_ORDERS * robustMean}) / (histories.orders + ${PRIOR_ORDERS}))`,
  });
  const needed = rules.fitFrom.repeatBuyers;
  if (buyers < needed) return simpler(`${buyers} repeat buyers, a fit needs ${needed}`);
  const spend = cents.map((value) => value / 100);
  const fitted = fitOrderValue({ frequency, spend, customers });
  if (!fitted.converged) return simpler('the model did not converge');
  const { p, q, v, logLikelihood } = fitted;
  const fittedMean = (p * v) / (q - 1);
  const off = fittedMean / (weighted(spend, customers) / weighted(frequency, customers));
  if (!(off < MOST_OFF && off > 1 / MOST_OFF)) {
    return simpler('the fitted mean is far from the mean of the repeat orders');
  }
  const orderValue = { name: 'Gamma-Gamma', parameters: { p, q, v }, logLikelihood, customers: buyers };
  if (q > ALIKE) {
    const edge = 'customers do not differ in the value of their orders';
    return { orderValue: { ...orderValue, edge }, expression: sql`cast(${fittedMean} as double)` };
  }
  return {
    orderValue,
    expression: sql`(${p} * (${v} + histories.repeat_cents / 100.0) / (${p} * histories.frequency + ${q - 1}))`,
  };
}
