/**
 * "Did you mean gmail.com?": a domain that is a slip of a big mail domain. Careful to a fault, because tools like this
 * have called people's own domains typos (mailcheck #63, #168): under a suffix that exists, only the most distinctive
 * names count, one slip at most, never in the first letter. Suggests; never corrects.
 */

import { isWellKnownDomain } from './domains.ts';
import { isOneSlip, slips } from './edit-distance.ts';
import { registrableDomain, suffixOf } from './suffix.ts';
import { domainFault } from './syntax.ts';

interface MailDomain {
  readonly domain: string;
  readonly name: string;
  readonly suffix: string;
}

const split = (domain: string): MailDomain => {
  const dot = domain.indexOf('.');
  return { domain, name: domain.slice(0, dot), suffix: domain.slice(dot + 1) };
};

/** Invented brand names, most used first: a domain one slip away is taken for a typo. */
const DISTINCTIVE = `gmail.com yahoo.com hotmail.com outlook.com icloud.com comcast.net googlemail.com protonmail.com
  verizon.net sbcglobal.net bellsouth.net optonline.net rocketmail.com yahoo.co.uk hotmail.co.uk hotmail.fr yahoo.fr
  hotmail.it yahoo.it hotmail.es yahoo.es hotmail.de yahoo.de yahoo.ca hotmail.ca yahoo.co.in yahoo.com.br
  hotmail.com.br yahoo.com.au hotmail.com.au yahoo.co.jp yahoo.com.mx outlook.fr outlook.de outlook.es outlook.it
  btinternet.com virginmedia.com blueyonder.co.uk ntlworld.com wanadoo.fr t-online.de bigpond.com rediffmail.com`
  .split(/\s+/)
  .map(split);

/** Short names and words of a language: only the suffix is looked at, and only where it does not exist. */
const PLAIN =
  `aol.com msn.com live.com me.com mac.com ymail.com gmx.com att.net cox.net charter.net earthlink.net gmx.de gmx.net
  gmx.at gmx.ch web.de freenet.de orange.fr free.fr sfr.fr laposte.net libero.it virgilio.it live.co.uk live.fr live.nl
  aol.co.uk aol.de talktalk.net uol.com.br bol.com.br terra.com.br mail.ru yandex.ru proton.me`
    .split(/\s+/)
    .map(split);

const LETTERS = new Map([...DISTINCTIVE, ...PLAIN].map(({ domain }) => [domain.replaceAll('.', ''), domain]));

/** Suffixes that exist, and are typed by those who mean .com. */
const SLIPS_OF_COM: ReadonlySet<string> = new Set(['co', 'cm', 'om', 'cam']);

/** Shorter ones (aol.com, live.com) have many real neighbours, with or without dots. */
const SAFE_LENGTH = 'yahoo.fr'.length;

/** Slips allowed in a suffix that does not exist: .con, .nry, .co.ukk. */
const SUFFIX_SLIPS = 2;

function bySuffix(typed: MailDomain, candidates: readonly MailDomain[]): string | null {
  let best: string | null = null;
  let fewest = SUFFIX_SLIPS + 1;
  for (const { domain, suffix } of candidates) {
    const count = slips(typed.suffix, suffix);
    if (count < fewest) {
      best = domain;
      fewest = count;
    }
  }
  return best;
}

/** The big mail domain that was most likely meant, `null` where the domain may well be meant as it stands. */
export function suggestDomain(typedDomain: string): string | null {
  const domain = typedDomain.toLowerCase();
  if (isWellKnownDomain(domain)) return null;
  const mayExist = domainFault(domain) === null && suffixOf(domain) !== 'unknown';
  if (mayExist && registrableDomain(domain) !== domain) return null;
  const sameLetters = LETTERS.get(domain.replace(/[^a-z0-9-]/g, ''));
  if (sameLetters && (!mayExist || sameLetters.length >= SAFE_LENGTH)) return sameLetters;
  if (!domain.includes('.')) return null;
  const typed = split(domain);
  if (!mayExist) {
    const exact = [...DISTINCTIVE, ...PLAIN].filter(({ name }) => name === typed.name);
    return bySuffix(typed, exact.length > 0 ? exact : DISTINCTIVE.filter(({ name }) => isOneSlip(typed.name, name)));
  }
  const meant = DISTINCTIVE.find(
    ({ name, suffix: right }) =>
      (right === typed.suffix && isOneSlip(typed.name, name)) ||
      (right === 'com' && SLIPS_OF_COM.has(typed.suffix) && typed.name === name),
  );
  return meant?.domain ?? null;
}
