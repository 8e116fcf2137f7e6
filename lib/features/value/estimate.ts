/**
 * What a group of customers with one history may be expected to order, by a fitted model or, where there is too little to
 * fit one to, by a plain average that says so.
 */
import { indexed } from './indexed.ts';
import type { Histories, RepeatModel } from './model.ts';

/** For each group: orders within the horizon, the same discounted to as-of, and the chance of being a customer still. */
export interface Estimates {
  readonly expectedOrders: Float64Array;
  readonly discountedOrders: Float64Array;
  /** NaN where the estimate knows nothing of it. */
  readonly alive: Float64Array;
}

/** Something that foretells orders: a model with its parameters, or the simpler estimate. */
export interface Forecast {
  /** The chance of being a customer still; NaN where nothing is known of it. */
  alive(frequency: number, recency: number, age: number): number;
  /** Orders to expect in the next `weeks` of one who is a customer still; of anybody, where nothing is known of that. */
  ordersIfAlive(frequency: number, age: number, weeks: number): number;
}

export const byModel = (model: RepeatModel, parameters: readonly number[]): Forecast => ({
  alive: (...history) => model.alive(parameters, ...history),
  ordersIfAlive: (...ahead) => model.ordersIfAlive(parameters, ...ahead),
});

/** How many weeks of everybody's mean a customer's own weeks are mixed with. */
const PRIOR_WEEKS = 26;

/**
 * The simpler estimate: a customer's own rate of repeat orders, mixed with everybody's as though half a year of it had been
 * seen. It supposes that nobody leaves, and says nothing of who is still a customer.
 */
export function byAverage({ frequency, age, customers }: Histories): Forecast {
  let [repeats, weeks] = [0, 0];
  for (const [i, count] of customers.entries()) {
    repeats += count * (frequency[i] as number);
    weeks += count * (age[i] as number);
  }
  const mean = weeks > 0 ? repeats / weeks : 0;
  return {
    alive: () => Number.NaN,
    ordersIfAlive: (x, T, ahead) => ((x + mean * PRIOR_WEEKS) / (T + PRIOR_WEEKS)) * ahead,
  };
}

/** Nodes and weights of the Gauss-Legendre rule with four points on [0, 1]; exact for polynomials of degree 7. */
const GAUSS_LEGENDRE = [
  [0.0694318442029737, 0.1739274225687269],
  [0.3300094782075719, 0.3260725774312731],
  [0.6699905217924281, 0.3260725774312731],
  [0.9305681557970263, 0.1739274225687269],
] as const;

const WEEKS_PER_YEAR = 365.2425 / 7;

/**
 * The forecast for every group. What one who is alive will order depends on frequency and age alone, and is worked out once for
 * each pair of them. Discounted orders are ∫ e^(−δt) dE(t), taken by parts: e^(−δh) E(h) + δ ∫ e^(−δt) E(t) dt, so
 * that the quadrature's error counts only by the small δ (relative error below 1e-4 at 10 % a year over 52 weeks).
 */
export function estimate(forecast: Forecast, histories: Histories, horizon: Horizon): Estimates {
  const { frequency, recency, age } = histories;
  const ages = indexed(age);
  const ahead = new Map<number, Ahead>();
  const expectedOrders = new Float64Array(age.length);
  const discountedOrders = new Float64Array(age.length);
  const alive = new Float64Array(age.length);
  for (let i = 0; i < age.length; i++) {
    const [x, t, T] = [frequency[i] as number, recency[i] as number, age[i] as number];
    const pair = x * ages.distinct.length + (ages.index[i] as number);
    const known = ahead.get(pair);
    const { orders, discounted } = known ?? lookAhead(forecast, x, T, horizon);
    if (!known) ahead.set(pair, { orders, discounted });
    const chance = forecast.alive(x, t, T);
    const share = Number.isNaN(chance) ? 1 : chance;
    alive[i] = chance;
    expectedOrders[i] = share * orders;
    discountedOrders[i] = share * discounted;
  }
  return { expectedOrders, discountedOrders, alive };
}

interface Horizon {
  readonly horizonWeeks: number;
  readonly discountRate: number;
}

interface Ahead {
  readonly orders: number;
  readonly discounted: number;
}

function lookAhead(forecast: Forecast, x: number, T: number, { horizonWeeks, discountRate }: Horizon): Ahead {
  const perWeek = Math.log1p(discountRate) / WEEKS_PER_YEAR;
  const orders = forecast.ordersIfAlive(x, T, horizonWeeks);
  let delayed = 0;
  for (const [node, weight] of perWeek > 0 ? GAUSS_LEGENDRE : []) {
    const weeks = node * horizonWeeks;
    delayed += weight * Math.exp(-perWeek * weeks) * forecast.ordersIfAlive(x, T, weeks);
  }
  return { orders, discounted: Math.exp(-perWeek * horizonWeeks) * orders + perWeek * horizonWeeks * delayed };
}
