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
import { candidatesFor, models, type Score, score } from '../../lib/features/value/choose.ts';
import { sliceAfter } from '../../lib/features/value/held-out.ts';
import { createOrders } from '../../lib/features/value/lifetime-value.ts';
import { valueRules } from '../../lib/features/value/rules.ts';

/** The last days of the history, and how many weeks after each are held out. Half of them chose how models are chosen. */
const CUTS: Readonly<Record<string, readonly (readonly [until: string, weeks: number])[]>> = {
  apparel: [
    ['2006-06-30', 52],
    ['2006-12-31', 52],
    ['2007-12-31', 52],
    ['2008-06-30', 26],
    ['2008-09-30', 13],
    ['2009-06-30', 52],
    ['2009-12-20', 52],
  ],
  grocery: [
    ['2006-09-30', 26],
    ['2006-12-31', 52],
    ['2007-03-31', 39],
    ['2007-06-30', 26],
    ['2007-09-30', 13],
  ],
  example: [
    ['2014-05-31', 26],
    ['2014-06-30', 26],
    ['2014-08-31', 17],
    ['2014-09-30', 13],
  ],
  cdnow: [
    ['1997-06-30', 26],
    ['1997-09-30', 39],
    ['1997-12-31', 26],
    ['1998-03-31', 13],
  ],
  cdnowrest: [
    ['1997-06-30', 52],
    ['1997-09-30', 39],
    ['1997-12-31', 26],
  ],
  retail: [
    ['2011-04-30', 26],
    ['2011-06-09', 26],
    ['2011-06-30', 13],
    ['2011-07-31', 17],
    ['2011-09-09', 13],
  ],
  abroad: [
    ['2010-12-09', 52],
    ['2011-03-31', 26],
    ['2011-06-09', 26],
    ['2011-09-09', 13],
  ],
  journey: [
    ['2017-04-30', 26],
    ['2017-06-30', 26],
    ['2017-09-30', 13],
  ],
  superstore: [
    ['2016-06-30', 52],
    ['2016-12-31', 52],
    ['2017-06-30', 26],
    ['2017-12-31', 52],
  ],
};

/** Prints a table of all shops that the folder holds. */
export async function publicShops(folder: string): Promise<void> {
  const rows = [];
  for (const [shop, cuts] of Object.entries(CUTS)) {
    const file = join(folder, `${shop}.csv`);
    for (const [until, weeks] of existsSync(file) ? cuts : []) {
      rows.push({ shop, until, weeks, ...(await heldOut(file, until, weeks)) });
    }
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
  const rules = valueRules.parse({});
  const slice = await sliceAfter(engine, await createOrders(engine, purchases, asOf, rules), until, { weeks }, rules);
  if (!slice) return undefined;
  const { recent: _, ...alone } = slice;
  const names = new Set(models.map(({ name }) => name));
  const scores = candidatesFor(1).flatMap((candidate) => {
    const fitted = names.has(candidate.name) ? candidate.fit(alone, weeks) : undefined;
    return fitted?.converged ? [score(candidate.name, fitted, alone, weeks)] : [];
  });
  return scores.toSorted((a, b) => a.meanAbsoluteError - b.meanAbsoluteError)[0];
}

const shown = (off: Off | undefined): string =>
  off === undefined ? '' : `${off.error.toFixed(3)}, ${((off.bias ?? Number.NaN) * 100).toFixed(0)} %`;
