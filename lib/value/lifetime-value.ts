/**
 * Lifetime values of all customers: from purchases to the table `value_customers`, and a report of what was fitted.
 *
 * A function of purchases up to as-of and the rules: no clock, no chance, no memory of the last run. Where a model can't be
 * fitted, a simpler estimate stands in and the report says why. It leaves the tables `value_orders`, `value_firsts`,
 * `value_customers` in the engine, and decides nothing about contacts.
 */
import type { Engine } from '../engine/duckdb.ts';
import { name, type Sql, sql } from '../engine/sql.ts';
import { bandMoves, quarterMovement, valueBands } from './bands.ts';
import { candidates, compare, type Score } from './choose.ts';
import { numericColumns, numericTable } from './columns.ts';
import { byAverage, byModel, estimate, type Forecast } from './estimate.ts';
import { fitOrderValue } from './gamma-gamma.ts';
import * as history from './history.ts';
import { fit, type Histories, total } from './model.ts';
import type { ValueRules } from './rules.ts';

/** A fitted model as the ledger keeps it. */
export interface ModelRecord {
  readonly name: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly logLikelihood: number | null;
  readonly customers: number;
  /** Why a simpler estimate stands where a model should. */
  readonly simplerBecause?: string;
}

export interface ValueReport {
  readonly customers: number;
  readonly model: ModelRecord;
  readonly orderValue: ModelRecord;
  /** How the candidates did on held-out weeks of this workbook's own history; empty where it is too short. */
  readonly comparison: { readonly weeks: number; readonly scores: readonly Score[] };
  readonly bands: Readonly<Record<string, number>>;
  readonly quarter: Readonly<Record<string, number>>;
  readonly bandMoves: readonly { readonly from: string | null; readonly to: string; readonly customers: number }[];
}

/** The run's moment, and its local calendar day (`YYYY-MM-DD`). */
export interface At {
  readonly asOf: Date;
  readonly today: string;
}

/** Purchases in a currency that the rules give no rate for. */
export class CurrencyError extends Error {
  override readonly name = 'CurrencyError';
}

const QUARTER_DAYS = 91;
const SHORTEST_SLICE_WEEKS = 6;
const ordersTable = name('value_orders');
const firstsTable = name('value_firsts');

/** Values every contact with an order; `purchases` as history.ts wants them. */
export async function valueCustomers(engine: Engine, purchases: Sql, at: At, rules: ValueRules): Promise<ValueReport> {
  await refuseUnrated(engine, purchases, at, rules);
  await create(engine, 'value_days', history.purchaseDays(purchases, at.asOf, rules));
  await create(engine, 'value_orders', history.orders(name('value_days')));
  await engine.run(sql`drop table value_days`);
  await create(engine, 'value_firsts', history.firstOrders(ordersTable));
  await create(engine, 'value_now', history.histories(ordersTable, firstsTable, day(at.today)));
  const groups = await historiesOf(engine, 'value_now');
  const { forecast, model, comparison } = await forecastFor(engine, groups, at, rules);
  const { orderValue, expression } = await orderValueFor(engine, rules);
  await scoreInto(engine, 'value_customers', 'value_now', groups, forecast, expression, rules);

  const quarterStart = daysBefore(at.today, QUARTER_DAYS);
  await create(engine, 'value_then', history.histories(ordersTable, firstsTable, day(quarterStart)));
  const earlier = await historiesOf(engine, 'value_then');
  await scoreInto(engine, 'value_before', 'value_then', earlier, forecast, expression, rules);
  const quarterBefore = day(daysBefore(quarterStart, QUARTER_DAYS));
  const moves = await engine.rows(bandMoves(name('value_customers'), name('value_before')));
  const report = {
    customers: total(groups.customers),
    model,
    orderValue,
    comparison,
    bands: await bandCounts(engine, rules),
    quarter: numbers(await engine.row(quarterMovement(ordersTable, firstsTable, day(quarterStart), quarterBefore))),
    bandMoves: moves.map((row) => ({
      from: row['before_band'] === null ? null : String(row['before_band']),
      to: String(row['value_band']),
      customers: Number(row['customers']),
    })),
  };
  for (const table of ['value_now', 'value_then', 'value_before']) await engine.run(sql`drop table ${name(table)}`);
  return report;
}

