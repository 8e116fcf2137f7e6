/**
 * Exports as queries: the people, and their cells under the headers that the tool reads.
 *
 * Audiences are hashed as their tools specify it (SHA-256, lower-case hexadecimal, without salt):
 * - Google Ads Customer Match (support.google.com/google-ads/answer/7659867 and /7476159: headers Email, Phone, First
 *   Name, Last Name, Country, Zip; lower case, no extra spaces, phones in E.164 with their "+"; country and postal code
 *   stay plain; the API's reference "OfflineUserAddressInfo": no punctuation in last names; and developers.google.com,
 * "Data Manager API: format user data": before gmail.com and googlemail.com no dots, and no `+` with what follows it).
 * - Meta Custom Audiences ("How to format a customer list when creating a custom audience" for the headers email,
 * phone,
 *   fn, ln, ct, st, zip, country; developers.facebook.com, "Customer information parameters" for the rest: lower case,
 *   phones as digits with country code, no punctuation in names, nor spaces in cities and states, the first five digits
 *   of US postal codes and none of their dashes; all hashed). Spaces in names are not spoken of there, and left out.
 */

import type { Context } from '../../core/context.ts';
import type { Step } from '../../core/job.ts';
import type { JobFile } from '../../core/job-file.ts';
import { columnOf, headerName, join, literal, oneOf, type Sql, sql } from '../../core/sql.ts';
import { tableOf } from '../../core/tables.ts';
import { writeCell } from '../../snapshot/cells.ts';
import { views } from '../../snapshot/views.ts';
import { isoCodes } from '../hygiene/index.ts';
import { type Condition, compile, segmentInputQuery } from '../segments/index.ts';
import type { ExportRule, ExportRules } from './rules.ts';

type PeopleRule = Extract<ExportRule, { format: unknown }>;
type SuppressionRule = Extract<ExportRule, { suppressionsFor: unknown }>;

const known: Readonly<Record<'mailchimp' | 'hubspot', Readonly<Record<string, string>>>> = {
  mailchimp: {
    'Email Address': 'email',
    'First Name': 'first_name',
    'Last Name': 'last_name',
    'Phone Number': 'phone',
    Company: 'company',
  },
  hubspot: {
    Email: 'email',
    'First Name': 'first_name',
    'Last Name': 'last_name',
    'Phone Number': 'phone',
    'Company Name': 'company',
    'Job Title': 'job_title',
    'Website URL': 'website',
    City: 'city',
    'Country/Region': 'country',
    'Lifecycle Stage': 'lifecycle_stage',
  },
};

/** Why a contact may not be mailed, without its prefix: `suppression: complaint` is `complaint`. */
const bareReason = (why: Sql): Sql => sql`regexp_replace_all(${why}, '^(status|suppression|reported): ', '')`;

const bare = (value: Sql): Sql => sql`regexp_replace_all(lower(${value}), ${literal('[^\\p{L}\\p{M}\\p{N}]')}, '')`;
const tidy = (value: Sql): Sql => sql`trim(regexp_replace_all(lower(${value}), '[[:space:]]+', ' '))`;
const withoutSigns = (value: Sql): Sql =>
  sql`regexp_replace_all(${value}, ${literal('[^\\p{L}\\p{M}\\p{N}[:space:]]')}, '')`;

const googleEmail = sql`
  case when domain_of(c.email) in ('gmail.com', 'googlemail.com')
    then concat(replace(split_part(split_part(address_key(c.email), '@', 1), '+', 1), '.', ''), '@', domain_of(c.email))
    else regexp_replace_all(address_key(c.email), '[[:space:]]', '') end`;
const e164 = sql`case when regexp_contains(c.phone, '^[+][0-9]{7,15}$') then c.phone end`;

/** The country's ISO 3166-1 alpha-2 code; empty where the cell holds none, for no tool reads another form. */
const isoCountry = sql`
  case when ${oneOf(sql`upper(c.country)`, isoCodes())} then upper(c.country) end`;

/** The cells of a file, by header. */
type Cells = Readonly<Record<string, Sql>>;

