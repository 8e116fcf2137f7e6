/** `init` on a Google Sheet: what is there stays, what is missing comes, and a second run changes nothing. */
import { expect, it, onTestFinished } from 'vitest';
import { tableNames } from '../../../lib/core/tables.ts';
import { sheetsClient } from '../../../lib/workbook/sheets/client.ts';
import { layOutSpreadsheet } from '../../../lib/workbook/sheets/sheet-init.ts';
import { SPREADSHEET, sheetsBench } from '../../support/store-bench.ts';

it('lays out what is missing around what people have, and finds nothing to do the second time', async () => {
  const people = [
    ['E-Mail', 'Status', 'shoe size'],
    ['a@example.com', 'subscribed', '43'],
  ];
  const bench = await sheetsBench({ Contacts: people, events: [], 'Our notes': [['keep me']] });
  onTestFinished(() => bench.close());
  const client = sheetsClient(SPREADSHEET, { rootUrl: bench.server.url, sleep: async () => {} });
  // The first answer is lost after the work was done.
  bench.server.scenario = {
    fault: ({ n, method }) => (n < 8 && method.endsWith('batchUpdate') ? '503-after' : undefined),
  };
  const { made, found } = await layOutSpreadsheet(client, {});
  expect(made).toEqual(tableNames.filter((table) => table !== 'contacts'));
  expect(found).toEqual(['contacts']);
  const first = structuredClone(bench.server.book(SPREADSHEET).tabs);
  const calls = client.calls.writes;
  expect(await layOutSpreadsheet(client, {})).toEqual({ made: [], found: [...tableNames] });
  expect(client.calls.writes).toBe(calls);
  const again = bench.server.book(SPREADSHEET).tabs;
  expect(JSON.stringify(again)).toBe(JSON.stringify(first));
  expect(bench.rows('Contacts')).toEqual(people);
  expect(bench.rows('events')?.[0]?.slice(0, 2)).toEqual(['event_id', 'contact_id']);
  expect(again.map(({ frozenRowCount }) => frozenRowCount).filter((rows) => rows === 1)).toHaveLength(
    tableNames.length,
  );
  const contacts = again.find(({ title }) => title === 'Contacts');
  expect(contacts?.rows[3]?.[0]?.userEnteredFormat?.numberFormat).toEqual({ type: 'TEXT', pattern: '@' });
  const events = again.find(({ title }) => title === 'events');
  const at = bench.rows('events')?.[0]?.indexOf('occurred_at') ?? -1;
  expect(events?.rows[1]?.[at]?.userEnteredFormat?.numberFormat?.type).toBe('DATE_TIME');
  expect(contacts?.rows[1]?.[1]?.dataValidation?.condition?.values?.map((one) => one.userEnteredValue)).toEqual([
    'subscribed',
    'unsubscribed',
    'suppressed',
  ]);
  expect(again.find(({ title }) => title === 'runs')?.protectedRanges).toMatchObject([{ warningOnly: true }]);
  expect(again.flatMap(({ protectedRanges }) => protectedRanges).every(({ warningOnly }) => warningOnly)).toBe(true);
  expect([bench.server.refused, bench.server.violations]).toEqual([[], []]);
});

it('leaves what people undid', async () => {
  const bench = await sheetsBench({ contacts: [['contact_id', 'email', 'status', 'score']], Leads: [['keep me']] });
  onTestFinished(() => bench.close());
  const client = sheetsClient(SPREADSHEET, { rootUrl: bench.server.url, sleep: async () => {} });
  await layOutSpreadsheet(client, {});
  const range = { sheetId: 0, startRowIndex: 1, startColumnIndex: 2, endColumnIndex: 3 };
  bench.server.act(SPREADSHEET, [{ setDataValidation: { range } }]);
  const tabs = JSON.stringify(bench.server.book(SPREADSHEET).tabs);
  expect((await layOutSpreadsheet(client, {})).made).toEqual([]);
  expect(JSON.stringify(bench.server.book(SPREADSHEET).tabs)).toBe(tabs);
  expect(bench.rows('Leads')).toEqual([['keep me']]);
  expect([bench.server.refused, bench.server.violations]).toEqual([[], []]);
});
