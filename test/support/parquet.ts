/** Writes Parquet files for tests, from a select. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** Writes what each select gives to the path beside it; moments with a zone are UTC. */
export async function writeParquet(files: Readonly<Record<string, string>>): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    await connection.run(`set timezone = 'UTC'`);
    for (const [path, select] of Object.entries(files)) {
      mkdirSync(dirname(path), { recursive: true });
      await connection.run(`copy (${select}) to '${path}' (format parquet)`);
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
