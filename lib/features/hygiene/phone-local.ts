/**
 * Whether digits without country code and trunk prefix may be a local number, written without its area code: in Germany
 * or Austria `4567890` is one, and reads as a national number too. The plans are the library's own.
 */
import { createRequire } from 'node:module';
import type { CountryCode, MetadataJson } from 'libphonenumber-js/core';

/** What the library's Metadata holds of a country; its typings name only part of it. */
interface NumberingPlan {
  formats(): readonly { usesNationalPrefix(): boolean }[];
  type(name: string): { possibleLengths(): readonly number[] | undefined } | undefined;
}

interface Metadata {
  selectNumberingPlan(country: string): void;
  numberingPlan?: NumberingPlan;
}

/**
 * No country has longer local numbers: what has more digits lacks no area code, but the zero that a spreadsheet took
 * from its front.
 */
const LONGEST_LOCAL = 8;

const load = createRequire(import.meta.url);
const wholeLengths = new Map<CountryCode, number>();
let metadata: Metadata | undefined;

/**
 * How many digits a number with its area code may have, in a country whose numbers are written with a trunk prefix;
 * elsewhere, where each is whole, 0.
 */
function wholeLength(country: CountryCode): number {
  const core = load('libphonenumber-js/core') as { Metadata: new (plans: MetadataJson) => Metadata };
  metadata ??= new core.Metadata(load('libphonenumber-js/metadata.max.json') as MetadataJson);
  metadata.selectNumberingPlan(country);
  const plan = metadata.numberingPlan;
  if (!plan?.formats().some((format) => format.usesNationalPrefix())) return 0;
  return Math.max(0, ...(plan.type('FIXED_LINE')?.possibleLengths() ?? []));
}

/**
 * True where a national number, written without its trunk prefix, may be a local one: a local number lacks its area
 * code, so that it is shorter.
 */
export function mayBeLocal(national: string, country: CountryCode): boolean {
  const whole = wholeLengths.get(country) ?? wholeLength(country);
  wholeLengths.set(country, whole);
  return national.length < whole && national.length <= LONGEST_LOCAL;
}
