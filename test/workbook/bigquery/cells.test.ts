/** Cells of facts as BigQuery's SQL reads them: as the reader of cells does, or the table comes here. */
import { expect, it } from 'vitest';
import { sql } from '../../../lib/core/sql.ts';
import { bigQueryClient } from '../../../lib/workbook/bigquery/client.ts';
import { columnValue } from '../../../lib/workbook/bigquery/judge.ts';
import { isoText, outlineOf, tableIn, valueIn } from '../../../lib/workbook/bigquery/outline.ts';
import { bigQueryBench } from '../../support/store-bench.ts';

const TIMES = {
  '2024-01-02': '2024-01-01T23:00:00Z',
  '2024-01-02 10:00:00': '2024-01-02T09:00:00Z',
  '2024-01-02 10:00:00 UTC': '2024-01-02T10:00:00Z',
  '2024-01-02T10:00:00Z': '2024-01-02T10:00:00Z',
  '2024-01-02 10:00:00+0100': '2024-01-02T09:00:00Z',
  '2024-01-02 10:00:00 +01:00': '2024-01-02T09:00:00Z',
  '0001-01-01 00:00:00': null,
  '31.12.2025': null,
};
const NUMBERS = { '5': '5.0', NaN: null, inf: null, '-5.5': '-5.5' };

it('reads moments with any offset, local days, and no placeholder or infinite number as a fact', async () => {
  const rows = [...Object.keys(TIMES), ...Object.keys(NUMBERS)];
  const bench = await bigQueryBench({
    events: [['event_id', 'occurred_at', 'value'], ...rows.map((cell, i) => [String(i + 100), cell, cell])],
  });
  const place = { project: 'example-project', dataset: 'marketing', location: 'EU' };
  const client = bigQueryClient(place, { rootUrl: bench.server.url, sleep: async () => {} });
  const outline = outlineOf(await bench.server.tables.describe('marketing', 'events'));
  const headerOf = new Map(outline.headers.map((header) => [header, header]));
  const facts = { table: 'events', headerOf, outline } as const;
  const value = (column: string) => columnValue(facts, column, 'Europe/Berlin');
  const query = sql`select ${isoText(value('occurred_at'))} as at, cast(${value('value')} as string) as n
    from ${tableIn(place, 'events')} as t order by event_id`;
  const job = await client.query('cells', query, 'reading cells');
  const found: (readonly (string | null)[])[] = [];
  for await (const page of client.pages(job, 'reading cells')) found.push(...page);
  await bench.close();
  expect(found.slice(0, Object.keys(TIMES).length).map(([at]) => at)).toEqual(Object.values(TIMES));
  expect(found.slice(Object.keys(TIMES).length).map(([, n]) => n)).toEqual(Object.values(NUMBERS));
  expect(bench.server.violations).toEqual([]);
});

it.each([
  ['unsubscribe', '31.12.2025', true],
  ['open', '31.12.2025', true],
  ['unsubscribe', '2025-12-31', false],
])('lets the reader of cells have a table with what SQL can’t read: %s on %s', async (type, at, isNeeded) => {
  const bench = await bigQueryBench({
    contacts: [
      ['contact_id', 'email'],
      ['c1', 'ann@example.com'],
    ],
    events: [
      ['event_id', 'contact_id', 'type', 'occurred_at'],
      ['e1', 'c1', type, at],
    ],
  });
  const store = await bench.open();
  const { tables } = await store.read();
  const events = tables.find(({ table }) => table === 'events');
  expect(await events?.remote?.needsReader('Europe/Berlin', 'type', ['unsubscribe'])).toBe(isNeeded);
  await store.close();
  await bench.close();
});

it('writes a DATETIME in the workbook’s time zone, in which it is read', () => {
  expect(valueIn({ type: 'DATETIME' }, sql`x`, 'Europe/Berlin').text).toBe(
    `datetime(cast(nullif(x, '') as timestamp), 'Europe/Berlin')`,
  );
});
