/**
 * Reads tables of a dataset as they were at one moment, as the strict CSV text that the engine reads. BigQuery keeps no
 * order of rows: they come by key, then by all that they hold, so that two readings of one content are one text.
 */
import { integer, join, type Sql, sql } from '../../core/sql.ts';
import { type Outline, textOf } from './outline.ts';

/** The rows of a source, called t, for which a condition holds, its columns as texts c0, c1, … */
export function rowsQuery({ headers, fields }: Outline, source: Sql, keys: readonly string[], where: Sql): Sql {
  const first = keys.map((key) => headers.indexOf(key)).filter((place) => place >= 0);
  const order = [...new Set([...first, ...headers.keys()])].map((place) => integer(place + 1));
  const cells = fields.map((field, i) => sql`${textOf(field, 't')} as ${{ text: `c${i}`, values: [] }}`);
  return sql`select ${join(cells, ', ')} from ${source}
    where ${where} order by ${join(order, ', ')}`;
}
