/**
 * Which suppressions look wrong, and on what evidence; and which of those a person has released. A machine only
 * proposes, in the table `review`. A person who complained is never proposed; one who unsubscribed only after they
 * signed up again by themselves, with both dates. Nothing is released but by a person's "yes".
 */

import { ofFacts } from '../../core/facts.ts';
import type { Step } from '../../core/job.ts';
import { list, name, type Sql, sql } from '../../core/sql.ts';
import { views } from '../../snapshot/views.ts';
import { lastSeen } from '../segments/index.ts';
import type { BounceRules } from './rules.ts';

/** Of fewer contacts than this a domain's common fate says little. */
const LEAST_OF_A_DOMAIN = 3;

/**
 * A proposal is about one suppression: a later suppression is proposed again, and an old answer does not count for
 * it.
 */
const reviewId = (alias: string): Sql =>
  sql`concat('release-', left(md5_hex(concat(
    ${name(alias)}.email, '|', coalesce(cast(${name(alias)}.suppressed_at as string), ''))), 16))`;

/**
 * The suppressions that may be in doubt: in force, of an address and not of a person, and of no person of whom a
 * complaint or a departure is known, by the list (its rows in quarantine too), the reports or the contact itself.
 */
const inDoubt: Sql = sql`
  select s.email, s.contact_id, s.reason, s.suppressed_at, ${reviewId('s')} as review_id
  from suppressions s
  left join (select distinct email from ${views.reported}) as r on r.email = s.email
  left join (select distinct address_key(email) as email from contacts
  where status = 'unsubscribed') as u on u.email = s.email
  left join (select distinct email from ${views.suppressed}
  where coalesce(scope, 'person') <> 'address' or reason in ('complaint', 'unsubscribe')) as o on o.email = s.email
  where o.email is null and (s.released_at is null or s.suppressed_at > s.released_at)
    and coalesce(s.scope, 'person') = 'address'
    and s.reason in ('hard_bounce', 'soft_bounces', 'invalid') and r.email is null and u.email is null`;

/**
 * Contacts that are marked as suppressed, and of whom neither list nor reports know why. Their mark has no date to tell
 * one time from the next, so an answer counts once (see `done`), and for the address alone that it was asked about.
 */
const markedAlone: Sql = sql`
  select email, contact_id,
    concat('release-', left(md5_hex(concat(contact_id, '|status|', email)), 16)) as review_id
  from (select address_key(c.email) as email, min(c.contact_id) as contact_id
  from contacts c
  left join (select distinct email from ${views.refusedAddresses}
  where why <> 'suppressed') as r on r.email = address_key(c.email)
  left join (
    select distinct contact_id from ${views.suppressed} where contact_id is not null and coalesce(scope, 'person') <> 'address'
  ) as s on s.contact_id = c.contact_id
  left join (select distinct email from ${views.reported}) as p on p.email = address_key(c.email)
  where c.status = 'suppressed' and address_key(c.email) is not null and r.email is null and s.contact_id is null
    and p.email is null
  group by 1) as alone`;

/**
 * People who unsubscribed and signed up again later, by an event of their contact, with both days. Nobody of whom a
 * complaint is known, and no unsubscribe without a readable date: the order of the two is unknown then.
 */
const signedUpAgain = ({ signUps }: BounceRules): Sql => sql`
  select l.email, l.contact_id, l.left_on, l.signed_on,
    concat('release-', left(md5_hex(concat(l.email, '|signed up|', cast(l.signed_on as string))), 16)) as review_id
  from (
    select s.email, min(c.contact_id) as contact_id, local_day(max(coalesce(r.last_at, s.suppressed_at))) as left_on,
      local_day(max(e.occurred_at)) as signed_on
    from suppressions s
    left join (
      select email, max(occurred_at) as last_at, countif(occurred_at is null or means = 'complaint') as others
      from ${views.reported} group by email
    ) as r on r.email = s.email
    left join (select distinct email from ${views.suppressed} where reason = 'complaint') as m on m.email = s.email
    join (
      select l.email, c.contact_id from suppressions l join contacts c on c.contact_id = l.contact_id
      union distinct
      select l.email, c.contact_id from suppressions l join contacts c on address_key(c.email) = l.email
    ) as c on c.email = s.email
    join ${ofFacts(
      'events',
      sql`select contact_id, max(occurred_at) as occurred_at from events
        where type in ${list(signUps)} group by contact_id`,
    )} as e on e.contact_id = c.contact_id
    where s.reason = 'unsubscribe' and s.suppressed_at is not null
      and (s.released_at is null or s.suppressed_at > s.released_at)
      and coalesce(r.others, 0) = 0 and m.email is null
      and e.occurred_at > s.suppressed_at and (r.last_at is null or e.occurred_at > r.last_at)
    group by s.email
  ) as l`;

