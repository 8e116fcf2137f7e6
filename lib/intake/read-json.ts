/**
 * Reads a provider's JSON feed into the engine, batch by batch.
 */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Engine } from '../core/engine.ts';
import { JobError } from '../core/errors.ts';
import { raw, sql } from '../core/sql.ts';
import { unwrap } from './formats/envelopes.ts';
import type { Json, Read } from './formats/format.ts';
import { jsonFormatOf, jsonTools } from './formats/registry.ts';
import type { ImportedFile, ReadOptions } from './imported-file.ts';
import { jsonRecords } from './json-records.ts';

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
  'scope',
  'source',
  'amount',
  'currency',
];

type Staged = (string | null)[];

function staged(line: number, read: Read): Staged {
  const at = String(line);
  const of = (cells: Readonly<Record<string, string | null>>): Staged => STAGED.map((column) => cells[column] ?? null);
  if ('ignored' in read) return of({ line: at, goes: 'ignored', word: read.ignored });
  if ('fault' in read) return of({ line: at, goes: 'reject', word: read.column, fault: read.fault });
  const { cells, table } = read;
  return of({
    ...cells,
    line: at,
    goes: table,
    id: cells.bounce_id ?? cells.event_id ?? cells.order_id ?? null,
    word: cells.kind ?? cells.type ?? cells.reason ?? null,
    detail: cells.detail ?? cells.note ?? null,
    occurred_at: cells.occurred_at ?? cells.suppressed_at ?? cells.ordered_at ?? null,
  });
}

const unknown: Read = { fault: 'not of a provider that we know', column: '' };
const empty: Read = { fault: 'names no address', column: '' };

/** Reads one file. @throws JobError where nothing in it is of a provider that we know */
export async function readJson(
  engine: Engine,
  path: string,
  file: number,
  { progress }: ReadOptions,
): Promise<ImportedFile> {
  const name = basename(path);
  const { size } = await stat(path);
  const labels = new Set<string>();
  let rows = 0;
  async function* batches(): AsyncGenerator<Staged[]> {
    let batch: Staged[] = [];
    const report = (bytes: number): void => progress(`reading ${name}`, bytes / Math.max(1, size));
    for await (const record of jsonRecords(path, report)) {
      for (const read of readsOf(record, labels, name)) batch.push(staged(++rows, read));
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
      `${name} is JSON of no provider that we know: ${jsonTools.join(', ')} are read. A CSV with email, kind (complaint, unsubscribe, hard, soft or block) and occurred_at always is.`,
    );
  }
  await spread(engine, file);
  return { name, label: [...labels].join(' and '), rows, unused: [], consent: [], disagree: 0, notes: [] };
}

function readsOf(record: { value?: Json; fault?: string }, labels: Set<string>, name: string): Read[] {
  if (record.value === undefined) return [{ fault: record.fault ?? '', column: '' }];
  return unwrap(record.value).flatMap((value) => {
    const format = jsonFormatOf(value);
    if (!format) return [unknown];
    labels.add(format.label);
    const reads = format.read(value, name);
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
  await engine.run(sql`insert into incoming_purchases by name
    select ${file} as file, cast(line as bigint) as line, id as order_id, email, occurred_at as ordered_at, amount, currency
    from import_json where goes = 'purchases'`);
  await engine.run(sql`insert into incoming_suppressions by name
    select ${file} as file, cast(line as bigint) as line, email, scope, word as reason, occurred_at as suppressed_at, source, detail as note
    from import_json where goes = 'suppressions'`);
  await engine.run(
    sql`insert into import_rejects select ${file}, cast(line as bigint), word, fault, null from import_json where goes = 'reject'`,
  );
  await engine.run(
    sql`insert into import_ignored select ${file}, word, count(*) from import_json where goes = 'ignored' group by word`,
  );
  await engine.run(raw('drop table import_json'));
}
