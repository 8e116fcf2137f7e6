/** The optimiser, order values, discounting, rules and warnings, each by itself. */
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../../lib/core/engine.ts';
import { bgNbd, mbgNbd } from '../../../lib/features/value/beta-geometric.ts';
import { jumps } from '../../../lib/features/value/drift.ts';
import { estimate } from '../../../lib/features/value/estimate.ts';
import { forecastFor } from '../../../lib/features/value/fitted.ts';
import { byAverage, bySeason } from '../../../lib/features/value/forecast.ts';
import { fitOrderValue, spendingMisfit } from '../../../lib/features/value/gamma-gamma.ts';
import { minimise, type Objective } from '../../../lib/features/value/minimise.ts';
import type { Histories, RepeatModel } from '../../../lib/features/value/model.ts';
import { valueRules } from '../../../lib/features/value/rules.ts';
import { expectedOrders as expectedOrdersOf } from './expected.ts';

/** A plain function with its gradient by differences; it gives no information. */
const withSlopes =
  (f: (point: Float64Array) => number): Objective =>
  (point, gradient) => {
    const beside = (i: number, step: number) => f(point.map((at, j) => (i === j ? at + step : at)));
    gradient.set(Array.from(point, (_, i) => (beside(i, 1e-5) - beside(i, -1e-5)) / 2e-5));
    return f(point);
  };

