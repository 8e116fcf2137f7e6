import { quoteText } from '../../core/sql.ts';
import type { Feed } from '../../workbook/recognised.ts';
import { type FileHead, suppression, type Tool, withColumns } from './format.ts';
import { bounce, isText, object, suppressed, text, word } from './json.ts';

const HARD_BOUNCE = 'email_hard_bounce_reason';

/**
 * HubSpot's words for why mail bounced hard, as the code that says the same. Any other word says nothing of the address
 * and gets the code for that: what HubSpot calls hard cost one of its customers 4,864 contacts, a third of them alive.
 */
const CODES: Readonly<Record<string, string>> = {
  UNKNOWN_USER: '5.1.1',
  MAILBOX_FULL: '5.2.2',
  SPAM: '5.7.1',
  POLICY: '5.7.1',
  CONTENT: '5.6.0',
};
const OTHER_CODE = '5.0.0';

const codeOf = (cell: string): string => {
  const cases = Object.entries(CODES).map(([name, code]) => `when '${name}' then '${code}' `);
  return `case regexp_replace(upper(trim(${cell})), '[^A-Z]+', '_', 'g') ${cases.join('')}else '${OTHER_CODE}' end`;
};

const bounced = ({ cells }: FileHead): Feed | Feed[] => {
  const reason = cells.text(HARD_BOUNCE);
  if (!cells.has(HARD_BOUNCE)) return [];
  return {
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
  };
};

const yes = (cell: string): string => `lower(coalesce(${cell}, '')) not in ('', 'false', 'no', '0')`;

export const hubspot: Tool = {
  tool: 'HubSpot',
  csv: [
    {
      id: 'hubspot-opt-outs',
      label: "HubSpot's file of unsubscribes and bounces",
      page: 'https://knowledge.hubspot.com/marketing-email/export-your-opt-out-list',
      becomes: 'suppressions',
      refuses: '"Portal Unsubscribe", "Portal Spam Report", "Portal Bounce", "Global Bounce"',
      fits: withColumns('email|email_address', 'portal_unsubscribe|portal_bounce|portal_spam_report'),
      feeds: ({ cells }) => {
        const spam = yes(cells.text('portal_spam_report'));
        const gone = yes(cells.text('portal_unsubscribe'));
        const dead = `(${yes(cells.text('portal_bounce'))} or ${yes(cells.text('global_bounce'))})`;
        const reason = `case when ${spam} then 'complaint' when ${gone} then 'unsubscribe' else 'hard_bounce' end`;
        return suppression(
          'hubspot',
          { email: cells.text('email', 'email_address'), reason },
          `case when not (${spam} or ${gone} or ${dead}) then 'unsubscribed from one kind of mail only' end`,
        );
      },
    },
    {
      id: 'hubspot',
      label: 'a HubSpot contact export',
      page: 'https://knowledge.hubspot.com/import-and-export/export-records',
      becomes: 'contacts; "Email hard bounce reason" is a bounce',
      refuses: '"Unsubscribed from all email", "Opted out of email: …", "Marketing contact status"',
      fits: (file) =>
        file.hasAll('email', `unsubscribed_from_all_email|${HARD_BOUNCE}`) ||
        file.hasAll('email', 'record_id', 'lifecycle_stage|create_date|marketing_contact_status'),
      contacts: { source: 'hubspot', consent: { marketing_emails_bounced: 'ignore', [HARD_BOUNCE]: 'ignore' } },
      feeds: bounced,
    },
  ],
  json: [
    {
      id: 'hubspot-contacts',
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
          const code = CODES[reason.toUpperCase()] ?? OTHER_CODE;
          reads.push(bounce('hubspot', { id: word(email), email, at }, 'hard', { code, detail: `HubSpot: ${reason}` }));
        }
        return reads.length > 0 || !isText(email) ? reads : [{ ignored: 'neither unsubscribed nor bounced' }];
      },
    },
    {
      // One subscription type's status, or the one of all e-mail (`wideStatusType`).
      id: 'hubspot-subscriptions',
      label: "HubSpot's API subscription statuses",
      page: 'https://developers.hubspot.com/docs/api-reference/communication-preferences-subscriptions-v4',
      becomes: 'suppressions',
      refuses: 'UNSUBSCRIBED, of all e-mail or of one kind, as in its contact export',
      fits: (value) => isText(value.subscriberIdString) && isText(value.status),
      read: ({ subscriberIdString: email, status, timestamp: at, subscriptionName }) =>
        word(status) === 'unsubscribed'
          ? [suppressed('hubspot', { email, at }, 'unsubscribe', subscriptionName)]
          : [{ ignored: word(status) }],
    },
  ],
};
