/**
 * What the batch as a whole writes: the diffs of its applied plans folded into one patch file per table, so that a
 * cell which two jobs changed is written once. The format is the store's (`TablePatch`).
 */
import { join as joinPath } from 'node:path';
import type { Engine } from '../core/engine.ts';
import { byKey } from '../core/facts.ts';
import { columnOf, headerName, join, literal, name, raw, type Sql, sql } from '../core/sql.ts';
import { type TableName, tableOf } from '../core/tables.ts';
import { writeCell } from '../snapshot/cells.ts';
import { cellOf } from '../snapshot/full-contacts.ts';
import type { SourceTable, Store, TablePatch } from '../workbook/store.ts';
import { type Diff, isEmpty } from './plan.ts';

/**
 * Writes the patch files of the tables that the diffs touch into the store's scratch folder; yields each when it is
 * complete.
 */
export async function* writePatches(
  engine: Engine,
  store: Store,
  sources: ReadonlyMap<TableName, SourceTable>,
  diffs: readonly Diff[],
): AsyncGenerator<TablePatch> {
  const byTable = new Map<TableName, Diff[]>();
  for (const diff of diffs) {
    if (!isEmpty(diff) && !tableOf(diff.table).outward)
      byTable.set(diff.table, [...(byTable.get(diff.table) ?? []), diff]);
  }
  for (const [table, touching] of byTable) {
    const patch = await writePatch(engine, store, sources.get(table), table, touching);
    if (patch) yield patch;
  }
}

/** Null where nothing is left to write: what one job added, another may have removed again. */
async function writePatch(
  engine: Engine,
  store: Store,
  source: SourceTable | undefined,
  table: TableName,
  diffs: readonly Diff[],
): Promise<TablePatch | null> {
  const updating = diffs.filter((diff) => diff.counts.update > 0);
  const removing = diffs.filter((diff) => diff.counts.remove > 0);
  const setColumns = [
    ...new Set(
      diffs.flatMap((diff) => diff.sets.filter((set) => set.updates + diff.counts.insert > 0).map((set) => set.name)),
    ),
  ];
  const written = await writtenColumns(engine, table, setColumns, source);
  const { answered } = tableOf(table);
  const columns = answered && !source?.headerOf.has(answered) ? [...written, answered] : written;
  const headers = columns.map((column) => source?.headerOf.get(column) ?? source?.newHeaders?.get(column) ?? column);
  const texts = diffs.some((diff) => diff.texts && diff.counts.insert > 0);
  const others = texts ? (source?.headers.filter((header) => !headers.includes(header)) ?? []) : [];
  const path = joinPath(store.scratch, `patch-${table}.csv`);
  const folded = foldedQuery(table, updating, setColumns, removing.length > 0);
  const rows = {
    update: folded ? await engine.changed(sql`create or replace temp table folded as ${folded}`) : 0,
    remove:
      removing.length > 0
        ? await engine.changed(sql`create or replace temp table gone as ${goneQuery(table, removing)}`)
        : 0,
    insert: await engine.number(sql`select count(*) from ${byKey(table)} where _row is null`),
  };
  if (rows.update + rows.remove + rows.insert === 0) return null;
  const rowHeaders = rows.update + rows.remove > 0 || texts ? null : rowsFor(store, table, headers);
  if (rowHeaders) {
    await orderFirstKey(engine, table);
    const query = rowsQuery(table, new Map(headers.map((header, i) => [header, columns[i] ?? ''])), rowHeaders);
    await writeRecords(engine, store, table, query, path, begins(store, table));
    return { table, path, ...rowsAlone(store, table), columns: rowHeaders, rows };
  }
  const query = patchQuery(table, columns, new Set(setColumns), rows, texts ? [...headers, ...others] : null, source);
  await writeRecords(engine, store, table, query, path);
  return { table, path, columns: [...headers, ...others], rows };
}

/**
 * The headers of the cells of rows alone; null where the store does not take such patches, or the table lacks one of
 * these columns.
 */
export function rowsFor(store: Store, table: TableName, headers: readonly string[]): readonly string[] | null {
  const there = store.rowHeaders(table);
  if (there?.length === 0) return headers;
  return there && headers.every((header) => there.includes(header)) ? there : null;
}

