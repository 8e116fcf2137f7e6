/**
 * Reads a provider's JSON feed into the engine, batch by batch.
 */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Engine } from '../core/engine.ts';
import { JobError } from '../core/errors.ts';
import { join, name, raw, sql } from '../core/sql.ts';
import { jsonTools } from './formats/registry.ts';
import type { ImportedFile, ReadOptions } from './imported-file.ts';
import { COLUMNS, jsonRows, STAGED, type Staged } from './json-rows.ts';

const BATCH_ROWS = 4_096;

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
    for await (const row of jsonRows(path, name, labels, report)) {
      batch.push(row);
      rows += 1;
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
      `${name} is JSON of no provider that we know: ${jsonTools.join(', ')} are read. A CSV with email, kind ` +
        '(complaint, unsubscribe, hard, soft or block) and occurred_at always is.',
    );
  }
  await spread(engine, file);
  return { name, label: [...labels].join(' and '), rows, unused: [], consent: [], disagree: 0, notes: [] };
}

const columnwise = (batch: readonly Staged[]): Staged[] =>
  STAGED.map((_, column) => batch.map((row) => row[column] ?? null));

async function spread(engine: Engine, file: number): Promise<void> {
  for (const [table, columns] of Object.entries(COLUMNS)) {
    const cells = Object.entries(columns).map(([column, cell]) => sql`${name(cell)} as ${name(column)}`);
    await engine.run(
      sql`insert into ${name(`incoming_${table}`)} by name
        select ${file} as file, cast(line as bigint) as line, ${join(cells, ', ')} from import_json where goes = ${table}`,
    );
  }
  await engine.run(
    sql`insert into import_rejects select ${file}, cast(line as bigint), word, fault, null from import_json
      where goes = 'reject'`,
  );
  await engine.run(
    sql`insert into import_ignored select ${file}, word, count(*) from import_json
      where goes = 'ignored' group by word`,
  );
  await engine.run(sql`drop table import_json`);
}
