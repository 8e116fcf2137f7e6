/**
 * Reads a CSV file into a table of text columns, and writes a table as CSV. The one place where the matching touches a
 * file's format, so that another reader can take its place.
 */
import { rename, rm } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { readRows } from './read-rows.ts';
import { literal, quoted } from './values.ts';

/** Makes `table(match_row, columns…)` from a file, `match_row` counting from 1; headers lose blanks around them. Returns the headers. */
export async function readTable(db: DuckDBConnection, path: string, table: string): Promise<string[]> {
  await db.run(
    `create or replace table ${quoted(table)} as
     select row_number() over () as match_row, * from read_csv(${literal(path)}, all_varchar = true, header = true, null_padding = true, sample_size = -1)`,
  );
  const described = await readRows<{ column_name: string }>(db, `describe ${quoted(table)}`);
  const headers = described.map(({ column_name }) => column_name).filter((name) => name !== 'match_row');
  for (const name of headers) {
    if (name !== name.trim())
      await db.run(`alter table ${quoted(table)} rename ${quoted(name)} to ${quoted(name.trim())}`);
  }
  return headers.map((name) => name.trim());
}

/** Writes a query's rows to `path` as CSV: all of them, or the file that was there before stays. */
export async function writeCsv(db: DuckDBConnection, query: string, path: string): Promise<void> {
  const half = `${path}.${process.pid}.tmp`;
  try {
    await db.run(`copy (${query}) to ${literal(half)} (format csv, header)`);
    await rename(half, path);
  } finally {
    await rm(half, { force: true });
  }
}
