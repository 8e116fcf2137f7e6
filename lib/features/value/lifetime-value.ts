/**
 * Lifetime values of all customers: from purchases to the table `value_customers`, and a report of what was fitted.
 *
 * A function of purchases up to as-of, the rules, and the name of last month's model, which stands where another is no
 * better: no clock, no random numbers. Where a model can't be fitted, a simpler estimate is used and the report names
 * the cause. It leaves `value_customers`, `value_models` (one row), `value_orders` and `value_firsts` in the engine,
 * and decides nothing about contacts.
 */

import type { Context } from '../../core/context.ts';
import type { Engine } from '../../core/engine.ts';
import { ofFacts } from '../../core/facts.ts';
import { type Sql, sql } from '../../core/sql.ts';
import { bandMoves, bandsOf, quarterMovement } from './bands.ts';
import { createTable } from './columns.ts';
import { day, daysBefore } from './days.ts';
import { forecastFor, modelLabel } from './fitted.ts';
import { groupedHistories } from './held-out.ts';
import * as history from './history.ts';
import { orderValueFor } from './order-value.ts';
import type { ValueRules } from './rules.ts';
import { total } from './sample.ts';
import { scoreCustomers } from './scored.ts';
import { type Typical, typicalOrders } from './typical.ts';

export type ValueReport = Awaited<ReturnType<typeof valueCustomers>>;

/** The run's moment and day, and the name of the model that stood last month. */
type At = Pick<Context, 'asOf' | 'today'> & { readonly lastMonth?: string | undefined };

const QUARTER_DAYS = 91;
const THEN = sql`value_then`;
const CUSTOMERS = sql`value_customers`;
const BEFORE = sql`value_before`;

/**
 * Values every contact with an order. `purchases` gives contact_id, ordered_at, amount, currency (see history.ts). A
 * purchase without a time, with an amount that is no number, or in a currency that the rules give no rate for is left
 * out and counted in `ignored`.
 */
export async function valueCustomers(engine: Engine, purchases: Sql, at: At, rules: ValueRules) {
  const ignored = await ignoredPurchases(engine, purchases, at, rules);
  const typical = await createOrders(engine, purchases, at.asOf, rules);
  const grouped = async (table: Sql, today: string, season: boolean) => {
    const counted = { weeks: rules.horizonWeeks, season };
    await createTable(engine, table, history.histories(typical, day(today), counted));
    return groupedHistories(engine, table);
  };
  const groupedNow = (season: boolean) => grouped(history.NOW, at.today, season);
  const { today, lastMonth } = at;
  const groupsNow = { groups: await groupedNow(false), withSeason: () => groupedNow(true) };
  const known = { engine, today, rules, typical, ...groupsNow };
  const { comparison, regularity, ...found } = await forecastFor(known, lastMonth);
  const { groups, model } = found;
  const { orderValue, expression } = await orderValueFor(engine, rules);
  const valuation = { ...found, orderValue: expression };
  await scoreCustomers(engine, CUSTOMERS, history.NOW, groups, valuation, rules);
  await engine.run(sql`drop table ${history.NOW}`);
  const models = sql`select ${modelLabel(model)} as model, ${orderValue.name} as order_value_model`;
  await createTable(engine, sql`value_models`, models);
  // Bands of a quarter ago are computed from the history up to then by today's model.
  const start = daysBefore(at.today, QUARTER_DAYS);
  const groupsThen = await grouped(THEN, start, found.forecast.dependsOn === 'season');
  await scoreCustomers(engine, BEFORE, THEN, groupsThen, valuation, rules);
  await engine.run(sql`drop table ${THEN}`);
  const report = {
    customers: total(groups.customers),
    model,
    orderValue,
    comparison,
    /** The k of the gaps between orders; 1 where buying is not regular. */
    regularity,
    /** The sum of all lifetime values, in the base currency. */
    totalValue: await engine.number(sql`select coalesce(round(sum(lifetime_value), 2), 0) as n from ${CUSTOMERS}`),
    /** Purchases of known contacts that could not be counted, by cause. */
    ignored,
    /** Customers by band, all bands of the rules. */
    bands: await bandCounts(engine, rules),
    ...(await quarterMoves(engine, start)),
  };
  await engine.run(sql`drop table ${BEFORE}`);
  return report;
}

/** Makes the tables of orders and of first orders, and says which orders are extreme. */
export async function createOrders(engine: Engine, purchases: Sql, asOf: Date, rules: ValueRules): Promise<Typical> {
  const days = ofFacts('purchases', history.purchaseDays(purchases, asOf, rules));
  await createTable(engine, history.DAYS, sql`select * from ${days} as bought`);
  await createTable(engine, history.ORDERS, history.orders);
  await engine.run(sql`drop table ${history.DAYS}`);
  await createTable(engine, history.FIRSTS, history.firstOrders);
  return typicalOrders(engine, history.ORDERS);
}

async function quarterMoves(engine: Engine, start: string) {
  const counts = await engine.row(quarterMovement(day(start), day(daysBefore(start, QUARTER_DAYS))));
  const moves = await engine.rows(bandMoves(CUSTOMERS, BEFORE));
  const quarter: Record<string, number> = {};
  for (const [key, value] of Object.entries(counts)) quarter[key] = Number(value ?? 0);
  return {
    /** The columns of `quarterMovement`. */
    quarter,
    /** Customers by band a quarter ago and band now; `from` is null for new customers. */
    bandMoves: moves.map(({ before_band: from = null, value_band: to, customers }) => ({
      from: from === null ? null : String(from),
      to: String(to),
      customers: Number(customers),
    })),
  };
}

async function ignoredPurchases(
  engine: Engine,
  purchases: Sql,
  { asOf }: At,
  rules: ValueRules,
): Promise<Record<string, number>> {
  const causes: Record<string, number> = {};
  const ignored = ofFacts('purchases', history.ignored(purchases, asOf, rules));
  const counted = sql`select * from ${ignored} as ignored order by purchases desc, cause, currency`;
  for (const { cause, currency, purchases: rows } of await engine.rows(counted)) {
    // Only what looks like a currency is repeated: anything else in that column may be personal.
    const isCode = /^[A-Z]{3}$/.test(String(currency));
    const text = cause === 'currency' ? (isCode ? `currency ${currency} without a rate` : NO_CURRENCY) : `no ${cause}`;
    causes[text] = (causes[text] ?? 0) + Number(rows);
  }
  return causes;
}

const NO_CURRENCY = 'a currency that is no code of three letters';

async function bandCounts(engine: Engine, rules: ValueRules): Promise<Record<string, number>> {
  const rows = await engine.rows(sql`select value_band, count(*) as n from ${CUSTOMERS} group by value_band`);
  const counted = new Map(rows.map(({ value_band: band, n }) => [String(band), Number(n)]));
  return Object.fromEntries(bandsOf(rules).map((band) => [band, counted.get(band) ?? 0]));
}
