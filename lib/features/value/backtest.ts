/**
 * The values of back then against what came since: `nightshift backtest value`.
 *
 * Computes all values as a run at that time would have, from the purchases up to then and with the days since as
 * horizon, and holds them against the orders that followed. Beside them stand forecasts that need no model. Reads
 * purchases, writes nothing; its tables in the engine are its own. What it can't undo: refunds that came later, merges
 * and rules are today's.
 */

import type { Engine } from '../../core/engine.ts';
import { name, type Sql, sql } from '../../core/sql.ts';
import { day } from './days.ts';
import type * as history from './history.ts';
import { createOrders, valueCustomers } from './lifetime-value.ts';
import type { ValueRules } from './rules.ts';

export interface BacktestRequest {
  /** An engine with a snapshot's `purchases`, known up to `asOf`. */
  readonly engine: Engine;
  /** What came is counted up to here; the values are computed `days` days before. */
  readonly asOf: Date;
  readonly days: number;
  readonly rules: ValueRules;
}

/**
 * How far a forecast was off: the mean of |expected − actual| orders over customers, and expected over actual orders,
 * less 1.
 */
export interface Off {
  readonly error: number;
  readonly bias: number | null;
}

/** Customers with a chance of being one in a range, and how many of them bought in the days after. */
export interface Calibration {
  readonly from: number;
  readonly to: number;
  readonly customers: number;
  readonly meanAlive: number;
  readonly boughtShare: number;
}

/** The share of what came, in money, that the first fifth of customers spent, by each order of them. */
export interface TopFifth {
  readonly customers: number;
  readonly byLifetimeValue: number | null;
  readonly bySpentSoFar: number | null;
  readonly byRecentOrders: number | null;
  /** If one had known: no order of customers could reach more. */
  readonly best: number | null;
}

export interface ValueBacktest {
  /** Local days: values are as of the end of `from`; orders count up to `until`. */
  readonly from: string;
  readonly until: string;
  readonly days: number;
  /** Customers with an order up to `from`. */
  readonly customers: number;
  /** How many of them bought after it, and what. */
  readonly came: { readonly buyers: number; readonly orders: number; readonly money: number };
  readonly model: string;
  /** Why a simpler estimate stood where a model should. */
  readonly simplerBecause?: string;
  /** Orders: the values' own, by `model`, and forecasts without one. */
  readonly forecasts: Readonly<Record<string, Off>>;
  /** Expected money over what came, less 1. */
  readonly moneyBias: number | null;
  /** Empty where the model knows no p_alive. */
  readonly calibration: readonly Calibration[];
  readonly topFifth: TopFifth;
  /** Why this says nothing: too few customers or orders. The figures stand all the same. */
  readonly refused?: string;
}

/** Fewer customers or orders than this say nothing. */
const FEWEST = 50;
const PURCHASES = sql`select contact_id, ordered_at, amount, currency from purchases`;
const ROWS = sql`backtest_rows`;
const SINCE = sql`backtest_since`;

/** Holds the values of `days` days before `asOf` against the orders up to it. */
export async function backtestValue({ engine, asOf, days, rules }: BacktestRequest): Promise<ValueBacktest> {
  const then = new Date(asOf.getTime() - days * 86_400_000);
  const [from, until] = [await localDay(engine, then), await localDay(engine, asOf)];
  await create(engine, 'backtest_since', ordersSince(await createOrders(engine, PURCHASES, asOf, rules), from));
  const horizon = { ...rules, horizonWeeks: days / 7, discountRate: 0 };
  const { model, customers } = await valueCustomers(engine, PURCHASES, { asOf: then, today: from }, horizon);
  await create(engine, 'backtest_rows', customersThen(from, days));
  const sums = await engine.row(sql`
    select
      coalesce(sum(case when later > 0 then 1 else 0 end), 0) as buyers,
      coalesce(sum(later), 0) as orders,
      coalesce(sum(later_cents), 0) / 100.0 as money,
      coalesce(sum(expected_orders * order_value), 0) as expected_money
    from ${ROWS}`);
  const came = { buyers: Number(sums.buyers), orders: Number(sums.orders), money: Number(sums.money) };
  const refused = refusal(customers, came.orders, from, until);
  const result = {
    from,
    until,
    days,
    customers,
    came,
    model: model.name,
    ...(model.simplerBecause !== undefined && { simplerBecause: model.simplerBecause }),
    forecasts: await forecasts(engine, model.name, from),
    moneyBias: came.money > 0 ? rounded(Number(sums.expected_money) / came.money - 1) : null,
    calibration: await calibration(engine),
    topFifth: await topFifth(engine, customers),
    ...(refused !== undefined && { refused }),
  };
  for (const table of ['backtest_since', 'backtest_rows']) await engine.run(sql`drop table ${name(table)}`);
  return result;
}

/** Rows (contact_id, later, later_cents): the orders after the local day `from`. */
const ordersSince = ({ orders }: history.Past, from: string): Sql => sql`
  select contact_id, count(*) as later, sum(cents) as later_cents
  from ${orders} as orders
  where day > ${day(from)}
  group by contact_id`;

/** The forecasts that need no model, as columns of `backtest_rows`. */
const PLAIN: Readonly<Record<string, string>> = {
  'average rate': 'by_average',
  'own rate': 'by_own_rate',
  'the days before': 'by_days_before',
  'a year ago': 'by_year_ago',
};

