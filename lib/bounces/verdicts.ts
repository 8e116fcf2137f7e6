/**
 * From bounces to verdicts: which addresses belong on the suppression list, why, since when, and on what evidence.
 * Each step is one query; the job runs them in this order. A verdict depends on the whole history up to as-of and
 * on nothing else, so that a run which was missed changes nothing.
 */
import { join, list, raw, type Sql, sql } from '../engine/sql.ts';
import type { Step } from '../job/job.ts';
import { bounceClass, enhancedCode, mailboxOf } from './classify.ts';
import type { BounceRules } from './rules.ts';

const SOFT = raw(`('mailbox_full', 'no_answer', 'routing', 'other_soft')`);

/** Bounces with their address, day and class. Those before a person's release are answered by it. */
const facts: Sql = sql`
  select b.bounce_id, address_key(b.email) as email, domain_of(b.email) as domain, b.class, b.enhanced, b.provider, b.occurred_at, local_day(b.occurred_at) as day
  from (select *, ${bounceClass} as class from (
    select bounce_id, email, lower(trim(kind)) as kind, code, detail, provider, occurred_at, ${enhancedCode(raw('code'), raw('detail'))} as enhanced from bounces
  ) as coded) as b
  left join suppressions s on s.email = address_key(b.email)
  where s.released_at is null or b.occurred_at > s.released_at`;

/** Days, domains and classes on which the receiver or the sender broke: rules.md, "burst". */
const bursts = (rules: BounceRules): Sql => sql`
  select p.day, p.domain, p.class, p.addresses
  from (select day, domain, class, count(*) as bounces, count(distinct email) as addresses from bounce_facts where class not in ('complaint', 'unsubscribe', 'sender') group by day, domain, class) as p
  join (select day, count(*) as bounces from bounce_facts group by day) as d on d.day = p.day
  left join (select domain_of(email) as domain, count(*) as contacts from contacts where email is not null group by 1) as c on c.domain = p.domain
  where (p.bounces >= ${rules.burst.bounces} and p.bounces > ${rules.burst.shareOfTheDay} * d.bounces)
    or (p.addresses >= ${rules.burst.contacts} and p.addresses >= ${rules.burst.shareOfTheDomain} * c.contacts)`;

/** For each address with a soft bounce: the last sign that mail arrives, and whether its owner clicked or bought lately. */
const arrivals = (rules: BounceRules, today: Sql): Sql => sql`
  select a.email, max(case when e.type in ${list(rules.signsOfLife)} then e.occurred_at end) as last_sign,
    max(case when e.type in ('click', 'purchase') and days_between(local_day(e.occurred_at), ${today}) <= ${rules.mailboxFull.engagedWithinDays} then 1 else 0 end) as engaged
  from (select distinct f.email, c.contact_id from bounce_facts f join contacts c on address_key(c.email) = f.email where f.class in ${SOFT}) as a
  join (
    select contact_id, type, occurred_at from events where type in ${list([...new Set([...rules.signsOfLife, 'click'])])}
    union all
    select contact_id, 'purchase', ordered_at from purchases
  ) as e on e.contact_id = a.contact_id
  group by a.email`;

/** Soft bounces that count: not in a burst, not forgotten, not before a sign that mail arrives; at most one a day. */
const softCounts = (rules: BounceRules, today: Sql): Sql => {
  const windows = [
    sql`when f.class = 'mailbox_full' then ${rules.mailboxFull.withinDays}`,
    sql`when f.class = 'no_answer' then ${rules.noAnswer.withinDays}`,
    sql`when f.class = 'routing' then ${rules.routing.withinDays}`,
  ];
  return sql`
  select f.email, f.class, count(distinct f.day) as days, min(f.occurred_at) as first_at, max(f.occurred_at) as last_at, max(coalesce(a.engaged, 0)) as engaged
  from bounce_facts f
  left join bounce_bursts b on b.day = f.day and b.domain = f.domain and b.class = f.class
  left join bounce_arrivals a on a.email = f.email
  where f.class in ${SOFT} and b.day is null and (a.last_sign is null or f.occurred_at > a.last_sign)
    and days_between(f.day, ${today}) <= case ${join(windows, ' ')} else ${rules.otherSoft.withinDays} end
  group by f.email, f.class`;
};

const softVerdicts = (rules: BounceRules): Sql => sql`
  select email, 'soft_bounces' as reason, 'address' as scope, 1 as strength, last_at as decided_at from bounce_soft_counts
  where days >= case
    when class = 'mailbox_full' and engaged = 1 then ${rules.mailboxFull.bouncesIfEngaged}
    when class = 'mailbox_full' then ${rules.mailboxFull.bounces}
    when class = 'no_answer' then ${rules.noAnswer.bounces}
    when class = 'routing' then ${rules.routing.bounces}
    else ${rules.otherSoft.bounces} end`;

