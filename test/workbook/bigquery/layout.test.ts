/** How a dataset is laid out, and what doctor finds in one that is laid out otherwise. */
import { expect, it } from 'vitest';
import { tableNames } from '../../../lib/core/tables.ts';
import { placeOf } from '../../../lib/workbook/bigquery/address.ts';
import { bigQueryClient } from '../../../lib/workbook/bigquery/client.ts';
import { layOutDataset } from '../../../lib/workbook/bigquery/layout.ts';
import { ApiError } from '../../support/bigquery-server/api-error.ts';
import { startBigQueryServer } from '../../support/bigquery-server/server.ts';
import { bigQueryBench } from '../../support/store-bench.ts';

it('lays a dataset out with types, partitions and clusters, and leaves what is there', async () => {
  const server = await startBigQueryServer();
  const client = bigQueryClient(placeOf('bigquery://example-project/marketing'), { rootUrl: server.url });
  const first = await layOutDataset(client, { events: 400 });
  expect(first.made).toEqual(tableNames);
  const events = await server.tables.describe('marketing', 'events');
  expect(events).toMatchObject({
    timePartitioning: { type: 'DAY', field: 'occurred_at', expirationMs: String(400 * 86_400_000) },
    clustering: { fields: ['contact_id', 'type'] },
  });
  expect(events.schema?.fields?.filter(({ description }) => !description)).toEqual([]);
  const bounces = await server.tables.describe('marketing', 'bounces');
  expect(bounces).toMatchObject({ timePartitioning: { type: 'MONTH', field: 'occurred_at' } });
  expect(await layOutDataset(client)).toEqual({ made: [], found: [...tableNames] });
  expect(server.violations).toEqual([]);
  await server.close();
});

it('tells doctor what would lose or refuse rows, of columns that hold too little, and of missing rights', async () => {
  const bench = await bigQueryBench(
    {
      contacts: [
        ['contact_id', 'score'],
        ['c1', '5'],
      ],
    },
    { 'contacts.score': 'INT64' },
  );
  const defaultTableExpirationMs = String(60 * 86_400_000);
  bench.server.dataset = { location: 'EU', maxTimeTravelHours: '24', defaultTableExpirationMs };
  const make = (tableId: string, more: object) =>
    bench.server.tables.create('marketing', {
      tableReference: { tableId },
      schema: {
        fields: [
          { name: 'email', type: 'STRING', mode: 'REQUIRED' },
          { name: 'ours', type: 'STRING', mode: 'REQUIRED' },
        ],
      },
      ...more,
    });
  await make('suppressions', { streamingBuffer: {}, expirationTime: '1800000000000' });
  await make('changes', { timePartitioning: { type: 'MONTH', expirationMs: '1' }, requirePartitionFilter: true });
  await make('review', { type: 'VIEW' });
  const store = await bench.open();
  await store.read();
  bench.server.weather = ({ job }) =>
    job?.configuration?.dryRun
      ? new ApiError(403, 'accessDenied', 'Permission bigquery.tables.create denied on dataset')
      : null;
  const texts = (await store.warehouse?.findings())?.map(({ level, text }) => `${level} ${text}`).join('\n');
  expect(texts).toMatch(/fix BigQuery deletes a table there 60 days after/);
  expect(texts).toMatch(/fix table "suppressions" is deleted/);
  expect(texts).toMatch(/fix table "changes" has partitions that are deleted/);
  expect(texts).toMatch(/fix table "changes" takes no statement without a filter/);
  expect(texts).toMatch(/fix table "review" is a view/);
  expect(texts).toMatch(/review table "suppressions": "ours" is REQUIRED/);
  expect(texts).not.toMatch(/"suppressions": "email" is REQUIRED/);
  expect(texts).toMatch(/fix its time travel window is 24 hours/);
  expect(texts).toMatch(/review table "suppressions": rows arrive by streaming/);
  expect(texts).toMatch(/review table "contacts": "score" is (INTEGER|INT64).*make it FLOAT64/);
  expect(texts).toMatch(/fix .*bigquery\.tables\.create.*Data Editor/);
  await store.close();
  await bench.close();
});
