import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAddress } from '../../../lib/core/text/address.ts';
import { splitAddress, withoutComments } from '../../../lib/core/text/split-address.ts';

const ANN = { local: 'ann', domain: 'example.com' };

describe('readAddress', () => {
  it.each([
    ['ann@example.com'],
    ['  Ann@Example.COM\t'],
    ['\u200b\ufeffann@example.com\u00a0'],
    ['<ann@example.com>'],
    ['Ann Lee <ann@example.com>'],
    ['"Lee, Ann" <Ann@example.com>'],
    ['ann@example.com <ann@example.com>'],
    ['mailto:ann@example.com'],
    ['MAILTO:ann@example.com?subject=Hi%20there'],
    ['Ann <mailto:ann@example.com>'],
    ['mailto:ann%40example.com'],
  ])('unwraps %j', (raw) => expect(readAddress(raw)).toEqual(ANN));

  it('composes letters, so that one address is spelt one way', () => {
    expect(readAddress('zoe\u0308@mu\u0308ller.de')).toEqual({ local: 'zoë', domain: 'müller.de' });
  });

  it('guesses nothing inside an address', () => {
    for (const raw of [
      'ann@example.com.',
      'ann@example.com,',
      "'ann@example.com'",
      'ann @example.com',
      'ann@exam\u200bple.com',
    ])
      expect(readAddress(raw)).not.toEqual(ANN);
    expect(readAddress('bob@example.com <ann@example.com>')).toHaveProperty('fault');
    expect(readAddress('ann@example.com\r\n')).toHaveProperty('fault');
  });
});

describe('splitAddress', () => {
  it('finds the @ outside quotes, comments and literals', () => {
    expect(splitAddress('"a@b"@example.com')).toEqual({ local: '"a@b"', domain: 'example.com' });
    expect(splitAddress('(a@b)ann@example.com')).toEqual({ local: '(a@b)ann', domain: 'example.com' });
    expect(splitAddress('"a\\"@b"@example.com')).toEqual({ local: '"a\\"@b"', domain: 'example.com' });
    for (const open of [
      '"ann@example.com',
      '(ann@example.com',
      'ann@[192.0.2.1',
      'ann@example.com(\\',
      'a@b@example.com',
      '("@',
    ])
      expect(splitAddress(open)).toHaveProperty('fault');
  });

  it('loses no character', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', '(', ')', '[', ']', '\\', '@', 'a', '.') }), (text) => {
        const parts = splitAddress(text);
        return 'fault' in parts || `${parts.local}@${parts.domain}` === text;
      }),
      { numRuns: 5000 },
    );
  });
});

describe('withoutComments', () => {
  it('takes comments from the ends only', () => {
    expect(withoutComments('(a(b))ann(c)')).toBe('ann');
    expect(withoutComments('an(c)n')).toBe('an(c)n');
    expect(withoutComments('"(a)"')).toBe('"(a)"');
    expect(withoutComments('(a)')).toBe('(a)');
  });
});