async function refuseUnrated(engine: Engine, purchases: Sql, { asOf }: At, rules: ValueRules): Promise<void> {
  const unrated = await engine.rows(history.unratedCurrencies(purchases, asOf, rules));
  if (unrated.length === 0) return;
  const listed = unrated.map(({ currency, orders }) => {
    // Only what looks like a currency is repeated: anything else in that column may be personal.
    return `${orders} in ${/^[A-Z]{3}$/.test(String(currency)) ? currency : 'something that is no currency code'}`;
  });
  throw new CurrencyError(
    `Purchases in a currency without a rate: ${listed.join(', ')}. ` +
      'Add its rate to currencies.rates in jobs/rules/lifetime-value.ts, or mend the rows.',
  );
}

/** Chooses a model on the workbook's own history and fits it to all of it; else the simpler estimate, and why. */
async function forecastFor(engine: Engine, groups: Histories, at: At, rules: ValueRules) {
  const customers = total(groups.customers);
  const comparison = { weeks: 0, scores: [] as Score[] };
  const simpler = (because: string): { forecast: Forecast; model: ModelRecord; comparison: typeof comparison } => ({
    forecast: byAverage(groups),
    model: { name: 'average rate', parameters: {}, logLikelihood: null, customers, simplerBecause: because },
    comparison,
  });
  const repeatBuyers = groups.customers.reduce((n, count, i) => n + (groups.frequency[i] ? count : 0), 0);
  const span = groups.age.reduce((most, age) => Math.max(most, age), 0);
  const { fitFrom } = rules;
  if (customers < fitFrom.customers) return simpler(`${customers} customers, a fit needs ${fitFrom.customers}`);
  if (repeatBuyers < fitFrom.repeatBuyers)
    return simpler(`${repeatBuyers} repeat buyers, a fit needs ${fitFrom.repeatBuyers}`);
  if (span < fitFrom.weeks) return simpler(`${span.toFixed(1)} weeks of history, a fit needs ${fitFrom.weeks}`);

  const weeks = Math.floor(Math.min(rules.horizonWeeks, span / 2));
  if (weeks >= SHORTEST_SLICE_WEEKS) {
    const cut = day(daysBefore(at.today, weeks * 7));
    const query = history.heldOut(ordersTable, firstsTable, cut);
    const [frequency, recency, age, later, counts] = await numericColumns(engine, query, 5);
    const slice = { ...toHistories(frequency, recency, age, counts), orders: later ?? new Float64Array() };
    if (total(slice.orders) > 0) Object.assign(comparison, { weeks, scores: compare(candidates, slice, weeks) });
  }
  const ranked = comparison.scores.flatMap((score) => candidates.filter((model) => model.name === score.model));
  for (const model of ranked.length > 0 ? ranked : candidates) {
    const fitted = fit(model, groups);
    if (!fitted.converged) continue;
    const parameters = Object.fromEntries(
      model.parameterNames.map((key, i) => [key, fitted.parameters[i] ?? Number.NaN]),
    );
    const record = { name: model.name, parameters, logLikelihood: fitted.logLikelihood, customers: fitted.customers };
    return { forecast: byModel(model, fitted.parameters), model: record, comparison };
  }
  return simpler('no model converged');
}

/** The Gamma-Gamma model's mean order value as an expression over a history; else a mean mixed with everybody's. */
async function orderValueFor(engine: Engine, rules: ValueRules): Promise<{ orderValue: ModelRecord; expression: Sql }> {
  const [frequency, cents, customers] = await numericColumns(engine, history.spending(name('value_now')), 3);
  const spending = {
    frequency: frequency ?? new Float64Array(),
    spend: (cents ?? new Float64Array()).map((value) => value / 100),
    customers: customers ?? new Float64Array(),
  };
  const buyers = total(spending.customers);
  const overall = await engine.number(
    sql`select coalesce(sum(cents) / 100.0 / nullif(sum(orders), 0), 0) from value_now`,
  );
  const simpler = (because: string) => ({
    orderValue: {
      name: 'average order',
      parameters: {},
      logLikelihood: null,
      customers: buyers,
      simplerBecause: because,
    },
    // Everybody's mean counts as two orders of one's own.
    expression: sql`((cents / 100.0 + 2 * ${overall}) / (orders + 2))`,
  });
  const needed = rules.fitFrom.repeatBuyers;
  if (buyers < needed) return simpler(`${buyers} repeat buyers, a fit needs ${needed}`);
  const fitted = fitOrderValue(spending);
  if (!fitted.converged) return simpler('the model did not converge');
  const { p, q, v, logLikelihood } = fitted;
  const mean = (p * v) / (q - 1);
  if (mean > 2 * overall || mean < overall / 2)
    return simpler('the fitted mean is off the plain one by more than half: a few orders outweigh all others');
  return {
    orderValue: { name: 'Gamma-Gamma', parameters: { p, q, v }, logLikelihood, customers: buyers },
    expression: sql`(${p} * (${v} + repeat_cents / 100.0) / (${p} * frequency + ${q} - 1))`,
  };
}

