/**
 * Domains of throw-away mailboxes, by the list of the package `disposable-email-domains`. The list has named honest
 * providers before, so what is well known is never disposable. Loaded on first use.
 */

import { createRequire } from 'node:module';
import { isWellKnownDomain } from './domains.ts';
import { registrableDomain } from './suffix.ts';

const load = createRequire(import.meta.url);
let lists: readonly (readonly string[])[] | undefined;

/** Both lists are sorted: to search them as they are saves building a set of 120,000 names at every start. */
function isListed(sorted: readonly string[], domain: string): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < domain) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === domain;
}

/** Whether the domain, or one it stands under, down to the registered one, is on the list. Lower case. */
export function isDisposable(domain: string): boolean {
  if (isWellKnownDomain(domain)) return false;
  lists ??= [
    load('disposable-email-domains') as readonly string[],
    load('disposable-email-domains/wildcard.json') as readonly string[],
  ];
  const shortest = registrableDomain(domain).length;
  for (let rest = domain; rest.length >= shortest; rest = rest.slice(rest.indexOf('.') + 1)) {
    if (lists.some((list) => isListed(list, rest))) return true;
    if (!rest.includes('.')) return false;
  }
  return false;
}
