import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOneSlip, slips } from '../../../../lib/features/hygiene/email/edit-distance.ts';
import { suggestDomain } from '../../../../lib/features/hygiene/email/typo.ts';
import { hasData, readData, unlessData } from './shared-data.ts';

describe('suggestDomain', () => {
  it.each([
    ['gmaill.com', 'gmail.com'],
    ['gmali.com', 'gmail.com'],
    ['gmail.cm', 'gmail.com'],
    ['gmail..com', 'gmail.com'],
    ['gmail,com', 'gmail.com'],
    ['gmailcom', 'gmail.com'],
    ['hotmal.com', 'hotmail.com'],
    ['iclod.com', 'icloud.com'],
    ['outlook.con', 'outlook.com'],
    ['aol.con', 'aol.com'],
    ['gmx.dr', 'gmx.de'],
    ['yahoo.co.ik', 'yahoo.co.uk'],
    ['hotmai.fr', 'hotmail.fr'],
  ])('takes %s for %s', (typed, meant) => expect(suggestDomain(typed)).toBe(meant));

  it('never calls a real domain a typo', () => {
    const owned =
      'mailw.com mailo.com cloud.com grail.com gail.com yazoo.com kicksend.com gotmail.com amail.com hmail.com bmail.com ' +
      'comcast.com verizon.com att.com orange.com gmail.de gmail.net aolc.om msnc.om gmail.ru yahoo.net live.co aol.co me.co oranges.fr libro.it ' +
      'grange.fr carter.net chatter.net skynet.com example.com exmaple.com test.com g.mail.com mail.gmial.com';
    expect(owned.split(' ').filter((domain) => suggestDomain(domain) !== null)).toEqual([]);
  });

  it.skipIf(!hasData)(`suggests what it should, and leaves good domains alone${unlessData}`, () => {
    const rows = readData('typos.csv')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
    expect(rows.length).toBeGreaterThan(25);
    for (const [domain = '', suggestion] of rows)
      expect([domain, suggestDomain(domain) ?? '']).toEqual([domain, suggestion]);
  });

  it('suggests only what it would leave alone itself', () => {
    fc.assert(
      fc.property(fc.domain(), fc.constantFrom('gmail', 'yahoo', 'hotmail', 'aol', ''), (domain, name) => {
        const meant = suggestDomain(name + domain);
        return meant === null || suggestDomain(meant) === null;
      }),
    );
  });
});

describe('slips', () => {
  it('counts a swap, a miss, a double and a neighbouring key as one', () => {
    for (const typed of ['gmial', 'gmal', 'gmaill', 'gnail', 'gmauil']) expect(isOneSlip(typed, 'gmail')).toBe(true);
    for (const typed of ['gmail', 'hmail', 'mail', 'grail', 'gmxil', 'gmails', 'gmla'])
      expect(isOneSlip(typed, 'gmail')).toBe(false);
  });

  it('measures as the definition says', () => {
    expect([
      slips('con', 'com'),
      slips('ocm', 'com'),
      slips('nry', 'net'),
      slips('', 'com'),
      slips('com', 'com'),
    ]).toEqual([1, 1, 2, 3, 0]);
  });
});
