/**
 * The CSV files that people bring, each known by its headers, and how its cells become rows of ours. The first format
 * that fits counts; the generic ones stand last. A new format is one more entry here, with a golden file in its test.
 *
 * Sources, each the vendor's public documentation: Mailchimp "View, export, or delete contacts" and "About export files";
 * HubSpot "Export records"; SendGrid "Bounces"; Mailgun "Suppressions: bounces"; Shopify "Exporting orders"; Stripe
 * "Exporting payments".
 */
import { quote } from '../snapshot/load.ts';
import { consentHeaders, findColumns } from '../workbook/headers.ts';
import { tables } from '../workbook/tables.ts';
import { amountText, type Cells, momentText, NONE } from './cells.ts';

export const incomingTables = ['contacts', 'suppressions', 'bounces', 'events', 'purchases'] as const;
export type IncomingTable = (typeof incomingTables)[number];

/** What a file's rows are for one table: SQL over the scan by column, and which rows are none of it (`ignore` says why). */
export interface Feed {
  readonly table: IncomingTable;
  readonly columns: Readonly<Record<string, string>>;
  readonly ignore?: string;
}

export interface CsvFormat {
  readonly id: string;
  /** What people read: "a Mailchimp audience export". */
  readonly label: string;
  readonly fits: (cells: Cells) => boolean;
  readonly feeds: (file: {
    readonly cells: Cells;
    readonly headers: readonly string[];
    readonly name: string;
  }) => Feed[];
}

/** Columns of contacts that a file may fill; what runs work out themselves is not taken from files. */
export const contactColumns: readonly string[] = Object.entries(tables.contacts.columns)
  .filter(([, column]) => !('derived' in column))
  .map(([column]) => column);

/** Other tools' words for consent, as ours. A word that is not known is a fault, never consent. */
export const statusOf = (cell: string): string => {
  if (cell === NONE) return cell;
  const bare = `regexp_replace(lower(${cell}), '[^a-z0-9]', '', 'g')`;
  return `case when ${bare} in ('subscribed', 'active', 'optedin', 'optin', 'yes', 'true', '1') then 'subscribed'
    when ${bare} in ('unsubscribed', 'optedout', 'optout', 'no', 'false', '0', 'nonsubscribed', 'inactive') then 'unsubscribed'
    when ${bare} in ('suppressed', 'cleaned', 'bounced', 'complained', 'archived') then 'suppressed' else ${cell} end`;
};

function contactFeed(headers: readonly string[], cells: Cells, fixed: Record<string, string>): Feed {
  const found = findColumns('contacts', headers);
  const columns: Record<string, string> = {};
  for (const column of contactColumns) {
    const header = found.get(column);
    if (header === undefined) continue;
    const cell = `nullif(trim(c${headers.indexOf(header)}), '')`;
    const type = tables.contacts.columns[column]?.type;
    columns[column] = type === 'number' ? amountText(cell) : type === 'time' ? momentText(cell) : cell;
  }
  if (columns.status) columns.status = statusOf(columns.status);
  const flag = cells.text(consentHeaders.unsubscribed);
  if (flag !== NONE) {
    const left = `lower(coalesce(${flag}, '')) not in ('', 'false', 'no', '0', 'n', 'nein', 'non')`;
    columns.status = `case when ${left} then 'unsubscribed' else ${columns.status ?? NONE} end`;
  }
  return { table: 'contacts', columns: { ...columns, ...fixed } };
}

const bounceColumns = (cells: Cells, provider: string, given: Record<string, string>): Feed => ({
  table: 'bounces',
  columns: { provider: quote(provider), email: cells.text('email', 'address', 'email_address'), ...given },
});

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
        reason: quote(kind === 'cleaned' ? 'hard_bounce' : 'unsubscribe'),
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

const paid = (words: readonly string[], cell: string): string =>
  `case when ${cell} is null or lower(${cell}) in (${words.map(quote).join(', ')}) then null else 'not paid' end`;

const less = (cells: Cells, refunded: readonly string[], ...total: string[]): string => {
  const [amount, back] = [cells.amount(...total), cells.amount(...refunded)];
  if (back === NONE) return amount;
  return `case when coalesce(try_cast(${back} as double), 0) = 0 then ${amount} else cast(round(try_cast(${amount} as double) - try_cast(${back} as double), 2) as varchar) end`;
};