/** Makes `table` of the histories: rows (contact_id, orders, last_order_at, expected_orders, p_alive, lifetime_value, value_band). */
async function scoreInto(
  engine: Engine,
  table: string,
  historyTable: string,
  groups: Histories,
  forecast: Forecast,
  orderValue: Sql,
  rules: ValueRules,
): Promise<void> {
  const estimates = estimate(forecast, groups, rules);
  await numericTable(engine, 'value_estimates', {
    frequency: groups.frequency,
    recency_days: groups.recency.map((weeks) => Math.round(weeks * 7)),
    age_days: groups.age.map((weeks) => Math.round(weeks * 7)),
    expected_orders: estimates.expectedOrders,
    discounted_orders: estimates.discountedOrders,
    p_alive: estimates.alive,
  });
  await create(
    engine,
    'value_scores',
    sql`
    select
      histories.contact_id as contact_id, orders, cents, last_at as last_order_at,
      round(expected_orders, 4) as expected_orders,
      round(p_alive, 4) as p_alive,
      round(greatest(0, ${rules.margin} * discounted_orders * ${orderValue}), 2) as lifetime_value
    from ${name(historyTable)} as histories
    join value_estimates as estimates
      on estimates.frequency = histories.frequency
      and estimates.recency_days = histories.recency_days
      and estimates.age_days = histories.age_days`,
  );
  await create(
    engine,
    table,
    sql`
    select scores.contact_id as contact_id, orders, last_order_at, expected_orders, p_alive, lifetime_value, value_band
    from value_scores as scores
    join (${valueBands(name('value_scores'), rules.bands)}) as bands on bands.contact_id = scores.contact_id`,
  );
  for (const used of ['value_estimates', 'value_scores']) await engine.run(sql`drop table ${name(used)}`);
}

async function historiesOf(engine: Engine, table: string): Promise<Histories> {
  const [frequency, recency, age, customers] = await numericColumns(engine, history.grouped(name(table)), 4);
  return toHistories(frequency, recency, age, customers);
}

function toHistories(...columns: (Float64Array | undefined)[]): Histories {
  const [frequency, recency, age, customers] = columns.map((column) => column ?? new Float64Array());
  if (!frequency || !recency || !age || !customers) throw new TypeError('a history has four columns');
  return { frequency, recency: recency.map((days) => days / 7), age: age.map((days) => days / 7), customers };
}

async function bandCounts(engine: Engine, { bands }: ValueRules): Promise<Record<string, number>> {
  const rows = await engine.rows(sql`select value_band, count(*) as n from value_customers group by value_band`);
  const counted = new Map(rows.map((row) => [String(row['value_band']), Number(row['n'])]));
  const names = [...bands.ranked.map((band) => band.name), bands.rest, bands.lapsing.name];
  return Object.fromEntries(names.map((band) => [band, counted.get(band) ?? 0]));
}

const numbers = (row: Readonly<Record<string, unknown>>): Record<string, number> =>
  Object.fromEntries(Object.entries(row).map(([key, value]) => [key, Number(value ?? 0)]));

const create = (engine: Engine, table: string, query: Sql): Promise<void> =>
  engine.run(sql`create or replace table ${name(table)} as ${query}`);

const day = (date: string): Sql => sql`cast(${date} as date)`;

/** The calendar day `days` before `date`, both `YYYY-MM-DD`. */
function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}
