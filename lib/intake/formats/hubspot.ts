import { quoteText } from '../../core/sql.ts';
import type { Feed } from '../../workbook/recognised.ts';
import { NONE } from './cells.ts';
import { type CsvFormat, type FileHead, type JsonFormat, suppression } from './format.ts';
import { bounce, isText, object, suppressed, text, word } from './json.ts';

const HARD_BOUNCE = 'email_hard_bounce_reason';

/**
 * HubSpot's words for why mail bounced hard, as the code that says the same. Any other word says nothing of the address
 * and gets the code for that: what HubSpot calls hard cost one of its customers 4,864 contacts, a third of them alive.
 */
const codeOf = (cell: string): string =>
  `case regexp_replace(upper(trim(${cell})), '[^A-Z]+', '_', 'g') when 'UNKNOWN_USER' then '5.1.1' when ` +
  `'MAILBOX_FULL' then '5.2.2' when 'SPAM' then '5.7.1' when 'POLICY' then '5.7.1' when 'CONTENT' then ` +
  `'5.6.0' else '5.0.0' end`;

const bounced = ({ cells }: FileHead): Feed[] => {
  const reason = cells.text(HARD_BOUNCE);
  if (reason === NONE) return [];
  return [
    {
      table: 'bounces',
      columns: {
        bounce_id: `'hubspot:' || lower(${cells.text('email')})`,
        email: cells.text('email'),
        kind: quoteText('hard'),
        code: codeOf(reason),
        detail: `'HubSpot: ' || ${reason}`,
        provider: quoteText('hubspot'),
        occurred_at: cells.text('last_activity_date', 'last_modified_date', 'create_date'),
      },
      ignore: `case when ${reason} is null then '' end`,
    },
  ];
};

const contacts: CsvFormat = {
  kind: 'csv',
  id: 'hubspot',
  tool: 'HubSpot',
  label: 'a HubSpot contact export',
  page: 'https://knowledge.hubspot.com/import-and-export/export-records',
  becomes: 'contacts; "Email hard bounce reason" is a bounce',
  refuses: '"Unsubscribed from all email", "Opted out of email: …", "Marketing contact status"',
  fits: ({ cells }) =>
    cells.has('email') &&
    (cells.has('unsubscribed_from_all_email', HARD_BOUNCE) ||
      (cells.has('record_id') && cells.has('lifecycle_stage', 'create_date', 'marketing_contact_status'))),
  contacts: { source: 'hubspot', consent: { marketing_emails_bounced: 'ignore', [HARD_BOUNCE]: 'ignore' } },
  feeds: bounced,
  sample: {
    name: 'hubspot-crm-exports-all-contacts.csv',
    text: `Record ID,First Name,Last Name,Email,Company Name,Lifecycle Stage,Create Date,Last Activity Date,\
Unsubscribed from all email,Opted out of email: Marketing Information,Email hard bounce reason
501,Ann,Ash,here@a.example,Sample Inc,lead,2025-01-05 10:00,2025-06-01 12:30,,,
502,Ben,Birch,gone@b.example,,,2025-01-05 10:00,,TRUE,,
503,Cat,Cole,topic@c.example,,,2025-01-05 10:00,,,true,
504,Dan,Dorn,dead@d.example,,,2025-01-05 10:00,2025-02-05 10:00,,,UNKNOWN_USER
`,
    gives: {
      mailable: ['here@a.example'],
      refused: { 'gone@b.example': 'status', 'topic@c.example': 'status', 'dead@d.example': 'dead' },
    },
  },
};

const yes = (cell: string): string => `lower(coalesce(${cell}, '')) not in ('', 'false', 'no', '0')`;

const optOuts: CsvFormat = {
  kind: 'csv',
  id: 'hubspot-opt-outs',
  tool: 'HubSpot',
  label: "HubSpot's file of unsubscribes and bounces",
  page: 'https://knowledge.hubspot.com/marketing-email/export-your-opt-out-list',
  becomes: 'suppressions',
  refuses: '"Portal Unsubscribe", "Portal Spam Report", "Portal Bounce", "Global Bounce"',
  fits: ({ cells }) =>
    cells.has('email', 'email_address') && cells.has('portal_unsubscribe', 'portal_bounce', 'portal_spam_report'),
  feeds: ({ cells }) => {
    const spam = yes(cells.text('portal_spam_report'));
    const gone = yes(cells.text('portal_unsubscribe'));
    const dead = `(${yes(cells.text('portal_bounce'))} or ${yes(cells.text('global_bounce'))})`;
    const reason = `case when ${spam} then 'complaint' when ${gone} then 'unsubscribe' else 'hard_bounce' end`;
    return [
      suppression(
        'hubspot',
        { email: cells.text('email', 'email_address'), reason },
        `case when not (${spam} or ${gone} or ${dead}) then 'unsubscribed from one kind of mail only' end`,
      ),
    ];
  },
  sample: {
    name: 'unsubscribes-and-bounces.csv',
    text: `Email,Portal Bounce,Portal Unsubscribe,Portal Spam Report,Global Bounce,Marketing Information
gone@a.example,FALSE,TRUE,FALSE,FALSE,TRUE
spam@b.example,FALSE,TRUE,TRUE,FALSE,TRUE
dead@c.example,UNKNOWN_USER,,,FALSE,
`,
    gives: { refused: { 'gone@a.example': 'unsubscribe', 'spam@b.example': 'complaint', 'dead@c.example': 'dead' } },
  },
};

