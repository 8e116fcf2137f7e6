/**
 * Whether mail can be sent to an address: `valid`; `risky`, where it arrives but someone should look (a note says
 * why); `invalid`, where it can't. Judges the text alone, and asks no name server and no mailbox. The domain and the
 * local part are judged apart, because a million contacts have few distinct domains.
 */

import { readAddress } from '../../../core/text/address.ts';
import { withoutComments } from '../../../core/text/split-address.ts';
import { isDisposable } from './disposable.ts';
import { isRelay } from './domains.ts';
import type { EmailRules } from './rules.ts';
import { suffixOf } from './suffix.ts';
import { ADDRESS_OCTETS, addressOctets, domainFault, isAscii, isLiteral, isQuoted, localFault } from './syntax.ts';
import { suggestDomain } from './typo.ts';

/** From best to worst. */
type EmailStatus = 'valid' | 'risky' | 'invalid';

/** The verdict on one part of an address; a `valid` part has no note. */
export interface PartVerdict {
  readonly status: EmailStatus;
  readonly note: string | null;
}

export interface DomainVerdict extends PartVerdict {
  /** The domain to write: corrected where the rules correct it, else as it came. */
  readonly domain: string;
}

export interface EmailVerdict extends PartVerdict {
  /** The address to write: in normal form, or as it came where it has none. */
  readonly email: string;
}

/** The note of a mailbox of a task. The same for all, so that set logic may say it, too. */
export const ROLE_NOTE = 'role address: a team reads it, not a person';

const SEVERITY: readonly EmailStatus[] = ['valid', 'risky', 'invalid'];
const FINE: PartVerdict = { status: 'valid', note: null };

const risky = (note: string): PartVerdict => ({ status: 'risky', note });
const invalid = (note: string): PartVerdict => ({ status: 'invalid', note });

/** The worse status of two, and both notes, the first one first; a note that both have appears once. */
export function worse(first: PartVerdict, second: PartVerdict): PartVerdict {
  const status = SEVERITY.indexOf(first.status) < SEVERITY.indexOf(second.status) ? second.status : first.status;
  const note =
    first.note && second.note && first.note !== second.note
      ? `${first.note}; ${second.note}`
      : (first.note ?? second.note);
  return { status, note };
}

/** The rules as they are looked up, and the domains judged by them. */
interface RuleSets {
  readonly allow: ReadonlySet<string>;
  readonly block: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  readonly domains: Map<string, DomainVerdict>;
}

/** Verdicts on domains kept at a time: a million contacts have fewer, a hostile file does not fill the memory. */
const KEPT_DOMAINS = 50_000;

const setsByRules = new WeakMap<EmailRules, RuleSets>();

function setsOf(rules: EmailRules): RuleSets {
  const known = setsByRules.get(rules);
  if (known) return known;
  const sets = {
    allow: new Set(rules.allow),
    block: new Set(rules.block),
    roles: new Set(rules.roles),
    domains: new Map<string, DomainVerdict>(),
  };
  setsByRules.set(rules, sets);
  return sets;
}

const COMMENT = risky('a comment in brackets, which most mail systems refuse');

/** The verdict on what stands before the @, in normal form. */
export function localPartVerdict(local: string, rules: EmailRules): PartVerdict {
  const bare = withoutComments(local);
  if (bare !== local) return worse(localPartVerdict(bare, rules), COMMENT);
  const fault = localFault(local);
  if (fault) return invalid(fault);
  if (isQuoted(local)) return risky('quotation marks before the @, which most mail systems refuse');
  if (!isAscii(local)) return risky('letters before the @ that many mail systems refuse');
  const plus = local.indexOf('+');
  return setsOf(rules).roles.has(plus > 0 ? local.slice(0, plus) : local) ? risky(ROLE_NOTE) : FINE;
}

const didYouMean = (suggestion: string | null): string => (suggestion ? `; did you mean ${suggestion}?` : '');

const MIXED_ALPHABETS =
  /[a-z][^.]*[\p{Script=Cyrillic}\p{Script=Greek}]|[\p{Script=Cyrillic}\p{Script=Greek}][^.]*[a-z]/u;

/** Block and allow lists before all that is commonly known; a relay or disposable domain before a typo. */
function judgeDomain(domain: string, rules: EmailRules): PartVerdict {
  const fault = domainFault(domain);
  if (fault) return invalid(fault + didYouMean(suggestDomain(domain)));
  const { allow, block } = setsOf(rules);
  if (block.has(domain)) return invalid('blocked by the rules');
  if (allow.has(domain)) return FINE;
  if (isLiteral(domain)) return risky('a network address instead of a domain');
  const suffix = suffixOf(domain);
  if (suffix === 'unknown') {
    const ending = domain.slice(domain.lastIndexOf('.'));
    return invalid(`no top-level domain ${ending}${didYouMean(suggestDomain(domain))}`);
  }
  if (isRelay(domain)) return risky('private relay: the real address stays hidden');
  if (isDisposable(domain)) return risky('disposable address');
  const suggestion = suggestDomain(domain);
  if (suggestion) return risky(`did you mean ${suggestion}?`);
  if (suffix === 'registry') return risky(`${domain} is an ending under which domains are registered`);
  return MIXED_ALPHABETS.test(domain) ? risky('letters of two alphabets in one word of the domain') : FINE;
}

function freshDomainVerdict(domain: string, rules: EmailRules): DomainVerdict {
  const meant = Object.hasOwn(rules.correctTypos, domain) ? (rules.correctTypos[domain] ?? domain) : domain;
  const bare = withoutComments(meant);
  const verdict = judgeDomain(bare, rules);
  return { domain: meant, ...(bare === meant ? verdict : worse(verdict, COMMENT)) };
}

/** The verdict on a domain in normal form; a domain that `rules.correctTypos` lists is judged as what it becomes. */
export function domainVerdict(domain: string, rules: EmailRules): DomainVerdict {
  const { domains } = setsOf(rules);
  const known = domains.get(domain);
  if (known) return known;
  if (domains.size >= KEPT_DOMAINS) domains.clear();
  const verdict = freshDomainVerdict(domain, rules);
  domains.set(domain, verdict);
  return verdict;
}

/**
 * The verdict on an address as it stands in a cell: its parts' verdicts, the domain's note first. Judging `email` of
 * the answer again gives the same answer.
 */
export function emailVerdict(address: string, rules: EmailRules): EmailVerdict {
  const parts = readAddress(address);
  if ('fault' in parts) return { email: address, ...invalid(parts.fault) };
  const { domain, ...ofDomain } = domainVerdict(parts.domain, rules);
  const ofLocal = localPartVerdict(parts.local, rules);
  const { status, note } = worse(ofDomain, ofLocal);
  const isWellFormed =
    ofLocal.status !== 'invalid' && (ofDomain.status !== 'invalid' || domainFault(withoutComments(domain)) === null);
  if (!isWellFormed) return { email: address, status, note };
  if (addressOctets(parts.local, domain) > ADDRESS_OCTETS)
    return { email: address, ...invalid(`longer than ${ADDRESS_OCTETS} characters`) };
  return { email: `${parts.local}@${domain}`, status, note };
}
