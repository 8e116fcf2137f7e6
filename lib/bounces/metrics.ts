/**
 * What a person should watch about bounces: rates against the alarm lines, faults of the sender, and bursts. Counts
 * only: no domain and no address.
 */
import { type Sql, sql } from '../engine/sql.ts';
import type { BounceRules } from './rules.ts';

const level = (rate: Sql, lines: { warn: number; error: number; stop: number }): Sql => sql`
  case when ${rate} is null then 'unknown' when ${rate} >= ${lines.stop} then 'stop' when ${rate} >= ${lines.error} then 'error' when ${rate} >= ${lines.warn} then 'warn' else 'well' end`;

/** Rates are shares of the mails of the last days: those delivered, and those that bounced. Without any delivery on record a rate is unknown. */
export function bounceMetrics(rules: BounceRules, asOf: Date): Record<string, Sql> {
  const lately = (day: Sql): Sql => sql`days_between(${day}, local_day(${asOf})) < ${rules.rates.withinDays}`;
  const rates = sql`
    select delivered, bounced, complaints,
      case when delivered > 0 then round(bounced / (delivered + bounced), 5) end as bounce_rate,
      case when delivered > 0 then round(complaints / delivered, 5) end as complaint_rate
    from (select countif(type = 'delivered' and ${lately(sql`local_day(occurred_at)`)}) as delivered from events) as e,
      (select countif(class not in ('complaint', 'unsubscribe', 'cleaned') and ${lately(sql`day`)}) as bounced, countif(class = 'complaint' and ${lately(sql`day`)}) as complaints from bounce_reports) as b`;
  return {
    rates: sql`select delivered, bounced, complaints, bounce_rate, ${level(sql`bounce_rate`, rules.rates.bounces)} as bounces, complaint_rate, ${level(sql`complaint_rate`, rules.rates.complaints)} as complaints_level from (${rates}) as r`,
    bouncesByClass: sql`select class as label, count(*) as n from bounce_reports where ${lately(sql`day`)} group by class order by class`,
    bursts: sql`select count(*) as bursts, coalesce(sum(addresses), 0) as addresses from bounce_bursts`,
    releasedButStillMarked: sql`select count(*) as n from contacts c join suppressions s on s.email = address_key(c.email) where c.status = 'suppressed' and s.released_at is not null and (s.suppressed_at is null or s.suppressed_at <= s.released_at)`,
  };
}
