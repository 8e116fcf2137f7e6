import { describe, expect, it } from 'vitest';
import { literal, sql } from '../../../lib/core/sql.ts';
import { cleanRegion, regionIsClean } from '../../../lib/features/hygiene/region.ts';
import { expectLawful, hostile, recogniserFaults } from './recognised.ts';

const values = hostile('California', 'CA', 'N.Y.', 'Québec', 'NSW', 'nsw', 'Georgia', 'Bavaria', 'US-CA', 'Tex');
const COUNTRIES = [null, 'US', 'CA', 'AU', 'DE'];

describe('cleanRegion', () => {
  it.each([
    ['California', 'US', 'CA'],
    ['calif.', 'US', 'CA'],
    ['N.Y.', 'US', 'NY'],
    ['us-ca', 'US', 'CA'],
    ['Washington, D.C.', 'US', 'DC'],
    ['WASHINGTON', 'US', 'WA'],
    ['Québec', 'CA', 'QC'],
    ['Île-du-Prince-Édouard', 'CA', 'PE'],
    ['nsw', 'AU', 'NSW'],
    ['Victoria', 'AU', 'VIC'],
  ])('reads %s of %s', (typed, country, code) => expect(cleanRegion(typed, country)).toBe(code));

  it('guesses no state where the country is unknown or has none', () => {
    expect(cleanRegion('Georgia', null)).toBe('Georgia');
    expect(cleanRegion(' Bavaria ', 'DE')).toBe('Bavaria');
    expect(cleanRegion('Ontario', 'US')).toBe('Ontario');
  });

  it('is lawful on hostile values', () => {
    for (const country of COUNTRIES) expectLawful((value) => cleanRegion(value, country), values);
  });
});

describe('regionIsClean', () => {
  it('never calls a region clean that cleanRegion would change, and knows postal codes', async () => {
    for (const country of COUNTRIES) {
      const expression = regionIsClean(sql`x`, country ? literal(country) : sql`null`);
      const clean = (value: string): string => cleanRegion(value, country);
      const { wrong, missed } = await recogniserFaults(
        expression,
        clean,
        values,
        country === 'AU' ? ['WA', 'SA'] : ['CA', 'NY'],
      );
      expect({ country, wrong, missed }).toEqual({ country, wrong: [], missed: [] });
    }
  });
});
