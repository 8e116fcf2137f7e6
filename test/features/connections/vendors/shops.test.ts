/** Shops and payments, by their own APIs. */
import { describe, expect, it } from 'vitest';
import { connectionRules } from '../../../../lib/features/connections/rules.ts';
import { asOf, connected } from '../../../support/vendor-server/connected.ts';
import { unlessDescribed } from '../../../support/vendor-server/description.ts';
import { aCustomer, anOrder, shopifyTool } from '../../../support/vendor-server/shopify.ts';
import { stripeTool } from '../../../support/vendor-server/stripe.ts';

describe(`shops${unlessDescribed}`, () => {
  it('Stripe gives charges of every page, those that were pending, and a charge again that was refunded', async () => {
    const { fetch, server } = await connected(stripeTool(), { vendor: 'stripe' });
    expect(await fetch()).toMatchObject({ fault: null, rows: 7 });
    const [since] = server.asked.map(({ query }) => Number(query.get('created[gte]'))).sort();
    expect(since).toBe(asOf.getTime() / 1000 - 44 * 86_400 - 0.999);
    expect(server.faults).toEqual([]);
  });

  it('Shopify is asked again where it throttles with status 200, and gives each page', async () => {
    const orders = Array.from({ length: 150 }, (_, nth) => anOrder(`#${nth}`));
    const customers = [
      aCustomer('1', 'gone@b.example'),
      aCustomer('2', null),
      aCustomer('3', 'here@c.example', 'PENDING'),
    ];
    const { fetch, server } = await connected(shopifyTool({ orders, customers }), {
      vendor: 'shopify',
      shop: 'a-shop',
    });
    expect(await fetch()).toMatchObject({ fault: null, rows: 152 });
    expect(server.asked.map(({ body }) => (body as { variables: { after: string | null } }).variables.after)).toEqual([
      ...[null, null, '100', null],
    ]);
  });

  it('Shopify gives all customers, though its pages end at 25,000', { timeout: 20_000 }, async () => {
    const customers = Array.from({ length: 25_150 }, (_, nth) => ({
      ...aCustomer(String(nth), `p${nth}@a.example`),
      updatedAt: new Date(Date.UTC(2025, 0, 1) + nth * 60_000).toISOString().replace('.000Z', 'Z'),
    }));
    const { fetch } = await connected(shopifyTool({ orders: [], customers }), { vendor: 'shopify', shop: 'a-shop' });
    const { fault, rows } = await fetch();
    // The one record at which the list begins again comes twice, and drops out by its id.
    expect({ fault, rows }).toEqual({ fault: null, rows: 25_151 });
  });

  it('Shopify is connected once: the order numbers of two shops are the same', () => {
    const shops = ['one', 'two'].map((shop) => ({ name: shop, vendor: 'shopify', shop }));
    expect(() => connectionRules({ connections: shops }, [])).toThrow(/a second shop has the same order numbers/);
  });
});
