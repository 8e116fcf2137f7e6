/**
 * Contacts that a plan blocked by a guard would suppress. Until a person decides, exports for sending leave them out: a
 * waiting plan must not be the reason that a campaign goes to dead addresses.
 */

import type { Engine } from '../core/engine.ts';
import { name as nameOf, sql } from '../core/sql.ts';
import type { Diff } from '../plan/plan.ts';
import { kindOf } from '../snapshot/bounce-kinds.ts';
import { waitingPeople } from '../snapshot/waiting.ts';

/**
 * Adds the contacts that these diffs would mark as suppressed, unsubscribed or invalid, or whose address they would
 * list.
 */
export async function addWaiting(engine: Engine, diffs: readonly Diff[]): Promise<void> {
  for (const diff of diffs) {
    const from = nameOf(diff.name);
    const sets = new Set(diff.sets.map(({ name }) => name));
    if (diff.table === 'contacts' && sets.has('status'))
      await engine.run(
        sql`insert into ${waitingPeople} select contact_id from ${from}
          where op = 'u' and set_status and status in ('suppressed', 'unsubscribed')`,
      );
    if (diff.table === 'contacts' && sets.has('email_status'))
      await engine.run(
        sql`insert into ${waitingPeople} select contact_id from ${from}
          where op = 'u' and set_email_status and email_status = 'invalid'`,
      );
    if (diff.table === 'bounces' && sets.has('kind'))
      await engine.run(
        sql`insert into ${waitingPeople} select c.contact_id from ${from} d
          join contacts c on address_key(c.email) = address_key(d.email)
          where d.op = 'i' and ${kindOf(sql`d.kind`)} in ('complaint', 'unsubscribe', 'hard')`,
      );
    if (diff.table === 'suppressions')
      await engine.run(
        sql`insert into ${waitingPeople} select c.contact_id from ${from} d
          join contacts c on address_key(c.email) = address_key(d.email) where d.op = 'i'`,
      );
  }
}
