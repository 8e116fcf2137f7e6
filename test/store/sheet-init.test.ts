/** `init` on a Google Sheet: what is there stays, what is missing comes, and a second run changes nothing. */
import { expect, it, onTestFinished } from 'vitest';
import { sheetsClient } from '../../lib/google/client.ts';
import { layOutSpreadsheet } from '../../lib/store/sheet-init.ts';
import { tableNames } from '../../lib/workbook/tables.ts';
import { SPREADSHEET, sheetsBench } from '../support/store-bench.ts';

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
  expect(await layOutSpreadsheet(client, {})).toEqual({ made: [], found: [...tableNames] });
  const again = bench.server.book(SPREADSHEET).tabs;
  expect(again).toEqual(first);
  expect(bench.rows('Contacts')).toEqual(people);
  expect(bench.rows('events')?.[0]?.slice(0, 2)).toEqual(['event_id', 'contact_id']);
  const contacts = again.find(({ title }) => title === 'Contacts');
  expect(contacts?.frozenRowCount).toBe(1);
  expect(contacts?.rows[1]?.[1]?.dataValidation?.condition?.values?.map((one) => one.userEnteredValue)).toEqual([
    'subscribed',
    'unsubscribed',
    'suppressed',
  ]);
  expect(again.find(({ title }) => title === 'runs')?.protectedRanges).toMatchObject([{ warningOnly: true }]);
  expect([bench.server.refused, bench.server.violations]).toEqual([[], []]);
});
