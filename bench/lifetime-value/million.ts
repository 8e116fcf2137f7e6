/** A workbook of invented customers with ten purchases each on average, valued from purchases to bands. */
import { tmpdir } from 'node:os';
import type { Engine } from '../../lib/core/engine.ts';
import { sql } from '../../lib/core/sql.ts';
import { openEngine } from '../../lib/engine/duckdb.ts';
import { valueCustomers } from '../../lib/features/value/lifetime-value.ts';
import { valueRules } from '../../lib/features/value/rules.ts';

const asOf = { asOf: new Date('2025-12-31T23:59:59Z'), today: '2025-12-31' };
const OBSERVED_DAYS = 1095;

/** Prints how long `customers` customers take, and what was fitted. */
export async function million(customers: number): Promise<void> {
  const engine = await openEngine({ spillFolder: tmpdir(), timeZone: 'UTC', threads: 2 });
  await invent(engine, customers);
  const purchases = await engine.number(sql`select count(*) as n from purchases`);
  const rules = valueRules.parse({ currencies: { base: 'EUR', rates: { USD: 0.9 } } });
  const before = performance.now();
  const usedBefore = process.cpuUsage();
  const report = await valueCustomers(engine, sql`select * from purchases`, asOf, rules);
  const seconds = (performance.now() - before) / 1000;
  const used = process.cpuUsage(usedBefore);
  engine.close();
  console.log(
    `${report.customers.toLocaleString('en')} customers, ${purchases.toLocaleString('en')} purchases: ` +
      `${seconds.toFixed(1)} s (${((used.user + used.system) / 1e6).toFixed(2)} s of two processors) by ${report.model.name}, at most ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`,
  );
  console.table(report.comparison.scores);
}

/**
 * Each customer has a first day, a rate of orders and a lifetime of their own, all from hashes of their number, so that
 * the same customers come out every time. One purchase in a hundred is a refund.
 */
async function invent(engine: Engine, customers: number): Promise<void> {
  const chance = (salt: number) => sql`((hash(i * 31 + ${salt}) % 1000003 + 1) / 1000005.0)`;
  await engine.run(sql`
    create table purchases as
    with customers as (
      select i, ${chance(1)} * ${OBSERVED_DAYS} as first_day, -ln(${chance(2)}) / 26 as rate,
        least(20000, -ln(${chance(3)}) * 180 / -ln(${chance(4)})) as life, 15 + 60 * ${chance(5)} as mean
      from range(cast(${customers} as bigint)) as numbers (i)
    ),
    counted as (
      select *, least(life, ${OBSERVED_DAYS} - first_day) as span,
        least(300, cast(round(rate * least(life, ${OBSERVED_DAYS} - first_day)) as bigint)) as repeats
      from customers
    )
    select
      'c' || i as contact_id,
      timestamp '2023-01-01' + to_seconds(cast(86400 * (first_day + case when k = 0 then 0
        else span * ((hash(i * 1000 + k) % 1000003) / 1000003.0) end) as bigint)) as ordered_at,
      round(mean * (0.4 + hash(i * 1000 + k + 500) % 1000 / 800.0), 2)
        * case when hash(i * 1000 + k + 700) % 100 = 0 then -1 else 1 end as amount,
      case when i % 10 = 0 then 'USD' else 'EUR' end as currency
    from counted, range(0, repeats + 1) as orders (k)`);
}
