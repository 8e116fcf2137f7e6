/** What stands beside a model: recent orders, the time of the year, and the p_alive of another. */
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sql } from '../../../lib/core/sql.ts';
import { openEngine } from '../../../lib/engine/duckdb.ts';
import { type HeldOut, models, score } from '../../../lib/features/value/choose.ts';
import { day } from '../../../lib/features/value/days.ts';
import { heldOut } from '../../../lib/features/value/history.ts';
import { createOrders, valueCustomers } from '../../../lib/features/value/lifetime-value.ts';
import { withRecent } from '../../../lib/features/value/recent.ts';
import { valueMetrics } from '../../../lib/features/value/report.ts';
import { valueRules } from '../../../lib/features/value/rules.ts';

const column = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 4, maxLength: 4 });
const floats = (values: readonly number[]) => Float64Array.from(values);

test('recent orders share out the model’s total, no more and no less, and nothing to who is gone', () =>
  fc.assert(
    fc.property(column, column, fc.double({ min: 0, max: 1, noNaN: true }), (expected, recent, share) => {
      const groups = {
        expected: floats(expected),
        recent: floats(recent),
        alive: floats([1, 0.5, 0, Number.NaN]),
        customers: floats([3, 1, 5, 2]),
      };
      const total = (orders: Float64Array) => orders.reduce((sum, one, i) => sum + one * (groups.customers[i] ?? 0), 0);
      const mixed = withRecent(groups, share);
      expect(total(mixed)).toBeCloseTo(total(groups.expected), 6);
      expect(mixed[2]).toBeLessThanOrEqual(expected[2] ?? 0);
    }),
  ));

test('orders of the last weeks are recent, as many weeks as are forecast, and those after them are later', async () => {
  const engine = await openEngine({ spillFolder: tmpdir(), timeZone: 'UTC', threads: 2 });
  await engine.run(sql`create table purchases as
    select 'a' as contact_id, timestamp '2026-01-01' + to_days(cast(d as integer)) as ordered_at, 5.0 as amount, '' as currency
    from (values (0), (70), (86), (87), (100), (101), (114), (115)) as days (d)`);
  const asOf = new Date('2026-12-31T23:00:00Z');
  const past = await createOrders(engine, sql`select * from purchases`, asOf, valueRules.parse({}));
  // The local day 100, two weeks before and after it.
  const query = heldOut(past, day('2026-04-11'), { weeks: 2 });
  expect(await engine.row(sql`select frequency, recent_orders, later from (${query}) as q`)).toEqual({
    frequency: 4,
    recent_orders: 2,
    later: 2,
  });
  engine.close();
});

const [model] = models;
/** As many customers who bought all the time before, and not lately, as the other way round. */
const drifting = (later: readonly [number, number]): HeldOut => ({
  frequency: floats([20, 20]),
  recency: floats([90, 99]),
  age: floats([100, 100]),
  recent: floats([1, 15]),
  orders: floats(later),
  customers: floats([100, 100]),
});
const scored = (heldOut: HeldOut) => {
  const forecast = {
    alive: () => 0.9,
    ordersIfAlive: () => 8,
  };
  const fitted = { forecast, parameters: {}, logLikelihood: 0, customers: 200, converged: true };
  return score(model.name, fitted, heldOut, 26);
};

test('recent orders count where customers go on as they did lately, and not where they do not', () => {
  expect(scored(drifting([1, 14])).recentShare).toBe(0.5);
  expect(scored(drifting([7, 8])).recentShare).toBe(0);
  const { recent: _, ...unknown } = drifting([1, 14]);
  expect(scored(unknown).recentShare).toBe(0);
});

test('a p_alive is as wrong as more customers bought than were to be customers still', () => {
  expect(scored(drifting([0, 8])).beyondAlive).toBeCloseTo(0.5 - 0.9);
  expect(scored(drifting([1, 8])).beyondAlive).toBeCloseTo(1 - 0.9);
});

/**
 * 300 customers over three years, some of whom leave, who buy more often from October to December: `autumn` orders in a
 * thousand days instead of 4, times one to five.
 */
async function autumnShop(horizonWeeks: number, autumn: number) {
  const engine = await openEngine({ spillFolder: tmpdir(), timeZone: 'UTC', threads: 2 });
  try {
    await engine.run(sql`create table purchases as
      select 'c' || i as contact_id, timestamp '2023-10-02' + to_days(cast(d as integer)) as ordered_at,
        20.0 + i % 7 as amount, '' as currency
      from range(0, 300) as customers (i), range(0, 1092) as days (d)
      where d between hash(i) % 300 and 500 + hash(i * 3) % 2000
        and hash(i * 5000 + d) % 1000 < (1 + i % 5) * (case when d % 364 < 91 then ${autumn} else 4 end)`);
    const rules = valueRules.parse({ horizonWeeks });
    const at = { asOf: new Date('2026-09-27T23:00:00Z'), today: '2026-09-27' };
    const report = await valueCustomers(engine, sql`select * from purchases`, at, rules);
    const known = await engine.number(sql`select count(p_alive) as n from value_customers`);
    return {
      report,
      known,
      metrics: valueMetrics(report, null, rules) as { sentences: string[]; warnings?: string[] },
    };
  } finally {
    engine.close();
  }
}

test('a quarter ahead of the season is expected to bring more, as it did a year ago', async () => {
  const { report, metrics } = await autumnShop(13, 7);
  expect(report.model.name).toContain('NBD');
  expect(report.model.seasonIndex).toBeGreaterThan(1.2);
  expect(report.model.seasonIndex).toBeLessThan(2);
  expect(metrics.sentences.join()).toMatch(/In the same weeks a year ago \d+ % more orders came than .* had forecast/);
});
test('a whole year holds all seasons, and is multiplied by nothing', async () => {
  expect((await autumnShop(52, 7)).report.model.seasonIndex).toBeUndefined();
});
test('where the season forecasts best, p_alive is that of a model that was right about it', async () => {
  const { report, known, metrics } = await autumnShop(13, 16);
  expect(report.model).toMatchObject({ name: 'same weeks of earlier years', aliveBy: expect.stringContaining('NBD') });
  expect(known).toBe(report.customers);
  expect(metrics.sentences.join()).toContain(`p_alive is that of ${report.model.aliveBy}`);
  const unknown = { ...report, model: { ...report.model, aliveBy: undefined } } as unknown as typeof report;
  const { warnings } = valueMetrics(unknown, null, valueRules.parse({})) as { warnings: string[] };
  expect(warnings.join()).toContain('p_alive is left empty, and no customer is lapsing');
});

test('where all subscribers stopped at once, p_alive and expected orders agree that none is left', async () => {
  const engine = await openEngine({ spillFolder: tmpdir(), timeZone: 'UTC', threads: 2 });
  await engine.run(sql`create table purchases as
    select 'c' || i as contact_id, timestamp '2024-11-01' + to_days(cast(30 * k + i % 30 as integer)) as ordered_at,
      50.0 as amount, '' as currency
    from range(0, 300) as customers (i), range(0, 20) as orders (k)`);
  const at = { asOf: new Date('2026-11-01T23:00:00Z'), today: '2026-11-01' };
  const report = await valueCustomers(engine, sql`select * from purchases`, at, valueRules.parse({}));
  const { alive, expected } = await engine.row(
    sql`select max(p_alive) as alive, max(expected_orders) as expected from value_customers`,
  );
  engine.close();
  expect(report.regularity).toBe(12);
  expect(Number(alive)).toBeLessThan(0.01);
  expect(Number(expected)).toBeLessThan(0.1);
});
