import type { CsvFormat } from './format.ts';
import { less, paidAmount, unpaid, wentBack } from './money.ts';
import { people } from './people.ts';

const ID = ['order_number', 'order_id', 'order'] as const;
const TOTAL = ['order_total_amount', 'order_total', 'total'] as const;

const orders: CsvFormat = {
  kind: 'csv',
  id: 'woocommerce',
  tool: 'WooCommerce',
  label: 'a WooCommerce orders export',
  page: 'https://woocommerce.com/document/ordercustomer-csv-export/ and wordpress.org/plugins/woo-order-export-lite',
  becomes: 'purchases: the total, less what was refunded; one row an order',
  refuses: '–',
  fits: ({ cells }) =>
    cells.has('order_status', 'status') &&
    cells.has(...ID) &&
    cells.has(...TOTAL) &&
    cells.has('email_billing', 'billing_email', 'customer_email'),
  feeds: ({ cells }) => [
    {
      table: 'purchases',
      columns: {
        order_id: `'woocommerce:' || ${cells.text(...ID)}`,
        email: cells.text('email_billing', 'billing_email', 'customer_email'),
        ordered_at: cells.text('order_date', 'date', 'paid_date', 'date_paid', 'order_date_gmt'),
        amount: paidAmount(
          less(cells, ['order_refund_amount', 'refunded_amount', 'refunded_total', 'total_refunded'], ...TOTAL),
          wentBack(cells.text('order_status', 'status')),
        ),
        currency: `upper(${cells.text('order_currency', 'currency')})`,
      },
      ignore: `case when ${wentBack(cells.text('order_status', 'status'))} then null else ${unpaid(
        ['completed', 'processing', 'wc-completed', 'wc-processing', 'on the way', 'shipped'],
        cells.text('order_status', 'status'),
      )} end`,
    },
  ],
  sample: {
    name: 'orders.csv',
    text: `Order Number,Order Status,Order Date,First Name (Billing),Last Name (Billing),Email (Billing),\
Order Total Amount,Order Refund Amount,Order Currency,Item Name
501,Completed,2026-03-15 14:23,Ann,Ash,ann@a.example,100.00,25.00,EUR,Pen
502,Cancelled,2026-03-15 14:23,Ben,Birch,ben@b.example,70.00,0.00,EUR,Pen
`,
    gives: { purchases: { 'woocommerce:501': '75' } },
  },
};

const customers = people({
  id: 'woocommerce-customers',
  tool: 'WooCommerce',
  label: 'a WooCommerce customers report',
  page: 'https://woocommerce.com/document/woocommerce-analytics/customers-report/',
  refuses: '–',
  fits: ({ cells }) =>
    cells.has('email') &&
    cells.has('total_spend', 'aov') &&
    cells.has('username', 'last_active', 'sign_up', 'date_registered'),
  shape: {
    source: 'woocommerce',
    aliases: { sign_up: 'created_at', date_registered: 'created_at', last_active: 'last_activity_at' },
  },
  sample: {
    name: 'customers.csv',
    text:
      'Name,Username,Last Active,Sign Up,Email,Orders,Total Spend,AOV,Country / Region,City,Region,Postal ' +
      'Code\nAda Byron,ada,2026-11-01 10:00:00,2024-01-05 10:00:00,here@a.example,7,700.00,100.00,NO,Oslo,,' +
      '0150\n',
    gives: { mailable: ['here@a.example'] },
  },
});

export const woocommerce = [orders, customers];
