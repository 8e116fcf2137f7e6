/**
 * Brings a provider's JSON feed into the engine, batch by batch.
 */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { JobError } from '../core/errors.ts';
import { raw, sql } from '../core/sql.ts';
import type { Engine } from '../engine/duckdb.ts';
import { jsonRecords } from './json-records.ts';
import { providerOf, type Read, unwrap } from './provider-json.ts';
import type { BringOptions, BroughtFile } from './read-files.ts';

const BATCH_ROWS = 4_096;

const STAGED = [
  'line',
  'goes',
  'id',
  'email',
  'word',
  'code',
  'detail',
  'provider',
  'occurred_at',
  'campaign',
  'fault',
];

type Staged = (string | null)[];

function staged(line: number, read: Read): Staged {
  const at = String(line);
  if ('ignored' in read) return [at, 'ignored', null, null, read.ignored, null, null, null, null, null, null];
  if ('fault' in read) return [at, 'reject', null, null, read.column, null, null, null, null, null, read.fault];
  const { cells } = read;
  const cell = (name: string): string | null => cells[name] ?? null;
  const id = cell('bounce_id') ?? cell('event_id');
  const word = cell('kind') ?? cell('type');
  return [
    ...[at, read.table, id, cell('email'), word, cell('code'), cell('detail'), cell('provider')],
    ...[cell('occurred_at'), cell('campaign'), null],
  ];
}

const unknown: Read = { fault: 'is of no provider that we know', column: '' };
const empty: Read = { fault: 'names nobody', column: '' };

/** Takes one file in. @throws JobError where nothing in it is of a provider that we know */
export async function bringJson(
  engine: Engine,
  path: string,
  file: number,
  { progress }: BringOptions,
): Promise<BroughtFile> {
  const name = basename(path);
  const { size } = await stat(path);
  const labels = new Set<string>();
  let rows = 0;
  async function* batches(): AsyncGenerator<Staged[]> {
    let batch: Staged[] = [];
    const told = (bytes: number): void => progress(`reading ${name}`, bytes / Math.max(1, size));
    for await (const record of jsonRecords(path, told)) {
      for (const read of readsOf(record, labels)) batch.push(staged(++rows, read));
      if (batch.length < BATCH_ROWS) continue;
      yield columnwise(batch);
      batch = [];
    }
    if (batch.length > 0) yield columnwise(batch);
  }
  await engine.run(
    raw(`create or replace temp table import_json (${STAGED.map((column) => `${column} varchar`).join(', ')})`),
  );
  await engine.append('import_json', batches());
  if (labels.size === 0) {
    throw new JobError(
      `${name} is JSON of no provider that we know: Amazon SES (SNS), SendGrid, Mailgun and Postmark are read. A CSV with email, kind and occurred_at always is.`,
    );
  }
  await spread(engine, file);
  return { name, label: [...labels].join(' and '), rows, unused: [] };
}

type Found = Parameters<typeof unwrap>[0];

function readsOf(record: { value?: Found; fault?: string }, labels: Set<string>): Read[] {
  if (record.value === undefined) return [{ fault: record.fault ?? '', column: '' }];
  const found = unwrap(record.value);
  return found.flatMap((value) => {
    const provider = providerOf(value);
    if (!provider) return [unknown];
    labels.add(provider.label);
    const reads = provider.read(value);
    return reads.length > 0 ? reads : [empty];
  });
}

const columnwise = (batch: readonly Staged[]): Staged[] =>
  STAGED.map((_, column) => batch.map((row) => row[column] ?? null));

async function spread(engine: Engine, file: number): Promise<void> {
  await engine.run(sql`insert into incoming_bounces by name
    select ${file} as file, cast(line as bigint) as line, id as bounce_id, email, nullif(word, '') as kind, code, detail, provider, occurred_at
    from import_json where goes = 'bounces'`);
  await engine.run(sql`insert into incoming_events by name
    select ${file} as file, cast(line as bigint) as line, id as event_id, email, word as type, occurred_at, campaign
    from import_json where goes = 'events'`);
  await engine.run(
    sql`insert into import_rejects select ${file}, cast(line as bigint), word, fault, null from import_json where goes = 'reject'`,
  );
  await engine.run(
    sql`insert into import_ignored select ${file}, word, count(*) from import_json where goes = 'ignored' group by word`,
  );
  await engine.run(raw('drop table import_json'));
}
