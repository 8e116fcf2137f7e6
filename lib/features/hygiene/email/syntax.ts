/**
 * What may stand before and after the @: RFC 5321 and 5322 with a mail provider's practical view, and RFC 6531 for
 * letters beyond ASCII. Both parts come in lower case and NFC. A fault is a sentence, `null` is none.
 * Refuses what only the obsolete grammar allows (spaces around dots, half-quoted parts).
 */

import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

/** RFC 5321 4.5.3.1: octets before the @, of a domain in ASCII, of a label; RFC 3696 erratum 1690: of an address. */
const LOCAL_OCTETS = 64;
const DOMAIN_OCTETS = 253;
const LABEL_OCTETS = 63;
export const ADDRESS_OCTETS = 254;

const ATOMS = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
const WIDE_ATOMS = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const QUOTED = /^"(?:[ !#-[\]-~]|[^\0-\x7f]|\\[ -~])*"$/;
const HOST = /^[a-z0-9]+(?:-+[a-z0-9]+)*(?:\.[a-z0-9]+(?:-+[a-z0-9]+)*)+$/;
const WIDE_HOST =
  /^[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:-+[\p{L}\p{M}\p{N}]+)*(?:\.[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:-+[\p{L}\p{M}\p{N}]+)*)+$/u;
const LITERAL = /^\[(?:ipv6:([0-9a-f:.]+)|([0-9.]+))\]$/i;
const ASCII = /^[\0-\x7f]*$/;

const octets = (text: string): number => (ASCII.test(text) ? text.length : Buffer.byteLength(text));

/** Full-width letters, ligatures and the like: they look like a plain letter and are another one. */
const hasLookAlikes = (text: string): boolean => text.normalize('NFKC') !== text.normalize('NFC');

export const isQuoted = (local: string): boolean => local.startsWith('"');
export const isLiteral = (domain: string): boolean => domain.startsWith('[');
export const isAscii = (text: string): boolean => ASCII.test(text);

/** Faults that both parts share: dots and spaces in the wrong place. */
function faultOfDots(part: string, where: string): string | null {
  if (/[\s\u200b-\u200f\u2060\ufeff\u00ad]/.test(part)) return `a space or an invisible character ${where} the @`;
  if (part.startsWith('.') || part.endsWith('.')) return `a dot at the edge of what stands ${where} the @`;
  if (part.includes('..')) return `two dots in a row ${where} the @`;
  return null;
}

/** The fault of what stands before the @, without comments. */
export function localFault(local: string): string | null {
  if (ATOMS.test(local) && local.length <= LOCAL_OCTETS) return null;
  if (local === '') return 'nothing before the @';
  if (octets(local) > LOCAL_OCTETS) return `more than ${LOCAL_OCTETS} characters before the @`;
  if (isQuoted(local)) return QUOTED.test(local) ? null : 'quotation marks that do not match before the @';
  const fault = faultOfDots(local, 'before');
  if (fault) return fault;
  if (hasLookAlikes(local)) return 'a look-alike of a plain letter before the @';
  return WIDE_ATOMS.test(local) ? null : 'a character before the @ that no mailbox has';
}

function literalFault(domain: string): string | null {
  const [, v6, v4] = LITERAL.exec(domain) ?? [];
  return (v6 && isIPv6(v6)) || (v4 && isIPv4(v4)) ? null : 'no valid network address after the @';
}

/** The fault of a well-spelt domain in ASCII: lengths, and a last label that is a number. */
function faultOfAscii(domain: string): string | null {
  if (domain.length > DOMAIN_OCTETS) return `more than ${DOMAIN_OCTETS} characters after the @`;
  if (domain.length > LABEL_OCTETS && domain.split('.').some((label) => label.length > LABEL_OCTETS))
    return `more than ${LABEL_OCTETS} characters between two dots after the @`;
  return /\.\d+$/.test(domain) ? 'a domain that ends in a number' : null;
}

/** The fault of what stands after the @, without comments; does not ask whether the domain exists. */
export function domainFault(domain: string): string | null {
  if (HOST.test(domain) && !domain.includes('xn--')) return faultOfAscii(domain);
  if (domain === '') return 'nothing after the @';
  if (isLiteral(domain)) return literalFault(domain);
  const fault = faultOfDots(domain, 'after');
  if (fault) return fault;
  if (!domain.includes('.')) return 'no dot after the @';
  if (hasLookAlikes(domain)) return 'a look-alike of a plain letter after the @';
  if (!WIDE_HOST.test(domain)) return 'a character after the @ that no domain has';
  const ascii = domainToASCII(domain);
  return ascii === '' ? 'no valid international domain after the @' : faultOfAscii(ascii);
}

/** Octets of an address as it travels: the domain in ASCII. */
export const addressOctets = (local: string, domain: string): number =>
  octets(local) + 1 + (isAscii(domain) ? domain.length : domainToASCII(domain).length);
