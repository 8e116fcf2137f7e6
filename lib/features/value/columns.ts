/** Tables of the engine, and numbers between them and typed arrays. */

import type { Engine } from '../../core/engine.ts';
import { join, name, type Sql, sql } from '../../core/sql.ts';

/** Makes a table of a query's rows, in place of one of that name. */
export const createTable = (engine: Engine, table: Sql, query: Sql): Promise<void> =>
  engine.run(sql`create or replace table ${table} as ${query}`);

/** The columns of a query, all of them numbers without nulls; `names` names them, in the query's order. */
export async function numericColumns<Name extends string>(
  engine: Engine,
  query: Sql,
  names: readonly Name[],
): Promise<Record<Name, Float64Array>> {
  const columns = names.map((): number[] => []);
  for await (const chunk of engine.chunks(query)) {
    for (const [i, column] of columns.entries()) for (const cell of chunk[i] ?? []) column.push(Number(cell));
  }
  return Object.fromEntries(names.map((column, i) => [column, Float64Array.from(columns[i] ?? [])])) as Record<
    Name,
    Float64Array
  >;
}

const BATCH = 20_480;

/** Makes a table of numeric columns; NaN becomes null. */
export async function numericTable(
  engine: Engine,
  table: string,
  columns: Record<string, Float64Array>,
): Promise<void> {
  const typed = Object.keys(columns).map((column) => sql`${name(column)} double`);
  await engine.run(sql`create or replace table ${name(table)} (${join(typed, ', ')})`);
  await engine.append(table, batches(Object.values(columns)), 'number');
}

async function* batches(arrays: readonly Float64Array[]): AsyncGenerator<(number | null)[][]> {
  const rows = arrays[0]?.length ?? 0;
  for (let from = 0; from < rows; from += BATCH) {
    yield arrays.map((column) =>
      Array.from(column.subarray(from, from + BATCH), (value) => (Number.isNaN(value) ? null : value)),
    );
  }
}
