/**
 * Pareto/NBD: customers buy at a gamma-distributed rate and leave at any moment, at a gamma-distributed rate of their
 * own.
 *
 * Sources: Schmittlein, Morrison, Colombo (Management Science 33, 1987); the likelihood in the form of Fader, Hardie,
 * "A note on deriving the Pareto/NBD model and related expressions" (2005), in logarithms, with the larger of alpha and
 * beta choosing between their two hypergeometric forms. Its gradient is taken by differences, which is
 * why a fit of it looks at no more than a sample of a large workbook; its series are summed once for each distinct
 * frequency and time.
 */
import { byDifferences } from './differences.ts';
import { indexed, indexedPairs, type Pairs } from './indexed.ts';
import { parametersAt, type RepeatModel } from './model.ts';
import { hyp2f1One, lnGamma, powerGap, softplus } from './special.ts';

/** Where alpha and beta are further apart, the hypergeometric function takes too many steps. */
const MOST_APART = 1e6;
/** Beyond this differences of logarithms lose their digits; a fit is held back long before (likelihood.ts). */
const MOST = 1e5;

/** Parameters r, alpha (weeks), s, beta (weeks). */
export const paretoNbd: RepeatModel = {
  name: 'Pareto/NBD',
  parameterNames: ['r', 'alpha', 's', 'beta'],
  shapes: [0, 2],
  mostCustomers: 10_000,
  starts: (weeks) => [
    [0.5, weeks / 4, 0.5, weeks / 4],
    [1.5, weeks, 1.5, weeks],
  ],
  misfit: ({ frequency, recency, age, customers }) => {
    const { distinct, index } = indexed(frequency);
    const [atRecency, atAge] = [indexedPairs(frequency, recency), indexedPairs(frequency, age)];
    return byDifferences(customers, (point) => {
      const [r, alpha, s, beta] = parametersAt(point);
      if (!(r < MOST && s < MOST && alpha < MOST_APART * beta && beta < MOST_APART * alpha)) return undefined;
      const fixed = r * Math.log(alpha) - lnGamma(r);
      const byOrders = distinct.map((x) => fixed + lnGamma(r + x));
      const lnTerms = ({ xs, times }: Pairs) => times.map((t, i) => lnTerm(r, alpha, s, beta, xs[i] as number, t));
      const [ofRecency, ofAge] = [lnTerms(atRecency), lnTerms(atAge)];
      return frequency.map((x, i) => {
        const whole = age[i] as number;
        const lnAlive = -(r + x) * Math.log(alpha + whole) - s * Math.log1p(whole / beta);
        const lnA0 = lnDifference(ofRecency[atRecency.index[i] as number], ofAge[atAge.index[i] as number]);
        const odds = lnOdds(r, alpha, s, beta, x, whole) + lnA0;
        return -((byOrders[index[i] as number] as number) + lnAlive + softplus(odds));
      });
    });
  },
  forecast: ([r, alpha, s, beta]) => ({
    alive: (x, recency, age) => {
      const lnA0 = lnDifference(lnTerm(r, alpha, s, beta, x, recency), lnTerm(r, alpha, s, beta, x, age));
      return 1 / (1 + Math.exp(lnOdds(r, alpha, s, beta, x, age) + lnA0));
    },
    ordersIfAlive: ({ frequency, age }, weeks) => {
      const active = (beta + age) * powerGap(s - 1, Math.log((beta + age) / (beta + age + weeks)));
      return ((r + frequency) * active) / (alpha + age);
    },
  }),
};

/**
 * ln of the odds that the customer has left, s / (r+s+x) · (alpha+T)^(r+x) · (beta+T)^s · A₀, without A₀. ln A₀ is −∞
 * where age = recency.
 */
const lnOdds = (r: number, alpha: number, s: number, beta: number, x: number, age: number): number =>
  Math.log(s / (r + s + x)) + (r + x) * Math.log(alpha + age) + s * Math.log(beta + age);

/** ln A₀: the logarithm of the difference of two terms, the one at the last order and the one now. */
const lnDifference = (atRecency = Number.NaN, atAge = Number.NaN): number =>
  atRecency + Math.log(-Math.expm1(Math.min(0, atAge - atRecency)));

/**
 * The logarithm of a term of A₀ at a time. Its ₂F₁(r+s+x, b; r+s+x+1; z) becomes by Euler's transformation
 * (1 − z)^(1−b) · ₂F₁(1, r+s+x+1−b; r+s+x+1; z).
 */
function lnTerm(r: number, alpha: number, s: number, beta: number, x: number, t: number): number {
  const power = r + s + x;
  const [smaller, larger] = alpha < beta ? [alpha, beta] : [beta, alpha];
  const b = alpha >= beta ? s + 1 : r + x;
  const series = hyp2f1One(power + 1 - b, power + 1, (larger - smaller) / (larger + t));
  return (1 - b) * Math.log((smaller + t) / (larger + t)) + Math.log(series) - power * Math.log(larger + t);
}