const alive: Sql = sql`
  select d.email, concat('has been active since, last on ', cast(max(local_day(e.seen_at)) as string)) as evidence
  from in_doubt d join contacts c on address_key(c.email) = d.email
  join (${lastSeen(['open', 'click'], sql`cast(null as date)`)}) as e on e.contact_id = c.contact_id
  where e.seen_at > d.suppressed_at group by d.email`;

/** All bounces of an address, as the night's own rules class them (lib/features/bounces/verdicts.ts). */
const reports: Sql = sql`
  select d.email, sum(b.reports) as reports, sum(case when b.class = 'sender' then b.reports else 0 end) as senders,
    sum(case when u.day is not null then b.reports else 0 end) as bursts, max(b.day) as last_day
  from in_doubt d join bounce_reports b on b.email = d.email
  left join bounce_bursts u on u.day = b.day and u.domain = b.domain and u.class = b.class
  group by d.email`;

/** Domains of which every contact's address bounced, all within an hour, and nothing before or after. */
const brokenDomains: Sql = sql`
  select b.domain, count(distinct b.email) as addresses, min(b.day) as day from bounce_reports b
  join (select domain_of(email) as domain, count(distinct address_key(email)) as addresses from contacts
  where address_key(email) is not null group by 1) as c on c.domain = b.domain
  where b.class not in ('complaint', 'unsubscribe', 'auto_reply') group by b.domain, c.addresses
  having count(distinct b.email) >= ${LEAST_OF_A_DOMAIN} and count(distinct b.email) >= c.addresses
    and seconds_between(min(b.first_at), max(b.last_at)) <= 3600`;

const proposals: Sql = sql`
  select email, contact_id, review_id, evidence from (
    select d.email, d.contact_id, d.review_id, a.evidence, 1 as place
    from in_doubt d join alive_since a on a.email = d.email
    union all
    select d.email, d.contact_id, d.review_id,
      concat('all of its ', cast(r.reports as string),
        ' bounces blame the sender (policy, content, reputation), last ', cast(r.last_day as string)), 2
    from in_doubt d join doubt_reports r on r.email = d.email where r.reports = r.senders
    union all
    select d.email, d.contact_id, d.review_id,
      concat('bounced with its whole domain on ', cast(r.last_day as string),
        ': the receiver was broken, not the address'), 3
    from in_doubt d join doubt_reports r on r.email = d.email where r.reports = r.senders + r.bursts and r.bursts > 0
    union all
    select d.email, d.contact_id, d.review_id,
      concat('its soft bounces have expired; the last was on ', cast(r.last_day as string)), 4
    from in_doubt d join doubt_reports r on r.email = d.email left join bounce_verdicts v on v.email = d.email
    where d.reason = 'soft_bounces' and v.email is null
    union all
    select d.email, d.contact_id, d.review_id,
      concat('all ', cast(o.addresses as string), ' addresses of its domain bounced within one hour on ',
        cast(o.day as string), ': the receiver was broken, not the address'), 5
    from in_doubt d join broken_domains o on o.domain = domain_of(d.email)
    union all
    select email, contact_id, review_id, 'is no e-mail address, so it suppresses no one', 6 from in_doubt
    where not regexp_contains(email, '^[^@]+@[^@]+$')
    union all
    select m.email, m.contact_id, m.review_id,
      case when e.contact_id is null then 'its contact is marked as suppressed, and the list knows no reason'
        else concat('its contact is marked as suppressed for an earlier address (', e.reason, ', ',
          cast(local_day(e.suppressed_at) as string), ') that it no longer has') end, 7
    from marked_alone m
    left join (
      select contact_id, min(reason) as reason, max(suppressed_at) as suppressed_at from suppressions
      where scope = 'address' and suppressed_at is not null group by contact_id
    ) as e on e.contact_id = m.contact_id
    union all
    select email, contact_id, review_id,
      concat('unsubscribed on ', cast(left_on as string), ', signed up again on ', cast(signed_on as string)), 8
    from signed_up_again
  ) as found
  where true
  qualify row_number() over (partition by email order by place) = 1`;

