/**
 * Values, chances and bands of all customers of a history, made in the engine from estimates for each distinct history.
 */

import type { Engine } from '../../core/engine.ts';
import { name, type Sql, sql } from '../../core/sql.ts';
import { valueBands } from './bands.ts';
import { numericTable } from './columns.ts';
import { estimate } from './estimate.ts';
import type { Forecast } from './forecast.ts';
import type { Histories } from './model.ts';
import type { ValueRules } from './rules.ts';

/** What values are made of: how many orders to expect, and what one is worth (an expression over `histories`). */
export interface Valuation {
  readonly forecast: Forecast;
  readonly orderValue: Sql;
}

/**
 * Makes `table` with a row (contact_id, orders, cents, last_order_at, expected_orders, discounted_orders, order_value,
 * p_alive, lifetime_value, value_band) for each row of `historyTable`, whose distinct histories are `groups`. Values
 * are rounded, to cents and to four digits, so that the last bit of a sum never looks like a change.
 */
export async function scoreCustomers(
  engine: Engine,
  table: string,
  historyTable: string,
  groups: Histories,
  { forecast, orderValue }: Valuation,
  rules: ValueRules,
): Promise<void> {
  const estimates = estimate(forecast, groups, rules);
  await numericTable(engine, 'value_estimates', {
    frequency: groups.frequency,
    recency_days: groups.recency.map((weeks) => Math.round(weeks * 7)),
    age_days: groups.age.map((weeks) => Math.round(weeks * 7)),
    season_orders: groups.season ?? new Float64Array(groups.age.length),
    expected_orders: estimates.expectedOrders,
    discounted_orders: estimates.discountedOrders,
    p_alive: estimates.alive,
  });
  await engine.run(sql`
    create or replace table value_scores as
    select
      histories.contact_id as contact_id,
      histories.orders as orders,
      histories.cents as cents,
      histories.last_at as last_order_at,
      round(estimates.expected_orders, 4) as expected_orders,
      round(estimates.p_alive, 4) as p_alive,
      estimates.discounted_orders as discounted_orders,
      ${orderValue} as order_value,
      round(greatest(0, ${rules.margin} * estimates.discounted_orders * ${orderValue}), 2) as lifetime_value
    from ${name(historyTable)} as histories
    join value_estimates as estimates
      on estimates.frequency = histories.frequency
      and estimates.recency_days = histories.recency_days
      and estimates.age_days = histories.age_days
      and estimates.season_orders = histories.season_orders`);
  await engine.run(sql`
    create or replace table ${name(table)} as
    select
      contact_id, orders, cents, last_order_at, expected_orders, discounted_orders, order_value, p_alive,
        lifetime_value,
      value_band
    from (${valueBands(sql`value_scores`, rules.bands)}) as banded`);
  await engine.run(sql`drop table value_estimates`);
  await engine.run(sql`drop table value_scores`);
}
