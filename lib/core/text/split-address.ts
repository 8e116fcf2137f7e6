/**
 * Where an address divides into mailbox and domain, and where comments stand in it. Knows quotes, comments and
 * literals only as brackets that hide an @; whether the parts are well formed is syntax.ts's to say.
 */

/** The two sides of the @. */
export interface AddressParts {
  readonly local: string;
  readonly domain: string;
}

/** Why a text has no two sides, in plain words. */
export interface SplitFault {
  readonly fault: string;
}

const CLOSING: Readonly<Record<string, string>> = { '"': '"', '[': ']' };
const BRACKETS = /["([]/;

/**
 * One letter for each character: `c` in a comment, `q` in quotes or a literal, `.` elsewhere; `null` where one stays
 * open.
 */
function maskOf(text: string): string | null {
  let mask = '';
  let depth = 0;
  let closing = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    const opensComment = closing === '' && char === '(';
    mask += depth > 0 || opensComment ? 'c' : closing !== '' || char in CLOSING ? 'q' : '.';
    if (char === '\\' && (closing !== '' || depth > 0)) mask += mask.charAt(at++);
    else if (closing !== '') closing = char === closing ? '' : closing;
    else if (opensComment) depth++;
    else if (depth > 0) depth -= char === ')' ? 1 : 0;
    else closing = CLOSING[char] ?? '';
  }
  return depth === 0 && closing === '' && mask.length === text.length ? mask : null;
}

/** Divides an address at its @. */
export function splitAddress(text: string): AddressParts | SplitFault {
  const first = text.indexOf('@');
  if (first < 0) return { fault: text === '' ? 'no address' : 'no @ in it' };
  const isPlain = first === text.lastIndexOf('@') && !BRACKETS.test(text);
  if (isPlain) return { local: text.slice(0, first), domain: text.slice(first + 1) };
  const mask = maskOf(text);
  if (mask === null) return { fault: 'a quotation mark or bracket that is not closed' };
  const signs = [...text.matchAll(/@/g)].map(({ index }) => index).filter((at) => mask[at] === '.');
  const [at, another] = signs;
  if (at === undefined) return { fault: 'no @ in it' };
  if (another !== undefined) return { fault: 'more than one @; a cell holds one address' };
  return { local: text.slice(0, at), domain: text.slice(at + 1) };
}

/** A part without the comments at its ends; the part itself where it has none, or has one in its middle. */
export function withoutComments(part: string): string {
  const [, before = '', bare = ''] = /^(c*)([^c]*)c*$/.exec((part.includes('(') && maskOf(part)) || '') ?? [];
  return bare === '' ? part : part.slice(before.length, before.length + bare.length).trim();
}
