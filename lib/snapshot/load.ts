/**
 * Loads a table into the engine: each cell read by its column's type, once, in one place. What can't be read stays
 * visible as a fault of its row; `check.ts` takes such rows out. Columns that a workbook lacks are there, empty, so
 * that no job asks. Unknown columns are loaded only where a rule names them.
 */

import type { Engine } from '../core/engine.ts';
import { columnOf, join, name as nameOf, quoteName, raw, type Sql, sql } from '../core/sql.ts';
import { type TableName, tableOf } from '../core/tables.ts';
import { statusSql } from '../workbook/consent-words.ts';
import { normalHeader } from '../workbook/headers.ts';
import { csvScan } from '../workbook/scan.ts';
import type { SourceTable } from '../workbook/store.ts';
import type { TableText } from '../workbook/table-text.ts';
import { isSlashed } from './cell-dates.ts';
import { columnSettings, type TextColumn } from './cell-evidence.ts';
import { type CellSettings, type ColumnSettings, readCell, readPlainCell, sqlType, writeCell } from './cells.ts';
import { BETWEEN, type CellOptions, FAULT, faultCases, faultPart, type LoadColumn, rawCell } from './row-faults.ts';

/** The columns a table gets in the engine: the known ones, and those unknown ones that a rule names. */
function columnsOf(source: SourceTable | null, table: TableName, extra: ReadonlySet<string>): LoadColumn[] {
  const cellOf = (header: string | undefined): string | null =>
    source && header !== undefined ? `c${source.headers.indexOf(header)}` : null;
  const known = Object.entries(tableOf(table).columns).map(([name, column]) => ({
    name,
    ...column,
    cell: cellOf(source?.headerOf.get(name)),
  }));
  const usedNames = new Set([...known.map((column) => column.name), ...(source?.headerOf.values() ?? [])]);
  const unknown = (source?.headers ?? [])
    .filter(
      (header) => extra.has(normalHeader(header)) && !usedNames.has(header) && !usedNames.has(normalHeader(header)),
    )
    .map((header) => ({
      name: normalHeader(header),
      type: 'text' as const,
      cell: cellOf(header),
      isExtra: true as const,
    }));
  return [...known, ...unknown];
}

export interface LoadOptions extends CellOptions {
  readonly extraColumns: ReadonlySet<string>;
  /** A job of the run writes the table, so that each row needs its place. */
  readonly isWritten?: boolean;
}

/**
 * A table's text; how those of its columns were read that the plain reading was not enough for; and whether there was
 * anything that it could not read.
 */
export type LoadedText = TableText & {
  readonly read: ReadonlyMap<string, ColumnSettings>;
  readonly hasFaults: boolean;
};

/** Of contacts alone: whether a row came without an id, and the record that a restored one brings along. */
const OF_CONTACTS = [
  { name: '_keyless', type: 'boolean', value: 'contact_id is null' },
  { name: '_text', type: 'varchar', value: 'cast(null as varchar)' },
];

/**
 * Creates the engine's table of that name, with `_row` (the row's place in the reading, from 0), `_fault` (why the
 * whole row waits) and `_unread` (its cells that can't be read, whose values are unknown) beside the columns. A table
 * that the workbook lacks is there, empty.
 */
export async function loadTable(
  engine: Engine,
  table: TableName,
  source: SourceTable | null,
  options: LoadOptions,
): Promise<LoadedText | null> {
  const columns = columnsOf(source, table, options.extraColumns);
  if (!source) {
    const typed = columns.map(({ name, type }) => ({ name, type: sqlType[type] }));
    const empty = [...typed, ...(table === 'contacts' ? OF_CONTACTS : [])].map(
      ({ name, type }) => sql`${columnOf(name)} ${raw(type)}`,
    );
    await engine.run(
      sql`create or replace table ${nameOf(table)}
        (${join(empty, ', ')}, _fault varchar, _unread varchar, _row bigint)`,
    );
    return null;
  }
  const name = nameOf(table);
  const create = (from: TableText, read?: LoadOptions['read']): Sql =>
    sql`create or replace table ${name} as
      ${raw(rowsQuery(source, columns, read ? { ...options, read } : options, from))}`;
  const text = await readStrictly(engine, source, create);
  const settings = settingsOf(source, options);
  const hasFaults = (await engine.number(sql`select count(_fault) + count(_unread) from ${name}`)) > 0;
  const read = hasFaults ? await closerReading(engine, table, columns, text, settings) : NONE;
  if (read.size > 0) await engine.run(create(text, read));
  await orderExtraDates(engine, table, columns, settings);
  // Facts are only written where an import adds to them, so their places are only computed then. Numbering the rows
  // while they are loaded would take one thread for all of it.
  if (!tableOf(table).facts || options.isWritten) await engine.run(sql`update ${name} set _row = rowid`);
  return { ...text, read, hasFaults };
}

