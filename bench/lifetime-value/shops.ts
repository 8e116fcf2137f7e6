/**
 * Forecasts of public shops beside what came: the workbook's own choice of a model, each model, and plain forecasts.
 *
 * The shops' rows are not part of the project. docs/value.md names where each is published; a folder holds one file a
 * shop, `NAME.csv` with the columns customer, day (YYYY-MM-DD) and amount, a row for each order.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../lib/core/engine.ts';
import { sql } from '../../lib/core/sql.ts';
import { openEngine } from '../../lib/engine/duckdb.ts';
import { backtestValue, type Off } from '../../lib/features/value/backtest.ts';
import { candidatesFor, compare, models, type Score } from '../../lib/features/value/choose.ts';
import { numericColumns } from '../../lib/features/value/columns.ts';
import { day } from '../../lib/features/value/days.ts';
import * as history from '../../lib/features/value/history.ts';
import { createOrders } from '../../lib/features/value/lifetime-value.ts';
import { valueRules } from '../../lib/features/value/rules.ts';

/** The last day of the history, and how many weeks after it are held out. */
const CUTS: readonly (readonly [shop: string, until: string, weeks: number])[] = [
  ['apparel', '2006-12-31', 52],
  ['apparel', '2009-12-20', 52],
  ['grocery', '2006-12-31', 52],
  ['example', '2014-06-30', 26],
  ['cdnow', '1997-09-30', 39],
  ['retail', '2011-06-09', 26],
  ['retail', '2011-09-09', 13],
];

/** Prints a table of all shops that the folder holds. */
export async function publicShops(folder: string): Promise<void> {
  const rows = [];
  for (const [shop, until, weeks] of CUTS) {
    const file = join(folder, `${shop}.csv`);
    if (existsSync(file)) rows.push({ shop, until, weeks, ...(await heldOut(file, until, weeks)) });
  }
  console.log('Mean absolute error of orders per customer, and bias, on held-out weeks');
  console.table(rows);
}

async function heldOut(file: string, until: string, weeks: number) {
  const engine = await openEngine({ spillFolder: tmpdir(), timeZone: 'UTC', threads: 1 });
  await engine.run(sql`
    create table purchases as
    select column0 as contact_id, cast(column1 as timestamp) as ordered_at, cast(column2 as double) as amount, '' as currency
    from read_csv(${file}, header = false, skip = 1, all_varchar = true)`);
  const asOf = new Date(Date.parse(`${until}T23:59:59Z`) + weeks * 7 * 86_400_000);
  const rules = valueRules.parse({});
  const { customers, model, forecasts } = await backtestValue({ engine, asOf, days: weeks * 7, rules });
  const best = await bestModel(engine, asOf, until, weeks);
  engine.close();
  return {
    customers,
    values: `${model}: ${shown(forecasts[model])}`,
    'best of lifetimes': `${best?.model}: ${shown(best && { error: best.meanAbsoluteError, bias: best.bias })}`,
    'average rate': shown(forecasts['average rate']),
    'the weeks before': shown(forecasts['the days before']),
    'a year ago': shown(forecasts['a year ago']),
  };
}

/** The model with the least error on the held-out weeks themselves, which nobody could have known before. */
async function bestModel(engine: Engine, asOf: Date, until: string, weeks: number): Promise<Score | undefined> {
  const purchases = sql`select contact_id, ordered_at, amount, currency from purchases`;
  const past = await createOrders(engine, purchases, asOf, valueRules.parse({}));
  const query = history.heldOut(past, day(until));
  const columns = ['frequency', 'recency_days', 'age_days', 'season_orders', 'later', 'customers'] as const;
  const { frequency, recency_days, age_days, later, customers } = await numericColumns(engine, query, columns);
  const [recency, age] = [recency_days.map((days) => days / 7), age_days.map((days) => days / 7)];
  const names = new Set(models.map(({ name }) => name));
  const candidates = candidatesFor(1).filter(({ name }) => names.has(name));
  const scores = compare(candidates, { frequency, recency, age, orders: later, customers }, weeks);
  return scores.toSorted((a, b) => a.meanAbsoluteError - b.meanAbsoluteError)[0];
}

const shown = (off: Off | undefined): string =>
  off === undefined ? '' : `${off.error.toFixed(3)}, ${((off.bias ?? Number.NaN) * 100).toFixed(0)} %`;
