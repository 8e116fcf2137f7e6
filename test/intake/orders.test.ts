/** Orders that come again with another amount: set once, counted, recorded, and taken back by undo; test payments are none. */
import { describe, expect, it } from 'vitest';
import { undoJob } from '../../lib/run/undo.ts';
import { bringIn } from '../support/import.ts';
import { night } from '../support/night.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const HEADER =
  'Name,Email,Financial Status,Paid at,Currency,Total,Created at,Lineitem quantity,Refunded Amount,Cancelled at';
const order = (name: string, status: string, total: string, refunded = '0.00', cancelled = ''): string =>
  `#${name},ada@example.com,${status},2026-03-15 14:23:45 -0500,USD,${total},2026-03-15 14:23:40 -0500,1,${refunded},${cancelled}`;
const file = (...orders: string[]): string => `${[HEADER, ...orders].join('\n')}\n`;

const first = file(
  order('1', 'paid', '100.00'),
  order('2', 'paid', '50.00'),
  order('3', 'pending', '70.00'),
  order('4', 'paid', '20.00'),
);
const second = file(
  order('1', 'partially_refunded', '100.00', '60.00'),
  order('2', 'refunded', '50.00', '50.00'),
  order('3', 'paid', '70.00'),
  order('4', 'paid', '20.00', '0.00', '2026-04-01 10:00:00 -0500'),
  order('5', 'refunded', '30.00', '30.00'),
);

const amounts = (folder: string) =>
  Object.fromEntries(readCsv(folder, 'purchases').map((row) => [row.order_id, row.amount]));

function aFolder(): string {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact({ contact_id: 'c1', email: 'ada@example.com' })] });
  return folder;
}

describe('an order that comes again', () => {
  it('has the amount of the later file, is counted and recorded, and changes once', async () => {
    const folder = aFolder();
    await bringIn(folder, { 'a.csv': first });
    expect(amounts(folder)).toEqual({ 'shopify:#1': '100', 'shopify:#2': '50', 'shopify:#4': '20' });
    const { result: job, report } = await bringIn(folder, { 'b.csv': second });
    const after = { 'shopify:#1': '40', 'shopify:#2': '0', 'shopify:#3': '70', 'shopify:#4': '0' };
    expect(amounts(folder)).toEqual(after);
    expect(job).toMatchObject({ status: 'applied', changes: { purchases: { insert: 1, update: 3 } } });
    expect(job.reasons).toMatchObject({ 'purchases.amount: the order has another amount by now': 3 });
    expect(report.ignored).toEqual({ 'nothing paid, or all of it refunded': 1 });
    expect(
      readCsv(folder, 'changes').flatMap((row) =>
        row.column === 'amount' ? [[row.row_key, row.before, row.after]] : [],
      ),
    ).toEqual([
      ['shopify:#1', '100', '40'],
      ['shopify:#2', '50', '0'],
      ['shopify:#4', '20', '0'],
    ]);
    expect((await bringIn(folder, { 'b.csv': second })).result.status).toBe('unchanged');
    await night(folder, { jobs: [{ job: undoJob('import', job.period), cadence: 'nightly' }] });
    expect(amounts(folder)).toEqual({ 'shopify:#1': '100', 'shopify:#2': '50', 'shopify:#4': '20' });
  });
});

it('a payment in test mode is no purchase', async () => {
  const folder = aFolder();
  const { report } = await bringIn(folder, {
    'payments.csv': `id,Created (UTC),Amount,Amount Refunded,Currency,Mode,Status,Customer Email,Captured
ch_1,2026-02-03 01:47,19.00,0.00,usd,Live,Paid,ada@example.com,true
ch_2,2026-02-03 01:47,"1,019.00",19.00,jpy,Live,Paid,ada@example.com,true
ch_3,2026-02-03 01:47,19.00,0.00,usd,Test,Paid,ada@example.com,true
`,
  });
  expect(amounts(folder)).toEqual({ 'stripe:ch_1': '19', 'stripe:ch_2': '1000' });
  expect(report.ignored).toEqual({ 'test mode': 1 });
});
