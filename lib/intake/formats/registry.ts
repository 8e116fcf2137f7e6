/**
 * All formats, and what a file is by its name and headers. The first CSV format that fits counts; the generic ones stand last.
 * A file that may say who wants no mail is never taken for a list of people: it is recognised, or asked about.
 */
import { quoteText } from '../../core/sql.ts';
import { consentColumns } from '../../workbook/consent-columns.ts';
import { consentColumnsOf, contactHeaders, splitName } from '../../workbook/contact-cells.ts';
import { namesIn, normalHeader } from '../../workbook/headers.ts';
import type { ContactShape, Recognise, Recognised, Unclear } from '../../workbook/recognised.ts';
import { activecampaign } from './activecampaign.ts';
import { beehiiv } from './beehiiv.ts';
import { brevo } from './brevo.ts';
import { calendly } from './calendly.ts';
import { eventbrite } from './eventbrite.ts';
import {
  type CsvFormat,
  type FileHead,
  type Format,
  formatsOf,
  headOf,
  type Json,
  type JsonFormat,
  suppression,
} from './format.ts';
import { anyTool } from './generic.ts';
import { ghost } from './ghost.ts';
import { googleContacts } from './google-contacts.ts';
import { hubspot } from './hubspot.ts';
import { kit } from './kit.ts';
import { klaviyo } from './klaviyo.ts';
import { linkedin } from './linkedin.ts';
import { listmonk } from './listmonk.ts';
import { mailchimp } from './mailchimp.ts';
import { mailerlite } from './mailerlite.ts';
import { mailgun } from './mailgun.ts';
import { mailjet } from './mailjet.ts';
import { mandrill } from './mandrill.ts';
import { mautic } from './mautic.ts';
import { metaLeads } from './meta-leads.ts';
import { paypal } from './paypal.ts';
import { phplist } from './phplist.ts';
import { pipedrive } from './pipedrive.ts';
import { postmark } from './postmark.ts';
import { resend } from './resend.ts';
import { salesforce } from './salesforce.ts';
import { sendgrid } from './sendgrid.ts';
import { sendy } from './sendy.ts';
import { ses } from './ses.ts';
import { shopify } from './shopify.ts';
import { sparkpost } from './sparkpost.ts';
import { stripe } from './stripe.ts';
import { substack } from './substack.ts';
import { woocommerce } from './woocommerce.ts';
import { zoho } from './zoho.ts';

export const formats: readonly Format[] = [
  mailchimp,
  zoho,
  salesforce,
  hubspot,
  shopify,
  woocommerce,
  stripe,
  klaviyo,
  brevo,
  mailjet,
  sparkpost,
  mandrill,
  resend,
  activecampaign,
  ghost,
  substack,
  listmonk,
  beehiiv,
  kit,
  mailerlite,
  mautic,
  phplist,
  sendy,
  pipedrive,
  googleContacts,
  metaLeads,
  linkedin,
  eventbrite,
  calendly,
  paypal,
  ses,
  sendgrid,
  mailgun,
  postmark,
  anyTool,
].flatMap(formatsOf);

const csvFormats = formats.filter((each): each is CsvFormat => each.kind === 'csv');
const jsonFormats = formats.filter((each): each is JsonFormat => each.kind === 'json');

/** The format of a JSON record; null where it is of no provider that we know. */
export const jsonFormatOf = (value: Json): JsonFormat | null => jsonFormats.find((each) => each.fits(value)) ?? null;

/** Whose JSON is read. */
export const jsonTools: readonly string[] = [...new Set(jsonFormats.map(({ tool }) => tool))];

/** What a person says that a file is. */
export const fileKinds = ['contacts', 'unsubscribed', 'complaints', 'bounces'] as const;
export type FileKind = (typeof fileKinds)[number];

const DATES = namesIn('occurred_at date created_at created timestamp time suppressed_at unsubscribed_at');
/** The reason of each list of refusals, and what people call it. */
const LISTS = {
  unsubscribed: ['unsubscribe', 'people who unsubscribed'],
  complaints: ['complaint', 'complaints'],
  bounces: ['hard_bounce', 'dead addresses'],
} as const;

/** What a file is by a person's word; null where it has no address. */
export function recogniseAs(
  kind: FileKind,
  { name, headers }: { readonly name: string; readonly headers: readonly string[] },
  aliases: Readonly<Record<string, string>>,
): Recognised | null {
  const file = headOf(name, headers);
  const email = contactHeaders(headers, { aliases: { address: 'email', recipient: 'email' } }, aliases).get('email');
  if (email === undefined) return null;
  if (kind === 'contacts') return { id: kind, label: 'a list of contacts', contacts: {}, feeds: [] };
  const [reason, people] = LISTS[kind];
  const columns = {
    email: `c${headers.indexOf(email)}`,
    reason: quoteText(reason),
    at: file.cells.text(...DATES),
    note: file.cells.text('reason', 'note'),
  };
  return { id: kind, label: `a list of ${people}`, feeds: [suppression('import', columns)] };
}

