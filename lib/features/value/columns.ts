/** Numbers between the engine and typed arrays: a query's numeric columns out, groups' estimates back in. */

import type { Engine } from '../../core/engine.ts';
import { name, type Sql, sql } from '../../core/sql.ts';

/** The columns of a query, all of them numbers without nulls; `names` says which, in the query's order. */
export async function numericColumns<Name extends string>(
  engine: Engine,
  query: Sql,
  names: readonly Name[],
): Promise<Record<Name, Float64Array>> {
  const rows = await engine.number(sql`select count(*) as n from (${query}) as counted`);
  const columns = names.map((column) => [column, new Float64Array(rows)] as const);
  let row = 0;
  for await (const chunk of engine.chunks(query)) {
    for (const [i, [, values]] of columns.entries()) values.set((chunk[i] ?? []).map(Number), row);
    row += chunk[0]?.length ?? 0;
  }
  return Object.fromEntries(columns) as Record<Name, Float64Array>;
}

const BATCH = 20_480;

/** Makes a table of numeric columns; NaN becomes null. */
export async function numericTable(
  engine: Engine,
  table: string,
  columns: Record<string, Float64Array>,
): Promise<void> {
  const typed: Sql = {
    text: Object.keys(columns)
      .map((column) => `${column} double`)
      .join(', '),
    values: [],
  };
  await engine.run(sql`create or replace table ${name(table)} (${typed})`);
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
