/**
 * The special functions that the purchase models need: ln Γ, ψ, and two forms of Gauss's ₂F₁ on [0, 1).
 *
 * Written out here because the maintained typed packages bring a hundred and eighty others for these three functions,
 * and take 3.6 µs for one ₂F₁. Only real, positive arguments are served; anything else is a RangeError, never a NaN.
 * Checked against values computed with fifty digits (test/features/value/special.test.ts).
 */

/** Stirling's series is cut where its first missing term is below 4e-17; that needs arguments from here on. */
const ASYMPTOTIC_FROM = 10;
const HALF_LN_TWO_PI = 0.9189385332046727;
const MAX_TERMS = 1_000_000;
const RESCALE_AT = 2 ** 512;
const LN_RESCALE_AT = 512 * Math.LN2;

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

/**
 * ₂F₁(1, b; c; z) for 0 < b < c and 0 ≤ z < 1, by Gauss's continued fraction (Cuyt and others, Handbook of continued
 * fractions, 15.3.3) in Lentz's form: it settles in ten steps at z = 0.5, and in some hundreds at 0.9999, where the
 * series would take a hundred thousand. Relative error below 1e-11.
 */
export function hyp2f1One(b: number, c: number, z: number): number {
  if (!(z >= 0 && z < 1 && b > 0 && c > b)) {
    throw new RangeError(`hyp2f1One is given for 0 <= z < 1 and 0 < b < c; got b ${b}, c ${c}, z ${z}`);
  }
  let fraction = 1;
  let [above, below] = [1, 0];
  for (let n = 1; n < MAX_TERMS; n++) {
    const j = n >> 1;
    const k = c + n - 2;
    const coefficient = n % 2 === 1 ? -((c - 1 + j) * (b + j)) / (k * (k + 1)) : ((b - c + 1 - j) * j) / (k * (k + 1));
    below = 1 / (1 + coefficient * z * below);
    above = 1 + (coefficient * z) / above;
    const change = above * below;
    fraction *= change;
    if (Math.abs(change - 1) < 1e-14) return 1 / fraction;
  }
  throw new RangeError(`The continued fraction did not settle in ${MAX_TERMS} steps at z ${z}`);
}

/**
 * ₂F₁(a, b; c; z) by its series, for a, b > 0, c > −1 and not 0, 0 ≤ z < 1: from the second term on all have one sign,
 * so that nothing cancels. Given as `mantissa` · e^`exponent`, since for frequent buyers it passes 1e308. Relative error
 * below 1e-12.
 */
export function hyp2f1(a: number, b: number, c: number, z: number): { mantissa: number; exponent: number } {
  if (!(z >= 0 && z < 1 && a > 0 && b > 0 && c > -1 && c !== 0)) {
    throw new RangeError(`hyp2f1 is given for 0 <= z < 1, a, b > 0, c > -1; got a ${a}, b ${b}, c ${c}, z ${z}`);
  }
  let [term, sum, exponent] = [1, 1, 0];
  for (let n = 0; n < MAX_TERMS; n++) {
    const ratio = (((a + n) * (b + n)) / ((c + n) * (1 + n))) * z;
    term *= ratio;
    sum += term;
    // Once it is below 1 the ratio only moves towards z, so that a geometric series bounds the rest.
    const bound = Math.max(ratio, z);
    if (n > 0 && bound < 1 && Math.abs(term) * bound <= 1e-15 * Math.abs(sum) * (1 - bound)) {
      return { mantissa: sum, exponent };
    }
    if (Math.abs(sum) > RESCALE_AT) {
      term /= RESCALE_AT;
      sum /= RESCALE_AT;
      exponent += LN_RESCALE_AT;
    }
  }
  throw new RangeError(`The series did not settle in ${MAX_TERMS} terms at z ${z}`);
}

/**
 * (₂F₁(m, a − 1; c; z) − 1) / (a − 1), its limit where a is 1: Σ (m)ₙ (a)ₙ₋₁ / ((c)ₙ n!) zⁿ from n = 1, for a > 0, c >
 * −1 and not 0, 0 ≤ z < 1. From n > −m on all terms have one sign. Error below 1e-12 of the largest partial sum.
 */
export function hyp2f1Rest(m: number, a: number, c: number, z: number): number {
  if (!(z >= 0 && z < 1 && a > 0 && c > -1 && c !== 0 && Number.isFinite(m))) {
    throw new RangeError(`hyp2f1Rest is given for 0 <= z < 1, a > 0, c > -1; got m ${m}, a ${a}, c ${c}, z ${z}`);
  }
  let term = (m / c) * z;
  let sum = term;
  for (let n = 1; n < MAX_TERMS; n++) {
    const ratio = (((m + n) * (a - 1 + n)) / ((c + n) * (1 + n))) * z;
    const bound = Math.max(Math.abs(ratio), z);
    if (bound < 1 && Math.abs(term) * bound <= 1e-15 * Math.abs(sum) * (1 - bound)) return sum;
    term *= ratio;
    sum += term;
  }
  throw new RangeError(`The series did not settle in ${MAX_TERMS} terms at z ${z}`);
}

/** (1 − e^(ε·l)) / ε, also where ε is nought (its limit there is −l). */
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
