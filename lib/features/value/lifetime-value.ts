/**
 * Lifetime values of all customers: from purchases to the table `value_customers`, and a report of what was fitted.
 *
 * A function of purchases up to as-of and the rules: no clock, no chance, no memory of the last run. Where a model can't be
 * fitted, a simpler estimate stands in and the report says why. It leaves `value_customers`, `value_orders` and
 * `value_firsts` in the engine, and decides nothing about contacts.
 */

import type { Engine } from '../../core/engine.ts';
import { JobError } from '../../core/errors.ts';
import { name, type Sql, sql } from '../../core/sql.ts';
import { bandMoves, bandsOf, quarterMovement } from './bands.ts';
import { day, daysBefore } from './days.ts';
import { type Comparison, forecastFor, groupedHistories, type ModelRecord } from './fitted.ts';
import * as history from './history.ts';
import { orderValueFor } from './order-value.ts';
import type { ValueRules } from './rules.ts';
import { total } from './sample.ts';
import { scoreCustomers, type Valuation } from './scored.ts';

export interface ValueReport {
  readonly customers: number;
  readonly model: ModelRecord;
  readonly orderValue: ModelRecord;
  readonly comparison: Comparison;
  /** Customers by band, all bands of the rules. */
  readonly bands: Readonly<Record<string, number>>;
  /** The columns of `quarterMovement`. */
  readonly quarter: Readonly<Record<string, number>>;
  /** Who was in which band a quarter ago, and is in which now; `from` is null for new customers. */
  readonly bandMoves: readonly { readonly from: string | null; readonly to: string; readonly customers: number }[];
}

/** The run's moment, and its local calendar day (`YYYY-MM-DD`). */
export interface At {
  readonly asOf: Date;
  readonly today: string;
}

const QUARTER_DAYS = 91;
const orders = sql`value_orders`;
const firsts = sql`value_firsts`;
const now = sql`value_now`;

/**
 * Values every contact with an order. `purchases` gives contact_id, ordered_at, amount, currency (see history.ts).
 * @throws JobError for purchases in a currency that the rules give no rate for
 */
export async function valueCustomers(engine: Engine, purchases: Sql, at: At, rules: ValueRules): Promise<ValueReport> {
  await refuseUnrated(engine, purchases, at, rules);
  await create(engine, 'value_days', history.purchaseDays(purchases, at.asOf, rules));
  await create(engine, 'value_orders', history.orders(sql`value_days`));
  await engine.run(sql`drop table value_days`);
  await create(engine, 'value_firsts', history.firstOrders(orders));
  await create(engine, 'value_now', history.histories(orders, firsts, day(at.today)));
  const groups = await groupedHistories(engine, now);
  const { forecast, model, comparison } = await forecastFor(engine, { orders, firsts, groups }, at.today, rules);
  const { orderValue, expression } = await orderValueFor(engine, now, rules);
  const valuation = { forecast, orderValue: expression };
  await scoreCustomers(engine, 'value_customers', 'value_now', groups, valuation, rules);
  await engine.run(sql`drop table value_now`);
  return {
    customers: total(groups.customers),
    model,
    orderValue,
    comparison,
    bands: await bandCounts(engine, rules),
    ...(await pastQuarter(engine, at.today, valuation, rules)),
  };
}

/** How the quarter moved. Bands of a quarter ago are worked out from the history up to then by today's model. */
async function pastQuarter(engine: Engine, today: string, valuation: Valuation, rules: ValueRules) {
  const start = daysBefore(today, QUARTER_DAYS);
  await create(engine, 'value_then', history.histories(orders, firsts, day(start)));
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

async function refuseUnrated(engine: Engine, purchases: Sql, { asOf }: At, rules: ValueRules): Promise<void> {
  const unrated = await engine.rows(history.unratedCurrencies(purchases, asOf, rules));
  if (unrated.length === 0) return;
  const listed = unrated.map(({ currency, orders: rows }) => {
    // Only what looks like a currency is repeated: anything else in that column may be personal.
    return `${rows} in ${/^[A-Z]{3}$/.test(String(currency)) ? currency : 'something that is no currency code'}`;
  });
  throw new JobError(
    `Purchases in a currency without a rate: ${listed.join(', ')}. ` +
      'Add its rate to currencies.rates in jobs/rules/lifetime-value.ts, or mend the rows.',
  );
}

async function bandCounts(engine: Engine, rules: ValueRules): Promise<Record<string, number>> {
  const rows = await engine.rows(sql`select value_band, count(*) as n from value_customers group by value_band`);
  const counted = new Map(rows.map(({ value_band: band, n }) => [String(band), Number(n)]));
  return Object.fromEntries(bandsOf(rules).map((band) => [band, counted.get(band) ?? 0]));
}

const create = (engine: Engine, table: string, query: Sql): Promise<void> =>
  engine.run(sql`create or replace table ${name(table)} as ${query}`);
