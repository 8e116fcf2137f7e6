/**
 * Reads tables of a dataset as they were at one moment, as the strict CSV text that the engine reads. BigQuery keeps no
 * order of rows: they come by key, then by all that they hold, so that two readings of one content are one text.
 */
import { integer, join, type Sql, sql } from '../../core/sql.ts';
import type { BigQueryClient } from './client.ts';
import { cellsOf, type Outline, tableAt } from './outline.ts';

/** The rows of a table (t) for which a condition holds, its columns as texts c0, c1, … */
export function rowsQuery(
  client: BigQueryClient,
  outline: Outline,
  moment: string,
  keys: readonly string[],
  where: Sql,
): Sql {
  const places = outline.headers.map((_, i) => i);
  const first = keys.map((key) => outline.headers.indexOf(key)).filter((place) => place >= 0);
  const order = [...first, ...places.filter((place) => !first.includes(place))].map((place) => integer(place + 1));
  return sql`select ${cellsOf(outline, 't')} from ${tableAt(client.place, outline, moment)}
    where ${where} order by ${join(order, ', ')}`;
}
