/**
 * Loads a table into the engine: each cell read by its column's type, once, in one place. What can't be read stays
 * visible as a fault of its row; `check.ts` takes such rows out. Columns that a workbook lacks are there, empty, so
 * that no job asks. Unknown columns are loaded only where a rule names them.
 */
import type { Engine } from '../engine/duckdb.ts';
import { raw } from '../engine/sql.ts';
import type { SourceTable, TableText } from '../store/store.ts';
import { consentHeaders, normalHeader } from '../workbook/headers.ts';
import { type Column, type TableName, tableOf } from '../workbook/tables.ts';
import { type CellSettings, readCell, sqlType, unreadable } from './cells.ts';

/** Separates the faults of a row, and the parts of one fault, inside the engine. */
export const FAULT = { between: 30, within: 31 } as const;

export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** `read_csv(…)` for a table's text, its columns named c0, c1, … */
export const csvScan = (text: Pick<TableText, 'path' | 'options'>): string =>
  `read_csv(${quote(text.path)}, ${text.options})`;

interface LoadColumn extends Column {
  readonly name: string;
  /** The scan's column that holds it; null where the workbook has none. */
  readonly cell: string | null;
}

/** The columns a table gets in the engine: the known ones, and those unknown ones that a rule names. */
function columnsOf(source: SourceTable | null, table: TableName, extra: ReadonlySet<string>): LoadColumn[] {
  const cellOf = (header: string | undefined): string | null =>
    source && header !== undefined ? `c${source.headers.indexOf(header)}` : null;
  const known = Object.entries(tableOf(table).columns).map(([name, column]) => ({
    name,
    ...column,
    cell: cellOf(source?.headerOf.get(name)),
  }));
  const taken = new Set([...known.map((column) => column.name), ...(source?.headerOf.values() ?? [])]);
  const unknown = (source?.headers ?? [])
    .filter((header) => extra.has(normalHeader(header)) && !taken.has(header) && !taken.has(normalHeader(header)))
    .map((header) => ({ name: normalHeader(header), type: 'text' as const, cell: cellOf(header) }));
  return [...known, ...unknown];
}

/** The cell's own text, beside the value that was read from it. */
const rawCell = (column: LoadColumn): string => `_${column.cell}`;

const OWNED = new Set<TableName>(['events', 'purchases']);

/** The columns by which a fact says whom it is about, where the table has such facts. */
const ownerColumns = (table: TableName, columns: readonly LoadColumn[]): string[] =>
  OWNED.has(table)
    ? columns.filter((c) => c.cell !== null && (c.name === 'contact_id' || c.name === 'email')).map((c) => c.name)
    : [];

/** What a fact says of its contact, as `contact_refs` has it: its id, or else its address. */
function ownerRef(owners: readonly string[]): string {
  const refs = owners.map((name) => (name === 'email' ? `'@' || address_key(t.email)` : `t.${name}`));
  return refs.length === 2 ? `coalesce(${refs.join(', ')})` : (refs[0] ?? 'null');
}

const fault = (column: string, reason: string, value: string): string =>
  `${quote(column)} || chr(${FAULT.within}) || ${quote(reason)} || chr(${FAULT.within}) || ${value}`;

/** One CASE per way in which a row can be wrong; NULL where all is well. */
function faultsOf(table: TableName, columns: readonly LoadColumn[], futureAfter: string): string {
  const definition = tableOf(table);
  const cases: { when: string; say: string }[] = [];
  const cells = columns.flatMap((column) => (column.cell === null ? [] : [rawCell(column)]));
  const filled = `coalesce(${cells.join(', ')})`;
  for (const column of columns) {
    if (column.cell === null) continue;
    if (column.type !== 'text') {
      cases.push({
        when: `${rawCell(column)} is not null and ${quoteName(column.name)} is null`,
        say: fault(column.name, unreadable[column.type], rawCell(column)),
      });
    }
    if (futureMatters(table, column)) {
      cases.push({
        when: `${quoteName(column.name)} > ${futureAfter}`,
        say: fault(column.name, 'in the future', rawCell(column)),
      });
    }
    const isKey = definition.key.includes(column.name) && table !== 'contacts';
    const isMoment = definition.facts && column.type === 'time';
    if (isKey || isMoment || (table === 'bounces' && column.name === 'email')) {
      cases.push({
        when: `${rawCell(column)} is null and ${filled} is not null`,
        say: fault(column.name, 'missing', `''`),
      });
    }
    if (table === 'contacts' && column.name === 'status') {
      const known = `('subscribed', 'unsubscribed', 'suppressed')`;
      cases.push({ when: `status not in ${known}`, say: fault('status', 'no status', rawCell(column)) });
    }
  }
  if (cases.length === 0) return 'cast(null as varchar)';
  const any = cases.map((each) => each.when).join(' or ');
  const all = cases.map((each) => `case when ${each.when} then ${each.say} end`).join(', ');
  return `case when ${any} then concat_ws(chr(${FAULT.between}), ${all}) end`;
}

