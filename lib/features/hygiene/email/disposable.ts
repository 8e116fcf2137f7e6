/**
 * Domains of throw-away mailboxes, by the list of the package `disposable-email-domains`. The list has named honest
 * providers before, so what is well known is never disposable. Loaded on first use.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isWellKnownDomain } from './domains.ts';
import { registrableDomain } from './suffix.ts';

const { resolve } = createRequire(import.meta.url);
let lists: readonly string[] | undefined;

/** Both lists are sorted, a name a line: to search their text as it is saves reading 120,000 names at every start. */
const readList = (file: string): string => readFileSync(resolve(`disposable-email-domains/${file}.json`), 'utf8');

function isListed(lines: string, domain: string): boolean {
  const wanted = `  "${domain}"`;
  let low = lines.indexOf('\n') + 1;
  let high = lines.lastIndexOf('\n');
  while (low < high) {
    const middle = (low + high) >> 1;
    const start = lines.lastIndexOf('\n', middle - 1) + 1;
    const end = lines.indexOf('\n', middle);
    if (lines.slice(start, end) < wanted) low = end + 1;
    else high = start;
  }
  return lines.startsWith(wanted, low);
}

/** Whether the domain, or one it stands under, down to the registered one, is on the list. Lower case. */
export function isDisposable(domain: string): boolean {
  if (isWellKnownDomain(domain)) return false;
  lists ??= ['index', 'wildcard'].map(readList);
  const shortest = registrableDomain(domain).length;
  for (let rest = domain; rest.length >= shortest; rest = rest.slice(rest.indexOf('.') + 1)) {
    if (lists.some((list) => isListed(list, rest))) return true;
    if (!rest.includes('.')) return false;
  }
  return false;
}
