/**
 * BG/NBD and MBG/NBD: customers buy at a gamma-distributed rate, and leave for good after an order with a
 * beta-distributed probability.
 *
 * Sources: Fader, Hardie, Lee, "Counting your customers the easy way" (Marketing Science 24, 2005) for BG/NBD;
 * Batislam, Denizel, Filiztekin (IJRM 24, 2007) for MBG/NBD, in which a customer may also leave right after the first
 * order, so that a customer with one order is not alive for certain. The two differ only in the number of chances to
 * leave, and are one piece of code here.
 */
import { indexed } from './indexed.ts';
import { addOuterProduct, type Objective } from './minimise.ts';
import { type Histories, parametersAt, type RepeatModel } from './model.ts';
import { digamma, hyp2f1, hyp2f1Rest, lnGamma, powerGap } from './special.ts';

/** Parameters beyond this are no answer, only a search that ran away. */
const MOST = 1e9;
const MOST_ODDS = 1e300;

/** Where a published form divides by nought, its value an inch beside it is the limit, to six digits. */
const apart = (value: number, pole: number): number => (Math.abs(value - pole) < 1e-6 ? pole + 1e-6 : value);

/** Below this the transformed series loses digits: its terms alternate, and grow. */
const LEAST_EXCESS = -10;
/** Above this it passes what a double holds. */
const LARGEST_A = 30;

/** Leaving is possible after each repeat order. Parameters r, alpha (weeks), a, b. */
export const bgNbd: RepeatModel = betaGeometric('BG/NBD', 0);
/** Leaving is possible after each order, the first too. Parameters r, alpha (weeks), a, b. */
export const mbgNbd: RepeatModel = betaGeometric('MBG/NBD', 1);

function betaGeometric(name: string, extraChances: 0 | 1): RepeatModel {
  return {
    name,
    parameterNames: ['r', 'alpha', 'a', 'b'],
    shapes: [0, 2, 3],
    mostCustomers: Number.POSITIVE_INFINITY,
    starts: (weeks) => [
      [0.5, weeks / 4, 0.7, 2.5],
      [2, weeks, 0.2, 2],
    ],
    misfit: (histories) => misfit(histories, extraChances),
    forecast: ([r, alpha, a, b]) => ({
      alive: (frequency, recency, age) => {
        const chances = frequency + extraChances;
        if (chances === 0) return 1;
        const lnOdds = Math.log(a / (b + chances - 1)) + (r + frequency) * Math.log((alpha + age) / (alpha + recency));
        return 1 / (1 + Math.exp(lnOdds));
      },
      ordersIfAlive: ({ frequency, age }, weeks) => {
        const chances = frequency + extraChances;
        const z = weeks / (alpha + age + weeks);
        const c = apart(a + b + chances - 1, 0);
        const excess = c - r - frequency;
        if (excess < LEAST_EXCESS || a > LARGEST_A)
          return publishedOrders(r + frequency, b + chances, c, z, apart(a, 1));
        const lnLeft = Math.log1p(-z);
        const left = powerGap(a - 1, lnLeft) - Math.exp((a - 1) * lnLeft) * hyp2f1Rest(excess, a, c, z);
        return Math.max(0, c * left);
      },
    }),
  };
}

/**
 * Their equation 10 without its denominator: c / (a − 1) · (1 − (1 − z)^p · ₂F₁(p, q; c; z)). By Euler's transformation
 * the product is (1 − z)^(a−1) · ₂F₁(c − p, a − 1; c; z), whose series settles in a third of the terms and does not
 * divide by a − 1.
 */
function publishedOrders(p: number, q: number, c: number, z: number, a: number): number {
  const series = hyp2f1(p, q, c, z);
  const share = series.mantissa * Math.exp(p * Math.log1p(-z) + series.exponent);
  return Math.max(0, (c * (1 - share)) / (a - 1));
}

/**
 * Minus the log-likelihood (their equation 6) over ln r, ln alpha, ln a, ln b. Gamma functions are worked out once for
 * each distinct frequency, of which there are few; a group costs one exponential and three logarithms.
 */
function misfit({ frequency, recency, age, customers }: Histories, extraChances: 0 | 1): Objective {
  const { distinct, index } = indexed(frequency);
  return (point, gradient, information) => {
    const [r, alpha, a, b] = parametersAt(point);
    if (!(r < MOST && alpha < MOST && a < MOST && b < MOST)) return Number.POSITIVE_INFINITY;
    const shared = byFrequency(distinct, extraChances, r, alpha, a, b);
    let value = 0;
    let sumR = 0;
    let sumAlpha = 0;
    let sumA = 0;
    let sumB = 0;
    for (let i = 0; i < customers.length; i++) {
      const x = index[i] as number;
      const weight = customers[i] as number;
      const rate = r + (distinct[x] as number);
      const whole = alpha + (age[i] as number);
      const active = alpha + (recency[i] as number);
      // One division does for 1 / whole, 1 / active and whole / active.
      const both = 1 / (whole * active);
      const lnWhole = Math.log(whole);
      const lapse = Math.log(whole * whole * both);
      const lnOdds = (shared.lnOdds[x] as number) + rate * lapse;
      const odds = Math.exp(lnOdds);
      // Where the odds overflow, their logarithm is all there is to 1 + odds.
      const gone = odds < MOST_ODDS ? odds / (1 + odds) : 1;
      value += weight * ((shared.value[x] as number) - rate * lnWhole);
      value += weight * (odds < MOST_ODDS ? Math.log(1 + odds) : lnOdds);
      const byR = r * ((shared.byR[x] as number) - lnWhole + gone * lapse);
      const byAlpha = r + alpha * rate * both * (gone * (active - whole) - active);
      const byA = a * (shared.byA[x] as number) + gone;
      const byB = b * ((shared.byB[x] as number) - gone * (shared.perChance[x] as number));
      sumR += weight * byR;
      sumAlpha += weight * byAlpha;
      sumA += weight * byA;
      sumB += weight * byB;
      if (information) addOuterProduct(information, [byR, byAlpha, byA, byB], weight);
    }
    gradient.set([-sumR, -sumAlpha, -sumA, -sumB]);
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
