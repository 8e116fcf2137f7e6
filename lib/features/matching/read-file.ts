/**
 * Loads a CSV file into the engine as a table of text columns, in any encoding and delimiter it is written, and
 * writes the matching's own files. Rows that can't be read stay in the file and out of the table.
 */
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoted } from '../../core/sql.ts';
import { howToRead } from '../../workbook/csv/how-to-read.ts';
import { type CsvFile, openCsv } from '../../workbook/csv/sniff.ts';
import { strictCopy } from '../../workbook/csv/strict-copy.ts';
import { readRows } from './read-rows.ts';
import { literal } from './values.ts';

export interface LoadedCsv {
  readonly file: CsvFile;
  /** The table's columns, one for each of the file's: its header, or a name of its own where that is empty or taken. */
  readonly columns: readonly string[];
  /** How many rows can't be read. */
  readonly malformed: number;
}

/** A name that none of those taken is, no matter the case of its letters; adds it to them. */
export function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${wanted}_${n}`;
  taken.add(name.toLowerCase());
  return name;
}

/**
 * Makes the view `table(match_row, columns…)` of a file, `match_row` counting its well-formed rows from 1. `scratch` is a
 * folder for a copy of a file that the engine can't read as it is. @throws CsvError
 */
export async function loadCsv(db: DuckDBConnection, path: string, table: string, scratch: string): Promise<LoadedCsv> {
  const file = await openCsv(path);
  const taken = new Set(['match_row']);
  const columns = file.header.map((header, index) => freeName(header.trim() || `column ${index + 1}`, taken));
  const rowsTable = quoted(`${table}_rows`);
  const load = async (from: string, options: string): Promise<number> => {
    const cells = columns.map((name, index) => `c${index} as ${quoted(name)}`);
    await db.run(
      `create or replace table ${rowsTable} as select ${cells.join(', ')} from read_csv(${literal(from)}, ${options})`,
    );
    const [found] = await readRows<{ n: number }>(db, `select count(*)::integer as n from ${rowsTable}`);
    return found?.n ?? 0;
  };
  const care = await howToRead(file);
  const agrees =
    care.copy === null &&
    (await load(path, care.options)
      .catch(() => -1)
      .then((rows) => rows === care.rows));
  let malformed = 0;
  if (!agrees) {
    const copy = join(scratch, 'strict.csv');
    const strict = await strictCopy(file, copy);
    await load(copy, strict.options);
    malformed = strict.malformed.length;
  }
  await db.run(`create or replace view ${quoted(table)} as select rowid + 1 as match_row, * from ${rowsTable}`);
  return { file, columns, malformed };
}

/** Writes a query's rows to `path` as CSV. */
export async function writeCsv(
  db: DuckDBConnection,
  query: string,
  path: string,
  { header = true, delimiter = ',' } = {},
): Promise<void> {
  const options = `format csv, header ${header}, delimiter ${literal(delimiter)}, nullstr ''`;
  await db.run(`copy (${query}) to ${literal(path)} (${options})`);
}