const PEOPLE_TIMES = ['birth_date', 'created_at', 'updated_at', 'last_activity_at'];
const futureMatters = (table: TableName, column: LoadColumn): boolean =>
  (tableOf(table).facts === true && column.type === 'time') ||
  (table === 'contacts' && PEOPLE_TIMES.includes(column.name));

export interface LoadOptions {
  readonly settings: CellSettings;
  readonly extraColumns: ReadonlySet<string>;
  /** Facts later than this are in the future, and unreadable for that. */
  readonly futureAfter: Date;
}

const timestamp = (moment: Date): string => `timestamp '${moment.toISOString().replace('T', ' ').replace('Z', '')}'`;

/**
 * Creates the engine's table of that name, with `_row` (the row's place in the reading, from 0) and `_fault` beside
 * the columns. A table that the workbook lacks is there, empty.
 */
export async function loadTable(
  engine: Engine,
  table: TableName,
  source: SourceTable | null,
  options: LoadOptions,
): Promise<TableText | null> {
  const columns = columnsOf(source, table, options.extraColumns);
  if (!source) {
    const empty = columns.map((column) => `${quoteName(column.name)} ${sqlType[column.type]}`).join(', ');
    await engine.run(raw(`create or replace table ${quoteName(table)} (${empty}, _row bigint, _fault varchar)`));
    return null;
  }
  const name = quoteName(table);
  const rows = rowsQuery(source, columns, options);
  const text = await readStrictly(
    engine,
    source,
    (from) => `create or replace table ${name} as ${rows(csvScan(from), 'cast(null as bigint)')}`,
    name,
  );
  const owners = ownerColumns(table, columns);
  if (owners.length === 0) {
    await engine.run(raw(`update ${name} set _row = rowid`));
    return text;
  }
  const keyCell = columns.find((column) => column.name === tableOf(table).key[0])?.cell;
  if (keyCell)
    await placeDoubtfulRows(engine, table, (where) =>
      rows(`(select *, row_number() over () - 1 as _n from ${csvScan(text)}) where ${where(keyCell)}`, '_n'),
    );
  await findOwners(engine, table, owners.length === 2);
  return text;
}

/** The select that makes a table's rows of a scan; `place` is the SQL that gives a row's place in the reading. */
function rowsQuery(
  source: SourceTable,
  columns: readonly LoadColumn[],
  options: LoadOptions,
): (scan: string, place: string) => string {
  const { table } = source;
  const owners = ownerColumns(table, columns);
  const cells = columns.filter((column) => column.cell !== null);
  const typed = columns.map((column) => `${typedValue(column, source, options.settings)} as ${quoteName(column.name)}`);
  const kept = cells.map((column) => `${column.cell} as ${rawCell(column)}`);
  const isOwner = (column: LoadColumn): boolean => owners.length > 0 && column.name === 'contact_id';
  const named = columns.map((column) =>
    isOwner(column) ? 'r.contact_id as contact_id' : `t.${quoteName(column.name)}`,
  );
  const faults = `${faultsOf(table, columns, timestamp(options.futureAfter))} as _fault`;
  const owner = `case when r.contact_id is null then coalesce(${owners.map((each) => `t.${each}`).join(', ')}, '') end as _owner`;
  const join = owners.length > 0 ? ` left join contact_refs r on r.ref = ${ownerRef(owners)}` : '';
  const select = [...named, faults, ...(owners.length > 0 ? [owner] : []), 't._row'].join(', ');
  return (scan, place) =>
    `select ${select} from (select ${[...typed, ...kept].join(', ')}, ${place} as _row from ${scan}) t${join}`;
}

