import type { CsvFormat } from './format.ts';
import { paidAmount, wentBack } from './money.ts';

/** What moves money and buys nothing, or stands for another row. */
const NO_PURCHASE = 'withdraw|deposit|conversion|transfer|authori[sz]ation|hold|reversal|refund|fee|order$';

const activity: CsvFormat = {
  kind: 'csv',
  id: 'paypal',
  tool: 'PayPal',
  label: 'a PayPal activity report',
  page: 'https://developer.paypal.com/docs/reports/online-reports/activity-download/',
  becomes: 'purchases: what was paid (Gross); 0 where its status is refunded or reversed',
  refuses: '–',
  fits: (file) => file.hasAll('transaction_id', 'from_email_address', 'gross', 'date'),
  feeds: ({ cells }) => {
    const status = cells.text('status');
    const isBack = `(${wentBack(status)} or coalesce(lower(${status}) in ('reversed'), false))`;
    const at = cells.has('time') ? `${cells.text('date')} || ' ' || ${cells.text('time')}` : cells.text('date');
    return [
      {
        table: 'purchases',
        columns: {
          order_id: `'paypal:' || ${cells.text('transaction_id')}`,
          email: cells.text('from_email_address'),
          ordered_at: at,
          amount: paidAmount(cells.text('gross'), isBack),
          currency: `upper(${cells.text('currency')})`,
        },
        ignore: `case when regexp_matches(lower(coalesce(${cells.text('type')}, '')), '${NO_PURCHASE}')
            or starts_with(${cells.text('gross')}, '-') or ${cells.text('from_email_address')} is null then 'no payment to you'
          when ${isBack} then null
          when lower(coalesce(${status}, 'completed')) not in ('completed', 'partially refunded') then 'not paid' end`,
      },
    ];
  },
  sample: {
    name: 'Download.csv',
    text: `"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","From Email Address",\
"To Email Address","Transaction ID","Reference Txn ID","Balance Impact"
"11/20/2025","10:00:00","PST","Ada Byron","Website Payment","Completed","USD","1,040.00","-30.46","1,009.54",\
"ada@a.example","shop@z.example","5TX1","","Credit"
"11/21/2025","10:00:00","PST","","General Withdrawal","Completed","USD","-500.00","0.00","-500.00",\
"shop@z.example","","5TX4","","Debit"
`,
    gives: { purchases: { 'paypal:5TX1': '1040' } },
  },
};

export const paypal = [activity];
