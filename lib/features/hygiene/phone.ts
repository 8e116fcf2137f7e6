/**
 * Telephone numbers to E.164 (`+` and digits), read by the country's numbering plan. What the plan does not know for
 * certain stays exactly as typed: an extension (E.164 has no place for it), two numbers in one cell, a national number
 * of an unknown country, a local number without its area code, a North American number in another country's row, what a
 * spreadsheet made of a number. What tools write around it (`p:`, `whatsapp:`, an apostrophe, `.0`) is taken off.
 */

import { createRequire } from 'node:module';
import type { CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { matches } from '../../core/recognise.ts';
import { type Sql, sql } from '../../core/sql.ts';
import { INVISIBLES } from '../../core/text/spacing.ts';
import { mayBeLocal } from './phone-local.ts';
import { readByPlan } from './phone-plan.ts';

interface Library {
  parsePhoneNumberFromString: typeof parsePhoneNumberFromString;
  isSupportedCountry(country: string): country is CountryCode;
  getCountryCallingCode(country: CountryCode): string;
}

const load = createRequire(import.meta.url);
let loaded: Library | undefined;

/** Loaded on first use: a night without a new number never pays for it. */
function library(): Library {
  loaded ??= load('libphonenumber-js/min') as Library;
  return loaded;
}

const E164 = '^[+][1-9][0-9]{6,14}$';

/**
 * A calling code and a zero: in most countries the trunk prefix, a digit too many (`+44 020 …`). Elsewhere the number
 * itself begins so; the library knows which. Italy, where nearly every number does, is left out.
 */
const ZERO_FIRST =
  '^[+](2[07]|3[0-46]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|2[1-689][0-9]|' +
  '(3[578]|42|5[09]|6[789]|8[058]|9[679])[0-9])0';

const IS_E164 = new RegExp(E164);
const IS_ZERO_FIRST = new RegExp(ZERO_FIRST);
const STARTS_AS_NUMBER = /^[+(\d\uff0b\uff10-\uff19\u0660-\u0669\u06f0-\u06f9]/;
/**
 * What tools write before and behind a number: Meta's `p:`, Twilio's `whatsapp:`, Shopify's apostrophe, a float's `.0`.
 */
const WRAPPING = /^(?:(?:tel|p|phone|mobile|sms|whatsapp):\s*|['’`]+(?=[+\d]))+|[,;]+$/gi;
const FLOAT = /^([+]?\d{6,15})\.0+$/;
/**
 * The form in which North America writes its numbers: three, three and four digits, neither group of three with 0 or 1
 * first.
 */
const NORTH_AMERICAN =
  /^(?:1[-. ]?)?(?:\([2-9]\d\d\)[-. ]?|[2-9]\d\d[-.])[2-9]\d\d[-. ]\d{4}$|^1?[2-9]\d\d[2-9]\d{6}\.0+$/;
const HIDDEN = new RegExp(`[${INVISIBLES}]`, 'g');

/** A date, a float that a spreadsheet wrote (`2.02E+09`), or a choice of last digits (`1234567/8`). */
const NO_NUMBER = /^\d{4}-\d\d-\d\d|^\d{1,2}[./]\d{1,2}[./](?:\d\d|\d{4})$|\de\+?\d|\/\s*\d{0,3}$/i;

/** The number as the library reads it, `undefined` where it is none or has an extension. */
function readByLibrary(text: string, country: CountryCode | undefined): string | undefined {
  const options = country ? { defaultCountry: country, extract: false } : { extract: false };
  const number = library().parsePhoneNumberFromString(text, options);
  return number && !number.ext && number.isValid() ? number.number : undefined;
}

/** True where the digits came without country code and trunk prefix, and may lack their area code too. */
function isLocal(text: string, e164: string, home: CountryCode): boolean {
  const national = e164.slice(1 + library().getCountryCallingCode(home).length);
  return text.match(/\p{Nd}/gu)?.length === national.length && mayBeLocal(national, home);
}

/**
 * The number in E.164. `country` is an ISO 3166-1 alpha-2 code, `null` where unknown; it is only asked about numbers
 * that don't begin with `+` or `00`. Any value that can't be read with confidence comes back as it is.
 */
export function cleanPhone(value: string, country: string | null): string {
  if (IS_E164.test(value) && !IS_ZERO_FIRST.test(value)) return value;
  const unwrapped = value.replace(HIDDEN, '').trim().replace(WRAPPING, '').trim();
  const text = unwrapped.replace(FLOAT, '$1');
  if (!STARTS_AS_NUMBER.test(text) || NO_NUMBER.test(text)) return value;
  const home = country && library().isSupportedCountry(country) ? country : undefined;
  if (home && library().getCountryCallingCode(home) !== '1' && NORTH_AMERICAN.test(unwrapped)) return value;
  const read = readByPlan(text, home) ?? readByLibrary(text, home);
  if (read) return home && isLocal(text, read, home) ? value : read;
  return (text.startsWith('00') && readByLibrary(`+${text.slice(2)}`, undefined)) || value;
}

/** True where cleanPhone leaves the value as it is, for any country. */
export const phoneIsClean = (x: Sql): Sql => sql`(${matches(x, E164)} and not ${matches(x, ZERO_FIRST)})`;