/** The cells of audiences before they are hashed. */
const audiences: Readonly<Record<'google-ads' | 'meta', Cells>> = {
  'google-ads': {
    Email: googleEmail,
    Phone: e164,
    'First Name': tidy(sql`c.first_name`),
    'Last Name': tidy(withoutSigns(sql`c.last_name`)),
    Country: isoCountry,
    Zip: sql`c.postal_code`,
  },
  meta: {
    email: sql`address_key(c.email)`,
    phone: sql`replace(${e164}, '+', '')`,
    fn: bare(sql`c.first_name`),
    ln: bare(sql`c.last_name`),
    ct: bare(sql`c.city`),
    st: bare(sql`c.region`),
    zip: sql`left(${bare(sql`c.postal_code`)}, case when upper(c.country) = 'US' then 5 else 1000 end)`,
    country: sql`lower(${isoCountry})`,
  },
};

/** Google's columns that stay as they are. */
const UNHASHED = ['Country', 'Zip'];

/** An audience's rows, hashed: their cells are worked out below, since each is named twice here. */
const hashed = (cells: Cells, people: Sql): Sql => {
  const columns = Object.keys(cells).map((header) => {
    const cell = headerName(header);
    return UNHASHED.includes(header) ? cell : sql`case when ${cell} <> '' then sha256_hex(${cell}) end as ${cell}`;
  });
  return sql`select ${join(columns, ', ')} from (${people}) as people`;
};

/** The cells of a people's export. */
function cellsOf(rule: PeopleRule): Cells {
  if (rule.format === 'google-ads' || rule.format === 'meta') return audiences[rule.format];
  const all = Object.fromEntries(Object.keys(tableOf('contacts').columns).map((column) => [column, column]));
  const columns = rule.columns ?? (rule.format === 'csv' ? all : known[rule.format]);
  return Object.fromEntries(
    Object.entries(columns).map(([header, column]) => [
      header,
      writeCell(columnOf(column, 'c'), tableOf('contacts').columns[column]?.type ?? 'text'),
    ]),
  );
}

/** The cells under the tools' own headers. */
const selected = (cells: Cells): Sql =>
  join(
    Object.entries(cells).map(([header, cell]) => sql`${cell} as ${headerName(header)}`),
    ', ',
  );

/** Contacts that may be mailed, have an address, and would not be suppressed by a plan that waits for approval. */
export const mailable = sql`
  address_key(c.email) is not null and coalesce(c.email_status, '') <> 'invalid'
  and c.contact_id not in (select contact_id from ${views.unmailable})
  and c.contact_id not in (select contact_id from ${views.waitingPeople})`;

/** A row (label, text) where a plan that would suppress contacts waits for approval. */
export const leftOutWhileWaiting = sql`
  select 'waiting' as label, concat(cast(n as string), ' contacts are left out of exports for sending: ',
    'a plan that would suppress them waits for approval') as text
  from (select count(distinct contact_id) as n from ${views.waitingPeople}) where n > 0`;

const MONDAY = 1;

/** Whether an export is written by a run of that local day: weekly ones on Mondays, the others every time. */
const isDue = ({ every }: ExportRule, today: string): boolean =>
  every === 'night' || new Date(`${today}T00:00:00Z`).getUTCDay() === MONDAY;

/** The conditions of the exports' own filters. */
export const filtersOf = (rules: ExportRules): Condition[] =>
  rules.flatMap((rule) => ('format' in rule && rule.where ? [rule.where] : []));

/** What the filters ask of each contact, computed once for all of them. */
export const filterSteps = (filters: readonly Condition[], asOf: Date): Step[] =>
  filters.length === 0
    ? []
    : [
        {
          name: 'export_input',
          row: 'a contact, with all that any filter asks of it',
          query: segmentInputQuery(filters, asOf),
        },
      ];

function peopleFile(rule: PeopleRule, asOf: Date): JobFile {
  const cells = cellsOf(rule);
  const { list, where: filter, sending } = rule;
  const conditions = [
    ...(list ? [sql`c.contact_id in (select contact_id from memberships where list = ${list})`] : []),
    ...(filter ? [sql`c.contact_id in (select c.contact_id from export_input c where ${compile(filter, asOf)})`] : []),
    ...(sending ? [sql`c.contact_id in (select contact_id from export_mailable)`] : []),
  ];
  const where = conditions.length > 0 ? sql` where ${join(conditions, ' and ')}` : sql``;
  const order = columnOf(rule.order ?? 'contact_id', 'c');
  const people = sql`select ${selected(cells)} from contacts c${where} order by ${order} nulls last, c.contact_id`;
  return {
    name: rule.name,
    key: Object.keys(cells)[0] ?? '',
    onlyChanged: rule.only === 'changed',
    query: rule.format in audiences ? hashed(cells, people) : people,
  };
}

