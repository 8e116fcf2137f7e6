/**
 * From bounces to verdicts: which addresses belong on the suppression list, why, since when, and on what evidence.
 * Each step is one query; the job runs them in this order. A verdict depends on the history up to as-of and on nothing
 * else, so that a night which was missed changes nothing.
 */

import { ofFacts } from '../../core/facts.ts';
import type { Step } from '../../core/job.ts';
import { list, literal, type Sql, sql } from '../../core/sql.ts';
import { kindOf } from '../../snapshot/bounce-kinds.ts';
import { ofBounces } from '../../snapshot/bounces.ts';
import { releases } from '../../snapshot/releases.ts';
import { views } from '../../snapshot/views.ts';
import { daysAgo } from '../segments/index.ts';
import { bounceClass, enhancedCode, hardness, mailboxOf } from './classify.ts';
import type { BounceRules } from './rules.ts';

const SOFT = sql`('mailbox_full', 'no_answer', 'routing', 'other_soft')`;

/** Classes whose verdict has the moment of a report: they are not summed up by day. */
const AT_ONCE = sql`('dead', 'cleaned', 'complaint', 'unsubscribe')`;

/** The bounces of a table with their class and code; of those among the events the kind is the class. */
const classed = (bounces: Sql, areOfEvents: boolean): Sql =>
  areOfEvents
    ? sql`select address_key(email) as email, kind as class, code as enhanced, provider, occurred_at from ${bounces}`
    : sql`select *, ${bounceClass} as class from (select *, ${hardness} as hardness from (
        select address_key(email) as email, ${kindOf(sql`kind`)} as kind, code, detail, provider, occurred_at,
          ${enhancedCode(sql`code`, sql`detail`)} as enhanced from ${bounces}
      ) as coded) as weighed`;

/** The bounces of a table, summed up by address, class, code and day. */
const byDay = (bounces: Sql, areOfEvents: boolean): Sql => sql`
  select email, class, enhanced, day, min(provider) as provider, min(occurred_at) as first_at,
    max(occurred_at) as last_at, count(*) as reports
  from (select email, class, enhanced, local_day(occurred_at) as day, provider, occurred_at,
    case when class in ${AT_ONCE} then occurred_at end as moment
  from (${classed(bounces, areOfEvents)}) as classed) as dated
  group by email, class, enhanced, day, moment`;

/** Bounces by address, class, code and day. `answered`: a person released the address after all of them. */
const reports: Sql = sql`
  select b.*, domain_of(b.email) as domain,
    case when s.released_at is null or b.last_at > s.released_at then 0 else 1 end as answered
  from ${ofBounces(byDay)} as b
  left join ${views.spellings} o on o.address = b.email
  left join (${releases}) as s on s.plain = coalesce(o.plain, b.email)`;

/** Days, domains and classes on which the receiver or the sender broke. */
const bursts = (rules: BounceRules): Sql => sql`
  select p.day, p.domain, p.class, p.addresses
  from (select day, domain, class, sum(reports) as bounces, count(distinct email) as addresses from bounce_reports
  where class in ('dead', 'unclear') or class in ${SOFT} group by day, domain, class) as p
  join (select day, sum(reports) as bounces from bounce_reports
  where class not in ('complaint', 'unsubscribe', 'cleaned', 'auto_reply') group by day) as d on d.day = p.day
  left join (select domain_of(email) as domain, count(*) as contacts from contacts where email is not null
  group by 1) as c on c.domain = p.domain
  where (p.bounces >= ${rules.burst.bounces} and p.bounces > ${rules.burst.shareOfTheDay} * d.bounces)
    or (p.addresses >= ${rules.burst.contacts} and p.addresses >= ${rules.burst.shareOfTheDomain} * c.contacts)`;

/** What counts against an address: neither answered by a release nor part of a burst. */
const facts: Sql = sql`
  select r.* from bounce_reports r
  left join bounce_bursts b on b.day = r.day and b.domain = r.domain and b.class = r.class
  where r.answered = 0 and b.day is null and r.class <> 'auto_reply'`;

/**
 * Nothing before it changes a verdict on soft bounces: the last one is within its window, the others within the window
 * before that, and an earlier sign of activity answers none of them.
 */
const horizon = ({ mailboxFull, noAnswer, routing, otherSoft }: BounceRules, asOf: Date): Date => {
  const longest = Math.max(...[mailboxFull, noAnswer, routing, otherSoft].map(({ withinDays }) => withinDays));
  return daysAgo(asOf, Math.max(2 * longest, mailboxFull.engagedWithinDays));
};

/** When mail last arrived at a contact, and when its owner last clicked or bought, by events since the horizon. */
const lastSigns = ({ activityEvents }: BounceRules, since: Date): Sql => sql`
  select contact_id, max(case when type in ${list(activityEvents)} then occurred_at end) as last_sign,
    max(case when type in ('click', 'purchase') then occurred_at end) as last_engaged
  from events where type in ${list([...new Set([...activityEvents, 'click'])])} and occurred_at >= ${since}
  group by contact_id`;

