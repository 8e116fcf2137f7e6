import fc from 'fast-check';
import { getCountries, getCountryCallingCode, Metadata, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { describe, expect, it } from 'vitest';
import { sql } from '../../../lib/core/sql.ts';
import { cleanPhone, phoneIsClean } from '../../../lib/features/hygiene/phone.ts';
import { readByPlan } from '../../../lib/features/hygiene/phone-plan.ts';
import { expectLawful, hostile, recogniserFaults } from './recognised.ts';

const SEEDS = [
  '+12025550143',
  '(202) 555-0143',
  '020 7946 0000',
  '+44 (0)20 7946 0000',
  '+44020',
  '0049',
  '555',
  '0',
  'x12',
  '+',
  '+39 06',
];
const values = hostile(...SEEDS);

describe('cleanPhone', () => {
  it.each([
    ['(202) 555-0143', 'US', '+12025550143'],
    ['1 202 555 0143', 'US', '+12025550143'],
    ['+1 202-555-0143', null, '+12025550143'],
    ['tel:+1-202-555-0143', null, '+12025550143'],
    ['０２０ ７９４６ ００００', 'GB', '+442079460000'],
    ['020 7946 0000', 'GB', '+442079460000'],
    ['2079460000', 'GB', '+442079460000'],
    ['442079460000', 'GB', '+442079460000'],
    ['+44 (0)20 7946 0000', 'US', '+442079460000'],
    ['+4402079460000', null, '+442079460000'],
    ['0044 20 7946 0000', null, '+442079460000'],
    ['0044 20 7946 0000', 'US', '+442079460000'],
    ['06 1234 5678', 'IT', '+390612345678'],
    ['030/1234567', 'DE', '+49301234567'],
    ['01 234567', 'AT', '+431234567'],
    // Numbers whose leading zero a spreadsheet took: too long to lack their area code.
    ['301234567', 'DE', '+49301234567'],
    ['8912345678', 'DE', '+498912345678'],
    ['15123456789', 'DE', '+4915123456789'],
    ['6641234567', 'AT', '+436641234567'],
    ['612345678', 'NL', '+31612345678'],
    // Where all national numbers are of one length, none of it is local.
    ['441234567', 'CH', '+41441234567'],
    ['21234567', 'BE', '+3221234567'],
    ['6123 4567', 'SG', '+6561234567'],
    ['\u202a+1 202 555 0143\u202c', null, '+12025550143'],
    // What Meta, Shopify, Twilio and floats write around a number.
    ['p:+4930123456', 'DE', '+4930123456'],
    ["'+4930123456", 'DE', '+4930123456'],
    ['whatsapp:+447911123456', null, '+447911123456'],
    ['+447911123456,', 'GB', '+447911123456'],
    ['+4930123456.0', 'DE', '+4930123456'],
    ['+4930123456.00', 'DE', '+4930123456'],
    ['2025550143.0', 'US', '+12025550143'],
    ['33612345678.0', 'FR', '+33612345678'],
  ])('reads %s of %s', (typed, country, e164) => {
    expect(cleanPhone(typed, country)).toBe(e164);
  });

  it.each([
    ['202-555-0143 x12', 'US'],
    ['+1 202 555 0143;ext=12', null],
    ['202 555 0143 / 202 555 0144', 'US'],
    ['030 1234567/8', 'DE'],
    ['2025550143', null],
    ['2025550143', 'XX'],
    ['4567890', 'DE'],
    ['12345', 'DE'],
    ['１２３４５', 'DE'],
    ['٤٥٦٧٨٩٠', 'DE'],
    ['1234', 'AT'],
    ['6641234', 'AT'],
    ['8123456', 'GB'],
    ['12345678', 'IE'],
    ['555-0143', 'US'],
    ['2025550143.0', 'DE'],
    ['(202) 555-0143', 'DE'],
    ['202-555-0143', 'DE'],
    ['1-202-555-0143', 'FR'],
    ['202.555.0143', 'GB'],
    ['3.012345E+10', 'DE'],
    ['2020-05-01', 'DE'],
    ['01.05.2020', 'DE'],
    ['1-800-FLOWERS', 'US'],
    ['call 202-555-0143', 'US'],
    ['-2025550143', 'US'],
    ['n/a', 'US'],
    ['  ', 'US'],
  ])('leaves %s of %s exactly as it is', (typed, country) => {
    expect(cleanPhone(typed, country)).toBe(typed);
  });

  it('is lawful on hostile values', () => {
    for (const country of [null, 'US', 'GB', 'DE', 'AT', 'IT', 'AR', 'XX'])
      expectLawful((value) => cleanPhone(value, country), values);
  });
});

describe('readByPlan', () => {
  const digits = fc.stringMatching(/^\d{5,13}$/);
  const byLibrary = (
    text: string,
    country: ReturnType<typeof getCountries>[number] | undefined,
  ): string | undefined => {
    const number = parsePhoneNumberFromString(text, { ...(country && { defaultCountry: country }), extract: false });
    return number?.isValid() ? number.number : undefined;
  };

  it('never reads a number otherwise than the library, in any country', () => {
    let read = 0;
    const metadata = new Metadata();
    fc.assert(
      fc.property(
        fc.constantFrom(...getCountries()),
        fc.nat(3),
        digits,
        fc.boolean(),
        (country, style, random, isHome) => {
          metadata.selectNumberingPlan(country);
          const length = fc.sample(fc.constantFrom(...(metadata.numberingPlan?.possibleLengths() ?? [9])), 1)[0] ?? 9;
          const national = random.padEnd(length, '7').slice(0, length);
          const prefix = ['', '0', `+${getCountryCallingCode(country)}`, `+${getCountryCallingCode(country)} (0)`][
            style
          ];
          const text = `${prefix}${national}`;
          const home = isHome ? country : undefined;
          const answer = readByPlan(text, home);
          if (answer !== undefined) {
            read++;
            expect(answer).toBe(byLibrary(text, home));
          }
        },
      ),
      { numRuns: 6000 },
    );
    expect(read).toBeGreaterThan(500);
  });

  it('reads the ordinary numbers itself', () => {
    expect(readByPlan('(202) 555-0143', 'US')).toBe('+12025550143');
    expect(readByPlan('020 7946 0000', 'GB')).toBe('+442079460000');
    expect(readByPlan('+49 30 1234567', undefined)).toBe('+49301234567');
    expect(readByPlan('202-555-0143 x12', 'US')).toBeUndefined();
    // A number with its trunk prefix can be one without, too: which, the library says.
    expect(readByPlan('+3758196975272', undefined)).toBeUndefined();
  });
});

describe('phoneIsClean', () => {
  it('never calls a number clean that cleanPhone would change, and knows E.164', async () => {
    const typical = ['+12025550143', '+442079460000', '+390612345678', '+493012345678', '+5511912345678'];
    const shaped = fc.oneof(values, fc.stringMatching(/^\+\d{6,15}$/));
    for (const country of [null, 'US', 'GB', 'AT']) {
      const clean = (value: string): string => cleanPhone(value, country);
      const { wrong, missed, known } = await recogniserFaults(phoneIsClean(sql`x`), clean, shaped, typical);
      expect({ wrong, missed }).toEqual({ wrong: [], missed: [] });
      expect(known).toBeGreaterThan(500);
    }
    expect(phoneIsClean(sql`x`).text).not.toContain('\\');
  });
});