/**
 * Every address that no mail may go to: of suppressions, reports, contacts, and of rows in quarantine and the archive.
 * A forgotten person's hash is no address, and no tool takes one with a name around it.
 */
export const refused = sql`
  select coalesce(s.clean, found.email) as email, min(found.reason) as reason, min(found.suppressed_at) as since
  from (
    select email, coalesce(reason, 'manual') as reason, suppressed_at from ${views.suppressed} where email is not null
    union all
    select email, ${bareReason(sql`why`)}, null from ${views.refusedAddresses}
    union all
    select address_key(c.email), ${bareReason(sql`u.why`)}, null
    from (select contact_id, email from contacts union all select contact_id, email from ${views.unreadContacts}) as c
    join ${views.unmailable} u on u.contact_id = c.contact_id where address_key(c.email) is not null
  ) as found left join ${views.spellings} s on s.address = found.email
  where not starts_with(found.email, 'hmac-sha256:') group by 1`;

/** What the files of people and of refused addresses read, computed once for all of them. */
export const refusedSteps = (rules: ExportRules): Step[] => [
  ...(rules.some((rule) => 'suppressionsFor' in rule)
    ? [{ name: 'export_refused', row: 'an address that no mail may go to', query: refused }]
    : []),
  ...(rules.some((rule) => 'sending' in rule && rule.sending)
    ? [
        {
          name: 'export_mailable',
          row: 'a contact that may be mailed',
          query: sql`select c.contact_id from contacts c where ${mailable}`,
        },
      ]
    : []),
];

const epoch = sql`cast(cast(epoch(r.since) as bigint) as varchar)`;
/** As mail headers write a moment (RFC 2822). */
const mailDate = sql`strftime(r.since, '%a, %d %b %Y %H:%M:%S +0000')`;

const email = sql`r.email`;

/**
 * The columns by which each tool takes a list of addresses that it must not mail. Amazon SES reads `address,REASON`
 * (docs.aws.amazon.com/ses, "account-level suppression list"), and counts the header as one line that it can't take;
 * Mailgun's is its unsubscribe import ("Import list of unsubscribes": tag `*` is everything); HubSpot's its opt-out
 * list (knowledge.hubspot.com, "Import an opt-out list": Email). Mailchimp and Postmark document no file; used here is
 * what their forms take: a column of addresses, under the name that their APIs use.
 */
const suppressionCells: Readonly<Record<SuppressionRule['suppressionsFor'], Cells>> = {
  mailchimp: { 'Email Address': email },
  hubspot: { Email: email },
  ses: { email, reason: sql`case when r.reason = 'complaint' then 'COMPLAINT' else 'BOUNCE' end` },
  sendgrid: { email, created: epoch },
  mailgun: { address: email, tags: sql`'*'`, created_at: mailDate },
  postmark: { EmailAddress: email },
};

function suppressionFile(rule: SuppressionRule): JobFile {
  const cells = suppressionCells[rule.suppressionsFor];
  return {
    name: rule.name,
    key: Object.keys(cells)[0] ?? '',
    forMachines: true,
    query: sql`select ${selected(cells)} from export_refused r order by r.email`,
  };
}

/**
 * The file that an export's rule asks for. It reads what `filterSteps` and `refusedSteps` make. `heldBy` gives a row
 * (text) while no file for sending is to be made.
 */
export const exportFile = (
  rule: ExportRule,
  { asOf, today }: Pick<Context, 'asOf' | 'today'>,
  heldBy?: Sql,
): JobFile => ({
  ...('format' in rule ? peopleFile(rule, asOf) : suppressionFile(rule)),
  ...(heldBy && 'format' in rule && rule.sending && { heldBy }),
  ...rule.to,
  ...(!isDue(rule, today) && { isLater: true }),
});
