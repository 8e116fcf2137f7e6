/** The optimiser, order values, discounting, rules and warnings, each by itself. */
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../../lib/core/engine.ts';
import { raw } from '../../../lib/core/sql.ts';
import { bgNbd } from '../../../lib/features/value/beta-geometric.ts';
import { jumps } from '../../../lib/features/value/drift.ts';
import { byAverage, byModel, estimate } from '../../../lib/features/value/estimate.ts';
import { forecastFor } from '../../../lib/features/value/fitted.ts';
import { expectedOrderValue, fitOrderValue, spendingMisfit } from '../../../lib/features/value/gamma-gamma.ts';
import { minimise, type Objective } from '../../../lib/features/value/minimise.ts';
import {
  expectedOrders as expectedOrdersOf,
  type Histories,
  type RepeatModel,
} from '../../../lib/features/value/model.ts';
import { valueRules } from '../../../lib/features/value/rules.ts';

/** A plain function with its gradient by differences; it tells no information. */
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
  test('a customer with many orders is worth their own mean, one with none the mean of all', () => {
    const fitted = fitOrderValue(spending);
    const mean = (fitted.p * fitted.v) / (fitted.q - 1);
    expect(fitted.converged).toBe(true);
    expect(expectedOrderValue(fitted, 0, 0)).toBeCloseTo(mean, 10);
    expect(expectedOrderValue(fitted, 10_000, 10_000 * 33)).toBeCloseTo(33, 1);
  });
  test('what it tells of curvature is the sum of the outer products of its customers’ slopes', () => {
    const point = Float64Array.of(1.5, 0.9, 2.8);
    const told = new Float64Array(9);
    spendingMisfit(spending)(point, new Float64Array(3), told);
    const wanted = new Float64Array(9);
    for (const [i, count] of spending.customers.entries()) {
      const slopes = new Float64Array(3);
      const one = { frequency: spending.frequency.slice(i, i + 1), spend: spending.spend.slice(i, i + 1) };
      spendingMisfit({ ...one, customers: Float64Array.of(1) })(point, slopes);
      for (let j = 0; j < 9; j++) {
        wanted[j] = (wanted[j] ?? 0) + count * (slopes[Math.floor(j / 3)] ?? 0) * (slopes[j % 3] ?? 0);
      }
    }
    for (const [j, entry] of wanted.entries()) expect(told[j]).toBeCloseTo(entry, 8);
  });
  test('the currency does not matter', () => {
    const dear = fitOrderValue({ ...spending, spend: spending.spend.map((value) => value * 1000) });
    const cheap = fitOrderValue(spending);
    expect(dear.p / cheap.p).toBeCloseTo(1, 3);
    expect(dear.v / cheap.v / 1000).toBeCloseTo(1, 3);
  });
});

describe('what foretells', () => {
  /** Falls for ever whichever way one goes. */
  const endless: RepeatModel = { ...bgNbd, name: 'endless', misfit: () => withSlopes(([r = 0]) => -(r ** 2)) };
  const groups: Histories = {
    frequency: Float64Array.of(0, 1, 3),
    recency: Float64Array.of(0, 20, 38),
    age: Float64Array.of(39, 39, 39),
    customers: Float64Array.of(200, 60, 20),
  };
  // A horizon this short leaves no room for a comparison, so that no table is read.
  const rules = valueRules.parse({ horizonWeeks: 5 });
  const choose = (...models: RepeatModel[]) =>
    forecastFor({} as Engine, { orders: raw(''), firsts: raw(''), groups }, '2026-11-22', rules, models);
  test('a model whose fit did not converge gives way to the next', async () => {
    expect((await choose(endless, bgNbd)).model).toMatchObject({ name: 'BG/NBD', customers: 280 });
  });
  test('where no fit converged, an average stands in and says why', async () => {
    const { model } = await choose(endless);
    expect(model).toMatchObject({ name: 'average rate', simplerBecause: 'no model converged', logLikelihood: null });
  });
});

describe('estimates', () => {
  const parameters = [0.2426, 4.4137, 0.793, 2.4262];
  const one = {
    frequency: Float64Array.of(2),
    recency: Float64Array.of(30.43),
    age: Float64Array.of(38.86),
    customers: Float64Array.of(1),
  };
  test('discounted orders are the sum of the weeks, each discounted', () => {
    const { discountedOrders, expectedOrders } = estimate(byModel(bgNbd, parameters), one, {
      horizonWeeks: 52,
      discountRate: 0.2,
    });
    let sum = 0;
    const upTo = (weeks: number) => expectedOrdersOf({ model: bgNbd, parameters }, 2, 30.43, 38.86, weeks);
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
      'BG/NBD: orders per week of an active customer went from 0.100 to 0.200 since the last run',
    ]);
    expect(jumps(undefined, before, 0.3)).toEqual([]);
  });
});
