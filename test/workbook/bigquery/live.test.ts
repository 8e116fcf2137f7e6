/**
 * The contract of the stores on Google's BigQuery, in an empty dataset made for it:
 * `NIGHTSHIFT_LIVE_DATASET='bigquery://PROJECT/DATASET?location=EU' npm run test:live` (docs/bigquery.md). Left out
 * without. What a test made is removed after it.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { join as joinSql, sql } from '../../../lib/core/sql.ts';
import { recogniseWith } from '../../../lib/intake/formats/registry.ts';
import type { RunResult } from '../../../lib/run/result.ts';
import { placeOf } from '../../../lib/workbook/bigquery/address.ts';
import { bigQueryClient } from '../../../lib/workbook/bigquery/client.ts';
import { fieldIn, tableIn } from '../../../lib/workbook/bigquery/outline.ts';
import { openBigQueryStore } from '../../../lib/workbook/bigquery/store.ts';
import { night } from '../../support/night.ts';
import type { StoreBench, Tables } from '../../support/store-bench.ts';
import { writeTables } from '../../support/store-bench.ts';
import { itKeepsTheContract } from '../../support/store-contract.ts';
import { temporaryFolder } from '../../support/workbook.ts';
import { aPart } from './part-of-sample.ts';

const address = process.env.NIGHTSHIFT_LIVE_DATASET;
const limits = { gigabytesPerQuery: 1, gigabytesPerRun: 5 };

async function liveDataset(named: string, tables: Tables): Promise<StoreBench> {
  const place = placeOf(named);
  const client = bigQueryClient(place, { limits });
  const idsOf = async () => (await client.tables()).map(({ tableReference }) => tableReference?.tableId ?? '');
  expect(await idsOf(), 'the dataset is not empty, and was left as it is').toEqual([]);
  onTestFinished(async () => {
    for (const id of await idsOf()) await client.removeTable(id);
  });
  for (const [tableId, [headers = [], ...rows]] of Object.entries(tables)) {
    const fields = headers.map((name) => ({ name, type: 'STRING' }));
    await client.createTable({ tableReference: { tableId }, schema: { fields } });
    const columns = joinSql(
      headers.map((header) => fieldIn(header)),
      ', ',
    );
    const values = rows.map(
      (row) =>
        sql`(${joinSql(
          row.map((cell) => sql`nullif(${cell}, '')`),
          ', ',
        )})`,
    );
    const text = sql`insert into ${tableIn(place, tableId)} (${columns}) values ${joinSql(values, ', ')}`;
    if (values.length > 0) await client.query(`live_${Date.now()}`, text, 'preparing a test');
  }
  const folder = temporaryFolder();
  return {
    open: (run = 'run-1') =>
      openBigQueryStore({ client, folder, aliases: {}, recognise: recogniseWith(), command: 'test', run }),
    rows: async (table) => {
      if (!(await idsOf()).includes(table)) return null;
      const job = await client.query(
        `live_${Date.now()}`,
        sql`select * from ${tableIn(place, table)} order by 1`,
        'looking',
      );
      const headers = (await client.fields(job, 'looking')).map(({ name }) => name ?? '');
      const rows: (string | null)[][] = [];
      for await (const page of client.pages(job, 'looking')) for (const row of page) rows.push([...row]);
      return [headers, ...rows];
    },
  };
}

describe.runIf(address)('the bigquery store on Google itself', { timeout: 300_000 }, () => {
  itKeepsTheContract('bigquery', (tables) => liveDataset(address ?? '', tables));

  it('comes to the same plans as a folder', async () => {
    const tables = aPart(200);
    const folder = temporaryFolder();
    writeTables(folder, tables);
    const bench = await liveDataset(address ?? '', tables);
    const asOf = '2026-11-24T00:00:00Z';
    const plansOf = ({ jobs }: RunResult) => jobs.map(({ job, status, plan }) => ({ job, status, plan }));
    const there = await night(temporaryFolder(), { asOf, open: bench.open });
    expect(plansOf(there)).toEqual(plansOf(await night(folder, { asOf })));
  });
});

it.skipIf(address)(
  'is tried on Google where NIGHTSHIFT_LIVE_DATASET names an empty dataset (skipped: not set)',
  () => {},
);