describe('the optimiser', () => {
  const rosenbrock = withSlopes(([x = 0, y = 0]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2);
  test('walks through a curved valley to its end', () => {
    const { point, converged } = minimise(rosenbrock, [[-1.2, 1]]);
    expect(converged).toBe(true);
    expect(point[0]).toBeCloseTo(1, 4);
    expect(point[1]).toBeCloseTo(1, 4);
  });
  test('of several minima the lowest wins, whichever start comes first', () => {
    const twoValleys = withSlopes(([x = 0]) => (x * x - 1) ** 2 + 0.2 * x);
    for (const starts of [
      [[2], [-2]],
      [[-2], [2]],
    ]) {
      expect(minimise(twoValleys, starts).point[0]).toBeCloseTo(-1.024, 2);
    }
  });
  test('a minimum wins over a fall without end', () => {
    const cubic = withSlopes(([x = 0]) => x ** 3 - 3 * x);
    const { point, converged } = minimise(cubic, [[-2], [2]]);
    expect(converged).toBe(true);
    expect(point[0]).toBeCloseTo(1, 4);
  });
  test('a function without a floor is not passed off as solved', () => {
    expect(
      minimise(
        withSlopes(([x = 0]) => -x * x),
        [[1]],
      ).converged,
    ).toBe(false);
    expect(minimise(() => Number.NaN, [[1]]).converged).toBe(false);
  });
});

describe('order values', () => {
  const spending = {
    frequency: Float64Array.of(1, 2, 3, 5, 8, 1),
    spend: Float64Array.of(20, 90, 75, 300, 160, 70),
    customers: Float64Array.of(40, 30, 20, 15, 10, 25),
  };
  test('the information is the sum of the outer products of its customers’ slopes', () => {
    const point = Float64Array.of(1.5, 0.9, 2.8);
    const information = new Float64Array(9);
    spendingMisfit(spending)(point, new Float64Array(3), information);
    const wanted = new Float64Array(9);
    for (const [i, count] of spending.customers.entries()) {
      const slopes = new Float64Array(3);
      const one = { frequency: spending.frequency.slice(i, i + 1), spend: spending.spend.slice(i, i + 1) };
      spendingMisfit({ ...one, customers: Float64Array.of(1) })(point, slopes);
      for (let j = 0; j < 9; j++) {
        wanted[j] = (wanted[j] ?? 0) + count * (slopes[Math.floor(j / 3)] ?? 0) * (slopes[j % 3] ?? 0);
      }
    }
    for (const [j, entry] of wanted.entries()) expect(information[j]).toBeCloseTo(entry, 8);
  });
  test('the currency does not matter', () => {
    const dear = fitOrderValue({ ...spending, spend: spending.spend.map((value) => value * 1000) });
    const cheap = fitOrderValue(spending);
    expect(cheap.converged).toBe(true);
    expect(dear.p / cheap.p).toBeCloseTo(1, 3);
    expect(dear.v / cheap.v / 1000).toBeCloseTo(1, 3);
  });
});

describe('what forecasts', () => {
  /** Falls for ever whichever way one goes. */
  const endless: RepeatModel = { ...bgNbd, name: 'endless', misfit: () => withSlopes(([r = 0]) => -(r ** 2)) };
  const groups: Histories = {
    frequency: Float64Array.of(0, 1, 3),
    recency: Float64Array.of(0, 20, 38),
    age: Float64Array.of(39, 39, 39),
    customers: Float64Array.of(200, 60, 20),
  };
  // A horizon this short leaves no room for a comparison, and fewer than 30 with two repeat orders none for gaps: no table is read.
  const rules = valueRules.parse({ horizonWeeks: 5 });
  const known = {
    engine: {} as Engine,
    today: '2026-11-22',
    rules,
    typical: { leastCents: 0, medianCents: 0, mostCents: 0 },
    groups,
    withSeason: () => Promise.resolve(groups),
  };
  const choose = (...models: RepeatModel[]) => forecastFor(known, undefined, models);
  test('a model whose fit did not converge gives way to the next', async () => {
    expect((await choose(endless, bgNbd)).model).toMatchObject({ name: 'BG/NBD', customers: 280 });
  });
  test('where no fit converged, an average stands in and says why', async () => {
    const { model } = await choose(endless);
    expect(model).toMatchObject({ name: 'average rate', simplerBecause: 'no model converged', logLikelihood: null });
  });
  test('one-time buyers are not alive for certain because of a model in which they never leave', async () => {
    const { alive } = await choose(bgNbd);
    expect(alive?.(0, 0, 39)).toBeNaN();
    expect(alive?.(3, 20, 39)).toBeLessThan(1);
    expect((await choose(mbgNbd)).alive).toBeUndefined();
  });
  test('a fit in which no customer ever leaves is named, and p_alive is left empty', async () => {
    const noGaps = { number: () => Promise.resolve(0.25) } as unknown as Engine;
    const loyal = { ...groups, recency: Float64Array.of(0, 38.9, 38.9), customers: Float64Array.of(1, 200, 20) };
    const alike = { ...known, groups: { ...loyal, frequency: Float64Array.of(0, 9, 10) } };
    const found = await forecastFor({ ...alike, engine: noGaps }, undefined, [bgNbd]);
    expect(found.model).toMatchObject({ name: 'BG/NBD', edge: 'no sign of leaving in this history' });
    expect(found.forecast.alive(9, 38.9, 39)).toBeNaN();
  });
});

describe('the same weeks of earlier years', () => {
  test('a customer of two years is expected to order as in those years, a new one as everybody did', () => {
    const forecast = bySeason(
      {
        frequency: Float64Array.of(2, 0, 0),
        recency: Float64Array.of(104, 0, 0),
        age: Float64Array.of(110, 110, 8),
        season: Float64Array.of(2, 0, 0),
        customers: Float64Array.of(60, 40, 100),
      },
      13,
    );
    const orders = (season: number, age: number) =>
      forecast?.ordersIfAlive({ frequency: 2, recency: 0, age, season }, 13) ?? Number.NaN;
    // 120 orders in 200 seasons of a customer: 0.6 each.
    expect(orders(0, 8)).toBeCloseTo(0.6, 10);
    expect(orders(2, 110)).toBeCloseTo((2 + 0.3) / 2.5, 10);
    expect(orders(0, 110)).toBeCloseTo(0.3 / 2.5, 10);
  });
  test('a history of less than a year has no such weeks', () => {
    const young = { frequency: [1], recency: [9], age: [40], customers: [500] };
    const columns = Object.entries(young).map(([name, column]) => [name, Float64Array.from(column)]);
    expect(bySeason(Object.fromEntries(columns), 13)).toBeUndefined();
  });
});

describe('estimates', () => {
  const forecast = bgNbd.forecast([0.2426, 4.4137, 0.793, 2.4262]);
  const one = {
    frequency: Float64Array.of(2),
    recency: Float64Array.of(30.43),
    age: Float64Array.of(38.86),
    customers: Float64Array.of(1),
  };
  test('discounted orders are the sum of the weeks, each discounted', () => {
    const { discountedOrders, expectedOrders } = estimate(forecast, one, {
      horizonWeeks: 52,
      discountRate: 0.2,
    });
    let sum = 0;
    const upTo = (weeks: number) => expectedOrdersOf(forecast, 2, 30.43, 38.86, weeks);
    for (let day = 0; day < 52 * 7; day++) {
      sum += (upTo((day + 1) / 7) - (day > 0 ? upTo(day / 7) : 0)) * 1.2 ** (-(day + 0.5) / 365.2425);
    }
    expect((discountedOrders[0] ?? 0) / sum).toBeCloseTo(1, 5);
    expect(discountedOrders[0]).toBeLessThan(expectedOrders[0] ?? 0);
  });
  test('without a discount nothing is taken off', () => {
    const { discountedOrders, expectedOrders } = estimate(byAverage(one), one, { horizonWeeks: 52, discountRate: 0 });
    expect(discountedOrders[0]).toBe(expectedOrders[0]);
    expect(expectedOrders[0]).toBeCloseTo((2 / 38.86) * 52, 10);
  });
});

describe('rules', () => {
  test('a misspelt rule is an error, not a default', () => {
    expect(() => valueRules.parse({ horizonWeek: 52 })).toThrow(/horizonWeek/);
    expect(() => valueRules.parse({ currencies: { base: 'EUR', rates: { usd: 1 } } })).toThrow(/three capital letters/);
    expect(() =>
      valueRules.parse({
        bands: {
          ranked: [
            { name: 'a', share: 0.9 },
            { name: 'b', share: 0.2 },
          ],
          rest: 'c',
          lapsing: { name: 'd', ofBest: 0.1, aliveBelow: 0.3 },
        },
      }),
    ).toThrow(/more than 1/);
  });
  test('the base currency is worth itself', () => {
    expect(valueRules.parse({}).currencies).toEqual({ base: 'EUR', rates: { EUR: 1 } });
  });
});

describe('warnings', () => {
  const record = (parameters: Record<string, number>) => ({
    name: 'BG/NBD',
    parameters,
    logLikelihood: -1,
    customers: 9,
  });
  test('parameters that trade places are no jump, a doubled rate is one', () => {
    const before = record({ r: 1, alpha: 10, a: 1, b: 4 });
    expect(jumps(before, record({ r: 2, alpha: 20, a: 2, b: 8 }), 0.3)).toEqual([]);
    expect(jumps(before, record({ r: 2, alpha: 10, a: 1, b: 4 }), 0.3)).toEqual([
      'BG/NBD: orders per year of an active customer went from 5.22 to 10.4 since the last run',
    ]);
    expect(jumps(undefined, before, 0.3)).toEqual([]);
  });
  test('a rate of leaving that is next to none is no jump when it is five times next to none', () => {
    const leaving = (a: number) => record({ r: 1, alpha: 10, a, b: 1 });
    expect(jumps(leaving(2.29e-9), leaving(1.2e-8), 0.3)).toEqual([]);
    expect(jumps(leaving(1e-8), leaving(0.25), 0.3)).toEqual([
      'BG/NBD: share leaving after an order went from hardly any (0.01 or less) to 0.200 since the last run',
    ]);
  });
});
