import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random, Shuffle } from '../../data/generator/random.ts';
import { Timeline } from '../../data/generator/timeline.ts';

describe('chance', () => {
  it('is the same for the same seed, purpose and index, and unlike for any other', () => {
    const draw = (...from: [number, number, number]) => new Random(...from).fraction();
    expect(draw(1, 2, 3)).toBe(draw(1, 2, 3));
    const others = Array.from({ length: 3000 }, (_, index) => draw(index % 7, index % 11, index));
    expect(new Set(others).size).toBe(3000);
  });

  it('is even', () => {
    const sum = Array.from({ length: 20_000 }, (_, index) => new Random(9, 1, index).fraction()).reduce(
      (a, b) => a + b,
    );
    expect(sum / 20_000).toBeCloseTo(0.5, 1);
  });
});

describe('a shuffle', () => {
  it('gives every place once, and finds its way back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 1e9 }), (size, seed) => {
        const shuffle = new Shuffle(size, seed);
        const places = Array.from({ length: size }, (_, index) => shuffle.placeOf(index));
        expect(new Set(places).size).toBe(size);
        for (const [index, place] of places.entries()) expect(shuffle.indexAt(place)).toBe(index);
      }),
    );
  });

  it('loses nothing where numbers are large', () => {
    const shuffle = new Shuffle(2 ** 26, 12345);
    for (const index of [0, 1, 2 ** 26 - 1, 48_271_119]) expect(shuffle.indexAt(shuffle.placeOf(index))).toBe(index);
  });
});

describe('a timeline', () => {
  it('tells everything once, oldest first, and of one moment what was added first', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.nat(1000)), { maxLength: 3000 }), (given) => {
        const timeline = new Timeline(1000);
        for (const [index, [at, member]] of given.entries()) timeline.add(1000 + at, member, index % 200);
        const actual = Array.from(timeline.inOrder(), ({ at, member, kind }) => [at, member, kind]);
        const expected = given.map(([at, member], index) => [1000 + at, member, index % 200]);
        expect(actual).toEqual(expected.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0)));
      }),
    );
  });
});
