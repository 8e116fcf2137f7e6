/** Numbers between the engine and typed arrays: a query's numeric columns out, groups' estimates back in. */
import type { Engine } from '../engine/duckdb.ts';
import { name, type Sql, sql } from '../engine/sql.ts';

/** The columns of a query whose columns are all numbers without nulls. */
export async function numericColumns(engine: Engine, query: Sql, width: number): Promise<Float64Array[]> {
  const rows = await engine.number(sql`select count(*) as n from (${query}) as counted`);
  const columns = Array.from({ length: width }, () => new Float64Array(rows));
  let row = 0;
  for await (const chunk of engine.chunks(query)) {
    for (const [i, column] of columns.entries()) column.set((chunk[i] ?? []).map(Number), row);
    row += chunk[0]?.length ?? 0;
  }
  return columns;
}

const BATCH = 20_480;

/** Makes a table of numeric columns; NaN becomes null. */
export async function numericTable(
  engine: Engine,
  table: string,
  columns: Record<string, Float64Array>,
): Promise<void> {
  const names = Object.keys(columns);
  const arrays = Object.values(columns);
  const declared = names.map((column) => `${name(column).text} varchar`).join(', ');
  await engine.run({ text: `create or replace table ${name(table).text}_text (${declared})`, values: [] });
  await engine.append(`${table}_text`, batches(arrays));
  const read = names.map((column) => `cast(${column} as double) as ${column}`).join(', ');
  await engine.run({ text: `create or replace table ${table} as select ${read} from ${table}_text`, values: [] });
  await engine.run({ text: `drop table ${table}_text`, values: [] });
}

async function* batches(arrays: readonly Float64Array[]): AsyncGenerator<(string | null)[][]> {
  const rows = arrays[0]?.length ?? 0;
  for (let from = 0; from < rows; from += BATCH) {
    yield arrays.map((column) =>
      Array.from(column.subarray(from, from + BATCH), (value) => (Number.isNaN(value) ? null : String(value))),
    );
  }
}
