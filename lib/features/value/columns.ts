/** Numbers between the engine and typed arrays: a query's numeric columns out, groups' estimates back in. */

import type { Engine } from '../../core/engine.ts';
import { name, type Sql, sql } from '../../core/sql.ts';

/** The columns of a query, all of them numbers without nulls; `names` names them, in the query's order. */
export async function numericColumns<Name extends string>(
  engine: Engine,
  query: Sql,
  names: readonly Name[],
): Promise<Record<Name, Float64Array>> {
  const parts: Float64Array[][] = [];
  for await (const chunk of engine.chunks(query)) {
    parts.push(names.map((_, i) => Float64Array.from(chunk[i] ?? [], Number)));
  }
  const rows = parts.reduce((sum, [first]) => sum + (first?.length ?? 0), 0);
  const columns = names.map((column, i) => {
    const values = new Float64Array(rows);
    let row = 0;
    for (const part of parts) {
      values.set(part[i] as Float64Array, row);
      row += part[i]?.length ?? 0;
    }
    return [column, values] as const;
  });
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
