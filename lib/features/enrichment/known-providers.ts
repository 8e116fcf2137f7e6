/**
 * Ready settings for well-known APIs, written from their public documentation. None was called with a real key; a
 * field that a provider renames is reported as `nonsense`, and stops the run before much is paid.
 */
import type { HttpProvider, KnownProvider } from './rules.ts';

/**
 * Apollo's organization enrichment (https://docs.apollo.io/reference/organization-enrichment): GET with the bare
 * domain, key in `x-api-key`; an unknown domain is a 200 without an `organization`. One credit each. A redirected or
 * acquired domain is answered with its parent, whose domain stands in `primary_domain`. Limits of the free plan
 * (https://docs.apollo.io/reference/rate-limits); a paid plan has 1,000 a minute and no limit an hour. Its 429 names
 * no time.
 */
export const apollo: HttpProvider = {
  name: 'apollo',
  address: 'https://api.apollo.io/api/v1/organizations/enrich?domain={domain}',
  key: { header: 'x-api-key', secret: 'APOLLO_API_KEY' },
  found: 'organization',
  fields: {
    company: 'organization.name',
    industry: 'organization.industry',
    employees: 'organization.estimated_num_employees',
    annual_revenue: 'organization.annual_revenue',
    country: 'organization.country',
  },
  matches: ['organization.primary_domain', 'organization.website_url'],
  limits: { perMinute: 50, perHour: 200 },
};

/**
 * People Data Labs' company enrichment (https://docs.peopledatalabs.com/docs/company-enrichment-api, /docs/errors,
 * /docs/usage-limits): the fields stand at the top of the answer, `display_name` as the company writes it and `name`
 * in lower case; 404 is unknown and not billed, 402 is out of credits; 429 carries `x-ratelimit-reset`, a moment in
 * UTC. Revenue is a range in US dollars. `likelihood` 6 is the recommended least value (a 2 is right in 10–30 % of
 * cases). Limit of the free plan.
 */
export const peopleDataLabs: HttpProvider = {
  name: 'people-data-labs',
  address: 'https://api.peopledatalabs.com/v5/company/enrich?website={domain}',
  key: { header: 'x-api-key', secret: 'PEOPLE_DATA_LABS_API_KEY' },
  fields: {
    company: ['display_name', 'name'],
    industry: ['industry_v2', 'industry'],
    employees: 'employee_count',
    annual_revenue: 'inferred_revenue',
    country: 'location.country',
  },
  matches: ['website', 'alternative_domains'],
  likelihood: { path: 'likelihood', least: 6 },
  limits: { perMinute: 10 },
};

/**
 * Abstract's company enrichment, version 2 (https://docs.abstractapi.com/api/company-enrichment): the key goes into
 * the Authorization header, so that it stands in no address; an unknown domain is a 200 with empty fields. 422 means
 * that the quota is used up, and its body says `quota_reached`; a 422 without that code concerns the domain. 3
 * questions a second.
 */
export const abstractApi: HttpProvider = {
  name: 'abstract',
  address: 'https://companyenrichment.abstractapi.com/v2/?domain={domain}',
  key: { header: 'authorization', secret: 'ABSTRACT_API_KEY', prefix: 'Bearer ' },
  exhausted: [422],
  exhaustedCode: { path: 'error.code', is: ['quota_reached'] },
  fields: {
    company: 'company_name',
    industry: 'industry',
    employees: 'employee_count',
    annual_revenue: 'annual_revenue',
    country: 'country_iso_code',
  },
  matches: 'domain',
  limits: { perSecond: 3 },
};

export const knownProviders: Readonly<Record<KnownProvider, HttpProvider>> = {
  apollo,
  'people-data-labs': peopleDataLabs,
  abstract: abstractApi,
};
