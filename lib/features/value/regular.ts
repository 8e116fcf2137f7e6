/**
 * MBG/CNBD-k: MBG/NBD for customers who buy at regular distances, such as subscribers.
 *
 * Source: Platzer, Reutterer, "Ticking away the moments: timing regularity helps to better predict customer activity"
 * (Marketing Science 35, 2016) and Reutterer, Platzer, Schröder, "Leveraging purchase regularity for predicting
 * customer behavior the easy way" (IJRM 38, 2021): the distance between two orders is Erlang-k instead of exponential,
 * so that a customer orders at every k-th tick of a clock with a gamma-distributed rate. k = 1 is MBG/NBD. Expected
 * orders are summed over the ticks that may come instead of taken from their approximation; the ticks since the last
 * order enter them by their expected number.
 */
import { byDifferences } from './differences.ts';
import { indexed } from './indexed.ts';
import { parametersAt, type RepeatModel } from './model.ts';
import { lnGamma } from './special.ts';

/** Larger k can hardly be distinguished by data, and cost in proportion. */
export const MOST_REGULAR = 12;
/** Below this the regular model is MBG/NBD once more. */
const LEAST_REGULAR = 1.5;

/**
 * The k of the distances between orders, from the variance of gap / (gap + gap before it), which is 1 / (4 (2k + 1))
 * (Wheat, Morrison, "Estimating purchase regularity with two interpurchase times", Journal of Marketing Research 27,
 * 1990).
 * @returns 1 where buying is not regular; at most 12
 */
export function regularity(varianceOfShare: number): number {
  if (!(varianceOfShare >= 0)) return 1;
  const k = (1 - 4 * varianceOfShare) / (8 * varianceOfShare);
  return k < LEAST_REGULAR ? 1 : Math.min(MOST_REGULAR, Math.round(k));
}

/** Parameters r, alpha (weeks), a, b, as in MBG/NBD; the rate is that of ticks, k of them an order. */
export const mbgCnbd = (k: number): RepeatModel => ({
  name: `MBG/CNBD-${k}`,
  parameterNames: ['r', 'alpha', 'a', 'b'],
  shapes: [0, 2, 3],
  mostCustomers: 10_000,
  ticksPerOrder: k,
  starts: (weeks) => [
    [1, weeks / (4 * k), 0.5, 2],
    [k, weeks, 0.2, 2],
  ],
  misfit: ({ frequency, recency, age, customers }) => {
    const { distinct, index } = indexed(frequency);
    return byDifferences(customers, (point) => {
      const [r, alpha, a, b] = parametersAt(point);
      if (!(r < MOST && alpha < MOST && a < MOST && b < MOST)) return undefined;
      const fixed = r * Math.log(alpha) - lnGamma(r) + lnGamma(a + b) - lnGamma(b);
      const byOrders = distinct.map((x) => lnGamma(r + k * x) + lnGamma(b + x + 1) - lnGamma(a + b + x + 1));
      return frequency.map((x, i) => {
        const [active, whole] = [alpha + (recency[i] as number), alpha + (age[i] as number)];
        const stays = quiet(r + k * x, active / whole, k) + a / (b + x);
        return -(fixed + (byOrders[index[i] as number] as number) - (r + k * x) * Math.log(active) + Math.log(stays));
      });
    });
  },
  forecast: ([r, alpha, a, b]) => ({
    alive: (frequency, recency, age) => {
      const silent = quiet(r + k * frequency, (alpha + recency) / (alpha + age), k);
      return silent / (silent + a / (b + frequency));
    },
    ordersIfAlive: ({ frequency, recency, age }, weeks) => {
      const shape = r + k * frequency;
      const waiting = ticksSince(shape, (alpha + recency) / (alpha + age), k);
      const meanTicks = waiting.reduce((sum, chance, j) => sum + j * chance, 0);
      return coming(
        shape + meanTicks,
        weeks / (alpha + age + weeks),
        waiting,
        (m) => (b + frequency + m) / (a + b + frequency + m),
      );
    },
    dependsOn: 'recency',
  }),
});

/** Beyond this differences of ln Γ lose their digits; a fit is held back long before (likelihood.ts). */
const MOST = 1e5;

/** Chance of fewer than k ticks since the last order: negative binomial; `rest` is the odds of none at all. */
function quiet(shape: number, rest: number, k: number): number {
  let term = Math.exp(shape * Math.log(rest));
  let sum = term;
  for (let j = 1; j < k; j++) {
    term *= ((shape + j - 1) / j) * (1 - rest);
    sum += term;
  }
  return Math.min(1, sum);
}

/** The chances of 0, 1, … k − 1 ticks since the last order, of a customer who still buys. */
function ticksSince(shape: number, rest: number, k: number): number[] {
  // Relative to the first, so that no chance is lost where all are tiny.
  const terms = [1];
  for (let j = 1; j < k; j++) terms.push((terms[j - 1] as number) * ((shape + j - 1) / j) * (1 - rest));
  const whole = terms.reduce((sum, term) => sum + term, 0);
  return terms.map((term) => term / whole);
}

/** Where this much of the chances is counted, the rest does not matter. */
const ENOUGH = 1 - 1e-10;

/**
 * Orders to come: for each that may come, the chance of enough ticks for it and of not leaving at one before it. Ticks
 * are negative binomial of `shape` and `share`; `stays(m)` is the chance of staying after the m-th.
 */
function coming(shape: number, share: number, waiting: readonly number[], stays: (m: number) => number): number {
  const k = waiting.length;
  // The chances of whole numbers of ticks, summed up to each; scaled from the start where they would underflow.
  let lnTerm = shape * Math.log1p(-share);
  let reached = Math.exp(lnTerm);
  const below = [reached];
  for (let n = 1; reached < ENOUGH && n < MOST_TICKS; n++) {
    lnTerm += Math.log(((shape + n - 1) / n) * share);
    reached += Math.exp(lnTerm);
    below.push(reached);
  }
  let [orders, stay] = [0, 1];
  for (let m = 1; (m - 1) * k < below.length; m++) {
    let chance = 0;
    for (const [j, weight] of waiting.entries()) chance += weight * Math.max(0, 1 - (below[m * k - j - 1] ?? 1));
    orders += stay * chance;
    stay *= stays(m);
  }
  return orders;
}

const MOST_TICKS = 100_000;
