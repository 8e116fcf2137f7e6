/** What sort of domain an address is at, for lists and scores. Judges no address; the first kind that fits is the kind. */

import { isDisposable } from './disposable.ts';
import { isFreeMail, isRelay } from './domains.ts';
import type { EmailRules } from './rules.ts';

export type DomainKind = 'relay' | 'free-mail' | 'disposable';

/** The kind of a domain in lower case, `null` for any other (a business, as a rule); allowed domains are never disposable. */
export function domainKind(domain: string, rules: EmailRules): DomainKind | null {
  if (isRelay(domain)) return 'relay';
  if (isFreeMail(domain)) return 'free-mail';
  return !rules.allow.includes(domain) && isDisposable(domain) ? 'disposable' : null;
}
