/**
 * Names typed all in capitals or all in small letters, into the case that the name is written in: O'Brien, McDonald,
 * van der Berg, Jean-Luc. A name in mixed case is its owner's and is never touched, nor is one with digits or signs,
 * nor one whose script knows no capitals. Where a word could be initials or a name (AJ, JP), it stays as it is.
 */

import { ALWAYS, MAC_NAMES, PARTICLES, PARTICLES_AFTER_DE, SHORT_NAMES, SUFFIXES } from './name-words.ts';
import { matches } from './recognise.ts';
import { cleanText, textIsClean } from './text.ts';

/** What the field holds: a given name begins with a capital even where a family name would not (Van, De). */
export type NamePart = 'given' | 'family';

const UPPER = /[\p{Lu}\p{Lt}]/u;
/** ß stays small where everything else is a capital. */
const LOWER = /(?!ß)\p{Ll}/u;
const FOREIGN_SIGN = /[^\p{L}\p{M} .,'’ʼ&()\u2010-]/u;
const OTHER_CASED = /(?![\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}])[\p{Lu}\p{Ll}]/u;
const LATIN_WORD = /^\p{Script=Latin}+$/u;
const VOWEL = /[aeiouyæøœıə]/;
const INITIALS = /^(?:\p{L}\p{M}*\.)+(?:\p{L}\p{M}*)?$/u;
const LETTER = /^\p{L}\p{M}*$/u;
const WRAPPED = /^([(]*)(.*?)([).,]*)$/u;
const ELIDED = /^(d)(['’ʼ])(\p{L}.+)$/u;
const PREFIXED = /^([lmnot]|all|dall|dell|nell|sant)(['’ʼ])(\p{L}.+)$/u;
const TURKISH = /[İıĞğ]/;
const MAYBE_TURKISH = /[Şş]/;

/** How the letters of one name change case. Turkish has a dotted and a dotless i. */
interface Casing {
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
  lower: (word) => word.toLowerCase(),
  capital: (word) => capitalOf(word, (letter) => letter.toUpperCase()),
};

const ANATOLIAN: Casing = {
  lower: (word) => word.replace(/I/g, 'ı').replace(/İ/g, 'i').toLowerCase(),
  capital: (word) => capitalOf(word, (letter) => (letter === 'i' ? 'İ' : letter.toUpperCase())),
};

/** `undefined` where an i could be either: Ş is Turkish, and Romanian as old keyboards typed it. */
function casingOf(name: string): Casing | undefined {
  if (TURKISH.test(name)) return ANATOLIAN;
  return MAYBE_TURKISH.test(name) && /I|\bi/.test(name) ? undefined : WESTERN;
}

/** A piece without hyphens, in lower case, into its own case; `undefined` where only its owner knows. */
function pieceCase(piece: string, casing: Casing): string | undefined {
  const elided = ELIDED.exec(piece);
  if (elided) {
    const [, d = '', apostrophe = '', rest = ''] = elided;
    const name = pieceCase(rest, casing);
    return name && `${VOWEL.test(rest.charAt(0).normalize('NFD').charAt(0)) ? d : 'D'}${apostrophe}${name}`;
  }
  const prefixed = PREFIXED.exec(piece);
  if (prefixed) {
    const [, prefix = '', apostrophe = '', rest = ''] = prefixed;
    const name = pieceCase(rest, casing);
    return name && `${casing.capital(prefix)}${apostrophe}${name}`;
  }
  if (/^mc\p{L}{2}/u.test(piece)) return `Mc${casing.capital(piece.slice(2))}`;
  if (MAC_NAMES.has(piece)) return `Mac${casing.capital(piece.slice(3))}`;
  if (/^ij[bcdfghklmnpqrstvwxz]/.test(piece)) return `IJ${piece.slice(2)}`;
  return casing.capital(piece);
}

/** One or two letters, or none of them a vowel: initials as likely as a name. */
const isDoubtful = (word: string): boolean =>
  [...word].length === 2
    ? !SHORT_NAMES.has(word) && !PARTICLES.has(word)
    : LATIN_WORD.test(word) && !VOWEL.test(word.normalize('NFD'));

/** A word between spaces; `undefined` where only its owner knows. */
function wordCase(word: string, casing: Casing): string | undefined {
  const [, opening = '', inner = '', closing = ''] = WRAPPED.exec(word) ?? [];
  const lower = casing.lower(inner);
  const known = ALWAYS.get(lower);
  if (inner === '' || known) return opening + (known ?? '') + closing;
  if (LETTER.test(inner) || INITIALS.test(inner) || INITIALS.test(inner + closing.charAt(0))) return word.toUpperCase();
  if (isDoubtful(lower)) return undefined;
  const pieces = lower.split(/([\u2010-])/).map((piece) => (/\p{L}/u.test(piece) ? pieceCase(piece, casing) : piece));
  return pieces.includes(undefined) ? undefined : opening + pieces.join('') + closing;
}

const bare = (word: string): string => word.replace(/[.,]/g, '').toLowerCase();

/** Small words of a family name, where a name still follows: van, von, de la, y. */
function isParticle(words: readonly string[], at: number, part: NamePart): boolean {
  if (at === 0 && part === 'given') return false;
  const isSmall = (word: string, before: string): boolean =>
    PARTICLES.has(word) || (PARTICLES_AFTER_DE.has(word) && before === 'de') || (word === 'y' && before !== '');
  const lower = words.map((word) => word.toLowerCase());
  const nameFollows = lower.some(
    (word, i) => i > at && !isSmall(word, lower[i - 1] ?? '') && !SUFFIXES.has(bare(word)),
  );
  return nameFollows && isSmall(lower[at] ?? '', lower[at - 1] ?? '');
}

/** Jr, III and the like, where nothing but such words follows a name. */
const isSuffix = (words: readonly string[], at: number): boolean =>
  at > 0 && words.slice(at).every((word) => SUFFIXES.has(bare(word)));

function caseWords(name: string, casing: Casing, part: NamePart): string {
  const shouted = UPPER.test(name);
  const words = name.split(' ');
  const cased = words.map((word, at) => {
    if (isSuffix(words, at)) return word.replace(/[^.,]+/, SUFFIXES.get(bare(word)) ?? word);
    if (isParticle(words, at, part)) return word.toLowerCase();
    return wordCase(word, casing) ?? (shouted ? word : undefined);
  });
  return cased.includes(undefined) ? name : cased.join(' ').normalize('NFC');
}

/** The name in its own case where it was typed all in one; else unchanged but for its spacing. */
export function cleanName(value: string, part: NamePart = 'family'): string {
  const text = cleanText(value);
  if (UPPER.test(text) === LOWER.test(text) || FOREIGN_SIGN.test(text) || OTHER_CASED.test(text)) return text;
  const casing = casingOf(text);
  return casing ? caseWords(text, casing, part) : text;
}

/** True where cleanName leaves the value as it is, whatever the part: tidy, and in mixed case or in a script without. */
export const nameIsClean = (x: string): string =>
  `(${textIsClean(x)} and ((${matches(x, '[A-ZÀ-ÖØ-Þ]')} and ${matches(x, '[a-zà-öø-ÿ]')}) or ` +
  `${matches(x, '^[\u05d0-\u05ea\u0621-\u064a\u0904-\u0939\u0e01-\u0e30\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3 ]+$')}))`;
