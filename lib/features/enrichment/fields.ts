/**
 * Reads a company out of a provider's JSON by paths, and numbers out of the texts that providers write. A value of an
 * unexpected shape is unknown; it is never guessed at.
 */
import type { Company } from './provider.ts';

/** Where in the JSON each column stands; of several paths the first that holds something. */
export type FieldPaths = { readonly [column in keyof Company]?: string | readonly string[] };

/** Every path that the fields name. */
export const pathsOf = (paths: FieldPaths): string[] => Object.values(paths).flat();

/** The value at a dotted path, `undefined` where it leads nowhere. Never looks at what an object inherits. */
export function at(json: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    const own = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    return own ? (value as Record<string, unknown>)[key] : undefined;
  }, json);
}

/** The company that the paths find; empty where they find nothing. */
export function readCompany(json: unknown, paths: FieldPaths): Company {
  const first = <T>(path: string | readonly string[] | undefined, read: (value: unknown) => T | undefined) =>
    [path ?? []].flat().reduce<T | undefined>((found, each) => found ?? read(at(json, each)), undefined);
  const employees = first(paths.employees, asNumber);
  const found: { [column in keyof Company]: Company[column] | undefined } = {
    company: first(paths.company, asText),
    industry: first(paths.industry, asText),
    employees: employees && Math.round(employees),
    annual_revenue: first(paths.annual_revenue, asNumber),
    country: first(paths.country, asText),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as Company;
}

const LONGEST_TEXT = 200;

/** A text without control characters and outer space; unknown where nothing or far too much is left. */
export function asText(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return text === '' || text.length > LONGEST_TEXT ? undefined : text;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, b: 1e9 };

/** 81, "6907", "1,200", "$50M-$100M", "10001+", "5K-10K": the number, of a range the lower end. Never negative. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const found =
    /^[$€£]?\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*([kmb]?)(?:\s*(?:\+|[-–]\s*[$€£]?\s*[\d,.]+\s*[kmb]?))?$/i.exec(
      value.trim(),
    );
  if (!found) return undefined;
  const [, whole = '', fraction = '', unit = ''] = found;
  return Number(whole.replaceAll(',', '') + fraction) * (UNITS[unit.toLowerCase()] ?? 1);
}
