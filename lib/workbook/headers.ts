/**
 * Which header stands for which column: without case, with spaces, `-` and `_` alike, and with the names that other
 * tools use. Refuses to guess: a header that is not known is an unknown column, kept as it is.
 */
import { NightshiftError } from '../core/errors.ts';
import { type TableName, tableOf } from '../core/tables.ts';
import { nearest } from '../core/text/nearest.ts';

/** `Contact ID`, `contact-id` and `CONTACT_ID` are all `contact_id`. Also the SQL name of an unknown column. */
export const normalHeader = (header: string): string =>
  header
    .normalize('NFC')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');

/** Headers of Mailchimp's audience export and HubSpot's contact export, and other common names, as `normalHeader` gives them. */
const contactAliases: Readonly<Record<string, string>> = {
  email_address: 'email',
  e_mail: 'email',
  e_mail_address: 'email',
  mail: 'email',
  firstname: 'first_name',
  given_name: 'first_name',
  lastname: 'last_name',
  surname: 'last_name',
  family_name: 'last_name',
  phone_number: 'phone',
  telephone: 'phone',
  mobile_phone_number: 'phone',
  optin_time: 'created_at',
  last_changed: 'updated_at',
  leid: 'contact_id',
  euid: 'contact_id',
  cc: 'country',
  record_id: 'contact_id',
  company_name: 'company',
  title: 'job_title',
  lifecycle_stage: 'lifecycle_stage',
  create_date: 'created_at',
  last_activity_date: 'last_activity_at',
  website_url: 'website',
  street_address: 'address',
  state: 'region',
  state_region: 'region',
  zip: 'postal_code',
  zip_code: 'postal_code',
  postcode: 'postal_code',
  country_region: 'country',
  date_of_birth: 'birth_date',
  number_of_employees: 'employees',
};

/** Columns of other tools that say something about a contact's consent or address without being a column of ours. */
export const consentHeaders = {
  /** Filled with anything but a no (a date too), they mean that the person wants no mail: HubSpot's, Salesforce's and plain words. */
  left: [
    'unsubscribed_from_all_email',
    'email_opt_out',
    'hasoptedoutofemail',
    'opt_out',
    'opted_out',
    'opted_out_at',
    'unsubscribed',
    'unsubscribed_at',
    'do_not_email',
  ],
  /** Filled with a no, they mean the same: Shopify's, and plain words. */
  wanted: [
    'accepts_email_marketing',
    'accepts_marketing',
    'email_marketing_consent',
    'marketing_consent',
    'email_opt_in',
    'opt_in',
    'opted_in',
  ],
  /** HubSpot: filled means that mail to the address bounced hard. */
  hardBounce: 'email_hard_bounce_reason',
} as const;

const NO = `('false', 'no', '0', 'n', 'nein', 'non', 'off')`;
const NEVER = `('unsubscribed', 'not subscribed', 'not_subscribed', 'denied', 'redacted')`;

/**
 * The SQL condition, never NULL, that by a row's own words in another tool's columns the person wants no mail; null where there
 * are no such columns. `cellOf` gives the SQL of a cell by its header's place.
 */
export function departureOf(headers: readonly string[], cellOf: (place: number) => string): string | null {
  const conditions = headers.flatMap((header, place) => {
    const name = normalHeader(header);
    const word = `lower(trim(coalesce(${cellOf(place)}, '')))`;
    if (consentHeaders.left.some((each) => each === name)) return [`(${word} <> '' and ${word} not in ${NO})`];
    if (consentHeaders.wanted.some((each) => each === name)) return [`(${word} in ${NO} or ${word} in ${NEVER})`];
    return [];
  });
  return conditions.length > 0 ? `(${conditions.join(' or ')})` : null;
}

/** A table's columns must be found before any job may run; `known` says what there is, `missing` what there should be. */
export class HeaderError extends NightshiftError {
  override name = 'HeaderError';

  override get outward(): string {
    return 'A table’s header row is not as expected: a column that is needed is missing, or two have one name.';
  }
}

/**
 * Finds the columns of a table among its headers.
 * @param extra the workbook's own aliases, header → column (rules)
 * @returns column → header text. The first alias that is there counts; the column's own name comes before any alias.
 */
export function findColumns(
  table: TableName,
  headers: readonly string[],
  extra: Readonly<Record<string, string>> = {},
): Map<string, string> {
  const known = tableOf(table).columns;
  const aliases: Record<string, string> = {
    ...(table === 'contacts' || table === 'archive' ? contactAliases : {}),
    ...Object.fromEntries(Object.entries(extra).map(([header, column]) => [normalHeader(header), column])),
  };
  const found = new Map<string, string>();
  for (const header of headers) {
    const column = normalHeader(header);
    if (column in known && !found.has(column)) found.set(column, header);
  }
  for (const header of headers) {
    const column = aliases[normalHeader(header)];
    if (column && column in known && !found.has(column)) found.set(column, header);
  }
  return found;
}

/** Columns without which a table says nothing. A contact's id can be worked out; everything else needs its key. */
const required: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  contacts: ['email'],
  events: ['event_id', 'type', 'occurred_at'],
  bounces: ['bounce_id', 'email', 'occurred_at'],
  purchases: ['order_id', 'ordered_at', 'amount'],
};

/** An address, a phone number, an order number. */
const looksLikeData = (header: string): boolean => /@.+\.|\d{5}/.test(header) || header.length > 60;

/** A column's own name, and the other names of it that are long enough to be known again when they are mistyped. */
const namesOf = (table: TableName, column: string): string[] => [
  column,
  ...(table === 'contacts' ? Object.keys(contactAliases) : []).filter(
    (name) => contactAliases[name] === column && name.length > 4,
  ),
];

/**
 * Throws a `HeaderError` that lists the headers found and the nearest name, where a required column is missing. A row in which no
 * column is known may be a row of data, where a name or a street looks like any header: nothing of it goes into the message.
 */
export function requireColumns(
  table: TableName,
  label: string,
  headers: readonly string[],
  found: ReadonlyMap<string, string>,
): void {
  const missing = (required[table] ?? tableOf(table).key).filter((column) => !found.has(column));
  const noOwner = (table === 'events' || table === 'purchases') && !found.has('contact_id') && !found.has('email');
  if (noOwner) missing.push('contact_id" or "email');
  if (missing.length === 0) return;
  const isData = found.size === 0 || headers.some(looksLikeData);
  const faults = missing.map((column) => {
    const near = namesOf(table, column)
      .map((name) => nearest(name, headers))
      .find((name) => name !== null);
    if (!near) return `No column "${column}" in ${label}.`;
    const hint = isData ? `Is its column ${headers.indexOf(near) + 1} meant?` : `Did you mean "${near}"?`;
    return `No column "${column}" in ${label}. ${hint}`;
  });
  const there = isData
    ? `None of the ${headers.length} cells in its first row may be shown: they look like data. Put a row of column names above them, or rename a column`
    : `Its columns are: ${headers.join(', ')}. Rename one`;
  throw new HeaderError(`${faults.join(' ')} ${there}, or add the alias in jobs/rules/workbook.ts.`);
}