/** The suppressions and marks that a person may release by an answer. */
const doubtSteps = (rules: BounceRules): readonly Step[] => [
  { name: 'in_doubt', row: 'a suppression that may be proposed for release', query: inDoubt },
  { name: 'marked_alone', row: 'an address whose contact alone says suppressed', query: markedAlone },
  {
    name: 'signed_up_again',
    row: 'an address whose person unsubscribed and signed up again',
    query: signedUpAgain(rules),
  },
];

/** The steps of the review, after those of the night's verdicts; `proposals` is what it asks. */
export const reviewSteps = (rules: BounceRules): readonly Step[] => [
  ...doubtSteps(rules),
  { name: 'alive_since', row: 'a suppressed address whose owner has been active since', query: alive },
  { name: 'doubt_reports', row: 'a suppressed address, with what its bounces say', query: reports },
  { name: 'broken_domains', row: 'a domain that bounced whole within an hour', query: brokenDomains },
  { name: 'proposals', row: 'a suppression that looks wrong, with the evidence', query: proposals },
];

export const asked = sql`
  select review_id, 'release' as subject, email as left_id, contact_id as right_id, evidence, 'looks wrong' as why
  from proposals`;

/** Contacts who left, by their status, and of whom the list knows nothing: it must not forget them with their row. */
export const missing = (asOf: Date): Sql => sql`
  select address_key(c.email) as email, 'person' as scope, min(c.contact_id) as contact_id, 'unsubscribe' as reason,
    ${asOf} as suppressed_at,
    'suppression-review' as source, 'the contact is marked as unsubscribed' as note,
      'unsubscribed, and not on the list' as why
  from contacts c left join suppressions s on s.email = address_key(c.email)
  where c.status = 'unsubscribed' and address_key(c.email) is not null and s.email is null group by 1`;

const isYes = sql`r.subject = 'release' and lower(trim(r.decision)) = 'yes'`;

/** What a person released by an answer, now or before. */
export const releasedByAnswers = sql`select r.review_id from review r where ${isYes}`;

/** Said at the end of the evidence of an answer that was carried out. */
const DONE = '; released on ';

/** `answered_yes`: what a person released by an answer, and what may still be released today. */
export const releaseSteps = (rules: BounceRules): readonly Step[] => [
  ...doubtSteps(rules),
  {
    name: 'answered_yes',
    row: 'a suppression, or the mark of a contact alone, that a person released by an answer',
    query: sql`
      select d.email, d.review_id, d.listed from (
        select email, review_id, true as listed from in_doubt
        union all
        select email, review_id, true from signed_up_again
        union all
        select email, review_id, false from marked_alone
      ) as d join review r on r.review_id = d.review_id
      where ${isYes}
        and (d.listed or strpos(coalesce(r.evidence, ''), ${DONE}) = 0)`,
  },
];

export const released = (asOf: Date): Sql => sql`
  select email, ${asOf} as released_at, concat('released by a person: ', review_id) as why from answered_yes
  where listed`;

/** Answers about a contact's mark, applied: a mark that is set again later is not released by them. */
export const done = (today: string): Sql => sql`
  select r.review_id, concat(coalesce(r.evidence, ''), ${DONE}, ${today}) as evidence, 'carried out' as why
  from review r join answered_yes a on a.review_id = r.review_id where not a.listed`;

/** Contacts of a released address become as they were, unless something else stands against them. */
export const mailableAgain: Sql = sql`
  select c.contact_id, 'subscribed' as status, concat('released by a person: ', a.review_id) as why
  from contacts c join answered_yes a on a.email = address_key(c.email)
  left join signed_up_again g on g.review_id = a.review_id
  left join (
    select distinct contact_id from ${views.suppressed}
    where coalesce(scope, 'person') <> 'address' and contact_id is not null
      and email not in (select email from answered_yes)
  ) as p on p.contact_id = c.contact_id
  where p.contact_id is null and (c.status = 'suppressed' or (c.status = 'unsubscribed' and g.review_id is not null))`;
