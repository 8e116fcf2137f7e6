/**
 * Typed tables in an engine of their own, as a run lays them out, from rows of plain objects: for tests of rules, which
 * see tables and no files. Knows nothing of stores; refuses a cell of a wrong type as DuckDB does.
 */
import { tmpdir } from 'node:os';
import type { Engine } from '../../lib/core/engine.ts';
import { join, name, raw, sql } from '../../lib/core/sql.ts';
import { type ColumnType, tableOf } from '../../lib/core/tables.ts';
import { openEngine } from '../../lib/engine/duckdb.ts';
import { createAside } from '../../lib/snapshot/check.ts';

type Cell = string | number | null | undefined;
export type Rows = readonly Readonly<Record<string, Cell>>[];

const tables = ['contacts', 'events', 'bounces', 'purchases', 'suppressions', 'memberships', 'companies'] as const;
type Laid = (typeof tables)[number];
export type Layout = { readonly [table in Laid]?: Rows } & {
  readonly domains?: readonly { readonly domain: string; readonly kind: string }[];
  readonly timeZone?: string;
  readonly threads?: number;
};

const sqlType: Record<ColumnType, string> = { text: 'varchar', number: 'double', date: 'date', time: 'timestamp' };

/** An engine with every table that rules may read, `domains` and `unmailable` among them. Close it when done. */
export async function engineWith(layout: Layout): Promise<Engine> {
  const { timeZone = 'UTC', threads = 1 } = layout;
  const engine = await openEngine({ spillFolder: tmpdir(), timeZone, threads });
  for (const table of tables) await lay(engine, table, layout[table] ?? []);
  await createAside(engine);
  await engine.run(sql`create table domains (domain varchar, kind varchar)`);
  for (const { domain, kind } of layout.domains ?? [])
    await engine.run(sql`insert into domains values (${domain}, ${kind})`);
  await engine.run(sql`create view unmailable as
    select contact_id, status as why from contacts where status in ('unsubscribed', 'suppressed')
    union all select c.contact_id, s.reason from contacts c join suppressions s on address_key(c.email) = s.email
      where s.released_at is null`);
  return engine;
}

/** Creates a table with its own columns and any that the rows bring, which are text, and fills it. */
async function lay(engine: Engine, table: Laid, rows: Rows): Promise<void> {
  const columns: Record<string, ColumnType> = {};
  for (const row of rows) for (const column of Object.keys(row)) columns[column] = 'text';
  for (const [column, { type }] of Object.entries(tableOf(table).columns)) columns[column] = type;
  const defined = Object.entries(columns).map(([column, type]) => `"${column}" ${sqlType[type]}`);
  await engine.run(raw(`create table ${table} (${defined.join(', ')})`));
  const names = Object.keys(columns);
  for (let from = 0; from < rows.length; from += 200) {
    const values = rows.slice(from, from + 200).map((row) => {
      const cells = names.map(
        (column) => sql`cast(${row[column] ?? null} as ${raw(sqlType[columns[column] ?? 'text'])})`,
      );
      return sql`(${join(cells, ', ')})`;
    });
    await engine.run(sql`insert into ${name(table)} values ${join(values, ', ')}`);
  }
}
