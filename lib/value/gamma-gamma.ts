/**
 * The Gamma-Gamma model of what an order is worth: orders vary about a customer's mean, means vary between customers.
 *
 * Source: Fader, Hardie, "The Gamma-Gamma model of monetary value" (2013), its likelihood (1a) over repeat orders and the
 * conditional mean (5). It takes order value to be independent of how often somebody buys. q is kept above 1, where the mean
 * exists; a customer with one order gets the mean of all.
 */
import { indexed } from './indexed.ts';
import { mostLikely } from './likelihood.ts';
import type { Objective } from './minimise.ts';
import { total } from './model.ts';
import { digamma, lnGamma } from './special.ts';

/** Groups of customers with equal repeat orders (1 or more) and equal spend on them (above nought). */
export interface Spending {
  readonly frequency: Float64Array;
  /** The sum of the repeat orders' values. */
  readonly spend: Float64Array;
  readonly customers: Float64Array;
}

export interface OrderValueFit {
  readonly p: number;
  readonly q: number;
  readonly v: number;
  readonly logLikelihood: number;
  readonly customers: number;
  readonly converged: boolean;
}

export function fitOrderValue(spending: Spending): OrderValueFit {
  const { frequency, spend, customers } = spending;
  const orders = frequency.reduce((sum, x, i) => sum + x * (customers[i] ?? 0), 0);
  const mean = spend.reduce((sum, value, i) => sum + value * (customers[i] ?? 0), 0) / orders;
  const starts = [
    [6, 3, mean / 2],
    [2, 1, mean / 2],
    [30, 10, mean / 3],
  ];
  const count = total(customers);
  const found = mostLikely(misfit(spending), count, starts);
  const [p = Number.NaN, excess = Number.NaN, v = Number.NaN] = found.parameters;
  const { logLikelihood, converged } = found;
  return { p, q: 1 + excess, v, logLikelihood, customers: count, converged };
}

/** The mean value to expect of a customer's next orders; `frequency` 0 and `spend` 0 give the mean of all. */
export function expectedOrderValue(fit: { p: number; q: number; v: number }, frequency: number, spend: number): number {
  return (fit.p * (fit.v + spend)) / (fit.p * frequency + fit.q - 1);
}

/**
 * Minus the log-likelihood over ln p, ln (q − 1), ln v. The sums over customers that no parameter touches are taken once;
 * a group costs one logarithm.
 */
function misfit({ frequency, spend, customers }: Spending): Objective {
  const { distinct, index } = indexed(frequency);
  const count = new Float64Array(distinct.length);
  const lnSpend = new Float64Array(distinct.length);
  let lnMeans = 0;
  for (let i = 0; i < spend.length; i++) {
    const x = index[i] as number;
    const weight = customers[i] as number;
    const ln = Math.log(spend[i] as number);
    count[x] = (count[x] as number) + weight;
    lnSpend[x] = (lnSpend[x] as number) + weight * ln;
    lnMeans += weight * (ln - Math.log(frequency[i] as number));
  }
  return (point, gradient) => {
    const [p = 0, excess = 0, v = 0] = Array.from(point, Math.exp);
    const q = 1 + excess;
    const lnTotal = new Float64Array(distinct.length);
    const perTotal = new Float64Array(distinct.length);
    for (let i = 0; i < spend.length; i++) {
      const x = index[i] as number;
      const weight = customers[i] as number;
      const sum = v + (spend[i] as number);
      lnTotal[x] = (lnTotal[x] as number) + weight * Math.log(sum);
      perTotal[x] = (perTotal[x] as number) + weight / sum;
    }
    let value = -lnMeans;
    let byP = 0;
    let byQ = 0;
    let byV = 0;
    for (const [i, x] of distinct.entries()) {
      const n = count[i] as number;
      const shape = p * x + q;
      const psi = digamma(shape);
      const lnShare = (lnSpend[i] as number) - (lnTotal[i] as number);
      value += n * (lnGamma(shape) - lnGamma(p * x) - lnGamma(q) + q * Math.log(v));
      value += p * x * lnShare - q * (lnTotal[i] as number);
      byP += x * (n * (psi - digamma(p * x)) + lnShare);
      byQ += n * (psi - digamma(q) + Math.log(v)) - (lnTotal[i] as number);
      byV += (n * q) / v - shape * (perTotal[i] as number);
    }
    gradient.set([-byP * p, -byQ * excess, -byV * v]);
    return Number.isFinite(value) ? -value : Number.POSITIVE_INFINITY;
  };
}
