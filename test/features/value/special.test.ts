/** Special functions against values computed with fifty digits (mpmath), and their own laws. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digamma, hyp2f1, hyp2f1One, hyp2f1Rest, lnGamma, powerGap } from '../../../lib/features/value/special.ts';
import golden from './golden.json' with { type: 'json' };

function near(found: number, wanted: number, tolerance: number): void {
  const most = tolerance * Math.max(1, Math.abs(wanted));
  expect(Math.abs(found - wanted), `${found} against ${wanted}`).toBeLessThanOrEqual(most);
}
const positive = fc.double({ min: 1e-3, max: 1e4, noNaN: true });

describe('special functions agree with fifty digits', () => {
  test.each(golden.lnGamma as [number, number][])('ln Γ(%d)', (x, wanted) => near(lnGamma(x), wanted, 1e-14));
  test.each(golden.digamma as [number, number][])('ψ(%d)', (x, wanted) => near(digamma(x), wanted, 1e-14));
  test.each(golden.hyp2f1One as [number, number, number, number][])('₂F₁(1, %d; %d; %d)', (b, c, z, wanted) =>
    near(hyp2f1One(b, c, z), wanted, 1e-11),
  );
  test.each(golden.hyp2f1Rest as [number, number, number, number, number][])(
    '(₂F₁(%d, %d − 1; %d; %d) − 1) / (a − 1)',
    (m, a, c, z, wanted) => near(hyp2f1Rest(m, a, c, z), wanted, 1e-12),
  );
  test.each(golden.lnHyp2f1 as [number, number, number, number, number, number][])(
    'ln ₂F₁(%d, %d; %d; %d)',
    (a, b, c, z, sign, wanted) => {
      const { mantissa, exponent } = hyp2f1(a, b, c, z);
      expect(Math.sign(mantissa)).toBe(sign);
      near(Math.log(Math.abs(mantissa)) + exponent, wanted, 1e-12);
    },
  );
});

describe('special functions keep their laws', () => {
  test('ln Γ(x + 1) = ln Γ(x) + ln x', () =>
    fc.assert(fc.property(positive, (x) => near(lnGamma(x + 1), lnGamma(x) + Math.log(x), 3e-13))));
  test('ψ(x + 1) = ψ(x) + 1/x', () =>
    fc.assert(fc.property(positive, (x) => near(digamma(x + 1), digamma(x) + 1 / x, 1e-12))));
  test('B(x, y) = B(x + 1, y) + B(x, y + 1)', () =>
    fc.assert(
      fc.property(positive, positive, (x, y) => {
        const lnBeta = (a: number, b: number) => lnGamma(a) + lnGamma(b) - lnGamma(a + b);
        const whole = lnBeta(x, y);
        near(Math.exp(lnBeta(x + 1, y) - whole) + Math.exp(lnBeta(x, y + 1) - whole), 1, 1e-9);
      }),
    ));
  test('₂F₁(a, b; b; z) = (1 − z)^−a', () =>
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 500, noNaN: true }),
        fc.double({ min: 0.1, max: 500, noNaN: true }),
        fc.double({ min: 0, max: 0.95, noNaN: true }),
        (a, b, z) => {
          const { mantissa, exponent } = hyp2f1(a, b, b, z);
          near(Math.log(mantissa) + exponent, -a * Math.log1p(-z), 1e-11);
        },
      ),
    ));
  test('the continued fraction and the series are one function', () =>
    fc.assert(
      fc.property(positive, positive, fc.double({ min: 0, max: 0.95, noNaN: true }), (b, more, z) => {
        const { mantissa, exponent } = hyp2f1(1, b, b + more, z);
        near(hyp2f1One(b, b + more, z) / (mantissa * Math.exp(exponent)), 1, 1e-9);
      }),
    ));
  test('the series and its Euler transform are one function', () =>
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 20, noNaN: true }),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        fc.double({ min: 0.1, max: 200, noNaN: true }),
        fc.double({ min: 0, max: 0.95, noNaN: true }),
        (m, a, more, z) => {
          const c = Math.max(m, a) + more;
          const { mantissa, exponent } = hyp2f1(c - m, c - a + 1, c, z);
          const whole = 1 + (a - 1) * hyp2f1Rest(m, a, c, z);
          near(Math.log(whole), Math.log(mantissa) + exponent + (c - m - a + 1) * Math.log1p(-z), 1e-9);
        },
      ),
    ));
  test('the power gap is continuous where its formula divides by nought', () => {
    expect(powerGap(0, -0.7)).toBe(0.7);
    near(powerGap(1e-9, -0.7), 0.7, 1e-8);
    near(powerGap(2, -0.7), (1 - Math.exp(-1.4)) / 2, 1e-15);
  });
  test('an argument outside the domain is an error, never a NaN', () => {
    for (const wrong of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => lnGamma(wrong)).toThrow(RangeError);
      expect(() => digamma(wrong)).toThrow(RangeError);
    }
    expect(() => hyp2f1(1, 1, 2, 1)).toThrow(RangeError);
    expect(() => hyp2f1One(2, 1, 0.5)).toThrow(RangeError);
    expect(() => hyp2f1Rest(1, 0, 2, 0.5)).toThrow(RangeError);
  });
});
