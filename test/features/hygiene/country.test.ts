import { describe, expect, it } from 'vitest';
import { sql } from '../../../lib/core/sql.ts';
import { cleanCountry, countryIsClean } from '../../../lib/features/hygiene/country.ts';
import { expectLawful, hostile, recogniserFaults } from './recognised.ts';

const values = hostile(
  'US',
  'UK',
  'EL',
  'de',
  'USA',
  'deu',
  'U.S.A.',
  'Deutschland',
  'Côte d’Ivoire',
  'Congo',
  'Georgia',
  'XX',
  '日本',
  'the',
);

describe('cleanCountry', () => {
  it.each([
    ['us', 'US'],
    ['DEU', 'DE'],
    ['USA', 'US'],
    ['U.S.A.', 'US'],
    ['U. S.', 'US'],
    ['UK', 'GB'],
    ['England', 'GB'],
    ['EL', 'GR'],
    [' the Netherlands', 'NL'],
    ['Holland', 'NL'],
    ['Deutschland', 'DE'],
    ['Allemagne', 'DE'],
    ['Österreich', 'AT'],
    ['Oesterreich', 'AT'],
    ['Estados Unidos', 'US'],
    ['BRASIL', 'BR'],
    ['Türkiye', 'TR'],
    ['Turkey', 'TR'],
    ['Côte d’Ivoire', 'CI'],
    ['Bosnia & Herzegovina', 'BA'],
    ['St. Lucia', 'LC'],
    ['Россия', 'RU'],
    ['日本', 'JP'],
    ['South Korea', 'KR'],
    ['Vietnam', 'VN'],
    ['Czech Republic', 'CZ'],
  ])('reads %s', (typed, code) => expect(cleanCountry(typed)).toBe(code));

  it('leaves what names two countries, or none', () => {
    for (const value of [
      'Korea',
      'Congo',
      'XX',
      'en',
      'Atlantis',
      'Bavaria',
      'n/a',
      'n.a.',
      'na',
      'N.A.',
      'no',
      'No',
      '-',
      'none',
      'constructor',
    ])
      expect(cleanCountry(value)).toBe(value);
  });

  it('is lawful on hostile values', () => expectLawful(cleanCountry, values));
});

describe('countryIsClean', () => {
  it('never calls a country clean that cleanCountry would change, and knows the codes', async () => {
    const { wrong, missed } = await recogniserFaults(countryIsClean(sql`x`), cleanCountry, values, [
      'US',
      'DE',
      'GB',
      'GR',
    ]);
    expect({ wrong, missed }).toEqual({ wrong: [], missed: [] });
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const pairs = letters.flatMap((first) => letters.map((second) => first + second));
    expect(pairs.filter((pair) => cleanCountry(pair) !== pair)).toEqual(['EL', 'UK']);
  });
});
