import { byCursor, object, records, seconds } from './pages.ts';
import { type At, bearer, type Vendor } from './vendor.ts';

/** A charge may be pending for days (bank debits), or be captured up to 7 days after it was made. */
const PENDING_MS = 14 * 86_400_000;

const before = ({ window: { from } }: At): At['window'] => ({ from: new Date(from.getTime() - PENDING_MS), to: from });

const PATH = '/v1/charges';
const CHARGES = { formats: ['stripe-charges'], is: 'orders' } as const;

const listed = ({ client, window }: At, path: string, query: Readonly<Record<string, string>> = {}) => {
  const created = { 'created[gte]': seconds(window.from), 'created[lte]': seconds(window.to) };
  const first = { path, query: { limit: 100, ...created, ...query } };
  const last = (answer: unknown) => object(answer).has_more === true && records(answer, 'data').at(-1)?.id;
  return byCursor(client, first, 'starting_after', 'data', last);
};

export const stripe: Vendor = {
  id: 'stripe',
  label: 'Stripe',
  guide: {
    page: 'https://docs.stripe.com/api/charges/list',
    rights: 'a restricted key with Charges and Refunds: Read',
    steps: ['Developers → API keys → Create restricted key: "Charges and Refunds" on Read, all else on None.'],
    lacks: 'charges without the payer’s address are not counted; nothing is written',
  },
  address: () => 'https://api.stripe.com',
  secrets: { key: 'STRIPE_RESTRICTED_KEY' },
  signIn: bearer,
  limits: { perSecond: 20 },
  reads: [
    { ...CHARGES, name: 'charges', pages: (at) => listed(at, PATH) },
    { ...CHARGES, name: 'earlier-charges', whole: true, pages: (at) => listed({ ...at, window: before(at) }, PATH) },
    {
      // A refund changes a charge of long ago: the charge is read again, with its refund.
      ...CHARGES,
      name: 'refunds',
      pages: async function* (at) {
        for await (const page of listed(at, '/v1/refunds', { 'expand[]': 'data.charge' }))
          yield page.map(({ charge }) => object(charge)).filter(({ object: kind }) => kind === 'charge');
      },
    },
  ],
};
