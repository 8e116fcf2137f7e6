import type { CsvFormat, JsonFormat } from './format.ts';
import { isText, object, purchase, text } from './json.ts';
import { less, paidAmount, unpaid, wentBack } from './money.ts';

/** The columns can be chosen at each export and are not documented; the names are taken from files that people publish. */
const payments: CsvFormat = {
  kind: 'csv',
  id: 'stripe',
  tool: 'Stripe',
  label: 'a Stripe payments export',
  page: 'https://support.stripe.com/questions/export-payment-reports',
  becomes: 'purchases: the amount, less what was refunded; no test mode',
  refuses: '–',
  fits: ({ cells }) =>
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
        ordered_at: cells.text('created_date_utc', 'created_utc'),
        amount: paidAmount(less(cells, ['amount_refunded'], 'amount'), wentBack(cells.text('status'))),
        currency: `upper(${cells.text('currency')})`,
      },
      ignore: `case when lower(${cells.text('mode')}) = 'test' or lower(${cells.text('livemode')}) in ('false', '0') then 'test mode'
        when lower(${cells.text('captured')}) in ('false', 'no') then 'not captured'
        when ${wentBack(cells.text('status'))} then null
        else ${unpaid(['paid', 'succeeded', 'partially refunded', 'partial refund'], cells.text('status'))} end`,
    },
  ],
  sample: {
    name: 'unified_payments.csv',
    text: `id,Created (UTC),Amount,Amount Refunded,Currency,Mode,Status,Customer Email,Captured
ch_1,2026-02-03 01:47,19.00,4.00,usd,Live,Paid,ann@a.example,true
ch_2,2026-02-03 01:47,19.00,0.00,usd,Test,Paid,ann@a.example,true
`,
    gives: { purchases: { 'stripe:ch_1': '15' } },
  },
};

const customers: CsvFormat = {
  kind: 'csv',
  id: 'stripe-customers',
  tool: 'Stripe',
  label: 'a Stripe customers export',
  page: 'https://support.stripe.com/questions/export-customer-data',
  becomes: 'contacts; Status is of their payments, not of mail',
  refuses: '–',
  fits: ({ cells }) =>
    cells.has('id') && cells.has('email') && cells.has('delinquent', 'payment_count', 'dispute_losses'),
  contacts: {
    source: 'stripe',
    aliases: { id: 'contact_id', created_utc: 'created_at' },
    not: ['status', 'description', 'plan'],
    consent: { status: 'ignore' },
  },
  sample: {
    name: 'customers.csv',
    text: `id,Description,Email,Name,Created (UTC),Delinquent,Plan,Status,Total Spend,Payment Count
cus_A1,,here@a.example,Ada Byron,2024-01-05 03:04,false,price_basic,active,120.00,3
cus_A2,,late@b.example,Bob Curie,2024-02-05 03:04,true,price_basic,past_due,40.00,1
`,
    gives: { mailable: ['here@a.example', 'late@b.example'] },
  },
};

/** Amounts of these are whole units, of those thousandths, of all others hundredths (docs.stripe.com/currencies). */
const WHOLE_UNITS = /^(bif|clp|djf|gnf|jpy|kmf|krw|mga|pyg|rwf|ugx|vnd|vuv|xaf|xof|xpf)$/i;

const THOUSANDTHS = /^(bhd|jod|kwd|omr|tnd)$/i;

const unitsOf = (currency: string): number =>
  WHOLE_UNITS.test(currency) ? 1 : THOUSANDTHS.test(currency) ? 1000 : 100;

const charges: JsonFormat = {
  kind: 'json',
  id: 'stripe-charges',
  tool: 'Stripe',
  label: "Stripe's API list of charges",
  page: 'https://docs.stripe.com/api/charges/object',
  becomes: 'purchases: the amount, less what was refunded; no test mode',
  refuses: '–',
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
  sample: {
    name: 'charges.json',
    text: `{"object":"list","data":[{"object":"charge","id":"ch_1","amount":1900,"amount_refunded":400,\
"currency":"usd","created":1795168800,"livemode":true,"captured":true,"paid":true,"status":"succeeded",\
"billing_details":{"email":"ann@a.example"}},
{"object":"charge","id":"ch_2","amount":1900,"amount_refunded":0,"currency":"usd","created":1795168800,\
"livemode":true,"captured":true,"paid":false,"status":"failed","billing_details":{"email":"ann@a.example"}}]}`,
    gives: { purchases: { 'stripe:ch_1': '15' } },
  },
};

export const stripe = [payments, customers, charges];
