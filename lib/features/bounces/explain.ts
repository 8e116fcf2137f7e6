/**
 * What `explain` tells of a contact's bounces: the list's rows about its address or person, each bounce with the class
 * it was given and whether it counts, and the verdict. Reads the job's steps; decides nothing.
 */

import type { Explanation } from '../../core/job.ts';
import { type Sql, sql } from '../../core/sql.ts';
import { meaningOf } from './meaning.ts';

/** Addresses that are about this contact: its own, the same mailbox's, and those that the list ties to the person. */
const addresses = (contactId: string): Sql => sql`
  select email from mailboxes where contact_id = ${contactId}
  union distinct
  select l.email from on_the_list l join mailboxes m on m.mailbox = l.mailbox where m.contact_id = ${contactId}
  union distinct
  select email from suppressions where contact_id = ${contactId} and coalesce(scope, 'person') = 'person'`;

export const bounceExplanations = (contactId: string): Explanation[] => [
  {
    title: 'On the suppression list',
    query: sql`select email, scope, reason, suppressed_at, source, note, released_at from suppressions where email in (${addresses(contactId)}) order by suppressed_at, email`,
  },
  {
    title: 'Bounces',
    query: sql`
      select r.occurred_at, r.email, r.provider, r.enhanced as code, r.class, ${meaningOf('r.class')} as meaning,
        case when r.answered = 1 then 'no: a person released the address later' when f.bounce_id is null then 'no: part of a burst' when r.class = 'sender' then 'no' else 'yes' end as counts
      from (select * from bounce_reports where email in (${addresses(contactId)})) as r
      left join bounce_facts f on f.bounce_id = r.bounce_id
      order by r.occurred_at, r.bounce_id`,
  },
  {
    title: 'What the bounces come to',
    query: sql`select email, reason, scope, decided_at as since from bounce_verdicts where email in (${addresses(contactId)}) order by email`,
  },
];
