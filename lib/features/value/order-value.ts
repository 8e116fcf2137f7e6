/**
 * What a customer's next order is worth, as an SQL expression over a row of histories: by Gamma-Gamma, or where that can't be
 * fitted or can't be believed, by a mean mixed with everybody's.
 */

import type { Engine } from '../../core/engine.ts';
import { type Sql, sql } from '../../core/sql.ts';
import { numericColumns } from './columns.ts';
import type { ModelRecord } from './fitted.ts';
import { fitOrderValue } from './gamma-gamma.ts';
import * as history from './history.ts';
import type { ValueRules } from './rules.ts';
import { total } from './sample.ts';

export interface OrderValue {
  readonly orderValue: ModelRecord;
  /** In the base currency; reads `histories.cents`, `.repeat_cents`, `.orders`, `.frequency`. */
  readonly expression: Sql;
}

/** A fitted mean this many times off the plain one is made by a few enormous orders. */
const MOST_OFF = 2;

/** Fits the value of orders on the repeat buyers of `historyTable`. */
export async function orderValueFor(engine: Engine, historyTable: Sql, rules: ValueRules): Promise<OrderValue> {
  const columns = ['frequency', 'cents', 'customers'] as const;
  const { frequency, cents, customers } = await numericColumns(engine, history.spending(historyTable), columns);
  const buyers = total(customers);
  const plain = await engine.number(
    sql`select coalesce(sum(cents) / 100.0 / nullif(sum(orders), 0), 0) as mean from ${historyTable}`,
  );
  const simpler = (simplerBecause: string): OrderValue => ({
    orderValue: { name: 'average order', parameters: {}, logLikelihood: null, customers: buyers, simplerBecause },
    // Everybody's mean counts as two orders of one's own.
    expression: sql`((histories.cents / 100.0 + 2 * ${plain}) / (histories.orders + 2))`,
  });
  const needed = rules.fitFrom.repeatBuyers;
  if (buyers < needed) return simpler(`${buyers} repeat buyers, a fit needs ${needed}`);
  const fitted = fitOrderValue({ frequency, spend: cents.map((value) => value / 100), customers });
  if (!fitted.converged) return simpler('the model did not converge');
  const { p, q, v, logLikelihood } = fitted;
  const mean = (p * v) / (q - 1);
  if (mean > plain * MOST_OFF || mean < plain / MOST_OFF) {
    return simpler('a few orders outweigh all others: the fitted mean is far off the plain one');
  }
  return {
    orderValue: { name: 'Gamma-Gamma', parameters: { p, q, v }, logLikelihood, customers: buyers },
    expression: sql`(${p} * (${v} + histories.repeat_cents / 100.0) / (${p} * histories.frequency + ${q - 1}))`,
  };
}
