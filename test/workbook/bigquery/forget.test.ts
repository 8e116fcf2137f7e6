/** A forgotten person's rows that no job takes away, in a dataset. */
import { expect, it } from 'vitest';
import { bigQueryBench } from '../../support/store-bench.ts';

it('leaves no row of a person in the workbook’s tables, and counts those that name them elsewhere', async () => {
  const event = ['e1', 'c1', 'ann@example.com', '2026-01-01T10:00:00Z'];
  const bench = await bigQueryBench({
    contacts: [
      ['contact_id', 'email', 'status'],
      ['c2', 'joann@example.com', 'subscribed'],
    ],
    events: [
      ['event_id', 'contact_id', 'email', 'occurred_at'],
      event,
      event,
      ['e2', 'c1', '', 'not a date'],
      ['e3', 'c2', '', ''],
    ],
    campaigns: [['name'], ['for ANN@example.com'], ['for joann@example.com']],
  });
  const store = await bench.open();
  await store.read();
  const person = { addresses: new Set(['ann@example.com']), ids: new Set(['c1']) };
  expect(await store.warehouse?.clearRows(person)).toEqual({
    cut: [{ table: 'events', rows: 3 }],
    left: [{ table: 'campaigns', rows: 1 }],
  });
  expect(await bench.rows('events')).toHaveLength(2);
  expect(await bench.rows('contacts')).toHaveLength(2);
  await store.close();
  await bench.close();
  expect(bench.server.violations).toEqual([]);
});
