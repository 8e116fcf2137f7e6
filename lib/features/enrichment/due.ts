/** Which domains to ask about, and to check by DNS, and in which order, in SQL. */
import { type Sql, sql } from '../../core/sql.ts';
import type { EnrichmentRules } from './rules.ts';

/** Rows (domain, worth, contacts) of rows (contact_id, domain, worth). */
const wanted = (contactDomains: Sql): Sql => sql`
  select domain, sum(coalesce(worth, 0)) as worth, count(*) as contacts
  from (${contactDomains}) as contact_domains
  where domain is not null
  group by domain`;

/**
 * Rows (domain, answered_at), most valuable first: domains that were never asked for, or whose answer is too old on the local day `today`
 * (`YYYY-MM-DD`).
 * @param contactDomains rows (contact_id, domain, worth): the contacts to enrich, with what they are worth; null worth is nought
 * @param companies rows (domain, company, industry, employees, annual_revenue, country, fetched_at); one with nothing but the
 *   time remembers that the provider knows no such company
 */
export const dueDomains = (
  contactDomains: Sql,
  companies: Sql,
  today: string,
  { companyDays, unknownDays }: Pick<EnrichmentRules, 'companyDays' | 'unknownDays'>,
): Sql => sql`
  select wanted.domain as domain, known.fetched_at as answered_at
  from (${wanted(contactDomains)}) as wanted
  left join (
    select
      domain,
      fetched_at,
      days_between(local_day(fetched_at), cast(${today} as date)) as age_days,
      company is null and industry is null and employees is null and annual_revenue is null and country is null as is_unknown
    from (${companies}) as companies
  ) as known on known.domain = wanted.domain
  where known.domain is null or known.age_days is null
    or known.age_days > case when known.is_unknown then ${unknownDays} else ${companyDays} end
  order by wanted.worth desc, wanted.contacts desc, wanted.domain`;

/** Rows (domain), most valuable first: domains that were never checked by DNS, or longer than `companyDays` ago. */
export const uncheckedDomains = (
  contactDomains: Sql,
  companies: Sql,
  today: string,
  { companyDays }: Pick<EnrichmentRules, 'companyDays'>,
): Sql => sql`
  select wanted.domain as domain
  from (${wanted(contactDomains)}) as wanted
  left join (select domain, checked_at from (${companies}) as companies) as known on known.domain = wanted.domain
  where known.checked_at is null or days_between(local_day(known.checked_at), cast(${today} as date)) > ${companyDays}
  order by wanted.worth desc, wanted.contacts desc, wanted.domain`;
