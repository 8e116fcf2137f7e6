/**
 * BG/NBD and MBG/NBD: customers buy at a gamma-distributed rate, and leave for good after an order with a
 * beta-distributed probability.
 *
 * Sources: Fader, Hardie, Lee, "Counting your customers the easy way" (Marketing Science 24, 2005) for BG/NBD; Batislam,
 * Denizel, Filiztekin (IJRM 24, 2007) for MBG/NBD, in which a customer may also leave right after the first order, so that
 * somebody who bought once is not alive for certain. The two differ only in the number of chances to leave, and are one
 * piece of code here.
 */
import { indexed } from './indexed.ts';
import type { Objective } from './minimise.ts';
import { type Histories, type RepeatModel, total } from './model.ts';
import { digamma, hyp2f1, lnGamma } from './special.ts';

/** Parameters beyond this are no answer, only a search that ran away. */
const MOST = 1e9;
const MOST_ODDS = 1e300;

/** Where a published form divides by nought, its value an inch beside it is the limit, to six digits. */
const apart = (value: number, pole: number): number => (Math.abs(value - pole) < 1e-6 ? pole + 1e-6 : value);

/** Leaving is possible after each repeat order. Parameters r, alpha (weeks), a, b. */
export const bgNbd: RepeatModel = betaGeometric('BG/NBD', 0);
/** Leaving is possible after each order, the first too. Parameters r, alpha (weeks), a, b. */
export const mbgNbd: RepeatModel = betaGeometric('MBG/NBD', 1);

function betaGeometric(name: string, extraChances: 0 | 1): RepeatModel {
  const alive = (parameters: readonly number[], frequency: number, recency: number, age: number) => {
    const [r, alpha, a, b] = four(parameters);
    const chances = frequency + extraChances;
    if (chances === 0) return 1;
    const lnOdds = Math.log(a / (b + chances - 1)) + (r + frequency) * Math.log((alpha + age) / (alpha + recency));
    return 1 / (1 + Math.exp(lnOdds));
  };
  return {
    name,
    parameterNames: ['r', 'alpha', 'a', 'b'],
    mostCustomers: Number.POSITIVE_INFINITY,
    starts: (weeks) => [
      [0.5, weeks / 4, 0.7, 2.5],
      [2, weeks, 0.2, 2],
    ],
    misfit: (histories) => misfit(histories, extraChances),
    alive,
    ordersIfAlive: (parameters, frequency, _recency, age, weeks) => {
      const [r, alpha, fittedA, b] = four(parameters);
      const a = apart(fittedA, 1);
      const chances = frequency + extraChances;
      const z = weeks / (alpha + age + weeks);
      const c = apart(a + b + chances - 1, 0);
      const series = hyp2f1(r + frequency, b + chances, c, z);
      const share = series.mantissa * Math.exp((r + frequency) * Math.log1p(-z) + series.exponent);
      return Math.max(0, (c * (1 - share)) / (a - 1));
    },
  };
}

/**
 * Minus the log-likelihood (their equation 6) over ln r, ln alpha, ln a, ln b. Logarithms and gamma functions are worked out
 * once for each distinct frequency, recency and age, of which there are few; a group costs one exponential and one
 * logarithm.
 */
