/**
 * Countries to ISO 3166-1 alpha-2: from alpha-2 and alpha-3 in any case, names in many languages, and the usual
 * abbreviations. A name that means two countries, or none, stays as it is.
 */

import { createRequire } from 'node:module';
import { matches } from '../../core/recognise.ts';
import { type Sql, sql } from '../../core/sql.ts';
import { cleanText } from '../../core/text/spacing.ts';

/** Languages whose country names are known, in the order they are asked. */
const LANGUAGES = 'en de fr es it pt nl pl sv da nb fi cs hu ro tr el ru uk ja zh ko ar'.split(' ');

/** What people write and no list of names has, folded as below. */
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    GB: 'uk, great britain, britain, england, scotland, wales, northern ireland, united kingdom of great britain, u k',
    US: 'united states of america usa, america, u s a, u s',
    NL: 'holland',
    DE: 'brd, ger',
    AT: 'oesterreich',
    IE: 'eire, republic of ireland',
    AE: 'uae',
    SA: 'ksa',
    ZA: 'rsa',
    CN: 'prc, pr china, mainland china',
    KR: 'rok',
    CI: 'ivory coast',
    MM: 'burma',
    SZ: 'swaziland',
    CV: 'cape verde',
    TR: 'turkey, turkiye',
    CZ: 'czechia, czech republic',
    HK: 'hong kong sar',
    MO: 'macau sar',
    VN: 'viet nam',
    MK: 'macedonia',
    GR: 'el',
  }).flatMap(([code, names]) => names.split(', ').map((name) => [name, code])),
);

/**
 * "n.a." and "no" in a column of countries say that there is none; only as codes in capitals are they Namibia and
 * Norway.
 */
const PLACEHOLDERS = new Set(['na', 'n a', 'no']);

interface NameFile {
  countries: Readonly<Record<string, string | readonly string[]>>;
}

const load = createRequire(import.meta.url);
let codes: Map<string, string> | undefined;
let english: Map<string, string> | undefined;
let worldwide: Map<string, string> | undefined;

/** Lower case, without accents, dots, brackets and the article, so that spelling habits don't matter. */
const fold = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[.'’]/g, '')
    .replace(/&/g, ' and ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .replace(/^the /, '');

/** Alpha-2 and alpha-3 codes, in upper case. */
function knownCodes(): Map<string, string> {
  codes ??= new Map(
    (load('i18n-iso-countries/codes.json') as readonly [string, string][]).flatMap(([two, three]) => [
      [two, two],
      [three, two],
    ]),
  );
  return codes;
}

/** All ISO 3166-1 alpha-2 codes. */
export const isoCodes = (): string[] => [...new Set(knownCodes().values())].sort();

/** Folded name to code over some languages; a name that two of them give to different countries is left out. */
function namesIn(languages: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  const ambiguous = new Set<string>();
  for (const language of languages) {
    const { countries } = load(`i18n-iso-countries/langs/${language}.json`) as NameFile;
    for (const [code, spellings] of Object.entries(countries)) {
      for (const name of [spellings].flat().map(fold)) {
        if ((names.get(name) ?? code) !== code) ambiguous.add(name);
        names.set(name, code);
      }
    }
  }
  for (const name of ambiguous) names.delete(name);
  return names;
}

/** English, most likely, loads alone; the other languages only for a name that it lacks. */
function byName(name: string): string | undefined {
  english ??= namesIn(['en']);
  const code = english.get(name);
  if (code) return code;
  worldwide ??= namesIn(LANGUAGES);
  return worldwide.get(name);
}

/** The country's alpha-2 code; unchanged but for its spacing where the value names no single country. */
export function cleanCountry(value: string): string {
  const text = cleanText(value);
  const folded = fold(text);
  if (PLACEHOLDERS.has(folded) && !/^[A-Z]{2}$/.test(text)) return text;
  const isCode = /^[a-z]{0,3}$/.test(folded);
  return ALIASES.get(folded) ?? (isCode ? knownCodes().get(folded.toUpperCase()) : byName(folded)) ?? text;
}

/** True where cleanCountry leaves the value as it is. */
export const countryIsClean = (x: Sql): Sql => sql`(${matches(x, '^[A-Z][A-Z]$')} and ${x} not in ('EL', 'UK'))`;
