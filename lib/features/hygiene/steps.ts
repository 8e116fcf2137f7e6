/**
 * Cleaning as steps of a job: which values of which columns reach row logic (only those that aren't in their final
 * form already, each distinct value once), and what comes back. The cleaners themselves know no table.
 */

import type { LookupStep, Step } from '../../core/job.ts';
import { textIsClean } from '../../core/recognise.ts';
import { columnOf, join, type Sql, sql } from '../../core/sql.ts';
import { readAddress } from '../../core/text/address.ts';
import { cleanLines, cleanText } from '../../core/text/spacing.ts';
import { cleanCountry, countryIsClean } from './country.ts';
import type { EmailRules } from './email/rules.ts';
import { plainAddress, roleAddress } from './email/simple-address.ts';
import { domainVerdict, emailVerdict } from './email/verdict.ts';
import { cleanName, nameIsClean } from './name.ts';
import { cleanPhone, phoneIsClean } from './phone.ts';
import { cleanRegion, regionIsClean } from './region.ts';
import { cleanWebsite, websiteIsClean } from './website.ts';

/** A column, the lookup that cleans it, and what a change of it is called. */
export interface CleanedColumn {
  readonly column: string;
  readonly lookup: string;
  readonly why: string;
}

const texts = ['company', 'job_title', 'city', 'postal_code', 'source'];

export const cleanedColumns: readonly CleanedColumn[] = [
  { column: 'country', lookup: 'clean_countries', why: 'to its ISO code' },
  { column: 'first_name', lookup: 'clean_first_names', why: 'name format corrected' },
  { column: 'last_name', lookup: 'clean_last_names', why: 'name format corrected' },
  { column: 'phone', lookup: 'clean_phones', why: 'to E.164' },
  { column: 'region', lookup: 'clean_regions', why: 'to its postal code' },
  { column: 'website', lookup: 'clean_websites', why: 'to a web address' },
  { column: 'address', lookup: 'clean_addresses', why: 'spacing and Unicode' },
  ...texts.map((column) => ({ column, lookup: 'clean_texts', why: 'spacing and Unicode' })),
];

/** Lookups whose answer depends on the contact's country as well. */
export const byCountry: ReadonlySet<string> = new Set([
  'clean_first_names',
  'clean_last_names',
  'clean_phones',
  'clean_regions',
]);

type Clean = (value: string, country: string | null) => string;

function lookup(name: string, over: Sql, clean: Clean): LookupStep {
  const keys = byCountry.has(name) ? ['value', 'country'] : ['value'];
  return {
    name,
    row: 'a value that is not in its final form, and what it becomes',
    over,
    keys,
    columns: ['clean'],
    compute: (value, country) => ({ clean: clean(value ?? '', country ?? null) }),
  };
}

type Recogniser = (column: Sql) => Sql;

/** The distinct values of a contacts column that are not in their final form. */
function unclean(column: string, isClean: Recogniser, more = sql``, from = sql`contacts`): Sql {
  const cell = columnOf(column);
  return sql`select distinct ${cell} as value${more} from ${from} where ${cell} is not null and not ${isClean(cell)}`;
}

/** The same, with the country by which the value is read. */
const uncleanByCountry = (column: string, isClean: Recogniser): Sql =>
  unclean(column, isClean, sql`, country`, sql`located`);

/** True where the address got another domain, and not another form alone. */
function isCorrected(address: string, email: string): boolean {
  if (email === address) return false;
  const parts = readAddress(address);
  return 'domain' in parts && !email.endsWith(`@${parts.domain}`);
}

/** The steps of cleaning, in order: countries first, because phones and regions are read by them. */
export function cleaningSteps(rules: EmailRules): Step[] {
  const everyText = texts.map((column) => unclean(column, textIsClean));
  return [
    lookup('clean_countries', unclean('country', countryIsClean), cleanCountry),
    {
      name: 'located',
      row: 'a contact whose name, phone or region may depend on its country, with that as cleaned',
      query: sql`
        select c.contact_id, c.first_name, c.last_name, c.phone, c.region, coalesce(k.clean, c.country) as country
        from contacts c left join clean_countries k on k.value = c.country
        where coalesce(c.first_name, c.last_name, c.phone, c.region) is not null`,
    },
    lookup('clean_first_names', uncleanByCountry('first_name', nameIsClean), (name, country) =>
      cleanName(name, 'given', country),
    ),
    lookup('clean_last_names', uncleanByCountry('last_name', nameIsClean), (name, country) =>
      cleanName(name, 'family', country),
    ),
    lookup('clean_phones', uncleanByCountry('phone', phoneIsClean), cleanPhone),
    lookup(
      'clean_regions',
      uncleanByCountry('region', (cell) => regionIsClean(cell, sql`country`)),
      cleanRegion,
    ),
    lookup('clean_websites', unclean('website', websiteIsClean), cleanWebsite),
    lookup('clean_addresses', unclean('address', textIsClean), cleanLines),
    lookup('clean_texts', join(everyText, ' union distinct '), cleanText),
    {
      name: 'addresses',
      row: 'a contact with an address, whether its form is plain, and whether it is a role’s',
      query: sql`
        select contact_id, email, ${plainAddress(sql`email`)} as plain, ${roleAddress(sql`email`, rules.roles)} as role,
          domain_of(email) as domain
        from contacts where email is not null`,
    },
    {
      name: 'mail_domains',
      row: 'a domain that plain addresses have, judged',
      over: sql`select distinct domain from addresses where plain`,
      keys: ['domain'],
      columns: ['status', 'note', 'meant'],
      compute: (domain) => {
        const verdict = domainVerdict(domain ?? '', rules);
        return { status: verdict.status, note: verdict.note, meant: verdict.domain };
      },
    },
    {
      name: 'odd_addresses',
      row: 'an address that is not in plain form, judged whole',
      over: sql`select distinct email from addresses where not plain`,
      keys: ['address'],
      columns: ['email', 'status', 'note', 'typo'],
      compute: (value) => {
        const address = value ?? '';
        const { email, status, note } = emailVerdict(address, rules);
        return { email, status, note, typo: isCorrected(address, email) ? 'corrected' : null };
      },
    },
  ];
}