function misfit(histories: Histories, extraChances: 0 | 1): Objective {
  const { customers } = histories;
  const population = total(customers);
  const frequencies = indexed(histories.frequency);
  const recencies = indexed(histories.recency);
  const ages = indexed(histories.age);
  return (point, gradient) => {
    const [r, alpha, a, b] = four(Array.from(point, Math.exp));
    if (!(r < MOST && alpha < MOST && a < MOST && b < MOST)) return Number.POSITIVE_INFINITY;
    const shared = byFrequency(frequencies.distinct, extraChances, r, alpha, a, b);
    const lnActive = recencies.distinct.map((recency) => Math.log(alpha + recency));
    const perActive = recencies.distinct.map((recency) => 1 / (alpha + recency));
    const lnWhole = ages.distinct.map((age) => Math.log(alpha + age));
    const perWhole = ages.distinct.map((age) => 1 / (alpha + age));
    let value = 0;
    let byR = 0;
    let byAlpha = 0;
    let left = 0;
    let byA = 0;
    let byB = 0;
    for (let i = 0; i < customers.length; i++) {
      const x = frequencies.index[i] as number;
      const t = recencies.index[i] as number;
      const T = ages.index[i] as number;
      const weight = customers[i] as number;
      const rate = r + (frequencies.distinct[x] as number);
      const lapse = (lnWhole[T] as number) - (lnActive[t] as number);
      const lnOdds = (shared.lnOdds[x] as number) + rate * lapse;
      const odds = Math.exp(lnOdds);
      // Where the odds overflow, their logarithm is all there is to 1 + odds.
      const gone = odds < MOST_ODDS ? odds / (1 + odds) : 1;
      value += weight * ((shared.value[x] as number) - rate * (lnWhole[T] as number));
      value += weight * (odds < MOST_ODDS ? Math.log(1 + odds) : lnOdds);
      byR += weight * ((shared.byR[x] as number) - (lnWhole[T] as number) + gone * lapse);
      byAlpha +=
        weight * rate * (gone * ((perWhole[T] as number) - (perActive[t] as number)) - (perWhole[T] as number));
      byA += weight * (shared.byA[x] as number);
      byB += weight * ((shared.byB[x] as number) - gone * (shared.perChance[x] as number));
      left += weight * gone;
    }
    byAlpha += (population * r) / alpha;
    byA += left / a;
    gradient.set([-byR * r, -byAlpha * alpha, -byA * a, -byB * b]);
    return -value;
  };
}

/** What the likelihood and its slopes owe to the frequency alone, for each distinct one. */
function byFrequency(distinct: Float64Array, extraChances: number, r: number, alpha: number, a: number, b: number) {
  const chances = distinct.map((x) => x + extraChances);
  const [ofR, ofB, ofSum] = [rising(r, distinct), rising(b, chances), rising(a + b, chances)];
  const fixed = r * Math.log(alpha);
  const lnAlpha = Math.log(alpha);
  const value = ofR.ln.map((ln, i) => fixed + ln + (ofB.ln[i] as number) - (ofSum.ln[i] as number));
  return {
    value,
    byR: ofR.psi.map((psi) => psi + lnAlpha),
    byA: ofSum.psi.map((psi) => -psi),
    byB: ofB.psi.map((psi, i) => psi - (ofSum.psi[i] as number)),
    lnOdds: chances.map((k) => (k > 0 ? Math.log(a / (b + k - 1)) : Number.NEGATIVE_INFINITY)),
    perChance: chances.map((k) => (k > 0 ? 1 / (b + k - 1) : 0)),
  };
}

/** Beyond this many steps the functions themselves are cheaper than their recurrences. */
const MOST_STEPS = 12;

/** ln Γ(base + x) − ln Γ(base) and ψ(base + x) − ψ(base) for whole x: from each to the next where that is near. */
function rising(base: number, distinct: Float64Array): { ln: Float64Array; psi: Float64Array } {
  const ln = new Float64Array(distinct.length);
  const psi = new Float64Array(distinct.length);
  let [x, lnSum, psiSum] = [0, 0, 0];
  for (const [i, next] of distinct.entries()) {
    if (next < x || next - x > MOST_STEPS) {
      lnSum = lnGamma(base + next) - lnGamma(base);
      psiSum = digamma(base + next) - digamma(base);
    } else {
      for (let factor = base + x; factor < base + next - 0.5; factor++) {
        lnSum += Math.log(factor);
        psiSum += 1 / factor;
      }
    }
    x = next;
    ln[i] = lnSum;
    psi[i] = psiSum;
  }
  return { ln, psi };
}

function four(parameters: readonly number[]): [number, number, number, number] {
  const [first = Number.NaN, second = Number.NaN, third = Number.NaN, fourth = Number.NaN] = parameters;
  return [first, second, third, fourth];
}
