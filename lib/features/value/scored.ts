/** Values, chances and bands of all customers, made in the engine from estimates for each distinct history. */

import type { Engine } from '../../core/engine.ts';
import { type Sql, sql } from '../../core/sql.ts';
import { valueBands } from './bands.ts';
import { createTable, numericTable } from './columns.ts';
import { estimate } from './estimate.ts';
import type { FittedForecast } from './fitted.ts';
import { aliveOf, type Histories } from './model.ts';
import { ordersForRecent } from './recent.ts';
import type { ValueRules } from './rules.ts';

/** What values are made of: how many orders to expect, and what one is worth (an expression over `histories`). */
export interface Valuation extends Pick<FittedForecast, 'forecast' | 'alive' | 'model'> {
  readonly orderValue: Sql;
}

/**
 * Makes `table` with a row (contact_id, orders, cents, last_order_at, expected_orders, discounted_orders, order_value,
 * p_alive, lifetime_value, value_band) for each row of `historyTable`, whose distinct histories are `groups`. Values
 * are rounded, to cents and to four digits, so that the last bit of a sum never looks like a change.
 */
export async function scoreCustomers(
  engine: Engine,
  table: Sql,
  historyTable: Sql,
  groups: Histories,
  { forecast, alive, model: { recentShare = 0, seasonIndex = 1 }, orderValue }: Valuation,
  rules: ValueRules,
): Promise<void> {
  const { expectedOrders, discountedOrders, alive: ofForecast } = estimate(forecast, groups, rules);
  const { frequency, recency, age, recent, customers } = groups;
  const reported = alive ? aliveOf({ alive }, groups) : ofForecast;
  await numericTable(engine, 'value_estimates', {
    frequency,
    recency_days: recency.map((weeks) => Math.round(weeks * 7)),
    age_days: age.map((weeks) => Math.round(weeks * 7)),
    season_orders: groups.season ?? new Float64Array(age.length),
    expected_orders: expectedOrders,
    discounted_orders: discountedOrders,
    p_alive: reported,
  });
  const mixed = (orders: Sql, expected: Float64Array): Sql => {
    const each = recentShare > 0 && recent ? ordersForRecent({ expected, alive: reported, recent, customers }) : 0;
    if (each === 0) return sql`${seasonIndex} * ${orders}`;
    const byRecent = sql`coalesce(estimates.p_alive, 1) * histories.recent_orders`;
    return sql`(${seasonIndex * (1 - recentShare)} * ${orders} + ${seasonIndex * recentShare * each} * ${byRecent})`;
  };
  const values = sql`(
    select
      contact_id, orders, cents, last_order_at,
      round(expected_orders, 4) as expected_orders,
      round(p_alive, 4) as p_alive,
      discounted_orders, order_value,
      round(greatest(0, ${rules.margin} * discounted_orders * order_value), 2) as lifetime_value
    from (
      select
        histories.contact_id as contact_id,
        histories.orders as orders,
        histories.cents as cents,
        histories.last_at as last_order_at,
        ${mixed(sql`estimates.expected_orders`, expectedOrders)} as expected_orders,
        ${mixed(sql`estimates.discounted_orders`, discountedOrders)} as discounted_orders,
        estimates.p_alive as p_alive,
        ${orderValue} as order_value
      from ${historyTable} as histories
      join value_estimates as estimates
        on estimates.frequency = histories.frequency
        and estimates.recency_days = histories.recency_days
        and estimates.age_days = histories.age_days
        and estimates.season_orders = histories.season_orders
    ) as estimated)`;
  await createTable(engine, table, valueBands(values, rules.bands));
  await engine.run(sql`drop table value_estimates`);
}
