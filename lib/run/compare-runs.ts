/**
 * What two runs with different rules leave differently, on one snapshot: the tables of the first are kept as Parquet
 * files, those of the second compared with them. Counts; the rows themselves only go into a file that a person asked
 * for.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../core/engine.ts';
import { columnOf, join as joinSql, literal, name, type Sql, sql } from '../core/sql.ts';

/** The tables that are compared: their key, and the columns whose moves are counted by value. */
const COMPARED = {
  contacts: { key: ['contact_id'], moves: ['status', 'email_status', 'score_band', 'value_band'] },
  memberships: { key: ['list', 'contact_id'], moves: [] },
  suppressions: { key: ['email'], moves: [] },
  merges: { key: ['survivor_id', 'duplicate_id'], moves: [] },
} as const;

type ComparedTable = keyof typeof COMPARED;
const NAMES = Object.keys(COMPARED) as ComparedTable[];

/** Rows that only one of the two runs has. */
export interface Presence {
  readonly added: number;
  readonly removed: number;
}

/** Rows whose value the change moves. */
export interface Move {
  readonly column: string;
  readonly before: string;
  readonly after: string;
  readonly rows: number;
}

export interface ListDifference extends Presence {
  readonly list: string;
  readonly base: number;
  readonly head: number;
}

export interface RunComparison {
  readonly tables: Readonly<Partial<Record<ComparedTable, Presence>>>;
  readonly lists: readonly ListDifference[];
  readonly moves: readonly Move[];
}

const fileOf = (folder: string, table: string): string => join(folder, `${table}.parquet`);

const columnsOf = (engine: Engine, table: string): Promise<string[]> =>
  engine.columnsOf(sql`select * from ${name(table)}`);

async function tablesIn(engine: Engine): Promise<ComparedTable[]> {
  const found = await engine.rows(sql`select distinct table_name as name from information_schema.tables`);
  const names = new Set(found.map(({ name }) => String(name)));
  return NAMES.filter((table) => names.has(table));
}

/** Keeps the compared tables in a folder, for `compareRuns`. They hold personal data: the caller removes the folder. */
export async function keepTables(engine: Engine, folder: string): Promise<ReadonlySet<ComparedTable>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const tables = await tablesIn(engine);
  for (const table of tables) {
    const { key, moves } = COMPARED[table];
    const known = new Set(await columnsOf(engine, table));
    const columns = [...key, ...moves].filter((column) => known.has(column)).map((column) => columnOf(column));
    await engine.run(
      sql`copy (select ${joinSql(columns, ', ')} from ${name(table)}) to ${literal(fileOf(folder, table))} (format parquet)`,
    );
  }
  return new Set(tables);
}

/** The rows of a table of both runs side by side, as `b` and `h`. */
const both = (folder: string, table: ComparedTable): Sql => {
  const on = COMPARED[table].key.map((column) => sql`${columnOf(column, 'b')} = ${columnOf(column, 'h')}`);
  return sql`read_parquet(${literal(fileOf(folder, table))}) b full join ${name(table)} h on ${joinSql(on, ' and ')}`;
};

/** Compares the tables of the second run with those that the first one left in `folder`. */
export async function compareRuns(
  engine: Engine,
  folder: string,
  kept: ReadonlySet<ComparedTable>,
): Promise<RunComparison> {
  const tables: Partial<Record<ComparedTable, Presence>> = {};
  const shared = (await tablesIn(engine)).filter((table) => kept.has(table));
  for (const table of shared) {
    const [key] = COMPARED[table].key;
    const counts = await engine.row(
      sql`select countif(${columnOf(key, 'b')} is null) as added, countif(${columnOf(key, 'h')} is null) as removed
        from ${both(folder, table)}`,
    );
    tables[table] = { added: Number(counts.added), removed: Number(counts.removed) };
  }
  return {
    tables,
    lists: shared.includes('memberships') ? await compareLists(engine, folder) : [],
    moves: shared.includes('contacts') ? await movesOf(engine, folder) : [],
  };
}

async function compareLists(engine: Engine, folder: string): Promise<ListDifference[]> {
  const rows = await engine.rows(
    sql`select coalesce(b.list, h.list) as list, count(b.list) as base, count(h.list) as head,
      countif(b.list is null) as added, countif(h.list is null) as removed
      from ${both(folder, 'memberships')} group by 1 order by 1`,
  );
  return rows.map(({ list, base, head, added, removed }) => ({
    list: String(list),
    base: Number(base),
    head: Number(head),
    added: Number(added),
    removed: Number(removed),
  }));
}

async function movesOf(engine: Engine, folder: string): Promise<Move[]> {
  const found: Move[] = [];
  const known = await columnsOf(engine, 'contacts');
  for (const column of COMPARED.contacts.moves.filter((each) => known.includes(each))) {
    const [before, after] = [columnOf(column, 'b'), columnOf(column, 'h')];
    const rows = await engine.rows(
      sql`select coalesce(${before}, 'none') as before, coalesce(${after}, 'none') as after, count(*) as n
        from ${both(folder, 'contacts')}
        where b.contact_id is not null and h.contact_id is not null and ${before} is distinct from ${after}
        group by 1, 2 order by n desc, 1, 2`,
    );
    for (const { before, after, n } of rows)
      found.push({ column, before: String(before), after: String(after), rows: Number(n) });
  }
  return found;
}

/** Writes the rows that differ to a CSV file: table, key, column, what the base has, what this checkout has. */
export async function writeDifferingRows(
  engine: Engine,
  folder: string,
  kept: ReadonlySet<ComparedTable>,
  path: string,
): Promise<void> {
  const parts: Sql[] = [];
  for (const table of (await tablesIn(engine)).filter((each) => kept.has(each))) {
    const { key, moves } = COMPARED[table];
    const rows = both(folder, table);
    const id = joinSql(
      key.map((column) => sql`coalesce(${columnOf(column, 'b')}, ${columnOf(column, 'h')})`),
      ", ' / ', ",
    );
    const [before, after] = [columnOf(key[0], 'b'), columnOf(key[0], 'h')];
    const has = (side: Sql): Sql => sql`case when ${side} is null then 'no' else 'yes' end`;
    parts.push(
      sql`select ${literal(table)} as "table", concat(${id}) as "key", '(row)' as "column",
        ${has(before)} as base, ${has(after)} as head from ${rows} where ${before} is null or ${after} is null`,
    );
    for (const column of moves) {
      const [base, head] = [columnOf(column, 'b'), columnOf(column, 'h')];
      parts.push(
        sql`select ${literal(table)}, concat(${id}), ${literal(column)}, ${base}, ${head} from ${rows}
          where ${before} is not null and ${after} is not null and ${base} is distinct from ${head}`,
      );
    }
  }
  const all = sql`copy (${joinSql(parts, ' union all ')} order by 1, 3, 2) to ${literal(path)} (format csv, header true)`;
  if (parts.length > 0) await engine.run(all);
}
