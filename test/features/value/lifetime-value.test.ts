/** From purchases to values, in an engine: what counts as an order, money, bands, fallbacks, and CDNOW from end to end. */
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, Row } from '../../../lib/core/engine.ts';
import { join, sql } from '../../../lib/core/sql.ts';
import { openEngine } from '../../../lib/engine/duckdb.ts';
import { valueBands } from '../../../lib/features/value/bands.ts';
import { createOrders, valueCustomers } from '../../../lib/features/value/lifetime-value.ts';
import { valueRules } from '../../../lib/features/value/rules.ts';
import { cdnowPurchases, noData } from './cdnow.ts';

type Bought = readonly [contact: string | null, at: string | null, amount: number | null, currency?: string | null];

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ spillFolder: tmpdir(), timeZone: 'Europe/Berlin', threads: 2 });
});
afterAll(() => engine.close());

const at = { asOf: new Date('2026-11-23T23:00:00Z'), today: '2026-11-23' };
const rules = valueRules.parse({ currencies: { base: 'EUR', rates: { USD: 0.5 } } });

async function buy(bought: readonly Bought[]): Promise<void> {
  await engine.run(
    sql`create or replace table bought (contact_id varchar, ordered_at timestamp, amount double, currency varchar)`,
  );
  for (let from = 0; from < bought.length; from += 500) {
    const rows = bought
      .slice(from, from + 500)
      .map(
        ([contact, day, amount, currency = null]) =>
          sql`(${contact}, cast(${day} as timestamp), ${amount}, ${currency})`,
      );
    await engine.run(sql`insert into bought values ${join(rows, ', ')}`);
  }
}

async function value(bought: readonly Bought[], when = at, by = rules) {
  await buy(bought);
  const report = await valueCustomers(engine, sql`select * from bought`, when, by);
  const customers = await engine.rows(sql`select * from value_customers order by contact_id`);
  return { report, customers };
}

const ordersOf = (): Promise<Row[]> =>
  engine.rows(sql`select contact_id, cast(day as varchar) as day, cast(cents as double) as cents from value_orders
    order by contact_id, day`);

describe('what counts as an order', () => {
  test('two baskets on one local day are one order, also where UTC sees two days', async () => {
    await value([
      ['ana', '2026-03-01 22:30', 10],
      ['ana', '2026-03-01 23:30', 5],
      ['ana', '2026-03-02 21:00', 7],
    ]);
    expect(await ordersOf()).toEqual([
      { contact_id: 'ana', day: '2026-03-01', cents: 1000 },
      { contact_id: 'ana', day: '2026-03-02', cents: 1200 },
    ]);
  });
  test('a refund comes off the order before it, and an order that came back whole is none', async () => {
    await value([
      ['ana', '2026-01-01', 40],
      ['ana', '2026-02-01', 30],
      ['ana', '2026-02-10', -30],
      ['ana', '2026-03-01', 20],
      ['ana', '2026-03-05', -5],
      ['ben', '2026-01-05', -9],
      ['ben', '2026-02-05', 0],
    ]);
    expect(await ordersOf()).toEqual([
      { contact_id: 'ana', day: '2026-01-01', cents: 4000 },
      { contact_id: 'ana', day: '2026-03-01', cents: 1500 },
      { contact_id: 'ben', day: '2026-02-05', cents: 0 },
    ]);
  });
  test('a refund larger than its order goes back in time, and never forward', async () => {
    await value([
      ['ana', '2026-01-01', 100],
      ['ana', '2026-02-01', 50],
      ['ana', '2026-03-01', 30],
      ['ana', '2026-03-05', -70],
      ['ana', '2026-04-01', 20],
      ['ben', '2026-01-01', 0],
      ['ben', '2026-02-01', 10],
      ['ben', '2026-02-02', -500],
      ['ben', '2026-03-01', 25],
      ['cem', '2026-01-01', 40],
      ['cem', '2026-02-01', 30],
      ['cem', '2026-02-02', -30],
      ['cem', '2026-03-01', 20],
      ['cem', '2026-03-02', -60],
    ]);
    expect(await ordersOf()).toEqual([
      { contact_id: 'ana', day: '2026-01-01', cents: 10000 },
      { contact_id: 'ana', day: '2026-02-01', cents: 1000 },
      { contact_id: 'ana', day: '2026-04-01', cents: 2000 },
      { contact_id: 'ben', day: '2026-03-01', cents: 2500 },
    ]);
  });
  test('what is left of a customer’s orders is what was bought less what was refunded, in any sequence', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -80, max: 60 }), { minLength: 1, maxLength: 12 }),
        async (amounts) => {
          const days = amounts.map((amount, i): Bought => {
            return ['ana', new Date(Date.UTC(2026, 0, 1 + 2 * i, 12)).toISOString().slice(0, 16), amount];
          });
          await buy(days);
          await createOrders(engine, sql`select * from bought`, at.asOf, rules);
          // One refund after the other, each from the newest order before it.
          const left: number[] = [];
          for (const amount of amounts) {
            let owed = -amount;
            if (amount >= 0) left.push(amount);
            else
              for (let i = left.length - 1; i >= 0 && owed > 0; i--) {
                const taken = Math.min(owed, left[i] as number);
                left[i] = (left[i] as number) - taken;
                owed -= taken;
              }
          }
          const kept = (await ordersOf()).map(({ cents }) => Number(cents) / 100);
          expect(kept.reduce((sum, each) => sum + each, 0)).toBe(left.reduce((sum, each) => sum + each, 0));
          expect(kept.filter((each) => each > 0)).toEqual(left.filter((each) => each > 0));
        },
      ),
      { numRuns: 30 },
    ));
  test('orders after as-of, and rows without a contact or an amount, are not looked at', async () => {
    const { report } = await value([
      ['ana', '2026-01-01', 40],
      ['ana', '2026-11-24 10:00', 40],
      [null, '2026-01-01', 40],
      ['ben', '2026-01-01', null],
    ]);
    expect(report.customers).toBe(1);
    expect(await ordersOf()).toHaveLength(1);
  });
  test('no purchases at all is an empty table, not a failure', async () => {
    const { report, customers } = await value([]);
    expect(customers).toEqual([]);
    expect(report).toMatchObject({ customers: 0, model: { name: 'average rate' }, bands: { vip: 0, lapsing: 0 } });
  });
});

