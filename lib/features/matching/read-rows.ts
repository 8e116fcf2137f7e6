/** Reads a query's rows as plain objects. The caller names their shape; it converts nothing. */
import type { DuckDBConnection } from '@duckdb/node-api';

export async function readRows<Row>(db: DuckDBConnection, sql: string): Promise<Row[]> {
  const reader = await db.runAndReadAll(sql);
  return reader.getRowObjectsJS() as Row[];
}
