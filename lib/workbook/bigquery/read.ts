/**
 * Reads tables of a dataset as they were at one moment, as the strict CSV text that the engine reads. BigQuery keeps no
 * order of rows: they come by key, then by all that they hold, so that two readings of one content are one text.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { integer, join, type Sql, sql } from '../../core/sql.ts';
import { encodeCell } from '../csv/cell.ts';
import { strictOptions } from '../csv/strict-options.ts';
import type { CsvText } from '../table-text.ts';
import { type Outline, textOf } from './outline.ts';

/** The rows of a source, called t, for which a condition holds, its columns as texts c0, c1, … */
export function rowsQuery({ headers, fields }: Outline, source: Sql, keys: readonly string[], where: Sql): Sql {
  const first = keys.map((key) => headers.indexOf(key)).filter((place) => place >= 0);
  const order = [...new Set([...first, ...headers.keys()])].map((place) => integer(place + 1));
  const cells = fields.map((field, i) => sql`${textOf(field, 't')} as ${{ text: `c${i}`, values: [] }}`);
  return sql`select ${join(cells, ', ')} from ${source}
    where ${where} order by ${join(order, ', ')}`;
}

/** Writes rows to `path`; their columns are under `headers`. */
export async function writeText(
  pages: AsyncIterable<readonly (readonly (string | null)[])[]>,
  headers: readonly string[],
  path: string,
): Promise<CsvText> {
  const hash = createHash('sha256');
  const out = createWriteStream(path);
  let rows = 0;
  const write = async (text: string): Promise<void> => {
    hash.update(text);
    if (!out.write(text)) await once(out, 'drain');
  };
  await write(`${headers.map((_, i) => `c${i}`).join(',')}\n`);
  for await (const page of pages) {
    rows += page.length;
    // A record of one empty cell would be a blank line, which is no record.
    const lines = page.map((row) => row.map((cell) => encodeCell(cell ?? '', ',')).join(',') || '""');
    if (lines.length > 0) await write(`${lines.join('\n')}\n`);
  }
  out.end();
  await finished(out);
  const options = strictOptions({ header: [...headers], delimiter: ',' }, false);
  return { path, options, rows, hash: hash.digest('hex'), malformed: [] };
}
