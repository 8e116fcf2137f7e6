/**
 * A Parquet file as a table of texts in the workbook's words, each column by its type: moments in UTC, numbers as
 * numbers. Nothing is guessed: a number where a moment is expected could be seconds, milliseconds or days, and is
 * refused.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { literal, quoted, quoteText, raw, sql } from '../../core/sql.ts';
import type { ColumnType } from '../../core/tables.ts';
import { openEngine } from '../../engine/duckdb.ts';
import { WorkbookError } from '../csv/discover.ts';
import type { OutsideFile } from './files.ts';

/** What a Parquet file says of itself. */
export interface ParquetFile {
  readonly header: readonly string[];
  /** Their types as the engine calls them. */
  readonly types: readonly string[];
  readonly rows: number;
}

/** Reads the heads of Parquet files, in order. @throws WorkbookError for a file that is none */
export async function readHeads(files: readonly OutsideFile[], scratch: string): Promise<ParquetFile[]> {
  const engine = await openEngine({ spillFolder: join(scratch, 'spill'), timeZone: 'UTC', threads: 1 });
  try {
    const heads: ParquetFile[] = [];
    for (const { path, name } of files) {
      try {
        const columns = await engine.rows(sql`describe select * from ${raw(parquetScan([path]))}`);
        const rows = await engine.number(sql`select num_rows from parquet_file_metadata(${literal(path)})`);
        const of = (field: string): string[] => columns.map((column) => String(column[field]));
        heads.push({ header: of('column_name'), types: of('column_type'), rows });
      } catch {
        throw new WorkbookError(
          `${name} can't be read as a Parquet file: it is cut, or something else. Write it again; without it nothing was done.`,
        );
      }
    }
    return heads;
  } finally {
    engine.close();
  }
}

/** What rows are selected from, in the order of the files. A folder's name such as `day=2026-11-23` is no column. */
export const parquetScan = (paths: readonly string[]): string =>
  `read_parquet([${paths.map(quoteText).join(', ')}], hive_partitioning = false)`;

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\))$/;
const WHOLE = /INT/;
const MOMENT = /^TIMESTAMP(_S|_MS|_NS)?$/;

/**
 * The SQL that gives a column's values as the workbook's texts; null where a column of that type can't be read so.
 * @param type what the column is to the workbook; undefined for a column that it doesn't know
 */
export function asText(header: string, parquetType: string, type: ColumnType | undefined): string | null {
  const cell = quoted(header);
  const text = `cast(${cell} as varchar)`;
  if (parquetType === 'VARCHAR') return `nullif(${cell}, '')`;
  if (NUMBER.test(parquetType)) {
    if (type === 'time') return null;
    // An id that came through a number with a fraction (12.0) is still 12.
    return WHOLE.test(parquetType)
      ? text
      : `coalesce(case when ${cell} = trunc(${cell}) then cast(try_cast(${cell} as hugeint) as varchar) end, ${text})`;
  }
  if (type === 'number') return null;
  if (parquetType === 'DATE') return text;
  if (parquetType === 'TIMESTAMP WITH TIME ZONE') return `strftime(timezone('UTC', ${cell}), '%Y-%m-%dT%H:%M:%S.%fZ')`;
  if (MOMENT.test(parquetType)) return `cast(cast(${cell} as timestamp) as varchar)`;
  if (type === 'text' && ['BOOLEAN', 'UUID'].includes(parquetType)) return text;
  return type === undefined ? 'cast(null as varchar)' : null;
}

/** The hash, in hexadecimal, of a file's bytes. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
