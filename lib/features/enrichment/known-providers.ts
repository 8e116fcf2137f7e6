/**
 * Ready settings for well-known APIs, written against their public documentation. None was called with a real key; a field that a
 * provider renames shows up as `nonsense`, and stops the run before much is paid.
 */
import type { HttpProvider } from './http-provider.ts';

/**
 * Apollo's organization enrichment (https://docs.apollo.io/reference/organization-enrichment): GET with the bare domain, key
 * in `x-api-key`; an unknown domain is a 200 without an `organization`. One credit each.
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
};

/**
 * People Data Labs' company enrichment (https://docs.peopledatalabs.com/docs/company-enrichment-api, /docs/errors): the fields
 * stand at the top of the answer; 404 is unknown and not billed, 402 is out of credits. Revenue is a range in US dollars.
 */
export const peopleDataLabs: HttpProvider = {
  name: 'people-data-labs',
  address: 'https://api.peopledatalabs.com/v5/company/enrich?website={domain}',
  key: { header: 'x-api-key', secret: 'PEOPLE_DATA_LABS_API_KEY' },
  fields: {
    company: 'name',
    industry: 'industry',
    employees: 'employee_count',
    annual_revenue: 'inferred_revenue',
    country: 'location.country',
  },
};

/**
 * Abstract's company enrichment, version 2 (https://docs.abstractapi.com/api/company-enrichment): the key goes into the
 * Authorization header, so that it stands in no address; an unknown domain is a 200 with empty fields, 422 is out of credits.
 */
export const abstractApi: HttpProvider = {
  name: 'abstract',
  address: 'https://companyenrichment.abstractapi.com/v2/?domain={domain}',
  key: { header: 'authorization', secret: 'ABSTRACT_API_KEY', prefix: 'Bearer ' },
  exhausted: [422],
  fields: {
    company: 'company_name',
    industry: 'industry',
    employees: 'employee_count',
    annual_revenue: 'annual_revenue',
    country: 'country_iso_code',
  },
};

export const knownProviders: readonly HttpProvider[] = [apollo, peopleDataLabs, abstractApi];
