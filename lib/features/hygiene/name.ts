/**
 * Names typed all in capitals or all in small letters, into the case that the name is written in: O'Brien, McDonald,
 * van der Berg, Jean-Luc. A name in mixed case is its owner's and is never touched, nor is one with digits or signs,
 * nor one whose script knows no capitals. Where a word could be initials or a name (AJ, JP), it stays as it is.
 */

import { matches, textIsClean } from '../../core/recognise.ts';
import { type Sql, sql } from '../../core/sql.ts';
import { cleanText } from '../../core/text/spacing.ts';
import {
  ALWAYS,
  ELIDING_COUNTRIES,
  MAC_NAMES,
  PARTICLES,
  PARTICLES_AFTER_DE,
  PARTICLES_BY_COUNTRY,
  SHORT_NAMES,
  SUFFIXES,
  TURKIC_COUNTRIES,
} from './name-words.ts';

/** What the field holds: a given name begins with a capital even where a family name would not (Van, De). */
export type NamePart = 'given' | 'family';
type Country = string | null | undefined;

const UPPER = /[\p{Lu}\p{Lt}]/u;
/** ß stays small where everything else is a capital. */
const LOWER = /(?!ß)\p{Ll}/u;
const PLAIN = /^[A-Za-z .,'&()-]+$/;
const FOREIGN_SIGN = /[^\p{L}\p{M} .,'’ʼ&()\u2010-]/u;
const OTHER_CASED = /(?![\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}])[\p{Lu}\p{Ll}]/u;
const LATIN_WORD = /^\p{Script=Latin}+$/u;
const VOWEL = /[aeiouyæøœıə]/;
const INITIALS = /^(?:\p{L}\p{M}*\.)+(?:\p{L}\p{M}*)?$/u;
const LETTER = /^\p{L}\p{M}*$/u;
const EDGED = /[().,]/;
const HYPHEN = /([\u2010-])/;
const ANY_LETTER = /\p{L}/u;
const WRAPPED = /^([(]*)(.*?)([).,]*)$/u;
const APOSTROPHE = /['’ʼ]/;
const PREFIXED = /^([dlmnot]|all|dall|dell|nell|sant)(['’ʼ])(\p{L}.+)$/u;
const TURKISH = /[İıĞğ]/;
const MAYBE_TURKISH = /[Şş]/;

/** A longer text is no name, and is left alone. */
const LONGEST = 200;

/**
 * How the letters of one name change case. Turkish has a dotted and a dotless i. `elides`: d' before a vowel stays
 * small; null where the country does not tell.
 */
interface Casing {
  readonly elides: boolean | null;
  lower(word: string): string;
  /** The word with its first letter in upper case; `undefined` where that letter has no single capital. */
  capital(word: string): string | undefined;
}

function capitalOf(word: string, upper: (letter: string) => string): string | undefined {
  const [first = ''] = word;
  const letter = upper(first);
  return letter.length === first.length ? letter + word.slice(first.length) : undefined;
}

const WESTERN: Casing = {
  elides: true,
  lower: (word) => word.toLowerCase(),
  capital: (word) => capitalOf(word, (letter) => letter.toUpperCase()),
};

const ANATOLIAN: Casing = {
  elides: true,
  lower: (word) => word.replace(/I/g, 'ı').replace(/İ/g, 'i').toLowerCase(),
  capital: (word) => capitalOf(word, (letter) => (letter === 'i' ? 'İ' : letter.toUpperCase())),
};

/** `undefined` where an i could be either: Ş is Turkish, and Romanian as old keyboards typed it. */
function casingOf(name: string, country: Country): Casing | undefined {
  if (TURKISH.test(name) || (country && TURKIC_COUNTRIES.has(country))) return ANATOLIAN;
  if (MAYBE_TURKISH.test(name) && /I|\bi/.test(name)) return undefined;
  return country === undefined ? WESTERN : { ...WESTERN, elides: country ? ELIDING_COUNTRIES.has(country) : null };
}

/** A piece without hyphens, in lower case, into its own case; `undefined` where only its owner knows. */
function pieceCase(piece: string, casing: Casing): string | undefined {
  const [, prefix, apostrophe = '', rest = ''] = (APOSTROPHE.test(piece) && PREFIXED.exec(piece)) || [];
  if (prefix !== undefined) {
    const name = pieceCase(rest, casing);
    const mayElide = prefix === 'd' && VOWEL.test(rest.normalize('NFD').charAt(0));
    if (mayElide && casing.elides === null) return undefined;
    const isElided = mayElide && casing.elides;
    return name && `${isElided ? prefix : casing.capital(prefix)}${apostrophe}${name}`;
  }
  if (/^mc\p{L}{2}/u.test(piece)) return `Mc${casing.capital(piece.slice(2))}`;
  if (MAC_NAMES.has(piece)) return `Mac${casing.capital(piece.slice(3))}`;
  if (/^ij[bcdfghklmnpqrstvwxz]/.test(piece)) return `IJ${piece.slice(2)}`;
  return casing.capital(piece);
}

/** Two letters, or none of them a vowel: initials as likely as a name. */
function isDoubtful(word: string): boolean {
  if (word.length === 2) return !SHORT_NAMES.has(word) && !PARTICLES.has(word);
  return !VOWEL.test(word) && !VOWEL.test(word.normalize('NFD')) && LATIN_WORD.test(word);
}

const isInitials = (word: string): boolean =>
  word.includes('.') ? INITIALS.test(word) : word.length < 4 && LETTER.test(word);

/** Initials in capitals; `undefined` where a letter has no single capital (ß, ŉ). */
function initialsOf(word: string): string | undefined {
  const upper = word.toUpperCase();
  return upper.length === word.length ? upper : undefined;
}

/** The pieces between hyphens, each in its own case. */
function hyphenCase(word: string, casing: Casing): string | undefined {
  if (!HYPHEN.test(word)) return pieceCase(word, casing);
  const pieces = word.split(HYPHEN).map((piece) => (ANY_LETTER.test(piece) ? pieceCase(piece, casing) : piece));
  return pieces.includes(undefined) ? undefined : pieces.join('');
}

/** A word between spaces; `undefined` where only its owner knows. */
function wordCase(word: string, casing: Casing): string | undefined {
  if (isInitials(word)) return initialsOf(word);
  const [, opening = '', inner = '', closing = ''] = EDGED.test(word) ? (WRAPPED.exec(word) ?? []) : ['', '', word];
  const lower = casing.lower(inner);
  if (lower === '') return word;
  const cased = ALWAYS.get(lower) ?? (isInitials(inner) ? initialsOf(inner) : undefined);
  if (cased === undefined && isDoubtful(lower)) return undefined;
  const name = cased ?? hyphenCase(lower, casing);
  return name && opening + name + closing;
}

const bare = (word: string): string => (EDGED.test(word) ? word.replace(/[.,]/g, '') : word);

/**
 * Small words of a family name: van, von, de la, y. Before a given name there are none, and before a family name the
 * country's.
 */
function isSmall(words: readonly string[], at: number, part: NamePart, country: Country): boolean {
  const word = words[at] ?? '';
  if (at === 0) {
    const small = country === undefined ? PARTICLES : PARTICLES_BY_COUNTRY.get(country ?? '');
    return part === 'family' && Boolean(small?.has(word));
  }
  return PARTICLES.has(word) || (PARTICLES_AFTER_DE.has(word) && words[at - 1] === 'de') || word === 'y';
}

function caseWords(name: string, casing: Casing, part: NamePart, country: Country): string {
  const isShouted = UPPER.test(name);
  const words = name.split(' ');
  const lower = words.map((word) => word.toLowerCase());
  const last = lower.findLastIndex((word, at) => !isSmall(lower, at, part, country) && !SUFFIXES.has(bare(word)));
  const cased = words.map((word, at) => {
    const small = lower[at] ?? word;
    const suffix = at > 0 && at > last ? SUFFIXES.get(bare(small)) : undefined;
    if (suffix) return word.replace(/[^.,]+/, suffix);
    if (at < last && isSmall(lower, at, part, country)) return small;
    return wordCase(word, casing) ?? (isShouted ? word : undefined);
  });
  return cased.includes(undefined) ? name : cased.join(' ').normalize('NFC');
}

/** Whether a name is all in one case, of letters and signs whose case is known here. */
function isReadable(text: string): boolean {
  if (UPPER.test(text) === LOWER.test(text) || text.length > LONGEST) return false;
  return PLAIN.test(text) || !(FOREIGN_SIGN.test(text) || OTHER_CASED.test(text));
}

/** Whether a family name begins with a small word of some language, in a country that does not tell which. */
function isUndecided(text: string, part: NamePart, country: Country): boolean {
  const [first = ''] = text.toLowerCase().split(' ');
  const isLed = part === 'family' && text.includes(' ') && PARTICLES.has(first);
  return isLed && country !== undefined && (country === null || !PARTICLES_BY_COUNTRY.has(country));
}

/**
 * The name in its own case where it was typed all in one; else unchanged but for its spacing. `country` is an ISO
 * 3166-1 alpha-2 code, null where it is unknown: De Luca (IT), van Damme (NL), Yıldız (TR). Not given, the name is read
 * by its letters alone.
 */
export function cleanName(value: string, part: NamePart = 'family', country?: Country): string {
  const text = cleanText(value);
  const casing = isReadable(text) && !isUndecided(text, part, country) ? casingOf(text, country) : undefined;
  return casing ? caseWords(text, casing, part, country) : text;
}

/** A whole text in a script that knows no capitals: Hebrew, Arabic, Devanagari, Thai, kana, Han, Hangul. */
const WITHOUT_CASE =
  '^[\u05d0-\u05ea\u0621-\u064a\u0904-\u0939\u0e01-\u0e30\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3 ]+$';

/**
 * True where cleanName leaves the value as it is, as a given or a family name: tidy, and in mixed case or in a script
 * without.
 */
export const nameIsClean = (x: Sql): Sql => sql`(${textIsClean(x)} and
  ((${matches(x, '[A-ZÀ-ÖØ-Þ]')} and ${matches(x, '[a-zà-öø-ÿ]')}) or ${matches(x, WITHOUT_CASE)}))`;
