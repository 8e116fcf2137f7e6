/**
 * Facts that stay in a warehouse, as the jobs' queries see them: rows with a contact, none later than as-of, none at
 * fault. The warehouse gets the names that facts use for contacts today, finds the contact of each fact, and answers
 * queries that `ofFacts` marks. A statement that asks for rows loads the table whole, checked like any other.
 */
import type { Engine, TextsByColumn } from '../core/engine.ts';
import { byKey } from '../core/facts.ts';
import { columnOf, join, literal, name as nameOf, raw, type Sql, sql } from '../core/sql.ts';
import { type TableName, tableOf } from '../core/tables.ts';
import type { Answer, RemoteTable, Resolved } from '../workbook/remote-table.ts';
import { csvScan } from '../workbook/scan.ts';
import type { CsvText } from '../workbook/table-text.ts';

export interface Remote {
  readonly table: TableName;
  readonly source: RemoteTable;
  /** Reads the rows whole, with the row check. */
  readonly load: () => Promise<void>;
  /** Puts rows that were fetched into the engine, checked: all, or those from a place on, beside what is there. */
  readonly place: (text: CsvText, from: number | null) => Promise<void>;
}

export interface RemoteOptions {
  readonly asOf: Date;
  readonly futureAfter: Date;
  readonly timeZone: string;
}

const TYPES: Readonly<Record<Answer['columns'][number]['type'], (cell: Sql) => Sql>> = {
  text: (cell) => cell,
  whole: (cell) => sql`cast(${cell} as bigint)`,
  number: (cell) => sql`cast(${cell} as double)`,
  date: (cell) => sql`cast(${cell} as date)`,
  // Microseconds since 1970.
  time: (cell) => sql`make_timestamp(cast(${cell} as bigint))`,
  truth: (cell) => sql`cast(${cell} as boolean)`,
};

const namesContacts = (table: string): boolean => 'contact_id' in tableOf(table).columns;

/**
 * Attaches the facts to the engine. Contacts and their names (`contact_refs`) stand by then.
 * @returns how to resolve a table now, for its counts; it is resolved when it is first asked otherwise
 */
export function attachFacts(
  engine: Engine,
  remotes: readonly Remote[],
  options: RemoteOptions,
): (table: TableName) => Promise<Resolved> {
  const resolved = new Map<string, Promise<Resolved>>();
  let refs: Promise<string> | null = null;
  let until = options.asOf;
  const fetched = new Map<string, number>();
  const find = (table: string): Remote => {
    const remote = remotes.find((each) => each.table === table);
    if (!remote) throw new Error(`${table} are not kept elsewhere`);
    return remote;
  };
  const resolve = async (table: string): Promise<Resolved> => {
    if (namesContacts(table)) refs ??= writeRefs(engine, find(table).source.newPath());
    const given = { ...options, refs: namesContacts(table) ? await refs : null };
    const found = resolved.get(table) ?? find(table).source.resolve(given);
    resolved.set(table, found);
    return found;
  };
  if (remotes.length === 0) return resolve;
  engine.attach({
    tables: new Set(remotes.map(({ table }) => table)),
    answer: async (query, table, into) => {
      await resolve(table);
      await keepAnswer(engine, await find(table).source.answer(query, until), into);
    },
    forget: () => {
      refs = null;
      for (const { table } of remotes) if (namesContacts(table)) resolved.delete(table);
    },
    rewind: (moment) => {
      until = moment ?? options.asOf;
    },
    load: (table) => find(table).load(),
    fetchRows: async (table, texts) => {
      const { source, place } = find(table);
      const text = await source.fetchRows(await writeTexts(engine, source.newPath(), texts));
      await place(text, fetched.get(table) ?? null);
      fetched.set(table, text.rows);
    },
    sendBack: async (table) => {
      await resolve(table);
      await find(table).source.replace(await writeRows(engine, table, find(table).source.newPath()));
    },
  });
  return resolve;
}

/** Null where there is no text. */
async function writeTexts(engine: Engine, path: string, texts: TextsByColumn): Promise<string | null> {
  const each = Object.entries(texts).map(
    ([column, query]) => sql`select ${literal(column)} as column_name, t.* from (${query}) as t(text)`,
  );
  await engine.run(
    sql`copy (select distinct column_name, cast(text as varchar) as text from (${join(each, ' union all ')}))
      to ${literal(path)} (format parquet)`,
  );
  return (await engine.number(sql`select count(*) from read_parquet(${path})`)) > 0 ? path : null;
}

/** The rows of a table that are here, as texts, and the keys of those that were and are not. */
async function writeRows(engine: Engine, table: string, path: string): Promise<string> {
  const { key, columns } = tableOf(table);
  const names = Object.keys(columns);
  // Moments say that they are in UTC.
  const zone = (column: string): Sql => (columns[column]?.type === 'time' ? sql` || '+00'` : sql``);
  const cells = names.map((column) => sql`cast(${columnOf(column)} as varchar)${zone(column)} as ${columnOf(column)}`);
  const empty = names.map((column) => (key.includes(column) ? columnOf(column) : sql`null`));
  await engine.run(
    sql`copy (
      select ${join(cells, ', ')}, null as _gone from ${byKey(table)}
      union all
      select ${join(empty, ', ')}, 'gone' from ${nameOf(`fetched_${table}`)}
        where ${columnOf(key[0] ?? '')} not in (select ${columnOf(key[0] ?? '')} from ${byKey(table)})
    ) to ${literal(path)} (format parquet)`,
  );
  return path;
}

/** How facts name contacts, and whom: contacts in quarantine have no id here. */
async function writeRefs(engine: Engine, path: string): Promise<string> {
  await engine.run(
    sql`copy (
      select ref, contact_id from contact_refs
      union all
      select ref, null from (
        select contact_id as ref from unread_contacts
        union select '@' || address_key(email) from unread_contacts) as waiting
      where ref is not null and ref not in (select ref from contact_refs)
    ) to ${literal(path)} (format parquet)`,
  );
  return path;
}

async function keepAnswer(engine: Engine, { text, columns }: Answer, into: string): Promise<void> {
  const cells = columns.map(({ name, type }, i) => sql`${TYPES[type](raw(`c${i}`))} as ${columnOf(name)}`);
  await engine.run(sql`create or replace table ${nameOf(into)} as select ${join(cells, ', ')} from ${csvScan(text)}`);
}

/** Puts the rows at fault that came here into `quarantine_now`. */
export async function quarantineRemote(engine: Engine, table: TableName, { faulty }: Resolved): Promise<void> {
  if (faulty.rows === 0) return;
  await engine.run(
    sql`insert into quarantine_now select ${table}, c0, c1, coalesce(c2, ''), c3 from ${csvScan(faulty)}`,
  );
}
