/**
 * Whether digits without country code and trunk prefix may be a local number, whose area code nobody wrote: in Germany or
 * Austria `4567890` is one, and reads as a national number too. The plans are the library's own.
 */
import { createRequire } from 'node:module';
import type { CountryCode, MetadataJson } from 'libphonenumber-js/core';

/** What the library's Metadata holds of a country; its typings name only part of it. */
interface NumberingPlan {
  formats(): readonly { usesNationalPrefix(): boolean }[];
  type(name: string): { possibleLengths(): readonly number[] | undefined; pattern(): string } | undefined;
}

interface Metadata {
  selectNumberingPlan(country: string): void;
  numberingPlan?: NumberingPlan;
}

interface Lengths {
  /** A local number lacks its area code, so that it is shorter than this. */
  readonly whole: number;
  readonly mobile: RegExp | undefined;
}

/** No country has longer local numbers: a mobile number of more digits is one although others may be as long. */
const LONGEST_LOCAL = 8;

const load = createRequire(import.meta.url);
const lengths = new Map<CountryCode, Lengths | null>();
let metadata: Metadata | undefined;

/** The lengths of a country whose numbers are written with a trunk prefix; null elsewhere, where the number is always whole. */
function readLengths(country: CountryCode): Lengths | null {
  const core = load('libphonenumber-js/core') as { Metadata: new (plans: MetadataJson) => Metadata };
  metadata ??= new core.Metadata(load('libphonenumber-js/max/metadata') as MetadataJson);
  metadata.selectNumberingPlan(country);
  const plan = metadata.numberingPlan;
  if (!plan?.formats().some((format) => format.usesNationalPrefix())) return null;
  const mobile = plan.type('MOBILE')?.pattern();
  return {
    whole: Math.max(0, ...(plan.type('FIXED_LINE')?.possibleLengths() ?? [])),
    mobile: mobile ? new RegExp(`^(?:${mobile})$`) : undefined,
  };
}

/** True where a national number, written without its trunk prefix, may be a local one. */
export function mayBeLocal(national: string, country: CountryCode): boolean {
  if (!lengths.has(country)) lengths.set(country, readLengths(country));
  const known = lengths.get(country);
  if (!known || national.length >= known.whole) return false;
  return national.length <= LONGEST_LOCAL || !known.mobile?.test(national);
}
