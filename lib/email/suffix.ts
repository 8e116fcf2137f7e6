/** What stands at the end of a domain: does the top-level domain exist, and is there a name of one's own before it? */

import { parse } from 'tldts';

/** Reserved for documentation and tests (RFC 2606): invented people live there, and are treated as anyone else. */
const RESERVED = /\.(?:example|test)$/;

/** `unknown`: no such top-level domain; `registry`: only a suffix under which names are registered (co.uk). */
export type Suffix = 'known' | 'unknown' | 'registry';

/** Judges the end of a well-formed domain in lower case, by the public suffix list. */
export function suffixOf(domain: string): Suffix {
  if (RESERVED.test(domain)) return 'known';
  const { isIcann, domain: registrable } = parse(domain, { extractHostname: false, validateHostname: false });
  if (!isIcann) return 'unknown';
  return registrable ? 'known' : 'registry';
}

/** The part of a domain that someone registered (`mail.example.co.uk` → `example.co.uk`), itself where there is none. */
export const registrableDomain = (domain: string): string =>
  parse(domain, { extractHostname: false, validateHostname: false }).domain ?? domain;
