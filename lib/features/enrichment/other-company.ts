/**
 * Whether a provider's answer is about the company that was asked for. Redirected and acquired domains are answered
 * with the parent's record, and a provider that matches by likelihood may answer with another. Such an answer is
 * noted, not filled in.
 */

import { ownDomain } from './company-domain.ts';
import { at } from './fields.ts';
import type { HttpProvider } from './rules.ts';

/**
 * Why the answer about `domain` is not filled in, in words that stand in `companies.source_note`; null where nothing
 * speaks against it. An answer that states no domain and no likelihood is taken as it is.
 */
export function otherCompany(
  json: unknown,
  domain: string,
  { matches, likelihood }: Pick<HttpProvider, 'matches' | 'likelihood'>,
): string | null {
  const stated = [matches ?? []]
    .flat()
    .flatMap((path) => [at(json, path)].flat())
    .flatMap((value) => (typeof value === 'string' ? (hostOf(value) ?? []) : []));
  const asked = ownDomain(domain) ?? domain;
  if (stated.length > 0 && !stated.some((host) => (ownDomain(host) ?? host) === asked)) {
    return `another company, ${ownDomain(stated[0] ?? '') ?? stated[0]}`;
  }
  const sure = likelihood === undefined ? undefined : Number(at(json, likelihood.path) ?? Number.NaN);
  if (likelihood && sure !== undefined && sure < likelihood.least) {
    return `likelihood ${sure}, at least ${likelihood.least} is needed`;
  }
  return null;
}

/** The host of a website however it is written: `https://www.acme.example/about`, `acme.example`; null: none. */
function hostOf(website: string): string | null {
  const text = website.trim().toLowerCase();
  const address = /^[a-z][a-z+.-]*:\/\//.test(text) ? text : `https://${text}`;
  const host = URL.canParse(address) ? new URL(address).hostname : '';
  return host.includes('.') ? host : null;
}