/** Writes a query's rows as records of a table's patch. */
export const writeRecords = (
  engine: Engine,
  store: Store,
  table: TableName,
  query: Sql,
  path: string,
  header = false,
): Promise<void> => {
  const delimiter = literal(store.delimiterOf(table));
  const options = sql`format csv, header ${header ? sql`true` : sql`false`}, delimiter ${delimiter}, nullstr ''`;
  return engine.run(sql`copy (${query}) to ${literal(path)} (${options})`);
};

/** Whether a table is yet to be begun, so that its rows come with their header. */
export const begins = (store: Store, table: TableName): boolean => store.rowHeaders(table)?.length === 0;

/** What a patch of rows alone says of itself. */
export const rowsAlone = (store: Store, table: TableName): Pick<TablePatch, 'isRows' | 'isWhole'> =>
  begins(store, table) ? { isWhole: true } : { isRows: true };

/**
 * `first_key`: the values of the first of several key columns (a list, a table), in order. They are few, long and begin
 * alike: as numbers they take a fifth of the time to sort by.
 */
async function orderFirstKey(engine: Engine, table: TableName): Promise<void> {
  const [first = '', ...others] = tableOf(table).key;
  if (others.length === 0) return;
  await engine.run(sql`drop type if exists first_key`);
  await engine.run(
    sql`create type first_key as enum (
      select distinct ${columnOf(first)} from ${byKey(table)} where _row is null order by 1)`,
  );
}

/** What is new in a table, by key, as rows of its cells; those of columns that we don't know are empty. */
function rowsQuery(table: TableName, columnNames: ReadonlyMap<string, string>, headers: readonly string[]): Sql {
  const definition = tableOf(table);
  const cells = headers.map((header) => {
    const column = columnNames.get(header);
    const text = column && writeCell(columnOf(column), definition.columns[column]?.type ?? 'text');
    return sql`${text ? sql`nullif(${text}, '')` : NONE} as ${headerName(header)}`;
  });
  const [first = '', ...others] = definition.key;
  const order =
    others.length === 0
      ? [columnOf(first)]
      : [sql`cast(${columnOf(first)} as first_key)`, ...others.map((column) => columnOf(column))];
  // Sorted as they stand in the table, and made texts after that, so that the sort has less to carry.
  return sql`select ${join(cells, ', ')}
    from (select * from ${byKey(table)} where _row is null order by ${join(order, ', ')})`;
}

const NONE = sql`cast(null as varchar)`;

/** A row is one of the reading's rows that stays and changes, with which of its cells do (`set_C`); null for none. */
function foldedQuery(
  table: TableName,
  diffs: readonly Diff[],
  columns: readonly string[],
  someGo: boolean,
): Sql | null {
  if (diffs.length === 0) return null;
  const flags = columns.map((column) => name(`set_${column}`));
  const flagsAs = (value: (flag: Sql) => Sql): Sql =>
    join(
      flags.map((flag) => sql`, ${value(flag)} as ${flag}`),
      '',
    );
  const selects = diffs.map((diff) => {
    const own = new Set(diff.sets.map((set) => `set_${set.name}`));
    const cells = flagsAs((flag) => (own.has(flag.text) ? flag : sql`false`));
    return sql`select _row${cells} from ${name(diff.name)} where op = 'u' and _row is not null`;
  });
  const union = join(selects, ' union all ');
  // One diff names a row once; of several the flags are combined.
  const folded =
    selects.length > 1 ? sql`select _row${flagsAs((flag) => sql`max(${flag})`)} from (${union}) group by _row` : union;
  if (!someGo) return folded;
  return sql`select f.* from (${folded}) f join ${byKey(table)} t on t._row = f._row`;
}

/** A row is one of the reading's rows that goes, with its key. */
function goneQuery(table: TableName, diffs: readonly Diff[]): Sql {
  const key = columnOf(tableOf(table).key[0] ?? '');
  const removals = diffs.map(
    (diff) => sql`select _row, ${key} as key from ${name(diff.name)} where op = 'd' and _row >= 0`,
  );
  return sql`select _row, min(key) as key from (${join(removals, ' union all ')}) group by _row`;
}

