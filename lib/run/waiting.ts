/**
 * Contacts that a plan blocked by a guard would suppress. Until a person decides, exports for sending leave them out: a
 * waiting plan must not be the reason that a campaign goes to dead addresses.
 */

import type { Engine } from '../core/engine.ts';
import { name as nameOf, sql } from '../core/sql.ts';
import { type Diff, isEmpty } from '../plan/plan.ts';
import { kindOf } from '../snapshot/bounce-kinds.ts';
import { views } from '../snapshot/views.ts';

/**
 * Adds the contacts that these diffs would mark as suppressed, unsubscribed or invalid, or whose address they would
 * list.
 */
export async function addWaiting(engine: Engine, diffs: readonly Diff[]): Promise<void> {
  const people = diffs
    .filter((diff) => !isEmpty(diff))
    .flatMap(({ table, name, sets }) => {
      const from = nameOf(name);
      const isSet = (column: string): boolean => sets.some((set) => set.name === column);
      const ofAddresses = sql`select c.contact_id from ${from} d
      join contacts c on address_key(c.email) = address_key(d.email) where d.op = 'i'`;
      if (table === 'suppressions') return [ofAddresses];
      if (table === 'bounces' && isSet('kind'))
        return [sql`${ofAddresses} and ${kindOf(sql`d.kind`)} in ('complaint', 'unsubscribe', 'hard')`];
      if (table !== 'contacts') return [];
      const refused = sql`select contact_id from ${from} where op = 'u'`;
      return [
        ...(isSet('status') ? [sql`${refused} and set_status and status in ('suppressed', 'unsubscribed')`] : []),
        ...(isSet('email_status') ? [sql`${refused} and set_email_status and email_status = 'invalid'`] : []),
      ];
    });
  for (const query of people) await engine.run(sql`insert into ${views.waitingPeople} ${query}`);
}