describe('currencies', () => {
  test('orders in other currencies are worth their rate, and one without a currency is in the base', async () => {
    await value([
      ['ana', '2026-01-01', 40, 'usd '],
      ['ben', '2026-01-01', 40, ''],
      ['cem', '2026-01-01', 40, 'EUR'],
    ]);
    expect((await ordersOf()).map((order) => order.cents)).toEqual([2000, 4000, 4000]);
  });
  test('a purchase that can’t be read is left out and counted by cause, without its text; all others are valued', async () => {
    const { report } = await value([
      ['ana', '2026-01-01', 40, 'CHF'],
      ['ben', '2026-01-01', 40, 'CHF'],
      ['cem', '2026-01-01', 40, 'cem@example.com'],
      ['dan', '2026-01-01', null],
      ['eve', '2026-01-01', 1e15],
      ['fay', null, 40],
      ['gus', '2026-01-01', 40],
      [null, '2026-01-01', 40, 'CHF'],
      ['gus', '2027-01-01', 40, 'CHF'],
    ]);
    expect(report.ignored).toEqual({
      'currency CHF without a rate': 2,
      'no amount': 2,
      'a currency that is no code of three letters': 1,
      'no time': 1,
    });
    expect(report.customers).toBe(1);
  });
});

describe('values and bands', () => {
  test('too few customers get a simpler estimate that is named, which leaves p_alive empty', async () => {
    const { report, customers } = await value([
      ['ana', '2026-01-01', 40],
      ['ana', '2026-06-01', 40],
      ['ben', '2026-05-01', 10],
    ]);
    expect(report.model).toMatchObject({ name: 'average rate', simplerBecause: '2 customers, a fit needs 100' });
    expect(report.orderValue).toMatchObject({ name: 'average order' });
    expect(customers[0]).toMatchObject({ contact_id: 'ana', orders: 2, p_alive: null, value_band: 'vip' });
    expect(Number(customers[0]?.lifetime_value)).toBeGreaterThan(Number(customers[1]?.lifetime_value));
  });
  test('a customer who was valuable and is probably gone is lapsing, at any rank by value', async () => {
    const { customers, report } = await value(invented());
    expect(report.model.simplerBecause).toBeUndefined();
    const gone = customers.find((customer) => customer.contact_id === 'gone');
    expect(gone).toMatchObject({ value_band: 'lapsing' });
    expect(Number(gone?.p_alive)).toBeLessThan(0.35);
    // One with many orders is worth nearly their own mean, one with a single order the mean of all.
    const { p = 0, q = 0, v = 0 } = report.orderValue.parameters;
    expect(Number(gone?.order_value)).toBeCloseTo((p * (v + 24 * 90)) / (p * 24 + q - 1), 6);
    const [first] = customers.filter(({ orders }) => orders === 1);
    expect(Number(first?.order_value)).toBeCloseTo((p * v) / (q - 1), 6);
    expect(Object.values(report.bands).reduce((sum, count) => sum + count, 0)).toBe(customers.length);
  });
  test('the past quarter stands beside the one before it', async () => {
    const { report } = await value([
      ['ana', '2026-06-01', 10],
      ['ana', '2026-10-01', 10],
      ['ana', '2026-11-01', 10],
      ['ben', '2026-09-15', 10],
      ['cem', '2026-08-01', 10],
    ]);
    expect(report.quarter).toEqual({
      buyers: 2,
      orders: 3,
      repeat_buyers: 1,
      buyers_before: 2,
      orders_before: 2,
      repeat_buyers_before: 0,
    });
    const moved = report.bandMoves.map(({ from, customers }) => [from, customers]);
    expect(moved.filter(([from]) => from === null)).toEqual([[null, 1]]);
  });
  test('ties never lift a band over its share: customers who are all alike are all in the last band', async () => {
    const alike = Array.from({ length: 300 }, (_, i) => [`c${i}`, ['2026-01-05', '2026-05-05']] as const);
    const bought = alike.flatMap(([contact, days]) => days.map((at): Bought => [contact, at, 240]));
    const { report } = await value(bought);
    expect(report.bands).toEqual({ vip: 0, high: 0, medium: 0, low: 300, lapsing: 0 });
  });
  test('no band is ever larger than its share, with any ties', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 20, maxLength: 90 }), async (values) => {
        const rows = values.map((value, i) => sql`(${`c${i}`}, ${value}, cast(null as double), ${value})`);
        const listed = sql`(select * from (values ${join(rows, ', ')}) as v (contact_id, lifetime_value, p_alive, cents))`;
        const banded = await engine.rows(sql`
          select value_band, count(*) as n from (${valueBands(listed, rules.bands)}) as b group by value_band`);
        const count = (band: string) => Number(banded.find(({ value_band }) => value_band === band)?.n ?? 0);
        expect(count('vip')).toBeLessThanOrEqual(Math.max(1, 0.05 * values.length));
        expect(count('vip') + count('high')).toBeLessThanOrEqual(Math.max(1, 0.2 * values.length));
        expect(count('vip') + count('high') + count('medium')).toBeLessThanOrEqual(0.5 * values.length);
      }),
      { numRuns: 30 },
    ));
  test('the same purchases give the same values, in any order of rows', async () => {
    const first = await value(invented());
    const second = await value(invented().reverse());
    expect(second).toEqual(first);
  });
});