const named: readonly CsvFormat[] = [
  mailchimpLeft('unsubscribed', 'unsub_time'),
  mailchimpLeft('cleaned', 'clean_time'),
  {
    id: 'mailchimp',
    label: 'a Mailchimp audience export',
    fits: (cells) => cells.has('email_address') && cells.has('optin_time', 'member_rating', 'leid', 'euid'),
    feeds: ({ headers, cells, name }) => {
      // Its `nonsubscribed` file has the same columns, and people who never said yes.
      const status = /^non-?subscribed/i.test(name) ? 'unsubscribed' : 'subscribed';
      const feed = contactFeed(headers, cells, { source: quote('mailchimp') });
      return [{ ...feed, columns: { ...feed.columns, status: feed.columns.status ?? quote(status) } }];
    },
  },
  {
    id: 'hubspot',
    label: 'a HubSpot contact export',
    fits: (cells) =>
      cells.has('email') &&
      (cells.has(consentHeaders.unsubscribed, consentHeaders.hardBounce) ||
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
      const feed = contactFeed(headers, cells, {});
      const contacts = { ...feed, columns: { ...feed.columns, source: feed.columns.source ?? quote('hubspot') } };
      if (reason === NONE) return [contacts];
      return [contacts, { ...bounced, ignore: `case when ${reason} is null then '' end` }];
    },
  },
  {
    id: 'shopify',
    label: 'a Shopify orders export',
    fits: (cells) =>
      cells.has('name') && cells.has('financial_status') && cells.has('lineitem_quantity', 'lineitem_name', 'total'),
    feeds: ({ cells }) => [
      {
        table: 'purchases',
        columns: {
          order_id: `'shopify:' || ${cells.text('name')}`,
          email: cells.text('email'),
          ordered_at: cells.moment('created_at', 'paid_at'),
          amount: less(cells, ['refunded_amount'], 'total'),
          currency: cells.text('currency'),
        },
        ignore: `case when ${cells.text('financial_status')} is null and ${cells.text('total')} is null then 'further line of an order'
          when ${cells.text('cancelled_at')} is not null then 'cancelled'
          else ${paid(['paid', 'partially_paid', 'partially_refunded'], cells.text('financial_status'))} end`,
      },
    ],
  },
  {
    id: 'stripe',
    label: 'a Stripe payments export',
    fits: (cells) =>
      cells.has('id') &&
      cells.has('amount') &&
      cells.has('created_date_utc', 'created_utc') &&
      cells.has('customer_email', 'status'),
    feeds: ({ cells }) => [
      {
        table: 'purchases',
        columns: {
          order_id: `'stripe:' || ${cells.text('id')}`,
          email: cells.text('customer_email', 'receipt_email'),
          ordered_at: cells.moment('created_date_utc', 'created_utc'),
          amount: less(cells, ['amount_refunded'], 'amount'),
          currency: `upper(${cells.text('currency')})`,
        },
        ignore: `case when lower(${cells.text('captured')}) in ('false', 'no') then 'not captured'
          else ${paid(['paid', 'succeeded', 'partially refunded', 'partial refund'], cells.text('status'))} end`,
      },
    ],
  },
  {
    id: 'sendgrid-suppressions',
    label: "SendGrid's list of bounces",
    fits: (cells) =>
      cells.has('email') && cells.has('created') && cells.has('reason', 'status') && !cells.has('kind', 'type'),
    feeds: ({ cells }) => [
      bounceColumns(cells, 'sendgrid', {
        kind: `case when starts_with(coalesce(${cells.text('status')}, ${cells.text('reason')}), '4') then 'soft' else 'hard' end`,
        code: cells.text('status'),
        detail: cells.text('reason'),
        occurred_at: cells.moment('created'),
      }),
    ],
  },
  {
    id: 'mailgun-bounces',
    label: "Mailgun's list of bounces",
    fits: (cells) => cells.has('address') && cells.has('created_at') && cells.has('error', 'code'),
    feeds: ({ cells }) => [
      bounceColumns(cells, 'mailgun', {
        kind: `case when starts_with(${cells.text('code')}, '4') then 'soft' else 'hard' end`,
        code: cells.text('code'),
        detail: cells.text('error'),
        occurred_at: cells.moment('created_at'),
      }),
    ],
  },
];