const NONE: ReadonlyMap<string, ColumnSettings> = new Map();

/** The workbook's settings, and what is known of the tool that wrote the file. */
const settingsOf = ({ recognised }: SourceTable, { settings }: LoadOptions): CellSettings =>
  recognised?.contacts?.dayFirst ? { ...settings, slashedDates: 'DD/MM/YYYY' } : settings;

/** The faults of a table's rows and cells, one a row: (column, reason, value). */
const faultsOf = (table: TableName): Sql => {
  const part = (n: number): Sql => faultPart(sql`f`, n);
  return sql`(select ${part(1)} as "column", ${part(2)} as reason, ${part(3)} as value
    from (select unnest(string_split(concat_ws(${BETWEEN}, _fault, _unread), ${BETWEEN})) as f
      from ${nameOf(table)} where _fault is not null or _unread is not null))`;
};

/**
 * The columns of a loaded table that hold cells which the plain reading could not read and the full one can, with how
 * to read them: by what each column shows as a whole.
 */
async function closerReading(
  engine: Engine,
  table: TableName,
  columns: readonly LoadColumn[],
  text: TableText,
  settings: CellSettings,
): Promise<ReadonlyMap<string, ColumnSettings>> {
  const faulty = await engine.rows(sql`select distinct "column" as name from ${faultsOf(table)}`);
  const names = new Set(faulty.map(({ name }) => name));
  const asked = columns.flatMap(({ cell, ...column }): TextColumn[] =>
    cell !== null && column.type !== 'text' && names.has(column.name) ? [{ ...column, cell }] : [],
  );
  if (asked.length === 0) return new Map();
  const shown = await columnSettings(engine, csvScan(text), asked, settings);
  const read = new Map<string, ColumnSettings>();
  for (const { name, type } of asked) {
    const own = shown.get(name) ?? settings;
    const readable = sql`select count(*) from (select 1 from ${faultsOf(table)} where "column" = ${name}
      and value <> '' and ${raw(readCell('value', type, own))} is not null limit 1)`;
    if ((await engine.number(readable)) > 0) read.set(name, own);
  }
  return read;
}

/**
 * In a column that no rule gives a type, slashed dates whose order the column itself shows become ISO 8601: a rule that
 * asks for its day reads it as it would read a typed column. The workbook's cells stay as they are, for nothing writes
 * such columns.
 */
async function orderExtraDates(
  engine: Engine,
  table: TableName,
  columns: readonly LoadColumn[],
  settings: CellSettings,
): Promise<void> {
  const extra = columns.flatMap(({ name, isExtra }): TextColumn[] =>
    isExtra ? [{ name, type: 'time', cell: quoteName(name) }] : [],
  );
  const shown = await columnSettings(engine, nameOf(table), extra, settings);
  for (const { name, cell } of extra) {
    const own = shown.get(name) ?? settings;
    if (own.slashedDates === settings.slashedDates) continue;
    const column = columnOf(name);
    const iso = sql`coalesce(${writeCell(raw(`(${readCell(cell, 'time', own)})`), 'time')}, ${column})`;
    await engine.run(sql`update ${nameOf(table)} set ${column} = ${iso} where ${raw(isSlashed(cell))}`);
  }
}