const hardVerdicts = (rules: BounceRules, today: Sql): Sql => sql`
  select email, 'hard_bounce' as reason, 'address' as scope, 2 as strength, min(occurred_at) as decided_at from bounce_hard where class = 'dead' group by email having count(*) >= ${rules.dead.bounces}
  union all
  select email, 'hard_bounce', 'address', 2, max(occurred_at) from bounce_hard
  where class = 'unclear' and days_between(day, ${today}) <= ${rules.unclear.withinDays}
  group by email having count(distinct day) >= ${rules.unclear.bounces} and days_between(min(day), max(day)) >= ${rules.unclear.daysApart}`;

/** The strongest verdict of each address, with its evidence in words: every bounce that the address ever had is counted in it. */
const verdicts = (rules: BounceRules, today: Sql): Sql => sql`
  select v.email, v.reason, v.scope, v.strength, v.decided_at, e.evidence, e.provider
  from (
    select email, 'complaint' as reason, 'person' as scope, 4 as strength, min(occurred_at) as decided_at from bounce_facts where class = 'complaint' group by email
    union all
    select email, 'unsubscribe', 'person', 3, min(occurred_at) from bounce_facts where class = 'unsubscribe' group by email
    union all
    ${hardVerdicts(rules, today)}
    union all
    ${softVerdicts(rules)}
  ) as v
  join (
    select email, min(provider) as provider,
      concat('Evidence: ', cast(count(*) as ${raw('varchar')}), case when count(*) = 1 then ' report' else ' reports' end, coalesce(concat(' (', string_agg(distinct coalesce(enhanced, class), ', ' order by coalesce(enhanced, class)), ')'), ''), coalesce(concat(', last ', cast(max(day) as ${raw('varchar')})), '')) as evidence
    from bounce_facts group by email
  ) as e on e.email = v.email
  where true
  qualify row_number() over (partition by v.email order by v.strength desc, v.decided_at, v.reason) = 1`;

/** The steps of a night's verdicts, in order; the last one, `bounce_verdicts`, is what the job acts on. */
export function verdictSteps(rules: BounceRules, asOf: Date): Step[] {
  const today = sql`local_day(${asOf})`;
  const mailbox = (column: string): Sql => mailboxOf(raw(column), rules.sameMailbox);
  return [
    { name: 'bounce_facts', row: 'one bounce that no release has answered, with its class', query: facts },
    { name: 'bounce_bursts', row: 'a day, domain and class on which somebody broke', query: bursts(rules) },
    {
      name: 'bounce_arrivals',
      row: 'an address with soft bounces, and its last sign of life',
      query: arrivals(rules, today),
    },
    {
      name: 'bounce_hard',
      row: 'a hard bounce outside of bursts',
      query: sql`select f.* from bounce_facts f left join bounce_bursts b on b.day = f.day and b.domain = f.domain and b.class = f.class where f.class in ('dead', 'unclear') and b.day is null`,
    },
    {
      name: 'bounce_soft_counts',
      row: 'an address and a soft class, with the days that count',
      query: softCounts(rules, today),
    },
    { name: 'bounce_verdicts', row: 'an address that belongs on the list', query: verdicts(rules, today) },
    {
      name: 'mailboxes',
      row: 'a contact that has an address, with the mailbox that it stands for',
      query: sql`select contact_id, coalesce(status, 'subscribed') as status, address_key(email) as email, ${mailbox('email')} as mailbox from contacts where address_key(email) is not null`,
    },
    {
      name: 'on_the_list',
      row: 'an address that no mail may go to after this run, or a person who wants none at any address',
      query: sql`
        select email, ${mailbox('email')} as mailbox, case when coalesce(scope, 'person') = 'person' then contact_id end as person, reason, suppressed_at from suppressed
        union all
        select email, ${mailbox('email')}, cast(null as ${raw('varchar')}), reason, decided_at from bounce_verdicts`,
    },
    {
      name: 'marks',
      row: 'a contact that no mail may go to after this run, with the reason',
      query: sql`
        select contact_id, min(reason) as reason, max(case when reason = 'unsubscribe' then 1 else 0 end) as leaves, max(case when person then 1 else 0 end) as person from (
          select m.contact_id, l.reason, false as person from mailboxes m join on_the_list l on l.mailbox = m.mailbox
          union all
          select m.contact_id, l.reason, true from mailboxes m join on_the_list l on l.person = m.contact_id
        ) as found group by contact_id`,
    },
  ];
}
