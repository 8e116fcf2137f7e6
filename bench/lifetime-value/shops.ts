/**
 * Forecasts of public shops beside what came: the workbook's own choice of a model, each model, and plain forecasts.
 *
 * The shops' rows are not part of the project. docs/value.md names where each is published; a folder holds one file a shop,
 * `NAME.csv` with the columns customer, day (YYYY-MM-DD) and amount, a row for each order.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from '../../lib/core/sql.ts';
import { openEngine } from '../../lib/engine/duckdb.ts';
import { backtestValue, type Off } from '../../lib/features/value/backtest.ts';
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
  const { customers, model, forecasts } = await backtestValue({
    engine,
    asOf,
    days: weeks * 7,
    rules: valueRules.parse({}),
  });
  engine.close();
  const each = ({ error, bias }: Off) => `${error.toFixed(3)} ${((bias ?? Number.NaN) * 100).toFixed(0)} %`;
  return { customers, model, ...Object.fromEntries(Object.entries(forecasts).map(([name, one]) => [name, each(one)])) };
}
