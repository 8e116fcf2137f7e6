/**
 * Shopify's Admin API: a GraphQL server over the part of its schema that is asked for, so that a query with a field, an
 * argument or a value that Shopify does not have is refused. From shopify.dev/docs/api/admin-graphql (2026-10).
 */
import { buildSchema, executeSync, parse, validate } from 'graphql';
import { AT } from './people.ts';
import type { Tool } from './server.ts';

const schema = buildSchema(`
  scalar DateTime
  scalar Decimal
  scalar URL
  type QueryRoot {
    orders(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean, savedSearchId: ID,
      sortKey: OrderSortKeys): OrderConnection!
    customers(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean,
      sortKey: CustomerSortKeys): CustomerConnection!
  }
  schema { query: QueryRoot }
  enum OrderSortKeys { CREATED_AT CURRENT_TOTAL_PRICE CUSTOMER_NAME DESTINATION FINANCIAL_STATUS FULFILLMENT_STATUS ID
    ORDER_NUMBER PO_NUMBER PROCESSED_AT RELEVANCE TOTAL_ITEMS_QUANTITY TOTAL_PRICE UPDATED_AT }
  enum CustomerSortKeys { CREATED_AT ID LOCATION NAME RELEVANCE UPDATED_AT }
  enum OrderDisplayFinancialStatus { AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED }
  enum CustomerEmailAddressMarketingState { INVALID NOT_SUBSCRIBED PENDING SUBSCRIBED UNSUBSCRIBED }
  enum CurrencyCode { USD EUR GBP }
  type PageInfo { endCursor: String hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String }
  type OrderConnection { nodes: [Order!]! pageInfo: PageInfo! }
  type CustomerConnection { nodes: [Customer!]! pageInfo: PageInfo! }
  type MoneyV2 { amount: Decimal! currencyCode: CurrencyCode! }
  type MoneyBag { presentmentMoney: MoneyV2! shopMoney: MoneyV2! }
  type Order { id: ID! name: String! email: String createdAt: DateTime! updatedAt: DateTime! cancelledAt: DateTime
    displayFinancialStatus: OrderDisplayFinancialStatus test: Boolean! totalPriceSet: MoneyBag! totalRefundedSet: MoneyBag!
    totalReceivedSet: MoneyBag! netPaymentSet: MoneyBag! }
  type Customer { id: ID! createdAt: DateTime! updatedAt: DateTime! defaultEmailAddress: CustomerEmailAddress }
  type CustomerEmailAddress { emailAddress: String! marketingState: CustomerEmailAddressMarketingState!
    marketingUnsubscribeUrl: URL! marketingUpdatedAt: DateTime validFormat: Boolean! }
`);

interface Node {
  readonly updatedAt: string;
}
interface PageArguments {
  readonly first: number;
  readonly after: string | null;
  readonly query: string;
  readonly sortKey: string;
}

/** Pages reach no further than so many records. */
const MOST = 25_000;
const CHANGED = /^updated_at:>='([\d:TZ-]+)' AND updated_at:<='([\d:TZ-]+)'$/;

function page(nodes: readonly Node[], { first, after, query, sortKey }: PageArguments) {
  const [, from, to] = CHANGED.exec(query) ?? [];
  if (from === undefined || to === undefined || first > 250 || sortKey !== 'UPDATED_AT') throw new Error('a bad page');
  const found = nodes.filter(({ updatedAt }) => updatedAt >= from && updatedAt <= to);
  const start = Number(after ?? 0);
  if (start + first > MOST) throw new Error('pages end at 25,000 records');
  const end = start + first;
  const ends = { hasNextPage: end < found.length, hasPreviousPage: start > 0, startCursor: String(start) };
  return { nodes: found.slice(start, end), pageInfo: { ...ends, endCursor: String(end) } };
}

const money = (amount: string) => ({ shopMoney: { amount, currencyCode: 'USD' } });
export const anOrder = (name: string, given: object = {}) => ({
  ...{
    id: `gid://shopify/Order/${name}`,
    name,
    email: 'ann@a.example',
    createdAt: AT,
    updatedAt: '2026-11-20T10:00:00Z',
  },
  ...{ displayFinancialStatus: 'PAID', test: false, cancelledAt: null },
  ...{ totalPriceSet: money('100.0'), totalRefundedSet: money('0.0') },
  ...given,
});
export const aCustomer = (id: string, email: string | null, marketingState = 'UNSUBSCRIBED') => ({
  id: `gid://shopify/Customer/${id}`,
  updatedAt: '2026-11-20T10:00:00Z',
  defaultEmailAddress: email === null ? null : { emailAddress: email, marketingState, marketingUpdatedAt: AT },
});

/** Throttles its first request as Shopify does: with status 200. */
export function shopifyTool({
  orders = [anOrder('#1001'), anOrder('#1002')],
  customers = [aCustomer('1', 'gone@b.example')],
}: {
  readonly orders?: readonly Node[];
  readonly customers?: readonly Node[];
} = {}): Tool {
  let asked = 0;
  return {
    described: [],
    signedIn: (headers) => headers['x-shopify-access-token'] === 'invented-key',
    routes: {
      'POST /admin/api/2026-10/graphql.json': ({ body }) => {
        if (asked++ === 0) return { body: { errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }] } };
        const { query, variables } = body as { query: string; variables: Record<string, unknown> };
        const document = parse(query);
        const errors = validate(schema, document);
        if (errors.length > 0)
          return { body: { errors: [{ message: 'no such field', extensions: { code: 'INVALID' } }] } };
        const rootValue = {
          orders: (given: PageArguments) => page(orders, given),
          customers: (given: PageArguments) => page(customers, given),
        };
        return { body: executeSync({ schema, document, rootValue, variableValues: variables }) };
      },
    },
  };
}