/**
 * A join gives rows back in an order of its own, so the places of facts are not known. Those that have to be told apart
 * or named by their place (without a key, or with one that stands twice) are read once more, one by one.
 */
async function placeDoubtfulRows(
  engine: Engine,
  table: TableName,
  again: (where: (cell: string) => string) => string,
): Promise<void> {
  const key = tableOf(table).key[0] ?? '';
  const doubtful = await engine.number(
    raw(`select count(*) - count(distinct hash(${key})) + countif(${key} is null) from ${table}`),
  );
  if (doubtful === 0) return;
  await engine.run(
    raw(
      `create or replace temp table doubtful as select hash(${key}) as h from ${table} where ${key} is not null group by 1 having count(*) > 1`,
    ),
  );
  const where = (cell: string): string => `${cell} is null or hash(${cell}) in (select h from doubtful)`;
  await engine.run(raw(`delete from ${table} where ${where(key)}`));
  await engine.run(raw(`insert into ${table} by name ${again(where)}`));
}

/**
 * A row of nothing but empty cells, as sheets leave them between their blocks, is no row. Only rows without a key are
 * looked at whole.
 */
export function blankRow(table: TableName): string {
  const { key, columns } = tableOf(table);
  const texts = Object.keys(columns).map((column) => `cast(${quoteName(column)} as varchar)`);
  return `(case when ${quoteName(key[0] ?? '')} is null then coalesce(${texts.join(', ')}, _fault) is null else false end)`;
}

/** Facts whose contact was not found: by their address, where their id is unknown; else they are about nobody. */
async function findOwners(engine: Engine, table: TableName, both: boolean): Promise<void> {
  if (both) {
    await engine.run(
      raw(
        `update ${table} set contact_id = r.contact_id from contact_refs r where ${table}._owner is not null and r.ref = '@' || address_key(${table}.email)`,
      ),
    );
  }
  await engine.run(
    raw(
      `update ${table} set _fault = concat_ws(chr(${FAULT.between}), _fault, ${fault('contact_id', 'about nobody', '_owner')}) where contact_id is null and not ${blankRow(table)}`,
    ),
  );
  await engine.run(raw(`alter table ${table} drop column _owner`));
}

/**
 * Runs a statement that makes `table` of a source's text, and counts: where the engine refuses the file, or finds
 * another number of rows than stand in it, the file is read record by record instead.
 */
async function readStrictly(
  engine: Engine,
  source: SourceTable,
  statement: (from: TableText) => string,
  table: string,
): Promise<TableText> {
  const text = await source.open();
  const agrees = await engine
    .run(raw(statement(text)))
    .then(async () => (await engine.number(raw(`select count(*) from ${table}`))) === text.rows)
    .catch(() => false);
  if (agrees) return text;
  const careful = await source.open(true);
  await engine.run(raw(statement(careful)));
  return careful;
}

const SPECIAL = new Set(['table', 'column', 'before', 'after', 'at']);

/** Column names that are words of SQL need quotes. */
export const quoteName = (name: string): string =>
  SPECIAL.has(name) || !/^[a-z_][a-z0-9_]*$/.test(name) ? `"${name}"` : name;

const FALSY = `('', 'false', 'no', '0', 'n', 'nein', 'non')`;

function typedValue(column: LoadColumn, source: SourceTable, settings: CellSettings): string {
  if (source.table === 'contacts' && column.name === 'status') return statusOf(column, source);
  if (column.cell === null) return `cast(null as ${sqlType[column.type]})`;
  const value = readCell(column.cell, column.type, settings);
  const definition = tableOf(source.table);
  return definition.keyIsAddress && definition.key.includes(column.name) ? `address_key(${value})` : value;
}

/** Consent is read in any case of letters, and from another tool's own column: whoever left there has left. */
function statusOf(column: LoadColumn, source: SourceTable): string {
  const status = column.cell === null ? 'cast(null as varchar)' : `lower(trim(${column.cell}))`;
  const header = source.headers.find((each) => normalHeader(each) === consentHeaders.unsubscribed);
  if (header === undefined) return status;
  const flag = `c${source.headers.indexOf(header)}`;
  return `case when lower(trim(${flag})) not in ${FALSY} and ${status} is distinct from 'suppressed' then 'unsubscribed' else ${status} end`;
}
