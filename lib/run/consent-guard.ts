/**
 * The guard that every plan passes: no job makes anybody mailable again who unsubscribed, complained or is suppressed.
 * Jobs that carry out a person's answer say so (`releases`); any other waits for approval.
 */

import type { Engine } from '../core/engine.ts';
import { check, type Guard, type GuardResult } from '../core/guard.ts';
import type { Job } from '../core/job.ts';
import { join, name, type Sql, sql } from '../core/sql.ts';
import type { Diff } from '../plan/plan.ts';

/** The rows of a diff that lift a contact's status, or that release or remove a suppression. */
function freed(diff: Diff): Sql | null {
  const sets = (column: string): boolean => diff.sets.some((set) => set.name === column && set.updates > 0);
  const frees: Sql[] = [];
  if (diff.table === 'contacts' && sets('status'))
    frees.push(sql`op = 'u' and set_status and before_status in ('unsubscribed', 'suppressed')
      and coalesce(status, 'subscribed') = 'subscribed'`);
  if (diff.table === 'suppressions') {
    if (diff.counts.remove > 0) frees.push(sql`op = 'd' and json_extract_string(record, '$.released_at') is null`);
    if (sets('released_at'))
      frees.push(sql`op = 'u' and set_released_at and before_released_at is null and released_at is not null`);
  }
  const some = frees.map((free) => sql`(${free})`);
  return some.length > 0 ? sql`select count(*) as n from ${name(diff.name)} where ${join(some, ' or ')}` : null;
}

/** The guard on a plan that makes people mailable again; null where it makes none so, or where the job may. */
export async function releaseGuard(engine: Engine, job: Job, diffs: readonly Diff[]): Promise<GuardResult | null> {
  const parts = job.releases ? [] : diffs.map(freed).filter((part) => part !== null);
  if (parts.length === 0) return null;
  const found = sql`select sum(n) from (${join(parts, ' union all ')}) as freed`;
  const guard: Guard = {
    name: 'no contact becomes mailable again without a person’s approval',
    of: 'contacts',
    limit: { share: 0, atLeast: 0, from: 0 },
    found,
  };
  const result = check(guard, 0, await engine.number(found));
  return result.passed ? null : result;
}
