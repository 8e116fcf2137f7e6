/**
 * Spacing and Unicode of any cell: NFC, no invisible characters, ordinary spaces, none at the ends, none doubled.
 * Refuses to change a letter, and keeps the zero-width joiners that Arabic and Indic scripts and emoji are spelt with.
 */

/** What looks like a space, line breaks aside: tab, no-break, en, em, thin, ideographic … */
export const SPACES = '\\t\\v\\f \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000';

/** Control characters that are no white space; nothing shows them, and no one typed them. */
const CONTROLS = '\\u0000-\\u0008\\u000e-\\u001f\\u007f';

/** Characters without width: zero-width space, soft hyphen, word joiner, byte order mark, direction marks. */
export const INVISIBLES =
  '\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufeff';

const LINE_BREAKS = '\\n\\r\\u2028\\u2029';

const TIDY = /^[!-~]+(?: [!-~]+)*$/;
const HIDDEN = new RegExp(`[${CONTROLS}${INVISIBLES}]+`, 'g');
const WHITE = new RegExp(`[${SPACES}${LINE_BREAKS}]+`, 'g');
const BREAK = /\r\n|[\n\r\u2028\u2029]/;
const JOINERS = /([\u200c\u200d])[\u200c\u200d]*/g;
const CURSIVE =
  '\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Nko}\\p{Script=Mandaic}\\p{Script=Adlam}';
const INDIC =
  '\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}' +
  '\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}\\p{Script=Khmer}\\p{Script=Myanmar}';
const AFTER_INDIC = new RegExp(`[${INDIC}]$`, 'u');
const AFTER_CURSIVE = new RegExp(`[${CURSIVE}]\\p{M}*$`, 'u');
const BEFORE_CURSIVE = new RegExp(`^[${CURSIVE}]`, 'u');
const AFTER_EMOJI = /(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}]|\ufe0f)$/u;
const BEFORE_EMOJI = /^\p{Extended_Pictographic}/u;

/** Longest stretch looked at on either side of a joiner, in UTF-16 units: a letter and its marks. */
const NEARBY = 8;

function isSpelling(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - NEARBY), start);
  const after = text.slice(end, end + 2);
  return (
    AFTER_INDIC.test(before) ||
    (AFTER_CURSIVE.test(before) && BEFORE_CURSIVE.test(after)) ||
    (AFTER_EMOJI.test(before) && BEFORE_EMOJI.test(after))
  );
}

const withoutHidden = (text: string): string =>
  text
    .replace(HIDDEN, '')
    .replace(JOINERS, (run, joiner: string, at: number, text: string) =>
      isSpelling(text, at, at + run.length) ? joiner : '',
    );

const oneLine = (text: string): string => withoutHidden(text).replace(WHITE, ' ').trim().normalize('NFC');

/**
 * The value on one line, its spacing and Unicode normalised. A value of nothing but spaces comes back as it is:
 * emptying a cell is not for a cleaner to decide.
 */
export function cleanText(value: string): string {
  if (TIDY.test(value)) return value;
  return oneLine(value) || value;
}

/** As cleanText, but line breaks stay (as `\n`), for postal addresses and notes; blank lines at both ends go. */
export function cleanLines(value: string): string {
  if (TIDY.test(value)) return value;
  const lines = value.split(BREAK).map(oneLine);
  const first = lines.findIndex((line) => line !== '');
  const last = lines.findLastIndex((line) => line !== '');
  return lines.slice(Math.max(first, 0), last + 1).join('\n') || value;
}
