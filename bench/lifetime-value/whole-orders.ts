/**
 * The forecast in whole orders with the least absolute error for the same total. Most customers buy nothing, so that a
 * mean of 0.1 for each of them is wrong by 0.1 each time; of all forecasts with a given total, the absolute error is
 * least where everybody gets the same quantile of what they may do. It says how sharp a model is. The job writes means
 * all the same: only those may be added up, multiplied by money and ranked.
 */

import type { HeldOut } from '../../lib/features/value/choose.ts';
import { aliveOf, type Fit, historyAt } from '../../lib/features/value/model.ts';

/** What one history may do: gone, or orders by a negative binomial of the model's own mean and shape. */
interface Chances {
  readonly alive: number;
  readonly mean: number;
  readonly shape: number;
}

/**
 * Mean absolute error and bias of that forecast, of a model whose first parameter is the shape of the rates (all of
 * ours).
 */
export function inWholeOrders({ forecast, parameters }: Fit, heldOut: HeldOut, weeks: number) {
  const { frequency, customers, orders } = heldOut;
  const alive = aliveOf(forecast, heldOut);
  const chances = Array.from(frequency, (x, i): Chances => {
    const mean = forecast.ordersIfAlive(historyAt(heldOut, i), weeks);
    return { alive: alive[i] as number, mean, shape: parameters[0] + x };
  });
  const sum = (values: readonly number[]): number =>
    values.reduce((all, value, i) => all + value * (customers[i] as number), 0);
  const wanted = sum(chances.map(({ alive, mean }) => alive * mean));
  let [low, high] = [0, 1 - 1e-9];
  for (let step = 0; step < 40; step++) {
    const level = (low + high) / 2;
    if (sum(chances.map((one) => quantile(one, level))) < wanted) low = level;
    else high = level;
  }
  const foretold = chances.map((one) => quantile(one, high));
  return {
    meanAbsoluteError:
      sum(foretold.map((value, i) => Math.abs(value - (orders[i] as number)))) / sum(foretold.map(() => 1)),
    bias: sum(foretold) / sum(Array.from(orders)) - 1,
  };
}

/** The least number of orders that isn't passed with probability `level`. */
function quantile({ alive, mean, shape }: Chances, level: number): number {
  let term = (shape / (shape + mean)) ** shape;
  let reached = 1 - alive + alive * term;
  let orders = 0;
  while (reached < level && term > 0) {
    term *= ((shape + orders) / (orders + 1)) * (mean / (shape + mean));
    reached += alive * term;
    orders++;
  }
  return orders;
}