/** HubSpot's words for a hard bounce, as the same codes. */
const CODES: Readonly<Record<string, string>> = {
  unknown_user: '5.1.1',
  mailbox_full: '5.2.2',
  spam: '5.7.1',
  policy: '5.7.1',
  content: '5.6.0',
};

const apiContacts: JsonFormat = {
  kind: 'json',
  id: 'hubspot-contacts',
  tool: 'HubSpot',
  label: "HubSpot's API contacts",
  page: 'https://developers.hubspot.com/docs/api/crm/contacts (properties hs_email_optout, hs_email_hard_bounce_reason_enum)',
  becomes: 'bounces and suppressions; contacts themselves are not read',
  refuses: 'hs_email_optout',
  fits: (value) => isText(value.id) && 'hs_email_optout' in object(value.properties),
  read: (value) => {
    const properties = object(value.properties);
    const { email, lastmodifieddate: at } = properties;
    const reason = text(properties.hs_email_hard_bounce_reason_enum);
    const reads =
      word(properties.hs_email_optout) === 'true' ? [suppressed('hubspot', { email, at }, 'unsubscribe')] : [];
    if (reason !== null) {
      const code = CODES[reason.toLowerCase()] ?? '5.0.0';
      reads.push(
        bounce('hubspot', { id: `${word(email)}`, email, at }, 'hard', { code, detail: `HubSpot: ${reason}` }),
      );
    }
    return reads.length > 0 || !isText(email) ? reads : [{ ignored: 'neither unsubscribed nor bounced' }];
  },
  sample: {
    name: 'hubspot-contacts.json',
    text:
      '{"results":[{"id":"1","properties":{"email":"gone@a.example","hs_email_optout":"true",' +
      '"hs_email_hard_bounce_reason_enum":null,"lastmodifieddate":"2026-11-01T10:00:00Z"}},{"id":"2",' +
      '"properties":{"email":"dead@b.example","hs_email_optout":null,' +
      '"hs_email_hard_bounce_reason_enum":"UNKNOWN_USER","lastmodifieddate":"2026-11-01T10:00:00Z"}}]}',
    gives: { refused: { 'gone@a.example': 'unsubscribe', 'dead@b.example': 'dead' } },
  },
};

/** One subscription type's status, or the one of all e-mail (`wideStatusType`). */
const statuses: JsonFormat = {
  kind: 'json',
  id: 'hubspot-subscriptions',
  tool: 'HubSpot',
  label: "HubSpot's API subscription statuses",
  page: 'https://developers.hubspot.com/docs/api-reference/communication-preferences-subscriptions-v4',
  becomes: 'suppressions',
  refuses: 'UNSUBSCRIBED, of all e-mail or of one kind, as in its contact export',
  fits: (value) => isText(value.subscriberIdString) && isText(value.status),
  read: ({ subscriberIdString: email, status, timestamp: at, subscriptionName }) =>
    word(status) === 'unsubscribed'
      ? [suppressed('hubspot', { email, at }, 'unsubscribe', subscriptionName)]
      : [{ ignored: word(status) }],
  sample: {
    name: 'statuses.json',
    text:
      '{"status":"COMPLETE","results":[{"subscriberIdString":"gone@a.example","channel":"EMAIL","status":' +
      '"UNSUBSCRIBED","wideStatusType":"PORTAL_WIDE","timestamp":"2026-11-01T10:00:00Z"},{"subscriberIdString":' +
      '"here@b.example","channel":"EMAIL","status":"SUBSCRIBED","timestamp":"2026-11-01T10:00:00Z"}]}',
    gives: { mailable: ['here@b.example'], refused: { 'gone@a.example': 'unsubscribe' } },
  },
};

export const hubspot = [optOuts, contacts, apiContacts, statuses];
