/**
 * The Gamma-Gamma model of what an order is worth: orders vary about a customer's mean, means vary between customers.
 *
 * Source: Fader, Hardie, "The Gamma-Gamma model of monetary value" (2013), its likelihood (1a) over repeat orders and
 * the conditional mean (5). It takes order value to be independent of how often a customer buys. q is kept above 1,
 * where the mean exists; a customer with one order gets the mean of all.
 */
import { indexed } from './indexed.ts';
import { mostLikely } from './likelihood.ts';
import { addOuterProduct, type Objective } from './minimise.ts';
import { type Grouped, weighted } from './sample.ts';
import { digamma, lnGamma } from './special.ts';

/** Groups of customers with equal repeat orders (1 or more) and equal spend on them (above nought). */
export interface Spending extends Grouped {
  readonly frequency: Float64Array;
  /** The sum of the repeat orders' values. */
  readonly spend: Float64Array;
}

/** Beyond this neither orders nor customers differ; a fit is held back long before (likelihood.ts). */
const MOST = 1e6;

/** Fits to spending that is sorted. */
export function fitOrderValue(spending: Spending) {
  const { frequency, spend, customers } = spending;
  const mean = weighted(spend, customers) / weighted(frequency, customers);
  const starts: (readonly [number, number, number])[] = [
    [6, 3, mean / 2],
    [2, 1, mean / 2],
    [30, 10, mean / 3],
  ];
  const { parameters, ...found } = mostLikely(spending, spendingMisfit, starts, [0, 1]);
  const [p, excess, v] = parameters;
  return { ...found, p, q: 1 + excess, v };
}

/** Minus the log-likelihood over ln p, ln (q − 1), ln v. A group costs one logarithm. */
export function spendingMisfit({ frequency, spend, customers }: Spending): Objective {
  const { distinct, index } = indexed(frequency);
  const lnSpend = spend.map(Math.log);
  const lnMeans = weighted(
    lnSpend.map((ln, i) => ln - Math.log(frequency[i] as number)),
    customers,
  );
  return (point, gradient, information) => {
    const [p = 0, excess = 0, v = 0] = Array.from(point, Math.exp);
    const q = 1 + excess;
    if (!(p < MOST && excess < MOST)) return Number.POSITIVE_INFINITY;
    const lnV = Math.log(v);
    const [lnGammaQ, psiQ] = [lnGamma(q), digamma(q)];
    const fixed = distinct.map((x) => lnGamma(p * x + q) - lnGamma(p * x) - lnGammaQ + q * lnV);
    const psi = distinct.map((x) => digamma(p * x + q));
    const psiX = distinct.map((x) => digamma(p * x));
    let value = -lnMeans;
    let sumP = 0;
    let sumQ = 0;
    let sumV = 0;
    for (let i = 0; i < spend.length; i++) {
      const at = index[i] as number;
      const weight = customers[i] as number;
      const x = distinct[at] as number;
      const whole = v + (spend[i] as number);
      const lnWhole = Math.log(whole);
      const lnShare = (lnSpend[i] as number) - lnWhole;
      value += weight * ((fixed[at] as number) + p * x * lnShare - q * lnWhole);
      const byP = p * x * ((psi[at] as number) - (psiX[at] as number) + lnShare);
      const byQ = excess * ((psi[at] as number) - psiQ + lnV - lnWhole);
      const byV = q - (v * (p * x + q)) / whole;
      sumP += weight * byP;
      sumQ += weight * byQ;
      sumV += weight * byV;
      if (information) addOuterProduct(information, [byP, byQ, byV], weight);
    }
    gradient.set([-sumP, -sumQ, -sumV]);
    return Number.isFinite(value) ? -value : Number.POSITIVE_INFINITY;
  };
}
