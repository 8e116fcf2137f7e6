/** DuckDB as a second opinion on CSV files. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { CsvFile } from '../../../lib/workbook/csv/sniff.ts';
import { referenceRecords } from './reference.ts';

export async function connect(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run('set threads = 2');
  return connection;
}

/** The data rows as DuckDB reads them, unknown and empty alike; null where it refuses. */
export async function duckRows(
  connection: DuckDBConnection,
  path: string,
  options: string,
): Promise<string[][] | null> {
  try {
    // The client takes a byte order mark off the front of a text, so something else has to stand there.
    const query = `select '.' || coalesce(columns(*), '') from read_csv('${path}', ${options})`;
    const reader = await connection.runAndReadAll(query);
    return reader.getRowsJson().map((row) => row.map((cell) => String(cell).slice(1)));
  } catch {
    return null;
  }
}

/** The data rows that are well formed by the slow reading; a text with its byte order mark taken off. */
export function soundRows(text: string, file: CsvFile): string[][] {
  const records = referenceRecords(text, file.delimiter, file.header.length);
  return records.slice(1).flatMap(({ cells }) => (cells ? [[...cells]] : []));
}
