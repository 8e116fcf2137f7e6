import { type Tool, withColumns } from './format.ts';
import { isText, object, purchase, text } from './json.ts';
import { less, paidAmount, unpaid, wentBack } from './money.ts';

/** Amounts of these are whole units, of those thousandths, of all others hundredths (docs.stripe.com/currencies). */
const WHOLE_UNITS = /^(bif|clp|djf|gnf|jpy|kmf|krw|mga|pyg|rwf|ugx|vnd|vuv|xaf|xof|xpf)$/i;

const THOUSANDTHS = /^(bhd|jod|kwd|omr|tnd)$/i;

const unitsOf = (currency: string): number =>
  WHOLE_UNITS.test(currency) ? 1 : THOUSANDTHS.test(currency) ? 1000 : 100;

export const stripe: Tool = {
  tool: 'Stripe',
  csv: [
    {
      // The columns can be chosen at each export and are not documented; the names are taken from files that people publish.
      id: 'stripe',
      label: 'a Stripe payments export',
      page: 'https://support.stripe.com/questions/export-payment-reports',
      becomes: 'purchases: the amount, less what was refunded; no test mode',
      fits: withColumns('id', 'amount', 'created_date_utc|created_utc', 'customer_email|status'),
      feeds: ({ cells }) => ({
        table: 'purchases',
        columns: {
          order_id: `'stripe:' || ${cells.text('id')}`,
          email: cells.text('customer_email', 'receipt_email'),
          ordered_at: cells.text('created_date_utc', 'created_utc'),
          amount: paidAmount(less(cells, 'amount_refunded', 'amount'), wentBack(cells.text('status'))),
          currency: `upper(${cells.text('currency')})`,
        },
        ignore: `case when lower(${cells.text('mode')}) = 'test' or lower(${cells.text('livemode')}) in ('false', '0') then 'test mode'
            when lower(${cells.text('captured')}) in ('false', 'no') then 'not captured'
            when ${wentBack(cells.text('status'))} then null
            else ${unpaid(['paid', 'succeeded', 'partially refunded', 'partial refund'], cells.text('status'))} end`,
      }),
    },
    {
      id: 'stripe-customers',
      label: 'a Stripe customers export',
      page: 'https://support.stripe.com/questions/export-customer-data',
      becomes: 'contacts; Status is of their payments, not of mail',
      fits: withColumns('id', 'email', 'delinquent|payment_count|dispute_losses'),
      contacts: {
        source: 'stripe',
        aliases: { id: 'contact_id', created_utc: 'created_at' },
        not: ['status', 'description', 'plan'],
        consent: { status: 'ignore' },
      },
    },
  ],
  json: [
    {
      id: 'stripe-charges',
      label: "Stripe's API list of charges",
      page: 'https://docs.stripe.com/api/charges/object',
      becomes: 'purchases: the amount, less what was refunded; no test mode',
      fits: (value) => value.object === 'charge' && isText(value.id),
      read: (value) => {
        if (value.livemode === false) return [{ ignored: 'test mode' }];
        if (value.captured === false) return [{ ignored: 'not captured' }];
        if (value.paid !== true || value.status !== 'succeeded') return [{ ignored: 'not paid' }];
        // Of an authorised amount less may be captured.
        const paid = Number(value.amount_captured ?? value.amount) - Number(value.amount_refunded ?? 0);
        const amount = paid / unitsOf(text(value.currency) ?? '');
        const email = object(value.billing_details).email ?? value.receipt_email;
        return [purchase('stripe', { id: text(value.id), email, at: value.created }, amount, value.currency)];
      },
    },
  ],
};
