/**
 * What a person should watch about bounces: rates against the alarm lines, faults of the sender, and bursts. Counts,
 * and the domain of a burst; never an address.
 */
import { ofFacts } from '../../core/facts.ts';
import { integer, list, type Sql, sql } from '../../core/sql.ts';
import { daysAgo } from '../segments/index.ts';
import { meaningOf } from './meaning.ts';
import type { BounceRules } from './rules.ts';

/** The most bursts that are named; the metric `bursts` counts them all. */
const MOST_BURSTS = 9;
/** So many addresses must bounce at a domain for it to be named. */
const FEW = 5;

/** The reasons that a suppression may have; what else people write there stays in the workbook. */
const known = list(['complaint', 'unsubscribe', 'hard_bounce', 'soft_bounces', 'invalid', 'manual']);

const level = (rate: Sql, lines: { warn: number; error: number; stop: number }): Sql => sql`
  case when ${rate} is null then 'unknown' when ${rate} >= ${lines.stop} then 'stop'
    when ${rate} >= ${lines.error} then 'error' when ${rate} >= ${lines.warn} then 'warn' else 'well' end`;

/** Bounces of the steps' sums for which a condition holds. */
const sumOf = (condition: Sql): Sql => sql`coalesce(sum(case when ${condition} then reports end), 0)`;

/**
 * Rates are shares of the mails of the last days: those delivered, and those that bounced. Without any delivery on
 * record a rate is unknown.
 */
export function bounceMetrics(rules: BounceRules, asOf: Date): Record<string, Sql> {
  const lately = (day: Sql): Sql => sql`days_between(${day}, local_day(${asOf})) < ${rules.rates.withinDays}`;
  const delivered = sql`
    select countif(type = 'delivered' and ${lately(sql`local_day(occurred_at)`)}) as delivered from events
    where occurred_at >= ${daysAgo(asOf, rules.rates.withinDays)}`;
  const rates = sql`
    select delivered, bounced, complaints,
      case when delivered > 0 then round(bounced / (delivered + bounced), 5) end as bounce_rate,
      case when delivered > 0 then round(complaints / delivered, 5) end as complaint_rate,
      unsubscribes, case when delivered > 0 then round(unsubscribes / delivered, 5) end as unsubscribe_rate
    from ${ofFacts('events', delivered)} as e,
      (select ${sumOf(sql`class not in ('complaint', 'unsubscribe', 'cleaned', 'auto_reply')`)} as bounced,
        ${sumOf(sql`class = 'complaint'`)} as complaints, ${sumOf(sql`class = 'unsubscribe'`)} as unsubscribes
      from bounce_reports where ${lately(sql`day`)}) as b`;
  return {
    rates: sql`
      select delivered, bounced, complaints, bounce_rate, ${level(sql`bounce_rate`, rules.rates.bounces)} as bounces,
        complaint_rate, ${level(sql`complaint_rate`, rules.rates.complaints)} as complaints_level, unsubscribes,
          unsubscribe_rate from (${rates}) as r`,
    alarmLines: sql`
      select ${rules.rates.bounces.warn} as bounces_warn, ${rules.rates.bounces.stop} as bounces_stop,
        ${rules.rates.complaints.warn} as complaints_warn, ${rules.rates.complaints.stop} as complaints_stop`,
    suppressions: sql`
      select case when reason in ${known} then reason else 'other' end as label, count(*) as n
      from suppressions where released_at is null group by 1 order by 1`,
    bouncesByClass: sql`
      select class as label, sum(reports) as n from bounce_reports where ${lately(sql`day`)} group by class order by class`,
    bursts: sql`
      select count(*) as bursts, coalesce(sum(addresses), 0) as addresses, countif(${lately(sql`day`)}) as lately
      from bounce_bursts`,
    warnings: warnings(rules, lately, rates),
    releasedButStillMarked: sql`
      select count(*) as n from contacts c join suppressions s on s.email = address_key(c.email)
      where c.status = 'suppressed' and s.released_at is not null
        and (s.suppressed_at is null or s.suppressed_at <= s.released_at)`,
  };
}

/** What of the last days a person should check, one sentence each: (label, sentence). */
const warnings = (rules: BounceRules, lately: (day: Sql) => Sql, rates: Sql): Sql => {
  const text = (value: Sql): Sql => sql`cast(${value} as string)`;
  // A domain of few may be a person's own and identify them.
  const domain = sql`
    case when addresses >= ${FEW} and regexp_contains(domain, '^[a-z0-9.-]+$') then domain else 'one domain' end`;
  const many = sql`concat(${text(sql`addresses`)}, case when addresses = 1 then ' address' else ' addresses' end)`;
  const days = integer(rules.rates.withinDays);
  return sql`
    select concat('burst ', ${text(sql`place`)}) as label, sentence from (
      select row_number() over (order by day desc, addresses desc, domain, class) as place,
        concat('a burst on ', ${text(sql`day`)}, ': ', ${many}, ' at ', ${domain},
          ' bounced for one reason (', ${meaningOf(sql`class`)},
          '). A fault of the receiver or the sender: no address is suppressed for it') as sentence
      from bounce_bursts where ${lately(sql`day`)}
    ) as bursts where place <= ${MOST_BURSTS}
    union all
    select 'sender', concat(${text(sql`n`)},
      ' bounces of the last ${days} days blame the sender, not the address: no address is suppressed for them.',
      ' Check authentication (SPF, DKIM, DMARC), content and reputation')
    from (select sum(reports) as n from bounce_reports where class = 'sender' and ${lately(sql`day`)}) as s
    where n >= ${rules.burst.bounces}
    union all
    select 'rates', concat('no delivery is on record for the last ${days} days (events of the type delivered): ',
      'the rates of bounces and complaints are unknown')
    from (${rates}) as r where bounce_rate is null and bounced + complaints > 0
    order by label`;
};
