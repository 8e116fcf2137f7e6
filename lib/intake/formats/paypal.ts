import { type Tool, withColumns } from './format.ts';
import { paidAmount, wentBack } from './money.ts';

/** What moves money and buys nothing, or stands for another row. */
const NO_PURCHASE = 'withdraw|deposit|conversion|transfer|authori[sz]ation|hold|reversal|refund|fee|order$';

export const paypal: Tool = {
  tool: 'PayPal',
  csv: [
    {
      id: 'paypal',
      label: 'a PayPal activity report',
      page: 'https://developer.paypal.com/docs/reports/online-reports/activity-download/',
      becomes: 'purchases: what was paid (Gross); 0 where its status is refunded or reversed',
      fits: withColumns('transaction_id', 'from_email_address', 'gross', 'date'),
      feeds: ({ cells }) => {
        const [status, email, gross] = [cells.text('status'), cells.text('from_email_address'), cells.text('gross')];
        const isBack = `(${wentBack(status)} or coalesce(lower(${status}) in ('reversed'), false))`;
        const at = cells.has('time') ? `${cells.text('date')} || ' ' || ${cells.text('time')}` : cells.text('date');
        return {
          table: 'purchases',
          columns: {
            order_id: `'paypal:' || ${cells.text('transaction_id')}`,
            email,
            ordered_at: at,
            amount: paidAmount(gross, isBack),
            currency: `upper(${cells.text('currency')})`,
          },
          ignore: `case when regexp_matches(lower(coalesce(${cells.text('type')}, '')), '${NO_PURCHASE}')
            or starts_with(${gross}, '-') or ${email} is null then 'no payment to you'
          when ${isBack} then null
          when lower(coalesce(${status}, 'completed')) not in ('completed', 'partially refunded') then 'not paid' end`,
        };
      },
    },
  ],
};