/**
 * A row for each customer of then: what was expected, what the plain forecasts expect, and what came. The average is
 * that of forecast.ts: a customer's own weeks mixed with 26 of everybody's.
 */
const customersThen = (from: string, days: number): Sql => sql`
  with own as (
    select
      firsts.contact_id as contact_id,
      cast(count(*) - 1 as double) as repeats,
      days_between(firsts.first_day, ${day(from)}) / 7.0 as weeks,
      sum(case when days_between(orders.day, ${day(from)}) < ${days} then 1 else 0 end) as by_days_before,
      sum(case when days_between(orders.day, ${day(from)}) between ${364 - days}
        and 363 then 1 else 0 end) as by_year_ago
    from value_orders as orders join value_firsts as firsts on firsts.contact_id = orders.contact_id
    group by firsts.contact_id, firsts.first_day
  ),
  everybody as (select coalesce(sum(repeats) / nullif(sum(weeks), 0), 0) as rate from own)
  select
    valued.contact_id as contact_id, valued.expected_orders as expected_orders, valued.p_alive as p_alive,
    valued.lifetime_value as lifetime_value, valued.order_value as order_value, valued.cents as cents,
    (own.repeats + everybody.rate * 26) / (own.weeks + 26) * ${days / 7} as by_average,
    own.repeats / greatest(own.weeks, 1) * ${days / 7} as by_own_rate,
    own.by_days_before as by_days_before,
    own.by_year_ago as by_year_ago,
    coalesce(since.later, 0) as later,
    coalesce(since.later_cents, 0) as later_cents
  from value_customers as valued
  join own on own.contact_id = valued.contact_id
  cross join everybody
  left join ${SINCE} as since on since.contact_id = valued.contact_id`;

async function forecasts(engine: Engine, model: string, from: string): Promise<Record<string, Off>> {
  const { known_days: knownDays } = await engine.row(
    sql`select days_between(min(first_day), ${day(from)}) as known_days from value_firsts`,
  );
  const columns = {
    [model]: 'expected_orders',
    ...PLAIN,
    ...(model === 'average rate' && { [model]: 'expected_orders' }),
  };
  const found: Record<string, Off> = {};
  for (const [forecast, column] of Object.entries(columns)) {
    // A history of less than a year holds nothing of a year ago, which would read as a forecast of none.
    if (forecast === 'a year ago' && Number(knownDays) < 364) continue;
    const { error, bias } = await engine.row(sql`
      select
        coalesce(avg(abs(${name(column)} - later)), 0) as error,
        sum(${name(column)}) / nullif(sum(later), 0) - 1 as bias
      from ${ROWS}`);
    found[forecast] = { error: rounded(error), bias: nullable(bias) };
  }
  return found;
}

async function calibration(engine: Engine): Promise<Calibration[]> {
  const rows = await engine.rows(sql`
    select
      bin, count(*) as customers, avg(p_alive) as mean_alive, avg(case when later > 0 then 1.0 else 0.0 end) as bought
    from (select least(4, floor(p_alive * 5)) as bin, p_alive, later from ${ROWS} where p_alive is not null) as binned
    group by bin
    order by bin`);
  return rows.map(({ bin, customers, mean_alive, bought }) => ({
    from: Number(bin) / 5,
    to: (Number(bin) + 1) / 5,
    customers: Number(customers),
    meanAlive: rounded(mean_alive),
    boughtShare: rounded(bought),
  }));
}

async function topFifth(engine: Engine, customers: number): Promise<TopFifth> {
  const places = Math.max(1, Math.floor(customers / 5));
  const shareBy = async (order: Sql): Promise<number | null> => {
    const { share } = await engine.row(sql`
      select sum(case when place <= ${places} then later_cents else 0 end) / nullif(sum(later_cents), 0) as share
      from (select later_cents, row_number() over (order by ${order}, contact_id) as place from ${ROWS}) as placed`);
    return nullable(share);
  };
  return {
    customers: places,
    byLifetimeValue: await shareBy(sql`lifetime_value desc`),
    bySpentSoFar: await shareBy(sql`cents desc`),
    byRecentOrders: await shareBy(sql`by_days_before desc`),
    best: await shareBy(sql`later_cents desc`),
  };
}

function refusal(customers: number, orders: number, from: string, until: string): string | undefined {
  if (customers < FEWEST) return `only ${customers} customers had bought by ${from}; ${FEWEST} are needed`;
  if (orders < FEWEST) return `only ${orders} orders came from ${from} to ${until}; ${FEWEST} are needed`;
  return undefined;
}

async function localDay(engine: Engine, moment: Date): Promise<string> {
  const { day: found } = await engine.row(sql`select cast(local_day(cast(${moment} as timestamp)) as varchar) as day`);
  return String(found);
}

/** Sums of many numbers depend on the order of threads in their last digits. */
const rounded = (value: unknown): number => Math.round(Number(value) * 1e6) / 1e6;

const nullable = (value: unknown): number | null => (value === null || value === undefined ? null : rounded(value));

const create = (engine: Engine, table: string, query: Sql): Promise<void> =>
  engine.run(sql`create or replace table ${name(table)} as ${query}`);
