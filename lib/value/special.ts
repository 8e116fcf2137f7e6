/**
 * The special functions that the purchase models need: ln Γ, ψ, and Gauss's ₂F₁ on [0, 1).
 *
 * Written out here because the maintained typed packages bring a hundred and eighty others for these three functions, and
 * take 3.6 µs for one ₂F₁. Only real, positive arguments are served; anything else is a RangeError, never a NaN.
 * Checked against values computed with fifty digits (test/value/special.test.ts).
 */

/** Stirling's series is cut where its first missing term is below 4e-17; that needs arguments from here on. */
const ASYMPTOTIC_FROM = 10;
const HALF_LN_TWO_PI = 0.9189385332046727;
const MAX_TERMS = 200_000;

/**
 * ln Γ(x) for x > 0, by Stirling's series (Abramowitz and Stegun 6.1.41) after raising x to at least 10 by 6.1.15.
 * Absolute error below 1e-14 · max(1, |ln Γ(x)|).
 */
export function lnGamma(x: number): number {
  positive('lnGamma', x);
  let shift = 1;
  let y = x;
  while (y < ASYMPTOTIC_FROM) shift *= y++;
  const i = 1 / (y * y);
  const series =
    1 / 12 + i * (-1 / 360 + i * (1 / 1260 + i * (-1 / 1680 + i * (1 / 1188 + i * (-691 / 360360 + i / 156)))));
  return (y - 0.5) * Math.log(y) - y + HALF_LN_TWO_PI + series / y - Math.log(shift);
}

/**
 * ψ(x), the derivative of ln Γ, for x > 0, by its asymptotic series (Abramowitz and Stegun 6.3.18) after raising x by
 * 6.3.5. Absolute error below 1e-14 · max(1, |ψ(x)|).
 */
export function digamma(x: number): number {
  positive('digamma', x);
  let lifted = 0;
  let y = x;
  while (y < ASYMPTOTIC_FROM) lifted += 1 / y++;
  const i = 1 / (y * y);
  const series =
    i * (1 / 12 - i * (1 / 120 - i * (1 / 252 - i * (1 / 240 - i * (1 / 132 - i * (691 / 32760 - i / 12))))));
  return Math.log(y) - 0.5 / y - series - lifted;
}

/** ln B(x, y) for x, y > 0. */
export function lnBeta(x: number, y: number): number {
  return lnGamma(x) + lnGamma(y) - lnGamma(x + y);
}

/**
 * ₂F₁(a, b; c; z) for 0 ≤ z < 1 and 0 < a, b < c, where every term of the series is positive, so nothing cancels:
 * relative error below 1e-12. Where a + b > c it is summed after Euler's transformation (Abramowitz and Stegun 15.3.3),
 * which turns the growing terms into shrinking ones.
 */
export function hyp2f1(a: number, b: number, c: number, z: number): number {
  if (!(z >= 0 && z < 1) || !(a > 0 && b > 0 && c > a && c > b)) {
    throw new RangeError(`hyp2f1 is given for 0 <= z < 1 and 0 < a, b < c; got a ${a}, b ${b}, c ${c}, z ${z}`);
  }
  if (a + b <= c) return hypergeometricSum(a, b, c, 1, z);
  return (1 - z) ** (c - a - b) * hypergeometricSum(c - a, c - b, c, 1, z);
}

/**
 * The sum over n ≥ 0 of (a)ₙ (b)ₙ / ((c)ₙ (d)ₙ) · zⁿ, c and d positive, 0 ≤ z < 1; with d = 1 it is ₂F₁.
 * Stops when the rest, bounded by a geometric series, is below 1e-16 of the sum.
 */
export function hypergeometricSum(a: number, b: number, c: number, d: number, z: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 0; n < MAX_TERMS; n++) {
    const ratio = (((a + n) * (b + n)) / ((c + n) * (d + n))) * z;
    term *= ratio;
    sum += term;
    const bound = Math.max(Math.abs(ratio), z);
    if (bound < 1 && Math.abs(term) * bound <= 1e-16 * Math.abs(sum) * (1 - bound)) return sum;
  }
  throw new RangeError(`The series did not settle in ${MAX_TERMS} terms at z ${z}`);
}

/** (1 − e^(ε·l)) / ε, also where ε is nought (its limit there is −l): the integral that both dropout models end in. */
export function powerGap(epsilon: number, l: number): number {
  const product = epsilon * l;
  return Math.abs(product) < 1e-300 ? -l : (-Math.expm1(product) / product) * l;
}

/** ln(1 + eˣ) without overflow. */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

function positive(name: string, x: number): void {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) throw new RangeError(`${name} is given for x > 0; got ${x}`);
}
