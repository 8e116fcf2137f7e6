/**
 * Lifetime values of all customers: from purchases to the table `value_customers`, and a report of what was fitted.
 *
 * A function of purchases up to as-of, the rules, and the name of last month's model, which stands where another is no
 * better: no clock, no random numbers. Where a model can't be fitted, a simpler estimate is used and the report names
 * the cause. It leaves `value_customers`, `value_models` (one row), `value_orders` and `value_firsts` in the engine,
 * and decides nothing about contacts.
 */

import type { Engine } from '../../core/engine.ts';
import { ofFacts } from '../../core/facts.ts';
import { name, type Sql, sql } from '../../core/sql.ts';
import { bandMoves, bandsOf, quarterMovement } from './bands.ts';
import { day, daysBefore } from './days.ts';
import { forecastFor, type ModelRecord, modelLabel } from './fitted.ts';
import { type Comparison, groupedHistories } from './held-out.ts';
import * as history from './history.ts';
import { orderValueFor } from './order-value.ts';
import type { ValueRules } from './rules.ts';
import { total } from './sample.ts';
import { scoreCustomers, type Valuation } from './scored.ts';
import { typicalOrders } from './typical.ts';

export interface ValueReport {
  readonly customers: number;
  readonly model: ModelRecord;
  readonly orderValue: ModelRecord;
  readonly comparison: Comparison;
  /** The k of the gaps between orders; 1 where buying is not regular. */
  readonly regularity: number;
  /** The sum of all lifetime values, in the base currency. */
  readonly totalValue: number;
  /** Purchases of known contacts that could not be counted, by cause. */
  readonly ignored: Readonly<Record<string, number>>;
  /** Customers by band, all bands of the rules. */
  readonly bands: Readonly<Record<string, number>>;
  /** The columns of `quarterMovement`. */
  readonly quarter: Readonly<Record<string, number>>;
  /** Customers by band a quarter ago and band now; `from` is null for new customers. */
  readonly bandMoves: readonly { readonly from: string | null; readonly to: string; readonly customers: number }[];
}

/** The run's moment, and its local calendar day (`YYYY-MM-DD`). */
export interface At {
  readonly asOf: Date;
  readonly today: string;
  /** The name of the model that stood last month. */
  readonly lastMonth?: string | undefined;
}

const QUARTER_DAYS = 91;
const orders = sql`value_orders`;
const firsts = sql`value_firsts`;
const now = sql`value_now`;

/**
 * Values every contact with an order. `purchases` gives contact_id, ordered_at, amount, currency (see history.ts). A
 * purchase without a time, with an amount that is no number, or in a currency that the rules give no rate for is left
 * out and counted in `ignored`.
 */
export async function valueCustomers(engine: Engine, purchases: Sql, at: At, rules: ValueRules): Promise<ValueReport> {
  const ignored = await ignoredPurchases(engine, purchases, at, rules);
  const past = await createOrders(engine, purchases, at.asOf, rules);
  const groupedNow = async (season: boolean) => {
    await create(engine, 'value_now', history.histories(past, day(at.today), { weeks: rules.horizonWeeks, season }));
    return groupedHistories(engine, now);
  };
  const known = { ...past, histories: now, groups: await groupedNow(false), withSeason: () => groupedNow(true) };
  const { comparison, regularity, ...found } = await forecastFor(engine, known, at, rules);
  const { groups, model } = found;
  const { orderValue, expression } = await orderValueFor(engine, now, rules);
  const valuation = { ...found, orderValue: expression };
  await scoreCustomers(engine, 'value_customers', 'value_now', groups, valuation, rules);
  await engine.run(sql`drop table value_now`);
  await create(
    engine,
    'value_models',
    sql`select ${modelLabel(model)} as model, ${orderValue.name} as order_value_model`,
  );
  return {
    customers: total(groups.customers),
    model,
    orderValue,
    comparison,
    regularity,
    totalValue: await engine.number(sql`select coalesce(round(sum(lifetime_value), 2), 0) as n from value_customers`),
    ignored,
    bands: await bandCounts(engine, rules),
    ...(await pastQuarter(engine, past, at.today, valuation, rules)),
  };
}

/** Makes the tables of orders and of first orders: `value_orders`, `value_firsts`. */
export async function createOrders(
  engine: Engine,
  purchases: Sql,
  asOf: Date,
  rules: ValueRules,
): Promise<history.Past> {
  const days = ofFacts('purchases', history.purchaseDays(purchases, asOf, rules));
  await create(engine, 'value_days', sql`select * from ${days} as bought`);
  await create(engine, 'value_orders', history.orders(sql`value_days`));
  await engine.run(sql`drop table value_days`);
  await create(engine, 'value_firsts', history.firstOrders(orders));
  return { orders, firsts, typical: await typicalOrders(engine, orders) };
}

/** How the quarter moved. Bands of a quarter ago are computed from the history up to then by today's model. */
async function pastQuarter(
  engine: Engine,
  past: history.Past,
  today: string,
  valuation: Valuation,
  rules: ValueRules,
): Promise<Pick<ValueReport, 'quarter' | 'bandMoves'>> {
  const start = daysBefore(today, QUARTER_DAYS);
  const counted = { weeks: rules.horizonWeeks, season: valuation.forecast.dependsOn === 'season' };
  await create(engine, 'value_then', history.histories(past, day(start), counted));
  const groups = await groupedHistories(engine, sql`value_then`);
  await scoreCustomers(engine, 'value_before', 'value_then', groups, valuation, rules);
  const counts = await engine.row(quarterMovement(orders, firsts, day(start), day(daysBefore(start, QUARTER_DAYS))));
  const moves = await engine.rows(bandMoves(sql`value_customers`, sql`value_before`));
  await engine.run(sql`drop table value_then`);
  await engine.run(sql`drop table value_before`);
  return {
    quarter: Object.fromEntries(Object.entries(counts).map(([key, value]) => [key, Number(value ?? 0)])),
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
  const rows = await engine.rows(sql`select value_band, count(*) as n from value_customers group by value_band`);
  const counted = new Map(rows.map(({ value_band: band, n }) => [String(band), Number(n)]));
  return Object.fromEntries(bandsOf(rules).map((band) => [band, counted.get(band) ?? 0]));
}

const create = (engine: Engine, table: string, query: Sql): Promise<void> =>
  engine.run(sql`create or replace table ${name(table)} as ${query}`);
