/** Stripe's charges and refunds. */
import type { Tool } from './server.ts';

export function stripeTool(): Tool {
  const charge = (id: string, refunded: number) => ({
    ...{
      object: 'charge',
      id,
      amount: 1900,
      amount_captured: 1900,
      amount_refunded: refunded,
      captured: true,
      created: 1_795_168_800,
    },
    ...{
      currency: 'usd',
      disputed: false,
      livemode: true,
      metadata: {},
      paid: true,
      refunded: refunded > 0,
      status: 'succeeded',
    },
    billing_details: { address: null, email: 'ann@a.example', name: null, phone: null },
  });
  const charges = ['ch_1', 'ch_2', 'ch_3'].map((id) => charge(id, 0));
  const list = (data: unknown[], more: boolean, url: string) => ({
    body: { object: 'list', data, has_more: more, url },
  });
  return {
    described: ['stripe.json'],
    // A charge has some forty fields more, of which none is read, and their schemas take seconds to compile.
    requestsOnly: true,
    signedIn: ({ authorization }) => authorization === 'Bearer invented-key',
    routes: {
      'GET /v1/charges': ({ query }) => {
        const start = charges.findIndex(({ id }) => id === query.get('starting_after')) + 1;
        return list(charges.slice(start, start + 2), start + 2 < charges.length, '/v1/charges');
      },
      'GET /v1/refunds': () =>
        list(
          [
            {
              object: 'refund',
              id: 're_1',
              amount: 400,
              created: 1_795_168_800,
              currency: 'usd',
              charge: charge('ch_0', 400),
            },
          ],
          false,
          '/v1/refunds',
        ),
    },
  };
}
