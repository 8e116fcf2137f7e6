/** What stands at the end of a domain: does the top-level domain exist, and is there a name of one's own before it? */

import { parse } from 'tldts';

/** Reserved for documentation and tests (RFC 2606): invented people live there, and are treated as anyone else. */
const RESERVED = /\.(?:example|test)$/;

/** `unknown`: no such top-level domain; `registry`: only a suffix under which names are registered (co.uk). */
export type Suffix = 'known' | 'unknown' | 'registry';

type Parsed = ReturnType<typeof parse>;

/** The last answer: the checks of one domain ask for it several times over. */
let last: { readonly domain: string; readonly parsed: Parsed } | undefined;

function parsed(domain: string): Parsed {
  if (last?.domain !== domain)
    last = { domain, parsed: parse(domain, { extractHostname: false, validateHostname: false }) };
  return last.parsed;
}

/** Judges the end of a well-formed domain in lower case, by the public suffix list. */
export function suffixOf(domain: string): Suffix {
  if (RESERVED.test(domain)) return 'known';
  const { isIcann, domain: registrable } = parsed(domain);
  if (!isIcann) return 'unknown';
  return registrable ? 'known' : 'registry';
}

/**
 * The part of a domain that someone registered (`mail.example.co.uk` → `example.co.uk`), itself where there is none.
 */
export const registrableDomain = (domain: string): string => parsed(domain).domain ?? domain;
