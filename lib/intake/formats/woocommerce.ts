import { type Tool, withColumns } from './format.ts';
import { less, paidAmount, unpaid, wentBack } from './money.ts';

const EMAIL = 'email_billing|billing_email|customer_email';
const ID = 'order_number|order_id|order';
const TOTAL = 'order_total_amount|order_total|total';
const REFUNDED = 'order_refund_amount|refunded_amount|refunded_total|total_refunded';
const PAID = ['completed', 'processing', 'wc-completed', 'wc-processing', 'on the way', 'shipped'];

export const woocommerce: Tool = {
  tool: 'WooCommerce',
  csv: [
    {
      id: 'woocommerce',
      label: 'a WooCommerce orders export',
      page: 'https://woocommerce.com/document/ordercustomer-csv-export/ and wordpress.org/plugins/woo-order-export-lite',
      becomes: 'purchases: the total, less what was refunded; one row an order',
      fits: withColumns('order_status|status', ID, TOTAL, EMAIL),
      feeds: ({ cells }) => {
        const status = cells.text('order_status', 'status');
        return {
          table: 'purchases',
          columns: {
            order_id: `'woocommerce:' || ${cells.text(ID)}`,
            email: cells.text(EMAIL),
            ordered_at: cells.text('order_date', 'date', 'paid_date', 'date_paid', 'order_date_gmt'),
            amount: paidAmount(less(cells, REFUNDED, TOTAL), wentBack(status)),
            currency: `upper(${cells.text('order_currency', 'currency')})`,
          },
          ignore: `case when ${wentBack(status)} then null else ${unpaid(PAID, status)} end`,
        };
      },
    },
    {
      id: 'woocommerce-customers',
      label: 'a WooCommerce customers report',
      page: 'https://woocommerce.com/document/woocommerce-analytics/customers-report/',
      fits: withColumns('email', 'total_spend|aov', 'username|last_active|sign_up|date_registered'),
      contacts: {
        source: 'woocommerce',
        aliases: { sign_up: 'created_at', date_registered: 'created_at', last_active: 'last_activity_at' },
      },
    },
  ],
};
