/**
 * Files of no particular tool, known by what their columns are called: bounces, suppressions, purchases, events.
 */
import { quote } from '../snapshot/load.ts';
import { type CsvFormat, listsPeople } from './format.ts';

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
/** With these beside it, the day on which somebody left is one that most people in the list lack. */
const STAYING = ['status', 'contact_id', 'created_at', 'subscribed_at'] as const;
const OWNER = ['email', 'email_address', 'e_mail', 'recipient', 'customer_email'] as const;

export const genericFormats: readonly CsvFormat[] = [
  {
    id: 'bounces',
    label: 'a list of bounces',
    fits: (cells) =>
      !listsPeople(cells) &&
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
    fits: (cells) =>
      !listsPeople(cells) &&
      cells.has(...OWNER) &&
      (cells.has('suppressed_at') || (cells.has('unsubscribed_at', 'opted_out_at') && !cells.has(...STAYING))),
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
      !listsPeople(cells) &&
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
];
