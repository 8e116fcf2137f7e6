/**
 * A night on a dataset of the local server: statements, bytes that BigQuery would read, and what comes here and goes
 * there. `npm run bench -- bigquery [--contacts=10000] [--events=100000] [--folder=DIR]`; a folder keeps the generated
 * files. At a million contacts: NODE_OPTIONS=--max-old-space-size=12000. Bytes are counted as BigQuery bills them, but for
 * its least of 10 MB a table, so that they grow with the rows.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWorld } from '../../data/generator/files.ts';
import { benchOptions } from '../../data/generator/presets.ts';
import { generateWorld } from '../../data/generator/world.ts';
import { nightShift } from '../../jobs/batches.ts';
import { resolveNames } from '../../lib/core/batch.ts';
import { raw, sql } from '../../lib/core/sql.ts';
import { recogniseWith } from '../../lib/intake/formats/registry.ts';
import { folderLedger } from '../../lib/run/ledger.ts';
import { runBatch } from '../../lib/run/run.ts';
import { placeOf } from '../../lib/workbook/bigquery/address.ts';
import { bigQueryClient } from '../../lib/workbook/bigquery/client.ts';
import { tableToMake } from '../../lib/workbook/bigquery/layout.ts';
import { openBigQueryStore } from '../../lib/workbook/bigquery/store.ts';
import { type BigQueryServer, startBigQueryServer } from '../../test/support/bigquery-server/server.ts';

const AS_OF = new Date('2026-11-22T23:59:59.999Z');
const PLACE = placeOf('bigquery://example-project/marketing?location=EU');

const option = (name: string, fallback: number): number =>
  Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? fallback);

export async function run(): Promise<void> {
  const [contacts, events] = [option('contacts', 10_000), option('events', 100_000)];
  const given = process.argv.find((word) => word.startsWith('--folder='))?.slice('--folder='.length);
  const folder = given ?? mkdtempSync(join(tmpdir(), 'nightshift-bench-bigquery-'));
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'events.csv'))) writeWorld(generateWorld({ ...benchOptions, contacts, events }), folder);
  const server = await startBigQueryServer();
  server.keepsResults = false;
  for (const table of ['contacts', 'events', 'bounces', 'purchases', 'suppressions']) await fill(server, folder, table);
  console.log(`bigquery: ${contacts} contacts, ${events} events`);
  for (const night of ['first night', 'a night without changes']) {
    const from = server.requests.length;
    await aNight(server, folder, night);
    tell(server, from, night);
  }
  await server.close();
  if (given === undefined) rmSync(folder, { recursive: true });
}

/** Facts and suppressions with the types that `init` gives them; contacts, whose cells people fill, as texts. */
async function fill(server: BigQueryServer, folder: string, table: string): Promise<void> {
  const { engine } = server.tables;
  const file = sql`read_csv(${join(folder, `${table}.csv`)}, all_varchar = true, header = true, delim = ',',
    quote = '"', escape = '"')`;
  const headers = await engine.columnsOf(sql`select * from ${file}`);
  const known = new Map(tableToMake(table).schema?.fields?.map((field) => [field.name, field]));
  const fields = headers.map((name) => (table !== 'contacts' && known.get(name)) || { name, type: 'STRING' });
  await server.tables.create(PLACE.dataset, { tableReference: { tableId: table }, schema: { fields } });
  const cells = fields.map(({ name, type }) =>
    type === 'TIMESTAMP'
      ? `try_cast("${name}" as timestamp)`
      : type === 'FLOAT64'
        ? `try_cast("${name}" as double)`
        : `"${name}"`,
  );
  await engine.run(sql`insert into ${raw(`"${PLACE.dataset}/${table}"`)} select ${raw(cells.join(', '))} from ${file}`);
}

async function aNight(server: BigQueryServer, folder: string, name: string): Promise<void> {
  const client = bigQueryClient(PLACE, { rootUrl: server.url, sleep: async () => {} });
  const runId = name.replaceAll(' ', '-');
  const store = await openBigQueryStore({
    client,
    folder,
    aliases: {},
    recognise: recogniseWith(),
    command: 'bench',
    run: runId,
  });
  const jobs = resolveNames(nightShift, ['nightly']);
  if ('unknown' in jobs) throw new Error('no batch "nightly"');
  const identity = { run: runId, startedAt: AS_OF, workbook: 'bench', commit: null, trigger: 'local' } as const;
  const { jobs: results } = await runBatch({
    what: { jobs, rules: nightShift.workbook, asOf: AS_OF, identity },
    where: { store, ledger: folderLedger(join(folder, 'ledger')) },
    how: { approvals: new Set<string>(), applied: 'applied', progress: () => {}, elapsed: () => 0 },
  });
  const { queries, rowsRead, bytesRead, bytesWritten } = client.spent;
  console.log(`${name}: ${results.map(({ job, status }) => `${job} ${status}`).join(', ')}`);
  console.log(
    `  ${queries} statements; here came ${rowsRead} rows, ${mb(bytesRead)}; there went ${mb(bytesWritten)} of Parquet`,
  );
  await store.close();
}

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** What the statements of a night read, by what they are for. */
function tell(server: BigQueryServer, from: number, name: string): void {
  const sums = new Map<string, number>();
  for (const { job } of server.requests.slice(from)) {
    const text = job?.configuration?.query?.query;
    if (!text || job?.configuration?.dryRun) continue;
    const kind = /^nightshift_marketing_([a-z]+)_/.exec(job?.jobReference?.jobId ?? '')?.[1] ?? 'other';
    const what = kind !== 'facts' ? kind : /^create or replace/.test(text) ? 'judging facts' : 'asking facts';
    sums.set(what, (sums.get(what) ?? 0) + (server.read.get(job?.jobReference?.jobId ?? '') ?? 0));
  }
  const total = [...sums.values()].reduce((sum, bytes) => sum + bytes, 0);
  const parts = [...sums].map(([what, bytes]) => `${what} ${mb(bytes)}`).join(', ');
  console.log(`  bytes read in BigQuery, ${name}: ${mb(total)} (${parts})`);
}
