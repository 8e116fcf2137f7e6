/**
 * The values of back then against what came since: `nightshift backtest value`.
 *
 * Computes all values as a run at that time would have, from the purchases up to then and with the days since as
 * horizon, and holds them against the orders that followed. Beside them stand forecasts that need no model. Reads
 * purchases, writes nothing; its tables in the engine are its own. What it can't undo: refunds that came later, merges
 * and rules are today's.
 */

import type { BacktestRequest } from '../../core/backtest.ts';
import type { Engine } from '../../core/engine.ts';
import { name, type Sql, sql } from '../../core/sql.ts';
import { createTable } from './columns.ts';
import { day } from './days.ts';
import { FIRSTS, ORDERS } from './history.ts';
import { createOrders, valueCustomers } from './lifetime-value.ts';
import type { ValueRules } from './rules.ts';

type Request = Pick<BacktestRequest, 'engine' | 'asOf' | 'days'> & { readonly rules: ValueRules };
export type ValueBacktest = Awaited<ReturnType<typeof backtestValue>>;

/** Fewer customers or orders than this say nothing. */
const FEWEST = 50;
const PURCHASES = sql`select contact_id, ordered_at, amount, currency from purchases`;
const ROWS = sql`backtest_rows`;
const SINCE = sql`backtest_since`;

/** Holds the values of `days` days before `asOf` against the orders up to it. */
export async function backtestValue({ engine, asOf, days, rules }: Request) {
  const then = new Date(asOf.getTime() - days * 86_400_000);
  const [from, until] = [await localDay(engine, then), await localDay(engine, asOf)];
  await createOrders(engine, PURCHASES, asOf, rules);
  await createTable(engine, SINCE, ordersSince(from));
  const horizon = { ...rules, horizonWeeks: days / 7, discountRate: 0 };
  const { model, customers } = await valueCustomers(engine, PURCHASES, { asOf: then, today: from }, horizon);
  await createTable(engine, ROWS, customersThen(from, days));
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
    /** Local days: values are as of the end of `from`; orders count up to `until`. */
    from,
    until,
    days,
    /** Customers with an order up to `from`. */
    customers,
    /** How many of them bought after it, and what. */
    came,
    model: model.name,
    ...(model.simplerBecause !== undefined && { simplerBecause: model.simplerBecause }),
    /** Orders: the values' own, by `model`, and forecasts without one. */
    forecasts: await forecasts(engine, model.name, from),
    /** Expected money over what came, less 1. */
    moneyBias: came.money > 0 ? rounded(Number(sums.expected_money) / came.money - 1) : null,
    calibration: await calibration(engine),
    topFifth: await topFifth(engine, customers),
    /** Why this says nothing: too few customers or orders. The figures stand all the same. */
    ...(refused !== undefined && { refused }),
  };
  for (const table of [SINCE, ROWS]) await engine.run(sql`drop table ${table}`);
  return result;
}

/** Rows (contact_id, later, later_cents): the orders after the local day `from`. */
const ordersSince = (from: string): Sql => sql`
  select contact_id, count(*) as later, sum(cents) as later_cents
  from ${ORDERS} as orders
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
    from ${ORDERS} as orders join ${FIRSTS} as firsts on firsts.contact_id = orders.contact_id
    group by firsts.contact_id, firsts.first_day
  ),
  everybody as (select coalesce(sum(repeats) / nullif(sum(weeks), 0), 0) as rate from own)
  select
    valued.*,
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

/** How far a forecast was off: the mean of |expected − actual| orders, and expected over actual orders, less 1. */
export interface Off {
  readonly error: number;
  readonly bias: number | null;
}

async function forecasts(engine: Engine, model: string, from: string): Promise<Record<string, Off>> {
  const { known_days: knownDays } = await engine.row(
    sql`select days_between(min(first_day), ${day(from)}) as known_days from ${FIRSTS}`,
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

/** Customers by p_alive, and how many of them bought in the days after; none where the model knows no p_alive. */
async function calibration(engine: Engine) {
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

/** The share of the money that came which the first fifth of customers spent, by each order; `best`: with hindsight. */
async function topFifth(engine: Engine, customers: number) {
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
