/**
 * From companies to contacts, in SQL: whom to enrich, and which of their cells a company may fill. A cell that a
 * person entered stays; one that enrichment wrote itself, and that still holds what it wrote, follows the company.
 */

import { type Change, update } from '../../core/change.ts';
import type { LookupStep, Step } from '../../core/job.ts';
import { join, list, name, type Sql, sql } from '../../core/sql.ts';
import { views } from '../../snapshot/views.ts';
import { cleanCountry, isDisposable, isFreeMail, isRelay } from '../hygiene/index.ts';
import { lastSeen } from '../segments/index.ts';
import { companyDomain } from './company-domain.ts';
import type { EnrichmentRules } from './rules.ts';

/** Domains of mailboxes that belong to no company. */
const belongsToNoCompany = (domain: string): boolean => isFreeMail(domain) || isRelay(domain) || isDisposable(domain);

const companyDomains: LookupStep = {
  name: 'company_domains',
  row: 'a domain of addresses with the registrable domain of its company, if it has one',
  over: sql`select distinct domain_of(email) as address_domain from contacts where address_key(email) is not null`,
  keys: ['address_domain'],
  columns: ['domain'],
  compute: (domain) => ({ domain: domain === null ? null : companyDomain(domain, belongsToNoCompany) }),
};

const companyCountries: LookupStep = {
  name: 'company_countries',
  row: 'a country as a provider wrote it, and its code',
  over: sql`select distinct country from companies where country is not null`,
  keys: ['country'],
  columns: ['code'],
  compute: (country) => ({ code: country === null ? null : cleanCountry(country) }),
};

/** @param activity the types of events that count as activity */
export const enrichmentSteps = (
  { seenWithinDays }: EnrichmentRules,
  activity: readonly string[],
  today: string,
): readonly Step[] => [
  companyDomains,
  companyCountries,
  {
    name: 'contact_domains',
    row: 'an active contact with the domain of its company, and what it is worth',
    query: sql`
      select c.contact_id, d.domain, c.lifetime_value as worth
      from contacts c
      join company_domains d on d.address_domain = domain_of(c.email)
      join (
        select contact_id, max(seen_at) as seen_at from (
          select contact_id, created_at as seen_at from contacts
          union all
          ${lastSeen(activity, sql`cast(${today} as date)`)}
        ) as signs where seen_at is not null group by contact_id
      ) as seen on seen.contact_id = c.contact_id
      left join ${views.unmailable} u on u.contact_id = c.contact_id
      where u.contact_id is null and d.domain is not null
        and local_day(seen.seen_at) >= days_before(cast(${today} as date), ${seenWithinDays})`,
  },
];

type Filled = keyof EnrichmentRules['contacts'];

const modesOf = ({ contacts }: EnrichmentRules) =>
  Object.entries(contacts).filter(([, mode]) => mode !== 'never') as [Filled, 'fill' | 'overwrite'][];

const numbers: ReadonlySet<Filled> = new Set(['employees', 'annual_revenue']);

/** What the last decision about each cell wrote, where that decision was ours. */
const ownCells = (columns: readonly Filled[], job: string): Sql => {
  const cells = columns.map((column) => {
    const after = numbers.has(column) ? sql`number_of(l.after)` : sql`l.after`;
    return sql`max(case when l.cell = ${column} then ${after} end) as ${name(`own_${column}`)}`;
  });
  return sql`
    select l.contact_id, ${join(cells, ', ')} from (
      select h.row_key as contact_id, h.column as cell, h.after as after, h.job as job from changes h
      where h.table = 'contacts' and h.column in ${list(columns)}
      qualify row_number() over (partition by h.row_key, h.column order by h.at desc, h.run desc) = 1
    ) as l where l.job = ${job} group by l.contact_id`;
};

/** Fills contacts from companies. @param job the name under which its decisions are recorded */
export function fillContacts(rules: EnrichmentRules, today: string, job: string): Change[] {
  const modes = modesOf(rules);
  if (modes.length === 0) return [];
  const age = sql`days_between(local_day(c.enriched_at), cast(${today} as date))`;
  const isOld = sql`(c.enriched_at is null or ${age} > ${rules.contactDays})`;
  const cells = modes.map(([column, mode]) => {
    const mine = name(column);
    const known = column === 'country' ? sql`coalesce(w.code, k.country)` : sql`k.${mine}`;
    const given = sql`coalesce(${known}, c.${mine})`;
    if (mode === 'overwrite')
      return sql`case when c.${mine} is null or ${isOld} then ${given} else c.${mine} end as ${mine}`;
    const isOwn = sql`own.${name(`own_${column}`)} = c.${mine}`;
    return sql`case when c.${mine} is null or (${isOwn} and ${isOld}) then ${given} else c.${mine} end as ${mine}`;
  });
  return [
    update(
      'contacts',
      sql`
        select c.contact_id, ${join(cells, ', ')},
          case when ${isOld} then k.fetched_at else c.enriched_at end as enriched_at, 'known of the company' as why
        from contact_domains d
        join contacts c on c.contact_id = d.contact_id
        join companies k on k.domain = d.domain
        left join company_countries w on w.country = k.country
        left join (${ownCells(
          modes.map(([column]) => column),
          job,
        )}) as own on own.contact_id = c.contact_id
        where coalesce(k.company, k.industry, k.country) is not null
          or coalesce(k.employees, k.annual_revenue) is not null`,
    ),
  ];
}

/** Counts cells of the plan that stood there before with another value. */
export const cellsChanged = (rules: EnrichmentRules): Sql => {
  const modes = modesOf(rules);
  if (modes.length === 0) return sql`select 0`;
  const changed = modes.map(([column]) => sql`(${name(`set_${column}`)} and ${name(`before_${column}`)} is not null)`);
  return sql`select count(*) from planned_contacts where ${join(changed, ' or ')}`;
};
