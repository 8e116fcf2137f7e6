import type { Cells } from './cells.ts';
import type { CsvFormat, JsonFormat } from './format.ts';
import { event, isText, object, purchase, suppressed, text, word } from './json.ts';
import { less, paidAmount, unpaid, wentBack } from './money.ts';

const isBack = (cells: Cells): string => wentBack(cells.text('financial_status'), cells.text('cancelled_at'));

const orders: CsvFormat = {
  kind: 'csv',
  id: 'shopify',
  tool: 'Shopify',
  label: 'a Shopify orders export',
  page: 'https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders',
  becomes: 'purchases: the total, less what was refunded; one row an order',
  refuses: '–',
  fits: (file) =>
    file.hasAll('name', 'financial_status') && file.cells.has('lineitem_quantity', 'lineitem_name', 'total'),
  feeds: ({ cells }) => [
    {
      table: 'purchases',
      columns: {
        order_id: `'shopify:' || ${cells.text('name')}`,
        email: cells.text('email'),
        ordered_at: cells.text('created_at', 'paid_at'),
        amount: paidAmount(less(cells, ['refunded_amount'], 'total'), isBack(cells)),
        currency: `upper(${cells.text('currency')})`,
      },
      ignore: `case when ${cells.text('financial_status')} is null and ${cells.text('total')} is null then 'further line of an order'
        when ${isBack(cells)} then null
        else ${unpaid(['paid', 'partially_paid', 'partially_refunded'], cells.text('financial_status'))} end`,
    },
  ],
  sample: {
    name: 'orders_export_1.csv',
    text: `Name,Email,Financial Status,Paid at,Currency,Total,Created at,Lineitem quantity,Lineitem name,Refunded Amount,Cancelled at
#1001,ann@a.example,partially_refunded,2026-03-15 14:23:45 -0500,USD,100.00,2026-03-15 14:23:40 -0500,1,Pen,60.00,
#1002,ben@b.example,pending,,USD,70.00,2026-03-15 14:23:40 -0500,1,Pen,0.00,
`,
    gives: { purchases: { 'shopify:#1001': '40' } },
  },
};

const customers: CsvFormat = {
  kind: 'csv',
  id: 'shopify-customers',
  tool: 'Shopify',
  label: 'a Shopify customers export',
  page: 'https://help.shopify.com/en/manual/customers/import-export-customers',
  becomes: 'contacts',
  refuses: 'no under "Accepts Email Marketing"',
  fits: ({ cells }) =>
    cells.has('email') &&
    cells.has('accepts_email_marketing', 'accepts_marketing') &&
    cells.has('customer_id', 'total_orders', 'default_address_city', 'default_address_company', 'total_spent'),
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
  sample: {
    name: 'customers_export.csv',
    text: `Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,\
Default Address City,Default Address Country Code,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,\
Tax Exempt,Tags
'7001,Ann,Ash,here@a.example,yes,,Oslo,NO,'+4755501001,no,10.00,1,,no,
'7002,Ben,Birch,gone@b.example,no,,Oslo,NO,,yes,0.00,0,,no,
`,
    gives: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
  },
};

const ADMIN = 'https://shopify.dev/docs/api/admin-graphql/latest';
const money = (value: unknown): number => Number(object(object(value).shopMoney).amount ?? 0);

const apiOrders: JsonFormat = {
  kind: 'json',
  id: 'shopify-orders',
  tool: 'Shopify',
  label: "Shopify's Admin API orders",
  page: `${ADMIN}/objects/Order`,
  becomes: 'purchases: the total, less what was refunded; one row an order',
  refuses: '–',
  fits: (value) => isText(value.name) && value.totalPriceSet !== undefined,
  read: (value) => {
    if (value.test === true) return [{ ignored: 'test order' }];
    const isBack = isText(value.cancelledAt) || ['refunded', 'voided'].includes(word(value.displayFinancialStatus));
    if (!isBack && !['paid', 'partially_paid', 'partially_refunded'].includes(word(value.displayFinancialStatus)))
      return [{ ignored: 'not paid' }];
    const amount = isBack ? 0 : money(value.totalPriceSet) - money(value.totalRefundedSet);
    const { currencyCode } = object(object(value.totalPriceSet).shopMoney);
    return [
      purchase('shopify', { id: text(value.name), email: value.email, at: value.createdAt }, amount, currencyCode),
    ];
  },
  sample: {
    name: 'orders.json',
    text: `[{"name":"#1001","email":"ann@a.example","createdAt":"2026-03-15T14:23:40Z",\
"displayFinancialStatus":"PARTIALLY_REFUNDED","test":false,"cancelledAt":null,\
"totalPriceSet":{"shopMoney":{"amount":"100.0","currencyCode":"USD"}},\
"totalRefundedSet":{"shopMoney":{"amount":"60.0"}}},
{"name":"#1002","email":"ben@b.example","createdAt":"2026-03-15T14:23:40Z","displayFinancialStatus":"PENDING",\
"test":false,"cancelledAt":null,"totalPriceSet":{"shopMoney":{"amount":"70.0","currencyCode":"USD"}},\
"totalRefundedSet":{"shopMoney":{"amount":"0.0"}}}]`,
    gives: { purchases: { 'shopify:#1001': '40' } },
  },
};

const apiCustomers: JsonFormat = {
  kind: 'json',
  id: 'shopify-consent',
  tool: 'Shopify',
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
  sample: {
    name: 'consent.json',
    text:
      '[{"id":"gid://shopify/Customer/1","defaultEmailAddress":{"emailAddress":"gone@a.example",' +
      '"marketingState":"UNSUBSCRIBED","marketingUpdatedAt":"2026-11-01T10:00:00Z"}},' +
      '{"id":"gid://shopify/Customer/2","defaultEmailAddress":{"emailAddress":"here@b.example",' +
      '"marketingState":"SUBSCRIBED","marketingUpdatedAt":"2026-11-01T10:00:00Z"}}]',
    gives: {
      mailable: ['here@b.example'],
      refused: { 'gone@a.example': 'unsubscribe' },
      events: { 'here@b.example': 'subscribe' },
    },
  },
};

export const shopify = [orders, customers, apiOrders, apiCustomers];
