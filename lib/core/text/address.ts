/**
 * An address as it stands in a cell, freed of its wrapping: spaces and invisible characters at the ends, `mailto:`,
 * a display name and angle brackets, capitals. Refuses to guess: what is wrong inside an address stays wrong, and a
 * line break or control character anywhere makes it no address.
 */

import { INVISIBLES, SPACES } from './spacing.ts';
import { type AddressParts, type SplitFault, splitAddress } from './split-address.ts';

const EDGES = new RegExp(`^[${SPACES}${INVISIBLES}]+|[${SPACES}${INVISIBLES}]+$`, 'g');
const CONTROL = /\p{Cc}/u;
const MAILTO = /^mailto:([^?]*)(?:\?.*)?$/is;
const ANGLED = /^([^<>]*)<([^<>]*)>$/s;
const PLAIN = /^[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@[a-z0-9.-]+$/;

/** With a long display name around it; what is longer holds no one address. */
const LONGEST = 1000;

const trim = (text: string): string => text.replace(EDGES, '');

/** `mailto:` is a URL: its address may be percent-encoded, and a subject may follow. */
function withoutMailto(text: string): string {
  const address = MAILTO.exec(text)?.[1];
  if (address === undefined) return text;
  try {
    return trim(decodeURIComponent(address));
  } catch {
    return text;
  }
}

/** `Ann <ann@example.com>`; a name with another address in it is left alone. */
function withoutDisplayName(text: string): string {
  const [, name = '', inner = ''] = ANGLED.exec(text) ?? [];
  const address = trim(inner);
  return address !== '' && (!name.includes('@') || trim(name) === address) ? address : text;
}

/** Lower case twice over NFC, because a capital may fall apart into letters that join again. */
const lower = (text: string): string => text.normalize('NFC').toLowerCase().normalize('NFC');

/** The two parts of the address in normal form, or why it has none. */
export function readAddress(raw: string): AddressParts | SplitFault {
  if (PLAIN.test(raw)) return splitAddress(raw);
  if (raw.length > LONGEST) return { fault: 'far too long for an address' };
  const text = withoutMailto(withoutDisplayName(withoutMailto(trim(raw))));
  return CONTROL.test(text) ? { fault: 'a line break or control character in it' } : splitAddress(lower(text));
}