const WHEN = [
  'occurred_at',
  'timestamp',
  'date',
  'time',
  'datetime',
  'created_at',
  'bounced_at',
  'event_time',
] as const;
/** What a list of people has, and one of facts about them has not. */
const ABOUT_PEOPLE = ['first_name', 'firstname', 'last_name', 'lastname', 'company', 'phone', 'job_title'] as const;
const OWNER = ['email', 'email_address', 'e_mail', 'recipient', 'customer_email'] as const;

const generic: readonly CsvFormat[] = [
  {
    id: 'bounces',
    label: 'a list of bounces',
    fits: (cells) =>
      !cells.has(...ABOUT_PEOPLE) &&
      cells.has(...OWNER) &&
      cells.has(...WHEN) &&
      cells.has('kind', 'bounce_type', 'bounce_id', 'bounce_kind', 'code'),
    feeds: ({ cells }) => [
      {
        table: 'bounces',
        columns: {
          bounce_id: cells.text('bounce_id', 'id'),
          email: cells.text(...OWNER),
          kind: cells.text('kind', 'bounce_type', 'bounce_kind', 'type'),
          code: cells.text('code', 'status', 'status_code'),
          detail: cells.text('detail', 'reason', 'error', 'description', 'message'),
          provider: cells.text('provider'),
          occurred_at: cells.moment(...WHEN),
        },
      },
    ],
  },
  {
    id: 'suppressions',
    label: 'a suppression list',
    fits: (cells) => cells.has(...OWNER) && cells.has('suppressed_at', 'unsubscribed_at', 'opted_out_at'),
    feeds: ({ cells }) => [
      {
        table: 'suppressions',
        columns: {
          email: cells.text(...OWNER),
          scope: `case when lower(${cells.text('scope')}) = 'address' then 'address' else 'person' end`,
          reason: `coalesce(${cells.text('reason')}, ${quote(cells.has('suppressed_at') ? 'manual' : 'unsubscribe')})`,
          suppressed_at: cells.moment('suppressed_at', 'unsubscribed_at', 'opted_out_at'),
          source: `coalesce(${cells.text('source')}, 'import')`,
          note: cells.text('note'),
        },
        // A row that a person has released is no suppression.
        ignore: `case when ${cells.text('released_at')} is not null then 'released' end`,
      },
    ],
  },
  {
    id: 'purchases',
    label: 'a list of purchases',
    fits: (cells) =>
      cells.has('order_id', 'order', 'order_number', 'invoice', 'transaction_id') &&
      cells.has('amount', 'total', 'revenue', 'price') &&
      cells.has(...OWNER, 'contact_id'),
    feeds: ({ cells }) => [
      {
        table: 'purchases',
        columns: {
          order_id: cells.text('order_id', 'order', 'order_number', 'invoice', 'transaction_id'),
          contact_id: cells.text('contact_id'),
          email: cells.text(...OWNER),
          ordered_at: cells.moment('ordered_at', 'order_date', ...WHEN),
          amount: cells.amount('amount', 'total', 'revenue', 'price'),
          currency: `upper(${cells.text('currency')})`,
        },
      },
    ],
  },
  {
    id: 'events',
    label: 'a list of events',
    fits: (cells) =>
      !cells.has(...ABOUT_PEOPLE) &&
      cells.has(...OWNER, 'contact_id') &&
      cells.has(...WHEN) &&
      cells.has('event', 'event_type', 'event_id', 'type', 'event_name'),
    feeds: ({ cells }) => [
      {
        table: 'events',
        columns: {
          event_id: cells.text('event_id', 'id'),
          contact_id: cells.text('contact_id'),
          email: cells.text(...OWNER),
          type: `replace(lower(${cells.text('type', 'event_type', 'event', 'event_name')}), ' ', '_')`,
          occurred_at: cells.moment(...WHEN),
          value: cells.amount('value'),
          campaign: cells.text('campaign', 'campaign_name'),
        },
      },
    ],
  },
  {
    id: 'contacts',
    label: 'a list of contacts',
    fits: () => false,
    feeds: ({ headers, cells }) => [contactFeed(headers, cells, {})],
  },
];

/** The format that a file's headers fit; null where they fit none. A list of contacts is what has an address at all. */
export function formatOf(headers: readonly string[], cells: Cells): CsvFormat | null {
  const found = [...named, ...generic].find((format) => format.fits(cells));
  if (found) return found;
  const columns = findColumns('contacts', headers);
  return columns.has('email') || columns.has('contact_id') ? (generic.at(-1) ?? null) : null;
}
