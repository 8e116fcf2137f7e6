/**
 * The common case of a telephone number, five times as fast as the library: plain digits that a country's numbering
 * plan takes as they are, or after its trunk prefix. The plans are the library's own. Refuses everything else
 * (`undefined`: ask the library), and never answers differently from it.
 */

import { createRequire } from 'node:module';
import type { CountryCode } from 'libphonenumber-js/min';

/** What the library's Metadata holds of a country; its typings name only part of it. */
interface NumberingPlan {
  callingCode(): string;
  IDDPrefix(): string;
  nationalNumberPattern(): string;
  nationalPrefixForParsing(): string | undefined;
  leadingDigits(): string | undefined;
  hasTypes(): boolean;
  type(name: string): { pattern(): string } | undefined;
}

interface Metadata {
  selectNumberingPlan(countryOrCallingCode: string): void;
  hasCallingCode(code: string): boolean;
  numberingPlan?: NumberingPlan;
}

interface Plan {
  readonly callingCode: string;
  readonly abroad: RegExp;
  readonly trunk: RegExp | undefined;
  readonly general: RegExp;
  /**
   * Where several countries share a calling code: the numbers that are this one's, by type or by their first digits.
   */
  readonly own: RegExp | undefined;
}

const TYPES = 'FIXED_LINE MOBILE TOLL_FREE PREMIUM_RATE PERSONAL_NUMBER VOICEMAIL UAN PAGER VOIP SHARED_COST'.split(
  ' ',
);

const PLAIN = /^\+?[\d ().-]+$/;
const LONGEST_CALLING_CODE = 3;

const load = createRequire(import.meta.url);
const plans = new Map<string, Plan | undefined>();
let metadata: Metadata | undefined;

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);

function readPlan(key: string): Plan | undefined {
  metadata ??= new (load('libphonenumber-js/min') as { Metadata: new () => Metadata }).Metadata();
  if (/^\d/.test(key) && !metadata.hasCallingCode(key)) return undefined;
  metadata.selectNumberingPlan(key);
  const plan = metadata.numberingPlan;
  if (!plan) return undefined;
  const trunk = plan.nationalPrefixForParsing();
  return {
    callingCode: plan.callingCode(),
    abroad: new RegExp(`^(?:${plan.IDDPrefix()})`),
    trunk: trunk ? new RegExp(`^(?:${trunk})`) : undefined,
    general: whole(plan.nationalNumberPattern()),
    own: ownNumbers(plan),
  };
}

function ownNumbers(plan: NumberingPlan): RegExp | undefined {
  const leading = plan.leadingDigits();
  if (leading) return new RegExp(`^(?:${leading})`);
  if (!plan.hasTypes()) return undefined;
  const patterns = TYPES.map((type) => plan.type(type)?.pattern()).filter((pattern) => pattern);
  return whole(patterns.join('|'));
}

/** The plan of a country, or of a calling code's main country. */
function planOf(key: string): Plan | undefined {
  if (!plans.has(key)) plans.set(key, readPlan(key));
  return plans.get(key);
}

const takes = (plan: Plan, digits: string): boolean =>
  plan.general.test(digits) && (plan.own === undefined || plan.own.test(digits));

/** The trunk prefix that the digits begin with: '' for none, `undefined` where it holds more than a prefix. */
function trunkOf(plan: Plan, digits: string): string | undefined {
  const match = plan.trunk?.exec(digits);
  if (!match) return '';
  return match.slice(1).some((group) => group !== undefined) ? undefined : match[0];
}

function readAbroad(digits: string, home: Plan | undefined): string | undefined {
  for (let length = 1; length <= LONGEST_CALLING_CODE; length++) {
    const main = planOf(digits.slice(0, length));
    if (!main) continue;
    const national = digits.slice(length);
    if (trunkOf(main, national) !== '') return undefined;
    const taken = takes(main, national) || (home?.callingCode === main.callingCode && takes(home, national));
    return taken ? `+${digits}` : undefined;
  }
  return undefined;
}

/** The number in E.164 where the plan takes it without a doubt; `undefined` where the library has to be asked. */
export function readByPlan(text: string, country: CountryCode | undefined): string | undefined {
  if (!PLAIN.test(text)) return undefined;
  const digits = text.replace(/\D+/g, '');
  const home = country ? planOf(country) : undefined;
  if (text.startsWith('+')) return readAbroad(digits, home);
  if (!home || home.abroad.test(digits)) return undefined;
  const trunk = trunkOf(home, digits);
  if (trunk === undefined || (trunk !== '' && home.general.test(digits))) return undefined;
  const national = digits.slice(trunk.length);
  return takes(home, national) ? `+${home.callingCode}${national}` : undefined;
}