/**
 * For each address with a soft bounce: the last sign that mail arrives, and whether its owner clicked or bought lately.
 */
const arrivals = (rules: BounceRules, today: Sql, since: Date): Sql => sql`
  select a.email, max(e.last_sign) as last_sign,
    max(case when days_between(local_day(e.last_engaged), ${today}) <= ${rules.mailboxFull.engagedWithinDays}
      then 1 else 0 end) as engaged
  from (select distinct f.email, c.contact_id from bounce_facts f join contacts c on address_key(c.email) = f.email
  where f.class in ${SOFT}) as a
  join (
    select contact_id, last_sign, last_engaged from ${ofFacts('events', lastSigns(rules, since))} as of_events
    union all
    select contact_id, ${rules.activityEvents.includes('purchase') ? sql`last_at` : sql`cast(null as timestamp)`}, last_at
    from ${ofFacts(
      'purchases',
      sql`select contact_id, max(ordered_at) as last_at from purchases where ordered_at >= ${since}
        group by contact_id`,
    )} as of_purchases
  ) as e on e.contact_id = a.contact_id
  group by a.email`;

/**
 * Days with soft bounces after the last sign that mail arrives, in the window that ends with the address's last one.
 * Where that one is older than the window itself, all is forgotten.
 */
const softCounts = (rules: BounceRules, today: Sql): Sql => {
  const window = sql`
    case class when 'mailbox_full' then ${rules.mailboxFull.withinDays} when 'no_answer' then ${rules.noAnswer.withinDays}
      when 'routing' then ${rules.routing.withinDays} else ${rules.otherSoft.withinDays} end`;
  return sql`
  select email, class, count(distinct day) as days, max(last_at) as last_at, max(engaged) as engaged
  from (
    select f.email, f.class, f.day, f.last_at, coalesce(a.engaged, 0) as engaged,
      max(f.day) over (partition by f.email, f.class) as last_day
    from bounce_facts f left join bounce_arrivals a on a.email = f.email
    where f.class in ${SOFT} and (a.last_sign is null or f.last_at > a.last_sign)
  ) as since
  where days_between(last_day, ${today}) <= ${window} and days_between(day, last_day) <= ${window}
  group by email, class`;
};

const softVerdicts = (rules: BounceRules): Sql => sql`
  select email, 'soft_bounces' as reason, 'address' as scope, 1 as strength, last_at as decided_at
  from bounce_soft_counts
  where days >= case
    when class = 'mailbox_full' and engaged = 1 then ${rules.mailboxFull.bouncesIfEngaged}
    when class = 'mailbox_full' then ${rules.mailboxFull.bounces}
    when class = 'no_answer' then ${rules.noAnswer.bounces}
    when class = 'routing' then ${rules.routing.bounces}
    else ${rules.otherSoft.bounces} end`;

const hardVerdicts = (rules: BounceRules): Sql => sql`
  select email, 'hard_bounce' as reason, 'address' as scope, 2 as strength, min(first_at) as decided_at
  from bounce_facts where class = 'cleaned' group by email
  union all
  select email, 'hard_bounce', 'address', 2, min(first_at) from bounce_facts where class = 'dead' group by email
  having sum(reports) >= ${rules.dead.bounces}
  union all
  select email, 'hard_bounce', 'address', 2, max(last_at)
  from (select email, day, last_at, max(day) over (partition by email) as last_day from bounce_facts
  where class = 'unclear') as u
  where days_between(day, last_day) <= ${rules.unclear.withinDays}
  group by email having count(distinct day) >= ${rules.unclear.bounces}
    and days_between(min(day), max(day)) >= ${rules.unclear.daysApart}`;

/** The strongest verdict of each address. */
const verdicts = (rules: BounceRules): Sql => sql`
  select email, reason, scope, strength, decided_at
  from (
    select email, 'complaint' as reason, 'person' as scope, 4 as strength, min(first_at) as decided_at
    from bounce_facts where class = 'complaint' group by email
    union all
    select email, 'unsubscribe', 'person', 3, min(first_at) from bounce_facts where class = 'unsubscribe'
    group by email
    union all
    ${hardVerdicts(rules)}
    union all
    ${softVerdicts(rules)}
  ) as v
  where true
  qualify row_number() over (partition by email order by strength desc, decided_at, reason) = 1`;

/** What `evidence` wrote at the end of a note. */
const EVIDENCE = '( · )?Evidence: [0-9]+ reports? [(][^)]*[)](, last [0-9-]+)?$';

/** All bounces that an address ever had, in words: counts, codes or classes, and the last day. */
const evidence: Sql = sql`
  select email, min(provider) as provider,
    concat('Evidence: ', cast(sum(reports) as string), case when sum(reports) = 1 then ' report' else ' reports' end,
      ' (', string_agg(distinct coalesce(enhanced, class), ', ' order by coalesce(enhanced, class)), ')',
        case when max(day) is null then '' else concat(', last ', cast(max(day) as string)) end) as evidence
  from bounce_reports group by email`;

