import type { Cells } from './cells.ts';
import { type Tool, withColumns } from './format.ts';
import { event, isText, object, purchase, suppressed, text, word } from './json.ts';
import { less, paidAmount, unpaid, wentBack } from './money.ts';

const isBack = (cells: Cells): string => wentBack(cells.text('financial_status'), cells.text('cancelled_at'));

const PAID = ['paid', 'partially_paid', 'partially_refunded'];
const ADMIN = 'https://shopify.dev/docs/api/admin-graphql/latest';
const money = (value: unknown): number => Number(object(object(value).shopMoney).amount ?? 0);

export const shopify: Tool = {
  tool: 'Shopify',
  csv: [
    {
      id: 'shopify',
      label: 'a Shopify orders export',
      page: 'https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders',
      becomes: 'purchases: the total, less what was refunded; one row an order',
      fits: withColumns('name', 'financial_status', 'lineitem_quantity|lineitem_name|total'),
      feeds: ({ cells }) => ({
        table: 'purchases',
        columns: {
          order_id: `'shopify:' || ${cells.text('name')}`,
          email: cells.text('email'),
          ordered_at: cells.text('created_at', 'paid_at'),
          amount: paidAmount(less(cells, 'refunded_amount', 'total'), isBack(cells)),
          currency: `upper(${cells.text('currency')})`,
        },
        ignore: `case when ${cells.text('financial_status')} is null and ${cells.text('total')} is null then 'further line of an order'
            when ${isBack(cells)} then null
            else ${unpaid(PAID, cells.text('financial_status'))} end`,
      }),
    },
    {
      id: 'shopify-customers',
      label: 'a Shopify customers export',
      page: 'https://help.shopify.com/en/manual/customers/import-export-customers',
      refuses: 'no under "Accepts Email Marketing"',
      fits: withColumns(
        'email',
        'accepts_email_marketing|accepts_marketing',
        'customer_id|total_orders|default_address_city|default_address_company|total_spent',
      ),
      contacts: {
        source: 'shopify',
        aliases: {
          customer_id: 'contact_id',
          default_address_company: 'company',
          default_address_address1: 'address',
          default_address_city: 'city',
          default_address_province_code: 'region',
          default_address_country_code: 'country',
          default_address_zip: 'postal_code',
          default_address_phone: 'phone',
        },
      },
    },
  ],
  json: [
    {
      id: 'shopify-orders',
      label: "Shopify's Admin API orders",
      page: `${ADMIN}/objects/Order`,
      becomes: 'purchases: the total, less what was refunded; one row an order',
      fits: (value) => isText(value.name) && value.totalPriceSet !== undefined,
      read: (value) => {
        if (value.test === true) return [{ ignored: 'test order' }];
        const status = word(value.displayFinancialStatus);
        const isBack = isText(value.cancelledAt) || ['refunded', 'voided'].includes(status);
        if (!isBack && !PAID.includes(status)) return [{ ignored: 'not paid' }];
        const amount = isBack ? 0 : money(value.totalPriceSet) - money(value.totalRefundedSet);
        const { currencyCode } = object(object(value.totalPriceSet).shopMoney);
        const about = { id: text(value.name), email: value.email, at: value.createdAt };
        return [purchase('shopify', about, amount, currencyCode)];
      },
    },
    {
      id: 'shopify-consent',
      label: "Shopify's Admin API customers",
      page: `${ADMIN}/objects/CustomerEmailAddress`,
      becomes: 'suppressions; SUBSCRIBED is a sign-up event',
      refuses: 'marketingState UNSUBSCRIBED',
      fits: (value) => isText(object(value.defaultEmailAddress).marketingState),
      read: (value) => {
        const { emailAddress: email, marketingState, marketingUpdatedAt: at } = object(value.defaultEmailAddress);
        const state = word(marketingState);
        if (state === 'unsubscribed') return [suppressed('shopify', { email, at }, 'unsubscribe')];
        if (state !== 'subscribed' || !isText(at)) return [{ ignored: state }];
        return [event('shopify', { id: `${text(value.id)}:subscribe:${text(at)}`, email, at }, 'subscribe')];
      },
    },
  ],
};
