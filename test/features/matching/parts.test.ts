/** The parts of the matching that decide by themselves: headers, kinds, linkage, rules. */
import { describe, expect, it } from 'vitest';
import { headerHint, headerWords } from '../../../lib/features/matching/headers.ts';
import { averageLinkage } from '../../../lib/features/matching/linkage.ts';
import { readMatchingRules } from '../../../lib/features/matching/rules.ts';

describe('headers', () => {
  it('reads a header the same however it is written', () => {
    for (const header of ['FirstName', 'first_name', 'First-Name', ' first name '])
      expect(headerWords(header)).toBe('first name');
    expect(headerWords('Straße')).toBe('strasse');
  });

  it('knows the words of several languages, and an earlier answer is no evidence', () => {
    expect(['Vorname', 'prénom', 'имя', 'nombre'].map(headerHint)).toEqual(['given', 'given', 'given', 'given']);
    expect(['Nachname', 'apellidos', 'фамилия'].map(headerHint)).toEqual(['surname', 'surname', 'surname']);
    expect(headerHint('cluster_id')).toBe('answer');
    expect(headerHint('created_at')).toBe('record');
    expect(headerHint('c1')).toBeUndefined();
  });
});

describe('average linkage', () => {
  it('breaks a chain instead of joining two people by one link', () => {
    const links = [
      { l: 1, r: 2, probability: 0.99 },
      { l: 2, r: 3, probability: 0.6 },
      { l: 3, r: 4, probability: 0.99 },
      { l: 1, r: 3, probability: 0.02 },
    ];
    expect(averageLinkage(links, 0.5)).toEqual(
      new Map([
        [1, 1],
        [2, 1],
        [3, 3],
        [4, 3],
      ]),
    );
  });

  it('joins two large clusters by a mean that is too low for two records', () => {
    const side = [0, 1, 2, 3, 4];
    const within = [0, 10].flatMap((from) =>
      side.flatMap((l) => side.filter((r) => r > l).map((r) => ({ l: from + l, r: from + r, probability: 0.99 }))),
    );
    const across = (probability: number) => side.flatMap((l) => side.map((r) => ({ l, r: 10 + r, probability })));
    const clusters = (probability: number): number =>
      new Set(averageLinkage([...within, ...across(probability)], 0.5).values()).size;
    expect([clusters(0.3), clusters(0.1)]).toEqual([1, 2]);
  });

  it('never puts two records together that a veto keeps apart', () => {
    const links = [
      { l: 1, r: 2, probability: 1 },
      { l: 2, r: 3, probability: 0.9 },
      { l: 1, r: 3, probability: 1, apart: true },
    ];
    const clusters = averageLinkage(links, 0.5);
    expect(clusters.get(1)).not.toBe(clusters.get(3));
  });

  it('gives the same clusters no matter the order of the links', () => {
    const links = [
      { l: 1, r: 2, probability: 0.8 },
      { l: 2, r: 3, probability: 0.8 },
      { l: 1, r: 3, probability: 0.1 },
    ];
    expect(averageLinkage([...links].reverse(), 0.5)).toEqual(averageLinkage(links, 0.5));
  });
});

describe('rules', () => {
  it('name every fault at once, with the place', () => {
    const wrong = { bands: { certain: 2 }, columns: { city: 'town' } };
    expect(() => readMatchingRules(wrong, 'matching.json')).toThrow(
      /^matching\.json: [\s\S]*columns\.city: [\s\S]*bands\.certain: /,
    );
  });
});
