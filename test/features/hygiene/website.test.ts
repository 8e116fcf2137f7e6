import { describe, expect, it } from 'vitest';
import { sql } from '../../../lib/core/sql.ts';
import { cleanWebsite, websiteIsClean } from '../../../lib/features/hygiene/website.ts';
import { expectLawful, hostile, recogniserFaults } from './recognised.ts';

const values = hostile(
  'example.com',
  'https://example.com',
  'HTTP://',
  'www.Example.co.uk',
  '/Path',
  '?utm_source=X',
  ':8080',
  'müller.de',
  '..',
);

describe('cleanWebsite', () => {
  it.each([
    ['example.com', 'https://example.com'],
    ['WWW.Example.COM/Path/', 'https://www.example.com/Path/'],
    ['HTTP://Example.COM/A?utm_source=X#B', 'http://example.com/A?utm_source=X#B'],
    ['example.com:8080/x', 'https://example.com:8080/x'],
    ['Müller.de', 'https://müller.de'],
    [' https://example.com ', 'https://example.com'],
    ['xn--mller-kva.de', 'https://xn--mller-kva.de'],
  ])('completes %s', (typed, url) => expect(cleanWebsite(typed)).toBe(url));

  it('leaves what is no plain web address', () => {
    for (const value of [
      'n/a',
      'ann@example.com',
      'see example.com',
      'node.js',
      'localhost:3000',
      'https://https://example.com',
      '//example.com',
      'co.uk',
    ])
      expect(cleanWebsite(value)).toBe(value);
  });

  it('is lawful on hostile values', () => expectLawful(cleanWebsite, values));
});

describe('websiteIsClean', () => {
  it('never calls an address clean that cleanWebsite would change, and knows ordinary ones', async () => {
    const typical = ['https://example.com', 'http://www.example.co.uk/A/b?c=D#e'];
    const { wrong, missed } = await recogniserFaults(websiteIsClean(sql`x`), cleanWebsite, values, typical);
    expect({ wrong, missed }).toEqual({ wrong: [], missed: [] });
    expect(websiteIsClean(sql`x`).text).not.toContain('\\');
  });
});
