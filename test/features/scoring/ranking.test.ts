/** The arithmetic of a back-test, against counting pairs by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aucOf, type Group, isReversed, logOddsRatio, slicesOf } from '../../../lib/features/scoring/ranking.ts';

const person = fc.record({ value: fc.integer({ min: 0, max: 12 }), converted: fc.boolean() });
const people = fc
  .array(person, { minLength: 4, maxLength: 80 })
  .filter((all) => all.some((each) => each.converted) && all.some((each) => !each.converted));

const grouped = (all: readonly { value: number; converted: boolean }[]): Group[] =>
  [...new Set(all.map(({ value }) => value))].map((value) => {
    const same = all.filter((each) => each.value === value);
    return { value, total: same.length, converted: same.filter((each) => each.converted).length };
  });

describe('AUC', () => {
  it('is the share of pairs in which the one with the outcome stands higher, ties half; inside its interval', () => {
    fc.assert(
      fc.property(people, (all) => {
        const with_ = all.filter((each) => each.converted);
        const without = all.filter((each) => !each.converted);
        const won = with_.reduce(
          (sum, one) =>
            sum +
            without.reduce((s, other) => s + (one.value > other.value ? 1 : one.value === other.value ? 0.5 : 0), 0),
          0,
        );
        const { auc, low, high } = aucOf(grouped(all));
        expect(auc).toBeCloseTo(won / (with_.length * without.length), 10);
        expect(low).toBeLessThanOrEqual(auc);
        expect(high).toBeGreaterThanOrEqual(auc);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
      }),
    );
  });
  it('turns around with the number, and does not depend on the order of groups', () => {
    fc.assert(
      fc.property(people, (all) => {
        const groups = grouped(all);
        const turned = groups.map((group) => ({ ...group, value: -group.value }));
        expect(aucOf(turned).auc).toBeCloseTo(1 - aucOf(groups).auc, 10);
        expect(aucOf(groups.toReversed())).toEqual(aucOf(groups));
      }),
    );
  });
  it('has DeLong’s interval: a worked example', () => {
    // Positives 3, 4, 5 (placements 0.625, 0.875, 1); negatives 1, 2, 3, 4 (1, 1, 0.8333, 0.5): variance 0.012153 +
    // 0.013889.
    const groups = grouped(
      [3, 4, 5]
        .map((value) => ({ value, converted: true }))
        .concat([1, 2, 3, 4].map((value) => ({ value, converted: false }))),
    );
    const { auc, low, high } = aucOf(groups);
    expect(auc).toBeCloseTo(10 / 12, 10);
    const error = Math.sqrt(logitVariance(auc, low, high));
    expect(error).toBeCloseTo(0.16137, 4);
  });
  it('covers the true value in about 95 of 100 samples', () => {
    let covered = 0;
    let state = 12345;
    const random = () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state / 2147483648;
    };
    const normal = () => Math.sqrt(-2 * Math.log(random() || 1e-9)) * Math.cos(2 * Math.PI * random());
    // Two normals one apart: the true AUC is Φ(1/√2) = 0.7602.
    for (let sample = 0; sample < 400; sample++) {
      const all = Array.from({ length: 300 }, (_, i) => ({ value: normal() + (i < 60 ? 1 : 0), converted: i < 60 }));
      const { low, high } = aucOf(
        all.map(({ value, converted }) => ({ value, total: 1, converted: converted ? 1 : 0 })),
      );
      if (low <= 0.7602 && high >= 0.7602) covered++;
    }
    expect(covered / 400).toBeGreaterThan(0.91);
    expect(covered / 400).toBeLessThan(0.985);
  });
  it('is refused where all, or none, had the outcome', () => {
    expect(() => aucOf([{ value: 1, total: 5, converted: 5 }])).toThrow(RangeError);
    expect(() => aucOf([{ value: 1, total: 5, converted: 0 }])).toThrow(RangeError);
  });
});

/** The standard error on the scale of the AUC, from an interval on the logit scale. */
const logitVariance = (auc: number, low: number, high: number): number => {
  const logit = (p: number) => Math.log(p / (1 - p));
  return (((logit(high) - logit(low)) / 2 / 1.959964) * auc * (1 - auc)) ** 2;
};

it('tenths hold each contact once, in any order of equals, the highest first', () => {
  fc.assert(
    fc.property(people, (all) => {
      const slices = slicesOf(grouped(all));
      expect(slices.reduce((sum, { contacts }) => sum + contacts, 0)).toBeCloseTo(all.length, 6);
      expect(slices.reduce((sum, { conversions }) => sum + conversions, 0)).toBeCloseTo(
        all.filter((each) => each.converted).length,
        6,
      );
      expect(slices.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
      expect(slicesOf(grouped(all).toReversed())).toEqual(slices);
    }),
  );
  const [first, last] = [
    slicesOf([
      { value: 9, total: 10, converted: 10 },
      { value: 1, total: 90, converted: 0 },
    ]),
  ].flatMap((all) => [all[0], all[9]]);
  expect(first).toMatchObject({ contacts: 10, conversions: 10, rate: 1, lift: 10, share: 1 });
  expect(last).toMatchObject({ conversions: 0, rate: 0 });
});

it('a difference that chance explains is no reversal, and an empty cell no infinite evidence', () => {
  expect(isReversed({ contacts: 20, rate: 0.05 }, { contacts: 20, rate: 0.1 })).toBe(false);
  expect(isReversed({ contacts: 2000, rate: 0.05 }, { contacts: 2000, rate: 0.1 })).toBe(true);
  expect(isReversed({ contacts: 2000, rate: 0.1 }, { contacts: 2000, rate: 0.05 })).toBe(false);
  const { value, error } = logOddsRatio({ contacts: 10, conversions: 0 }, { contacts: 100, conversions: 0 });
  expect(Number.isFinite(value) && Number.isFinite(error)).toBe(true);
});
