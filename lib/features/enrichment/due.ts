/** Which domains to ask about, and to check by DNS, and in which order, in SQL. */
import { type Sql, sql } from '../../core/sql.ts';
import type { EnrichmentRules } from './rules.ts';

/** Rows (domain, worth, contacts) of the step `contact_domains`; a worth of null is nought. */
const wanted = sql`
  select domain, sum(coalesce(worth, 0)) as worth, count(*) as contacts
  from contact_domains
  where domain is not null
  group by domain`;

/**
 * Rows (domain, answered_at), most valuable first: domains that were never asked for, whose answer is too old on the
 * local day `today` (`YYYY-MM-DD`), or that another source answered. Those whose question was rejected last time come
 * last, the one that was rejected longest ago first among them. A row of `companies` with nothing but the time
 * remembers that the source knows no such company; its source_note begins with the source that it is from.
 * @param source the name of the provider that will be asked
 */
export const dueDomains = (
  today: string,
  source: string,
  { companyDays, unknownDays }: Pick<EnrichmentRules, 'companyDays' | 'unknownDays'>,
): Sql => sql`
  select wanted.domain as domain, known.fetched_at as answered_at
  from (${wanted}) as wanted
  left join (
    select
      domain,
      fetched_at,
      missed_at,
      days_between(local_day(fetched_at), cast(${today} as date)) as age_days,
      coalesce(source, '') <> ${source}
        and not starts_with(coalesce(source_note, ''), ${notePrefix(source)}) as is_anothers,
      company is null and industry is null and employees is null
        and annual_revenue is null and country is null as is_unknown
    from companies
  ) as known on known.domain = wanted.domain
  where known.domain is null or known.age_days is null or known.missed_at is not null or known.is_anothers
    or known.age_days > case when known.is_unknown then ${unknownDays} else ${companyDays} end
  order by case when known.missed_at is null then 0 else 1 end, known.missed_at,
    wanted.worth desc, wanted.contacts desc, wanted.domain`;

/** How a source's note in `companies.source_note` begins. */
export const notePrefix = (source: string): string => `${source}: `;

/** Rows (domain), most valuable first: domains that were never checked by DNS, or longer than `companyDays` ago. */
export const uncheckedDomains = (today: string, { companyDays }: Pick<EnrichmentRules, 'companyDays'>): Sql => sql`
  select wanted.domain as domain
  from (${wanted}) as wanted
  left join companies as known on known.domain = wanted.domain
  where known.checked_at is null or days_between(local_day(known.checked_at), cast(${today} as date)) > ${companyDays}
  order by wanted.worth desc, wanted.contacts desc, wanted.domain`;
