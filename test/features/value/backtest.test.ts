/** The back-test of values: what it counts, that it sees nothing of later, when it refuses, and its report. */
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Engine } from '../../../lib/core/engine.ts';
import { sql } from '../../../lib/core/sql.ts';
import { openEngine } from '../../../lib/engine/duckdb.ts';
import { backtestValue } from '../../../lib/features/value/backtest.ts';
import { describeValueBacktest } from '../../../lib/features/value/backtest-report.ts';
import { valueRules } from '../../../lib/features/value/rules.ts';

let engine: Engine;
beforeEach(async () => {
  engine = await openEngine({ spillFolder: tmpdir(), timeZone: 'UTC', threads: 2 });
});
afterEach(() => engine.close());

const rules = valueRules.parse({});
const asOf = new Date('2026-10-31T23:59:59Z');

/** Customers of 2025 and 2026: every third stays and orders each 20 days or so, the others leave after a few orders. */
async function fill(later: (day: number) => number = (amount) => amount): Promise<void> {
  const rows: string[][] = [[], [], [], []];
  for (let i = 0; i < 240; i++) {
    const stays = i % 3 === 0;
    for (let n = 0, day = i % 200; day < 669 && (stays || n < 1 + (i % 4)); n++, day += 12 + ((i * 7 + n * 13) % 19)) {
      const at = new Date(Date.UTC(2025, 0, 1 + day, 12));
      const amount = 20 + (i % 50);
      const isLater = at >= new Date('2026-08-03T00:00:00Z');
      for (const [c, cell] of [`c${i}`, at.toISOString(), String(isLater ? later(amount) : amount), ''].entries())
        rows[c]?.push(cell);
    }
  }
  await engine.run(
    sql`create or replace table purchases (contact_id varchar, ordered_at timestamp, amount double, currency varchar)`,
  );
  await engine.append(
    'purchases',
    (async function* () {
      yield rows;
    })(),
  );
}

test('values of then see nothing of later: other amounts since change what came, and not what was expected', async () => {
  await fill();
  const once = await backtestValue({ engine, asOf, days: 90, rules });
  await fill((amount) => amount * 3);
  const dearer = await backtestValue({ engine, asOf, days: 90, rules });
  expect(once).toMatchObject({ from: '2026-08-02', until: '2026-10-31', days: 90, customers: 240 });
  expect(dearer.forecasts).toEqual(once.forecasts);
  expect(dearer.calibration).toEqual(once.calibration);
  expect(dearer.came.money / once.came.money).toBeCloseTo(3, 10);
  expect(JSON.parse(JSON.stringify(once))).toEqual(once);
});

test('orders that came are counted in the window only, and forecasts stand beside those without a model', async () => {
  await fill();
  const { came, model, forecasts, calibration, topFifth } = await backtestValue({ engine, asOf, days: 90, rules });
  const { n } = await engine.row(
    sql`select count(*) as n from purchases where ordered_at > timestamp '2026-08-02 23:59:59'`,
  );
  expect(came.orders).toBe(Number(n));
  expect(Object.keys(forecasts)).toEqual([model, 'average rate', 'own rate', 'the days before', 'a year ago']);
  expect(forecasts[model]?.error).toBeLessThan(forecasts['average rate']?.error ?? 0);
  expect(calibration.reduce((sum, { customers }) => sum + customers, 0)).toBe(240);
  expect(calibration.at(-1)?.boughtShare).toBeGreaterThan(calibration[0]?.boughtShare ?? 1);
  expect(topFifth.customers).toBe(48);
  expect(topFifth.byLifetimeValue).toBeLessThanOrEqual(topFifth.best ?? 0);
});

test('too few customers or orders are refused with the reason, and no purchases at all are no failure', async () => {
  await engine.run(
    sql`create table purchases (contact_id varchar, ordered_at timestamp, amount double, currency varchar)`,
  );
  const none = await backtestValue({ engine, asOf, days: 90, rules });
  expect(none).toMatchObject({ customers: 0, refused: 'only 0 customers had bought by 2026-08-02; 50 are needed' });
  expect(describeValueBacktest(none).findings[0]).toBe(
    'This proves nothing: only 0 customers had bought by 2026-08-02; 50 are needed.',
  );
});

test('the report shows what was forecast, what came, and how p_alive and ranks did', async () => {
  await fill();
  const { title, findings, tables } = describeValueBacktest(await backtestValue({ engine, asOf, days: 90, rules }));
  expect([
    title,
    ...findings,
    ...tables.flatMap(({ title: name, rows }) => [name, ...rows.map((row) => row.join(' | '))]),
  ]).toMatchInlineSnapshot(`
    [
      "Values as of 2026-08-02, against the 90 days up to 2026-10-31",
      "240 customers; 80 of them bought, 342 orders, 14,806 in money.",
      "MBG/CNBD-10 was 0.135 orders off per customer, with a bias of -4.5 % in orders and -4.0 % in money.",
      "The best forecast without a model, the days before, was 0.242 off.",
      "Orders per customer",
      "MBG/CNBD-10 (these values) | 0.135 | -4.5 %",
      "average rate | 0.703 | +11.2 %",
      "own rate | 0.345 | +11.2 %",
      "the days before | 0.242 | 0.0 %",
      "a year ago | 0.275 | +7.6 %",
      "p_alive, and who bought",
      "0.0 to 0.2 | 160 | 0.0 % | 0.0 %",
      "0.8 to 1.0 | 80 | 97.8 % | 100.0 %",
      "Share of the money that the first fifth (48 customers) spent",
      "lifetime_value | 72.6 %",
      "money spent before | 72.5 %",
      "recent orders | 61.2 %",
      "at best | 73.3 %",
    ]
  `);
});