/** The key columns and those with a value to write: a column that would stay empty is not added to a table. */
async function writtenColumns(
  engine: Engine,
  table: TableName,
  setColumns: readonly string[],
  source: SourceTable | undefined,
): Promise<string[]> {
  const keys = tableOf(table).key;
  const candidates = setColumns.filter((column) => !keys.includes(column));
  const fresh = candidates.filter((column) => !source?.headerOf.has(column));
  if (fresh.length === 0) return [...keys, ...candidates];
  const cells = fresh.map((column) => sql`count(${columnOf(column)}) as ${columnOf(column)}`);
  const counts = await engine.row(sql`select ${join(cells, ', ')} from ${byKey(table)}`);
  return [...keys, ...candidates.filter((column) => !fresh.includes(column) || Number(counts[column]) > 0)];
}

/**
 * Records `op,row,key,CELL…`: updates and removals by row, then what is new, by key. `texts` are the headers of all
 * cells, the columns' first, where the rows that are new have the texts of their cells.
 */
function patchQuery(
  table: TableName,
  columns: readonly string[],
  setColumns: ReadonlySet<string>,
  rows: TablePatch['rows'],
  texts: readonly string[] | null,
  source: SourceTable | undefined,
): Sql {
  const definition = tableOf(table);
  const text = (column: string): Sql => writeCell(columnOf(column, 't'), definition.columns[column]?.type ?? 'text');
  // An address as a key is compared without case, so the cell's own text may differ; a row without key has none yet.
  const keyCheck = (value: Sql): Sql => (definition.keyIsAddress ? NONE : value);
  const cells = columns.map((column) =>
    setColumns.has(column)
      ? sql`case when ${columnOf(`set_${column}`, 'f')} then coalesce(${text(column)}, '') end`
      : NONE,
  );
  const others = (texts ?? []).slice(columns.length);
  for (const _ of others) cells.push(NONE);
  const columnNames = new Map([...(source?.headerOf ?? [])].map(([column, header]) => [header, column]));
  const recorded = (header: string): Sql => raw(cellOf('t._text', header, columnNames.get(header)));
  const added = (column: string, header: string | undefined): Sql =>
    header === undefined ? text(column) : sql`coalesce(${recorded(header)}, ${text(column)})`;
  const news = [...columns.map((column, i) => added(column, texts?.[i])), ...others.map(recorded)];
  const record = (op: string, row: Sql, key: Sql, of: readonly Sql[]): Sql =>
    sql`select ${literal(op)} as op, ${row} as _row, ${key} as key, ${join(
      of.map((cell, i) => sql`${cell} as ${name(`v${i}`)}`),
      ', ',
    )}`;
  const parts: Sql[] = [];
  if (rows.update > 0)
    parts.push(sql`${record('u', sql`t._row`, keyCheck(heldKey(table, setColumns)), cells)}
      from folded f join ${byKey(table)} t on t._row = f._row`);
  if (rows.remove > 0)
    parts.push(
      sql`${record(
        'd',
        sql`_row`,
        keyCheck(sql`key`),
        cells.map(() => NONE),
      )} from gone`,
    );
  if (rows.insert > 0)
    parts.push(sql`${record('i', sql`cast(null as bigint)`, NONE, news)} from ${byKey(table)} t where _row is null`);
  const order = definition.key.map((_, i) => name(`v${i}`)).slice(0, columns.length);
  return sql`select * from (${join(parts, ' union all ')})
    order by _row nulls last, ${join(order, ', ')}`;
}

/**
 * What the key cell of an updated row holds; a contact whose key this run adopts, or whose key is missing, has none.
 */
function heldKey(table: TableName, setColumns: ReadonlySet<string>): Sql {
  const key = columnOf(tableOf(table).key[0] ?? '', 't');
  if (table !== 'contacts') return key;
  const adopted = setColumns.has('contact_id') ? sql` or f.set_contact_id` : sql``;
  return sql`case when t._keyless${adopted} then null else ${key} end`;
}