/** The select that makes a table's rows, in the order of its text. */
function rowsQuery(source: SourceTable, columns: readonly LoadColumn[], options: LoadOptions, from: TableText): string {
  const cases = faultCases(source, columns, options);
  const typed = columns.map((column) => `${typedValue(column, source, options)} as ${quoteName(column.name)}`);
  const kept = columns.flatMap((column) => (column.cell === null ? [] : [`${column.cell} as ${rawCell(column)}`]));
  const flags = cases.map((each, i) => `${each.flag} as _f${i}`);
  const sum = cases.map((_, i) => `_f${i}`).join(' + ') || '0';
  const texts = (ofCells: boolean): string => {
    const own = cases.flatMap((each, i) =>
      ofCells === (each.cell !== undefined) ? [`case when _f${i} = 1 then ${each.text} end`] : [],
    );
    if (own.length === 0) return 'cast(null as varchar)';
    return `case when _faults > 0 then nullif(concat_ws(chr(${FAULT.between}), ${own.join(', ')}), '') end`;
  };
  const values = columns.map((column) => {
    const name = quoteName(column.name);
    const wrong = cases.flatMap((each, i) => (each.cell === column.name ? [`_f${i} = 1`] : []));
    // What can't be read is NULL already; a date in the future becomes NULL.
    return wrong.length < 2 ? name : `case when ${wrong.join(' or ')} then null else ${name} end as ${name}`;
  });
  const aside = (source.table === 'contacts' ? OF_CONTACTS : []).map(({ name, value }) => `${value} as ${name}`);
  return `select ${[...values, ...aside].join(', ')}, ${texts(false)} as _fault, ${texts(true)} as _unread, cast(null as bigint) as _row
    from (select *, ${sum} as _faults from (select *${flags.map((each) => `, ${each}`).join('')}
      from (select ${[...typed, ...kept].join(', ')} from ${csvScan(from).text})))`;
}

/**
 * A row of nothing but empty cells, as sheets leave them between their blocks, is no row. Only rows without a key are
 * looked at whole.
 */
export function blankRow(table: TableName, alias?: string): Sql {
  const { key, columns } = tableOf(table);
  const texts = Object.keys(columns).map((column) => sql`cast(${columnOf(column, alias)} as varchar)`);
  const all = join([...texts, columnOf('_fault', alias), columnOf('_unread', alias)], ', ');
  return sql`(case when ${columnOf(key[0] ?? '', alias)} is null then coalesce(${all}) is null else false end)`;
}

/**
 * Runs a statement that makes a table of a source's text, and counts: where the engine refuses the file, or finds
 * another number of rows than stand in it, the file is read record by record instead.
 */
export async function readStrictly(
  engine: Engine,
  source: Pick<SourceTable, 'open'>,
  statement: (from: TableText) => Sql,
): Promise<TableText> {
  const text = await source.open();
  await engine.reserve(text.rows);
  const rows = await engine.changed(statement(text)).catch(() => null);
  if (rows === text.rows) return text;
  const careful = await source.open(true);
  await engine.run(statement(careful));
  return careful;
}

function typedValue(column: LoadColumn, source: SourceTable, { settings, read }: LoadOptions): string {
  const derived = source.derived?.get(column.name);
  if (derived !== undefined) return `(${derived})`;
  if (source.table === 'contacts' && column.name === 'status') return statusText(column.cell);
  if (column.cell === null) return `cast(null as ${sqlType[column.type]})`;
  if (source.table === 'events' && column.name === 'type') return eventTypeOf(column.cell);
  const own = read?.get(column.name);
  const value = own ? readCell(column.cell, column.type, own) : readPlainCell(column.cell, column.type, settings);
  const definition = tableOf(source.table);
  return definition.keyIsAddress && definition.key.includes(column.name) ? `address_key(${value})` : value;
}

/** "Click" and "CLICK" are a click. */
const eventTypeOf = (cell: string): string => `lower(trimmed(${cell}))`;

/** A word for consent that is not known stays, and keeps its row from the jobs. */
const statusText = (cell: string | null): string => (cell === null ? 'cast(null as varchar)' : statusSql(cell));
