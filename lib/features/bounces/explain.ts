/**
 * What `explain` shows of a contact's bounces: the list's rows about its address or person, each bounce with the class
 * it was given and whether it counts, and the verdict. Reads the job's steps; decides nothing.
 */

import type { Explanation } from '../../core/job.ts';
import { type Sql, sql } from '../../core/sql.ts';
import { views } from '../../snapshot/views.ts';
import { meaningOf } from './meaning.ts';

/** Addresses that are about this contact: its own, the same mailbox's, and those that the list ties to the person. */
const addresses = (contactId: string): Sql => sql`
  select email from mailboxes where contact_id = ${contactId}
  union distinct
  select l.email from on_the_list l join mailboxes m on m.mailbox = l.mailbox where m.contact_id = ${contactId}
  union distinct
  select email from suppressions where contact_id = ${contactId} and coalesce(scope, 'person') = 'person'`;

/** Each thing that keeps mail from a contact, since when, and what a person does to release it. */
const holds = (contactId: string): Sql => sql`
  select concat('suppression: ', coalesce(s.reason, 'no reason given')) as what, s.email, s.suppressed_at as since,
    case when s.reason in ('complaint', 'unsubscribe')
      then 'only after the person asked for mail again: set released_at in suppressions, and status in contacts'
      else 'set released_at in suppressions, and status in contacts to subscribed' end as to_release
  from ${views.suppressed} s where s.email in (${addresses(contactId)})
    or (s.contact_id = ${contactId} and coalesce(s.scope, 'person') = 'person')
  union distinct
  select concat('reported: ', u.means), u.email, cast(null as timestamp),
    'add its address to suppressions with a released_at after the report, only after the person asked for mail again'
  from ${views.unanswered} u where u.email in (select email from mailboxes where contact_id = ${contactId})
    and u.email not in (select email from ${views.suppressed} where email is not null)
  union distinct
  select concat('status: ', c.status), address_key(c.email), cast(null as timestamp),
    case when c.status = 'suppressed'
      then 'set it to subscribed where nothing else stands here; the quarterly review asks about it as well'
      else 'only after the person asked for mail again: set it to subscribed, where nothing else stands here' end
  from contacts c where c.contact_id = ${contactId} and c.status in ('unsubscribed', 'suppressed')`;

export const bounceExplanations = (contactId: string): Explanation[] => [
  {
    title: 'What stops mail to this contact, and how a person releases it',
    query: sql`select what, email, since, to_release from (${holds(contactId)}) as h order by what, email`,
  },
  {
    title: 'On the suppression list',
    query: sql`
      select email, scope, reason, suppressed_at, source, note, released_at from suppressions
      where email in (${addresses(contactId)}) order by suppressed_at, email`,
  },
  {
    title: 'Bounces',
    query: sql`
      select r.last_at as occurred_at, r.reports as times, r.email, r.provider, r.enhanced as code,
        r.class, ${meaningOf(sql`r.class`)} as meaning,
        case when r.answered = 1 then 'no: a person released the address later'
          when u.day is not null then 'no: part of a burst' when r.class in ('sender', 'auto_reply') then 'no'
          else 'yes' end as counts
      from (select * from bounce_reports where email in (${addresses(contactId)})) as r
      left join bounce_bursts u on u.day = r.day and u.domain = r.domain and u.class = r.class
      order by r.last_at, r.email, r.class, r.enhanced`,
  },
  {
    title: 'What the bounces come to',
    query: sql`
      select email, reason, scope, decided_at as since from bounce_verdicts where email in (${addresses(contactId)})
      order by email`,
  },
];
