/** Files that go up in several pieces, no matter what is lost on the way. */
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { literal, raw, sql } from '../../../lib/core/sql.ts';
import { bigQueryClient } from '../../../lib/workbook/bigquery/client.ts';
import { LEAST_PIECE } from '../../../lib/workbook/bigquery/upload.ts';
import { startBigQueryServer } from '../../support/bigquery-server/server.ts';
import { temporaryFolder } from '../../support/workbook.ts';

const ROWS = 30_000;

it('loads each row of a large file once, though answers are lost and the session expires', async () => {
  const server = await startBigQueryServer();
  onTestFinished(() => server.close());
  const { engine } = server.tables;
  const path = join(temporaryFolder(), 'rows.parquet');
  await engine.run(
    sql`copy (select md5(range::varchar) as a, md5((range + 1)::varchar) as b from range(${ROWS})) to ${literal(path)}
      (format parquet)`,
  );
  const fields = ['a', 'b'].map((name) => ({ name, type: 'STRING' }));
  await server.tables.create('marketing', { tableReference: { tableId: 'staged' }, schema: { fields } });
  const place = { project: 'example-project', dataset: 'marketing' };
  const client = bigQueryClient(place, { rootUrl: server.url, sleep: async () => {}, pieceBytes: LEAST_PIECE });
  const rows = () => engine.number(raw('select count(*) from "marketing/staged"'));
  for (const [id, lost] of [
    ['a', 'lost before'],
    ['b', 'lost after'],
  ] as const) {
    let puts = 0;
    // Each piece after the first is lost once.
    server.weather = ({ method }) => {
      puts += method === 'PUT' ? 1 : 0;
      return method === 'PUT' && puts % 3 === 2 ? lost : null;
    };
    await client.load(id, 'staged', path);
    expect(puts).toBeGreaterThan(3);
  }
  expect(await rows()).toBe(2 * ROWS);
  let puts = 0;
  server.weather = ({ method }) => {
    puts += method === 'PUT' ? 1 : 0;
    if (puts === 2) server.uploads.expire();
    return null;
  };
  await client.load('c', 'staged', path);
  expect(await rows()).toBe(3 * ROWS);
  expect(server.violations).toEqual([]);
});
