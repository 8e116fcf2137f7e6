/**
 * The guard that every plan passes: no job makes anybody mailable again who unsubscribed, complained or is suppressed.
 * Jobs that carry out a person's answer say so (`releases`); any other waits for approval.
 */

import type { Engine } from '../core/engine.ts';
import { check, type Guard, type GuardResult } from '../core/guard.ts';
import type { Job } from '../core/job.ts';
import { columnOf, join, name, type Sql, sql } from '../core/sql.ts';
import type { Diff } from '../plan/plan.ts';
import { inForce } from '../snapshot/consent.ts';

const sets = (diff: Diff, column: string): boolean => diff.sets.some((set) => set.name === column && set.updates > 0);

const liftedStatuses = (diff: Diff): Sql => sql`
  select count(*) as n from ${name(diff.name)} where op = 'u' and set_status
    and before_status in ('unsubscribed', 'suppressed') and coalesce(status, 'subscribed') = 'subscribed'`;

/**
 * Suppressions in force that are gone or released afterwards, or no longer of the person whose they were. A row that a
 * person released is not in force, so it may start over as one of the address alone, as bounce-suppression lets it.
 */
function freedSuppressions(diff: Diff): Sql {
  const after = (column: string): Sql =>
    sets(diff, column)
      ? sql`case when ${name(`set_${column}`)} then ${columnOf(column, 'd')} else ${columnOf(column, 's')} end`
      : columnOf(column, 's');
  return sql`
    select count(*) as n from (
      select d.op, coalesce(s.scope, 'person') <> 'address' and (coalesce(${after('scope')}, 'person') = 'address'
          or s.contact_id is distinct from ${after('contact_id')} and s.contact_id is not null) as narrowed,
        ${after('released_at')} as released_at, ${after('suppressed_at')} as suppressed_at
      from ${name(diff.name)} d join (select *, rowid from suppressions where ${inForce}) s on s.rowid = d._rid
    ) as found where op = 'd' or narrowed or not (${inForce})`;
}

/** How many people a diff may make mailable again; null where it can't make any so. */
function freed(diff: Diff): Sql | null {
  if (diff.table === 'contacts' && sets(diff, 'status')) return liftedStatuses(diff);
  const weakens = ['released_at', 'suppressed_at', 'scope', 'contact_id'].some((column) => sets(diff, column));
  return diff.table === 'suppressions' && (weakens || diff.counts.remove > 0) ? freedSuppressions(diff) : null;
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
