/**
 * Files of facts about people as one tool gives them: bounces that providers list, orders and payments.
 *
 * Sources. SendGrid: twilio.com/docs/sendgrid, "Bounces" and the suppressions' CSV. Mailgun: documentation.mailgun.com,
 * "Import list of bounces" (address, code, error, created_at in RFC 2822; code defaults to 550) and "of unsubscribes". Shopify:
 * help.shopify.com "Exporting orders" (one row a line item, the order's own cells in its first row), and the statuses
 * of shopify.dev "OrderDisplayFinancialStatus". Stripe: support.stripe.com on exporting payments; its columns can be
 * chosen there and are not documented, so those names are taken from files that people publish.
 */
import { quoteText } from '../core/sql.ts';
import { type Cells, NONE } from './cells.ts';
import { bounceColumns, type CsvFormat, listsPeople } from './format.ts';
import { paidAmount, wentBack } from './orders.ts';

const paid = (words: readonly string[], cell: string): string =>
  `case when ${cell} is null or lower(${cell}) in (${words.map(quoteText).join(', ')}) then null else 'not paid' end`;

/** Mailgun calls an e-mail address an address; beside one of another name it is where somebody lives. */
const namesByAddress = (cells: Cells): boolean =>
  cells.has('address') && !cells.has('email', 'email_address', 'contact_id') && !listsPeople(cells);

const less = (cells: Cells, refunded: readonly string[], ...total: string[]): string => {
  const [amount, back] = [cells.amount(...total), cells.amount(...refunded)];
  if (back === NONE) return amount;
  return `case when coalesce(try_cast(${back} as double), 0) = 0 then ${amount} else cast(round(try_cast(${amount} as double) - try_cast(${back} as double), 2) as varchar) end`;
};

const shopifyBack = (cells: Cells): string => wentBack(cells.text('financial_status'), cells.text('cancelled_at'));

export const factFormats: readonly CsvFormat[] = [
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
          amount: paidAmount(less(cells, ['refunded_amount'], 'total'), shopifyBack(cells)),
          currency: cells.text('currency'),
        },
        ignore: `case when ${cells.text('financial_status')} is null and ${cells.text('total')} is null then 'further line of an order'
          when ${shopifyBack(cells)} then null
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
          amount: paidAmount(less(cells, ['amount_refunded'], 'amount'), wentBack(cells.text('status'))),
          currency: `upper(${cells.text('currency')})`,
        },
        ignore: `case when lower(${cells.text('mode')}) = 'test' or lower(${cells.text('livemode')}) in ('false', '0') then 'test mode'
          when lower(${cells.text('captured')}) in ('false', 'no') then 'not captured'
          when ${wentBack(cells.text('status'))} then null
          else ${paid(['paid', 'succeeded', 'partially refunded', 'partial refund'], cells.text('status'))} end`,
      },
    ],
  },
  {
    id: 'sendgrid-suppressions',
    label: "SendGrid's list of bounces",
    fits: (cells) =>
      !listsPeople(cells) &&
      cells.has('email') &&
      cells.has('created') &&
      cells.has('reason') &&
      !cells.has('kind', 'type'),
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
    fits: (cells) => namesByAddress(cells) && cells.has('created_at') && cells.has('error', 'code'),
    feeds: ({ cells }) => [
      bounceColumns(cells, 'mailgun', {
        kind: `case when starts_with(${cells.text('code')}, '4') then 'soft' else 'hard' end`,
        code: cells.text('code'),
        detail: cells.text('error'),
        occurred_at: cells.moment('created_at'),
      }),
    ],
  },
  {
    id: 'mailgun-unsubscribes',
    label: "Mailgun's list of unsubscribes",
    fits: (cells) => namesByAddress(cells) && cells.has('created_at') && cells.has('tags', 'tag'),
    feeds: ({ cells }) => [
      {
        table: 'suppressions',
        columns: {
          email: cells.text('address'),
          scope: quoteText('person'),
          reason: quoteText('unsubscribe'),
          suppressed_at: cells.moment('created_at'),
          source: quoteText('mailgun'),
        },
      },
    ],
  },
];
