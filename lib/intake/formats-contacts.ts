/**
 * Lists of people: Mailchimp's and HubSpot's files, and any list with an address. What such a file says of consent comes
 * in as what it is: who left, complained or is dead to their tool is a suppression or a status, never a plain contact.
 *
 * Sources. Mailchimp: the three files of an audience's export (mailchimp.com/help/view-export-contacts); its columns
 * are not documented, and are taken from files that people publish. HubSpot: knowledge.hubspot.com "Export records" for
 * contacts, and "What do the columns mean in the CSV I receive when I export unsubscribes and bounces?"; the words of
 * "Email hard bounce reason" are HubSpot's labels, and one that is not known here says nothing of the address.
 */

import { tables } from '../core/tables.ts';
import { quote } from '../snapshot/load.ts';
import { consentHeaders, departureOf, findColumns } from '../workbook/headers.ts';
import { amountText, momentText, NONE } from './cells.ts';
import { bounceColumns, type CsvFormat, contactColumns, type Feed } from './format.ts';

/** Other tools' words for consent, as ours. A word that is not known is a fault, never consent. */
const statusOf = (cell: string): string => {
  if (cell === NONE) return cell;
  const bare = `regexp_replace(lower(${cell}), '[^a-z0-9]', '', 'g')`;
  return `case when ${cell} in ('subscribed', 'unsubscribed', 'suppressed') then ${cell}
    when ${bare} in ('subscribed', 'active', 'optedin', 'optin', 'yes', 'true', '1') then 'subscribed'
    when ${bare} in ('unsubscribed', 'optedout', 'optout', 'no', 'false', '0', 'nonsubscribed', 'inactive') then 'unsubscribed'
    when ${bare} in ('suppressed', 'cleaned', 'bounced', 'complained', 'archived') then 'suppressed' else ${cell} end`;
};

function contactFeed(headers: readonly string[], fixed: Record<string, string>): Feed {
  const found = findColumns('contacts', headers);
  const columns: Record<string, string> = {};
  for (const column of contactColumns) {
    const header = found.get(column);
    if (header === undefined) continue;
    const cell = `c${headers.indexOf(header)}`;
    const type = tables.contacts.columns[column]?.type;
    columns[column] = type === 'number' ? amountText(cell) : type === 'time' ? momentText(cell) : cell;
  }
  if (columns.status) columns.status = statusOf(columns.status);
  const left = departureOf(headers, (place) => `c${place}`);
  if (left !== null) columns.status = `case when ${left} then 'unsubscribed' else ${columns.status ?? NONE} end`;
  return { table: 'contacts', columns: { ...columns, ...fixed } };
}

/** Mailchimp counts abuse reports among those who unsubscribed, and says so as their reason. */
const reasonOf = (reason: string): string =>
  `case when regexp_matches(lower(coalesce(${reason}, '')), 'abuse|spam') then 'complaint' else 'unsubscribe' end`;

const mailchimpLeft = (kind: 'unsubscribed' | 'cleaned', time: string): CsvFormat => ({
  id: `mailchimp-${kind}`,
  label: `Mailchimp's file of ${kind} contacts`,
  fits: (cells) => cells.has(time) && cells.has('email_address', 'email'),
  feeds: ({ cells }) => [
    {
      table: 'suppressions',
      columns: {
        email: cells.text('email_address', 'email'),
        scope: quote(kind === 'cleaned' ? 'address' : 'person'),
        reason: kind === 'cleaned' ? quote('hard_bounce') : reasonOf(cells.text('unsub_reason')),
        suppressed_at: cells.moment(time),
        source: quote('mailchimp'),
        note: kind === 'cleaned' ? quote('cleaned by Mailchimp') : cells.text('unsub_reason'),
      },
    },
  ],
});

