import * as z from 'zod';
import { RequestError } from '../../http/index.ts';
import { iso, object, records, valueAt } from './pages.ts';
import { type At, type Json, keyIn, type Vendor } from './vendor.ts';

/** Versions are kept for a year. */
const PATH = '/admin/api/2026-10/graphql.json';
const MONEY = 'shopMoney { amount currencyCode }';
const ORDER =
  'name email createdAt displayFinancialStatus test cancelledAt ' +
  `totalPriceSet { ${MONEY} } totalRefundedSet { ${MONEY} }`;

const isThrottled = (text: string): boolean => text.includes('"THROTTLED"');

/** Pages end at 25,000 records: before that, a list begins again at the moment that it has reached. */
const MOST_PAGES = 200;
const PAGE = 100;

/** Pages of a connection `name` of the schema, with these fields of a node, by when a node changed last. */
async function* nodes({ client, window }: At, name: string, fields: string): AsyncGenerator<readonly Json[]> {
  const query = `query($after: String, $query: String) {
    ${name}(first: ${PAGE}, after: $after, query: $query, sortKey: UPDATED_AT) {
      nodes { updatedAt ${fields} } pageInfo { hasNextPage endCursor } } }`;
  let from = iso(window.from);
  let after: unknown = null;
  for (let nth = 1; ; nth++) {
    const changed = `updated_at:>='${from}' AND updated_at:<='${iso(window.to)}'`;
    const json = { query, variables: { after, query: changed } };
    const answer = object(await client.json({ method: 'POST', path: PATH, json, isThrottled }));
    if (Array.isArray(answer.errors)) throw new RequestError('refused', refusal(answer.errors));
    const found = valueAt(answer, `data.${name}`);
    const page = records(found, 'nodes');
    yield page;
    const { hasNextPage, endCursor } = object(object(found).pageInfo);
    if (hasNextPage !== true) return;
    const reached = String(page.at(-1)?.updatedAt);
    const restarts = nth % MOST_PAGES === 0 && reached > from;
    if (restarts) from = reached;
    after = restarts ? null : endCursor;
  }
}

/** A refusal by its code: what GraphQL says beside it may hold anything. */
function refusal(errors: readonly unknown[]): string {
  const code = String(valueAt(errors[0], 'extensions.code') ?? '');
  if (code === 'ACCESS_DENIED') return 'the key lacks a scope, or the plan does not include this';
  return `the API refuses the query${/^[A-Z_]{1,40}$/.test(code) ? ` (${code})` : ''}`;
}

/** Customers with an address: others have nothing that refuses or allows mail. */
async function* customers(at: At): AsyncGenerator<readonly Json[]> {
  const fields = 'id defaultEmailAddress { emailAddress marketingState marketingUpdatedAt }';
  for await (const page of nodes(at, 'customers', fields))
    yield page.filter(({ defaultEmailAddress }) => defaultEmailAddress !== null);
}

export const shopify: Vendor = {
  id: 'shopify',
  label: 'Shopify',
  guide: {
    page: 'https://shopify.dev/docs/api/admin-graphql/latest/queries/orders',
    rights: 'read_orders, read_customers; read_all_orders for orders older than 60 days',
    steps: [
      'Settings → Apps and sales channels → Develop apps → Create an app, with the Admin API scopes above and no other.',
      'Install it, and copy the Admin API access token. Set shop to the first part of NAME.myshopify.com.',
    ],
    lacks: 'addresses of customers on the plans Starter and Basic (protected customer data); nothing is written',
  },
  address: ({ shop }) => `https://${shop}.myshopify.com`,
  secrets: { key: 'SHOPIFY_ACCESS_TOKEN' },
  options: { shop: z.string().regex(/^[a-z0-9][a-z0-9-]*$/) },
  signIn: keyIn('x-shopify-access-token'),
  limits: { perSecond: 2 },
  reads: [
    { name: 'orders', is: 'orders', formats: ['shopify-orders'], pages: (at) => nodes(at, 'orders', ORDER) },
    { name: 'customers', is: 'consent', formats: ['shopify-consent'], pages: customers },
  ],
};
