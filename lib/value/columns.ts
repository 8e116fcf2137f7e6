/** Numbers between the engine and typed arrays: a query's numeric columns out, groups' estimates back in. */
import type { Engine } from '../engine/duckdb.ts';
import { name, type Sql, sql } from '../engine/sql.ts';

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
  const names = Object.keys(columns);
  const asText = name(`${table}_text`);
  const list = (of: (column: string) => string): Sql => ({ text: names.map(of).join(', '), values: [] });
  await engine.run(sql`create or replace table ${asText} (${list((column) => `${column} varchar`)})`);
  await engine.append(asText.text, batches(Object.values(columns)));
  const read = list((column) => `cast(${column} as double) as ${column}`);
  await engine.run(sql`create or replace table ${name(table)} as select ${read} from ${asText}`);
  await engine.run(sql`drop table ${asText}`);
}

async function* batches(arrays: readonly Float64Array[]): AsyncGenerator<(string | null)[][]> {
  const rows = arrays[0]?.length ?? 0;
  for (let from = 0; from < rows; from += BATCH) {
    yield arrays.map((column) =>
      Array.from(column.subarray(from, from + BATCH), (value) => (Number.isNaN(value) ? null : String(value))),
    );
  }
}
