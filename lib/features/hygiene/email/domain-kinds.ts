/**
 * What is commonly known of the domains that contacts have: one step for every job whose rules ask for it. A domain is
 * looked at once, however many addresses it has.
 */

import type { LookupStep } from '../../../core/job.ts';
import { sql } from '../../../core/sql.ts';
import { isDisposable } from './disposable.ts';
import { isFreeMail } from './domains.ts';

/** @param allow domains that no list may call disposable (jobs/rules/cleaning.ts) */
export const domainKinds = (allow: readonly string[]): LookupStep => ({
  name: 'domains',
  row: 'a domain of free-mail or throw-away addresses; other domains have no kind',
  over: sql`select distinct domain_of(email) as domain from contacts where address_key(email) is not null`,
  keys: ['domain'],
  columns: ['kind'],
  compute: (domain) => ({ kind: allow.includes(domain ?? '') ? null : kindOf(domain ?? '') }),
});

function kindOf(domain: string): string | null {
  if (isFreeMail(domain)) return 'free-mail';
  return isDisposable(domain) ? 'disposable' : null;
}