/** HubSpot's words for why mail bounced hard, as the code that says the same; any other word says nothing of the address. */
const hubspotCode = (cell: string): string =>
  `case regexp_replace(upper(${cell}), '[^A-Z]+', '_', 'g') when 'UNKNOWN_USER' then '5.1.1' when 'MAILBOX_FULL' then '5.2.2' when 'SPAM' then '5.7.1' when 'POLICY' then '5.7.1' when 'CONTENT' then '5.6.0' else '5.0.0' end`;

const said = (cell: string): string => `lower(coalesce(${cell}, '')) not in ('', 'false', 'no', '0')`;

/** HubSpot's own list of who left: without it they would come in as people like any other. */
const hubspotOptOuts: CsvFormat = {
  id: 'hubspot-opt-outs',
  label: "HubSpot's file of unsubscribes and bounces",
  fits: (cells) =>
    cells.has('email', 'email_address') && cells.has('portal_unsubscribe', 'portal_bounce', 'portal_spam_report'),
  feeds: ({ cells }) => {
    const spam = said(cells.text('portal_spam_report'));
    const left = said(cells.text('portal_unsubscribe'));
    const dead = `(${said(cells.text('portal_bounce'))} or ${said(cells.text('global_bounce'))})`;
    const columns = {
      email: cells.text('email', 'email_address'),
      scope: `case when ${spam} or ${left} then 'person' else 'address' end`,
      reason: `case when ${spam} then 'complaint' when ${left} then 'unsubscribe' else 'hard_bounce' end`,
      source: quote('hubspot'),
    };
    return [
      {
        table: 'suppressions',
        columns,
        ignore: `case when not (${spam} or ${left} or ${dead}) then 'unsubscribed from one kind of mail only' end`,
      },
    ];
  },
};

export const contactFormats: readonly CsvFormat[] = [
  mailchimpLeft('unsubscribed', 'unsub_time'),
  mailchimpLeft('cleaned', 'clean_time'),
  hubspotOptOuts,
  {
    id: 'mailchimp',
    label: 'a Mailchimp audience export',
    fits: (cells) => cells.has('email_address') && cells.has('optin_time', 'member_rating', 'leid', 'euid'),
    feeds: ({ headers, name }) => {
      // Its `nonsubscribed` file has the same columns, and people who never said yes.
      const status = /^non-?subscribed/i.test(name) ? 'unsubscribed' : 'subscribed';
      const feed = contactFeed(headers, { source: quote('mailchimp') });
      return [{ ...feed, columns: { ...feed.columns, status: feed.columns.status ?? quote(status) } }];
    },
  },
  {
    id: 'hubspot',
    label: 'a HubSpot contact export',
    fits: (cells) =>
      cells.has('email') &&
      (cells.has('unsubscribed_from_all_email', consentHeaders.hardBounce) ||
        (cells.has('record_id') && cells.has('lifecycle_stage', 'create_date'))),
    feeds: ({ headers, cells }) => {
      const reason = cells.text(consentHeaders.hardBounce);
      const bounced = bounceColumns(cells, 'hubspot', {
        bounce_id: `'hubspot:' || lower(${cells.text('email')})`,
        kind: quote('hard'),
        code: hubspotCode(reason),
        detail: `'HubSpot: ' || ${reason}`,
        occurred_at: cells.moment('last_activity_date', 'last_modified_date', 'create_date'),
      });
      const feed = contactFeed(headers, {});
      const contacts = { ...feed, columns: { ...feed.columns, source: feed.columns.source ?? quote('hubspot') } };
      if (reason === NONE) return [contacts];
      return [contacts, { ...bounced, ignore: `case when ${reason} is null then '' end` }];
    },
  },
];

/** Any list of people that has an address or an id: what a file is that nothing else fits. */
export const anyContacts: CsvFormat = {
  id: 'contacts',
  label: 'a list of contacts',
  fits: (cells) => cells.has('email'),
  feeds: ({ headers }) => [contactFeed(headers, {})],
};
