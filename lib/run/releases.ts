/**
 * No machine makes a person mailable again (the law of consent): a plan that lifts an unsubscribe or a suppression is
 * refused, but for the jobs that carry out a person's word (`releases`).
 */
import type { Engine } from '../core/engine.ts';
import { JobError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { join, name, type Sql, sql } from '../core/sql.ts';
import type { Diff } from '../plan/plan.ts';

/** The rows of a diff that lift a refusal; null where it can have none. */
function lifting({ table, sets, counts }: Diff): Sql | null {
  const hasSet = (column: string): boolean => sets.some((set) => set.name === column);
  if (table === 'contacts' && counts.update > 0 && hasSet('status'))
    return sql`op = 'u' and set_status and before_status in ('unsubscribed', 'suppressed')
      and coalesce(status, '') not in ('unsubscribed', 'suppressed')`;
  if (table !== 'suppressions') return null;
  const parts = [
    ...(counts.remove > 0 ? [sql`op = 'd'`] : []),
    ...(hasSet('released_at') ? [sql`op <> 'd' and released_at is not null`] : []),
  ];
  return parts.length === 0 ? null : sql`(${join(parts, ') or (')})`;
}

/** @throws JobError where a diff of a job that may not do so lifts a refusal */
export async function refuseReleases(engine: Engine, job: Job, diff: Diff): Promise<void> {
  const lifted = job.releases ? null : lifting(diff);
  if (lifted === null) return;
  const rows = await engine.number(sql`select count(*) from ${name(diff.name)} where ${lifted}`);
  if (rows === 0) return;
  throw new JobError(
    `it lifts ${rows} ${rows === 1 ? 'unsubscribe or suppression' : 'unsubscribes or suppressions'}. No job does ` +
      'that by itself: a person answers "yes" in the table review. ' +
      (diff.table === 'contacts'
        ? `Leave them out: where status not in ('unsubscribed', 'suppressed').`
        : 'Leave suppressions as they are.'),
  );
}