/** What a CSV file is. @param aliases the team's own names of contacts' columns, and those of `--map` */
export const recogniseWith =
  (aliases: Readonly<Record<string, string>> = {}): Recognise =>
  ({ name, label = name, headers }) => {
    const file = headOf(name, headers);
    const format = csvFormats.find(
      (each) => each.fits(file) && !(each.contacts && isSilentRefusal(each.contacts, file)),
    );
    if (format) return recognised(format, file);
    const columns = contactHeaders(headers, {}, aliases);
    if (!columns.has('email') && !columns.has('contact_id')) {
      const asks = mayRefuse(file) || consentColumns(headers).some(({ role }) => role === 'refuses');
      return asks ? { ...unknownReport(label), addressUnknown: true } : null;
    }
    return unclear(file, label, aliases) ?? { id: 'contacts', label: 'a list of contacts', contacts: {}, feeds: [] };
  };

/** Called like a list of refusals, in a tool's shape for people, without a column that says it row by row. */
function isSilentRefusal(shape: ContactShape, file: FileHead): boolean {
  if (!REFUSING_NAME.test(file.name) || shape.neverAgreed) return false;
  return consentColumnsOf(file.headers, shape, {}).every(({ isLoose }) => isLoose);
}

const recognised = ({ id, label, contacts, feeds }: CsvFormat, file: FileHead): Recognised => ({
  ...{ id, label, ...(contacts && { contacts }) },
  feeds: [feeds?.(file) ?? []].flat(),
});

/** Names of files that hold people who left, complained or are dead to a tool. */
const REFUSING_NAME = new RegExp(
  'unsub|opt(?:ed)?[-_ ]?out|complain|spam|suppress|bounce|block|clean|blacklist|denylist|removed|' +
    'removals|deleted|leavers|undeliver|invalid|unzustell|austritt|k(?:ü|ue)ndig|gel(?:ö|oe)scht|' +
    'robinson|do[-_ ]?not[-_ ]?(?:e?mail|contact)|abmeld|sperr|desabonn|désabonn|desinscri|désinscri|' +
    'disiscri|uitschrij|afmeld|wypis|(?:^|[-_ ])dnc(?:[-_. ]|$)',
  'i',
);

/** Columns that lists of refusals have and lists of people have not. */
const REFUSING_COLUMNS = namesIn(`reason origin suppression suppression_reason suppressed_at bounce_reason bounce_type
  complaint_type suppressionreason block_reason blocked_reason unsubscribe_reason bounce_category grund raison motivo reden`);

/** What says nothing of a person beside the address. */
const LITTLE = new Set(
  namesIn(`email id contact_id created_at updated_at last_activity_at date time timestamp ip list list_name list_id
    source campaign sender domain count type tags tag added reason note notes`),
);

/** So many columns that we don't know hardly stand in a list of mere addresses. */
const MOST_UNKNOWN = 3;

const mayRefuse = (file: FileHead): boolean => REFUSING_NAME.test(file.name) || file.cells.has(...REFUSING_COLUMNS);

const HOW_TO_SAY =
  'say what it is: by import --as contacts, --as unsubscribed, --as complaints or --as bounces; in the ' +
  `inbox by its file's name (contacts.csv, unsubscribed.csv, complaints.csv)`;

const unknownReport = (label: string): Unclear => ({
  unclear:
    `${label} may hold people who want no mail, and its columns are not known. Nothing was done. Rename its ` +
    `columns to email, kind (complaint, unsubscribe, hard, soft) and occurred_at, or ${HOW_TO_SAY}. If it is ` +
    'about something else, move it out of the workbook.',
  mayRefuse: true,
});

/** A list with an address that is not to be taken for people as it stands. */
function unclear(file: FileHead, label: string, aliases: Readonly<Record<string, string>>): Unclear | null {
  const isNamedContacts = /^(?:contacts?|subscribers?|people|members|leads|kontakte|audience)\b/i.test(file.name);
  const columns = contactHeaders(file.headers, {}, aliases);
  const speaks = consentColumns(file.headers).length > 0;
  if (mayRefuse(file) && !(speaks && columns.has('first_name'))) return unknownReport(label);
  // A contact_id of ours names a contact that is there; any other tool's id says nothing.
  if (file.headers.includes('contact_id')) return null;
  const known = [...columns.keys()].filter((column) => !LITTLE.has(column));
  const used = new Set(columns.values());
  const unknown = file.headers.filter(
    (header) => !used.has(header) && !LITTLE.has(normalHeader(header)) && header.trim() !== '',
  );
  const namesPeople = known.length > 0 || splitName(file.headers) !== null || unknown.length >= MOST_UNKNOWN;
  if (namesPeople || speaks || isNamedContacts) return null;
  return {
    unclear:
      `${label} holds addresses and nothing about their people: it may be a list of people who want no mail. ` +
      `Nothing was done. If it is not, ${HOW_TO_SAY}.`,
    mayRefuse: false,
  };
}