describe.skipIf(noData)('CDNOW from end to end (skipped: no data, where the public data set is missing)', () => {
  const calibration = { asOf: new Date('1997-09-30T21:00:00Z'), today: '1997-09-30' };
  test('models come out as published and forecast the held-out weeks', async () => {
    const bought = cdnowPurchases().map(({ customer, day, amount }): Bought => [customer, `${day} 12:00`, amount]);
    const horizon = valueRules.parse({ horizonWeeks: 39 });
    const { report, customers } = await value(bought, calibration, horizon);
    expect(report.model).toMatchObject({ name: 'Pareto/NBD', customers: 2357 });
    expect(report.model.logLikelihood).toBeCloseTo(-9594.98, 2);
    expect(report.orderValue).toMatchObject({ name: 'Gamma-Gamma', customers: 946 });
    const { p = 0, q = 0, v = 0 } = report.orderValue.parameters;
    expect([p, q, v].map((parameter) => Number(parameter.toFixed(2)))).toEqual([6.25, 3.74, 15.44]);
    expect(report.comparison.weeks).toBe(19);
    const later = new Map<string, Set<string>>();
    for (const { customer, day } of cdnowPurchases()) {
      if (day > '1997-09-30') later.set(customer, (later.get(customer) ?? new Set()).add(day));
    }
    const missed = customers.map((row) => {
      return Math.abs(Number(row.expected_orders) - (later.get(String(row.contact_id))?.size ?? 0));
    });
    expect(missed.reduce((sum, value) => sum + value, 0) / missed.length).toBeLessThanOrEqual(0.7546);
  }, 60_000);
});

/** Three hundred invented customers with orders at fixed, uneven distances, and one who bought often, long ago. */
function invented(): Bought[] {
  const bought: Bought[] = [];
  const order = (contact: string, day: number, amount: number) =>
    bought.push([contact, new Date(Date.UTC(2025, 0, 1 + day, 12)).toISOString().slice(0, 16), amount]);
  for (let i = 0; i < 300; i++) {
    const every = 15 + ((i * 37) % 120);
    const last = 100 + ((i * 53) % 580);
    const amount = 20 + ((i * 29) % 60);
    for (let day = i % 90, n = 0; day < last && n <= i % 7; day += every, n++) order(`c${i}`, day, amount + n);
  }
  for (let day = 0; day < 200; day += 8) order('gone', day, 90);
  return bought;
}