/**
 * The list's row of each address that bounced and belongs there. What stands is kept, unless something stronger came; a
 * row that a person released starts over; one without a scope is of the person. A person's own note is kept, followed by the evidence.
 */
const listings: Sql = sql`
  select e.email,
    case when s.scope = 'person' or v.scope = 'person' then 'person'
      when s.email is null then v.scope else s.scope end as scope,
    coalesce(o.contact_id,
      case when s.email is null or s.scope = 'person' or v.scope = 'person' then m.contact_id end) as contact_id,
    case when v.strength >= 3 and coalesce(s.reason, '') <> 'complaint' then v.reason
      else coalesce(s.reason, v.reason) end as reason,
    coalesce(s.suppressed_at, v.decided_at) as suppressed_at,
    coalesce(o.source, e.provider, 'bounces') as source,
    case when coalesce(o.written, '') = '' then e.evidence else concat(o.written, ' · ', e.evidence) end as note,
    coalesce(v.reason, 'more evidence') as why
  from bounce_evidence e
  left join bounce_verdicts v on v.email = e.email
  left join (select email, contact_id, source,
    regexp_replace_all(coalesce(note, ''), ${literal(EVIDENCE)}, '') as written
      from suppressions) as o on o.email = e.email
  left join standing s on s.email = e.email
  left join ${views.spellings} w on w.address = e.email
  left join (select plain, min(contact_id) as contact_id from mailboxes
  group by plain) as m on m.plain = coalesce(w.plain, e.email)
  where v.email is not null or s.email is not null`;

/** The first steps of a night's verdicts: which bounces count. All that scoring needs. */
export const countedBounceSteps = (rules: BounceRules): Step[] => [
  { name: 'bounce_reports', row: 'the bounces of an address, class and day', query: reports },
  {
    name: 'bounce_bursts',
    row: 'a day, domain and class on which the receiver or the sender failed',
    query: bursts(rules),
  },
  { name: 'bounce_facts', row: 'those that count', query: facts },
];

/**
 * Addresses (address) with a bounce that counts and says the address is dead, or may be. Reads `countedBounceSteps`.
 */
export const undeliverable: Sql = sql`
  select distinct email as address from bounce_facts where class in ('dead', 'unclear', 'cleaned')`;

/** The steps of a night's verdicts, in order; `listings` and `marks` are what the job acts on. */
export function verdictSteps(rules: BounceRules, asOf: Date): Step[] {
  const today = sql`local_day(${asOf})`;
  const mailbox = mailboxOf(sql`plain`, rules.sameMailbox);
  return [
    ...countedBounceSteps(rules),
    {
      name: 'bounce_arrivals',
      row: 'an address with soft bounces, and the last activity of its owner',
      query: arrivals(rules, today, horizon(rules, asOf)),
    },
    {
      name: 'bounce_soft_counts',
      row: 'an address and a soft class, with the days that count',
      query: softCounts(rules, today),
    },
    { name: 'bounce_verdicts', row: 'an address that its bounces put on the list', query: verdicts(rules) },
    { name: 'bounce_evidence', row: 'an address with all its bounces, in words', query: evidence },
    {
      name: 'standing',
      row: 'a row of the list that is in force before this run',
      query: sql`
        select email, scope, contact_id, reason, suppressed_at from suppressions
        where released_at is null or suppressed_at > released_at`,
    },
    {
      name: 'mailboxes',
      row: 'a contact that has an address, with the mailbox that it stands for',
      query: sql`
        select contact_id, status, email, plain, ${mailbox} as mailbox from (
          select c.contact_id, coalesce(c.status, 'subscribed') as status, address_key(c.email) as email,
            coalesce(s.plain, address_key(c.email)) as plain
          from contacts c left join ${views.spellings} s on s.address = address_key(c.email)
        ) as spelt where email is not null`,
    },
    { name: 'listings', row: 'an address that bounced and is on the list after this run', query: listings },
    {
      name: 'on_the_list',
      row: 'an address that no mail may go to after this run, or a person who wants none at any address',
      query: sql`
        select email, plain, ${mailbox} as mailbox, person, reason, suppressed_at from (
          select l.email, coalesce(s.plain, l.email) as plain, l.person, l.reason, l.suppressed_at from (
            select email, case when coalesce(scope, 'person') = 'person' then contact_id end as person, reason,
              suppressed_at from ${views.suppressed}
            union all
            select email, case when scope = 'person' then contact_id end, reason, suppressed_at from listings
          ) as l left join ${views.spellings} s on s.address = l.email
        ) as spelt`,
    },
    {
      name: 'marks',
      row: 'a contact that no mail may go to after this run, with the reason',
      query: sql`
        select contact_id, min(reason) as reason, max(case when reason = 'unsubscribe' then 1 else 0 end) as leaves
        from (
          select m.contact_id, l.reason from mailboxes m join on_the_list l on l.mailbox = m.mailbox
          union all
          select m.contact_id, l.reason from mailboxes m join on_the_list l on l.person = m.contact_id
        ) as found group by contact_id`,
    },
  ];
}
