/**
 * Loads a table into the engine: each cell read by its column's type, once, in one place. What can't be read stays
 * visible as a fault of its row; `check.ts` takes such rows out. Columns that a workbook lacks are there, empty, so
 * that no job asks. Unknown columns are loaded only where a rule names them.
 */

import type { Engine } from '../core/engine.ts';
import { quoteName, quoteText, raw } from '../core/sql.ts';
import { type Column, type TableName, tableOf } from '../core/tables.ts';
import { statusSql } from '../workbook/consent-words.ts';
import { normalHeader } from '../workbook/headers.ts';
import { csvScan } from '../workbook/scan.ts';
import type { SourceTable, TableText } from '../workbook/store.ts';
import { type CellSettings, readCell, sqlType, unreadable } from './cells.ts';

/** Separates the faults of a row, and the parts of one fault, inside the engine. */
export const FAULT = { between: 30, within: 31 } as const;

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

export const fault = (column: string, reason: string, value: string): string =>
  `${quoteText(column)} || chr(${FAULT.within}) || ${quoteText(reason)} || chr(${FAULT.within}) || ${value}`;

/** A way in which a row can be wrong: `flag` is 1 where it is (never NULL), `say` its words. */
interface FaultCase {
  readonly flag: string;
  readonly say: string;
}

const flag = (condition: string): string => `cast(coalesce(${condition}, false) as utinyint)`;

/** All ways in which a row of this table can be wrong. */
function faultCases(table: TableName, columns: readonly LoadColumn[], futureAfter: string): FaultCase[] {
  const definition = tableOf(table);
  const cases: FaultCase[] = [];
  const cells = columns.flatMap((column) => (column.cell === null ? [] : [column.cell]));
  const filled = `coalesce(${cells.join(', ')}) is not null`;
  for (const column of columns) {
    if (column.cell === null) continue;
    const name = quoteName(column.name);
    const say = (reason: string, value = rawCell(column)): string => fault(column.name, reason, value);
    if (column.type !== 'text') {
      // Compared as two truths, so that the engine reads the cell once and not again for every question about it.
      cases.push({
        flag: `cast((${name} is null) > (${column.cell} is null) as utinyint)`,
        say: say(unreadable[column.type]),
      });
    }
    if (futureMatters(table, column)) cases.push({ flag: flag(`${name} > ${futureAfter}`), say: say('in the future') });
    const isKey = definition.key.includes(column.name) && table !== 'contacts';
    const isMoment = definition.facts && column.type === 'time';
    if (isKey || isMoment || (table === 'bounces' && column.name === 'email')) {
      cases.push({ flag: flag(`${column.cell} is null and ${filled}`), say: say('missing', `''`) });
    }
    if (table === 'contacts' && column.name === 'status') {
      cases.push({ flag: flag(`status not in ('subscribed', 'unsubscribed', 'suppressed')`), say: say('no status') });
    }
  }
  return cases;
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
  /** A job of the run writes the table, so that each row needs its place. */
  readonly isWritten?: boolean;
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
  const text = await readStrictly(
    engine,
    source,
    (from) => `create or replace table ${name} as ${rowsQuery(source, columns, options, from)}`,
    name,
  );
  // Facts are only written where an import adds to them, so their places are only worked out then. To number the rows while they
  // come in would take one thread for all of it.
  if (!tableOf(table).facts || options.isWritten) await engine.run(raw(`update ${name} set _row = rowid`));
  return text;
}

/** The select that makes a table's rows, in the order of its text. */
function rowsQuery(source: SourceTable, columns: readonly LoadColumn[], options: LoadOptions, from: TableText): string {
  const cases = faultCases(source.table, columns, timestamp(options.futureAfter));
  const typed = columns.map((column) => `${typedValue(column, source, options.settings)} as ${quoteName(column.name)}`);
  const kept = columns.flatMap((column) => (column.cell === null ? [] : [`${column.cell} as ${rawCell(column)}`]));
  const faults = cases.map((each, i) => `${each.flag} as _f${i}`);
  const sum = cases.map((_, i) => `_f${i}`).join(' + ') || '0';
  const said = cases.map((each, i) => `case when _f${i} = 1 then ${each.say} end`);
  const text =
    said.length > 0
      ? `case when _faults > 0 then concat_ws(chr(${FAULT.between}), ${said.join(', ')}) end`
      : 'cast(null as varchar)';
  const named = columns.map((column) => quoteName(column.name)).join(', ');
  return `select ${named}, ${text} as _fault, cast(null as bigint) as _row from (select *, ${sum} as _faults from (select ${[...typed, ...kept, ...faults].join(', ')} from ${csvScan(from)}))`;
}

/**
 * A row of nothing but empty cells, as sheets leave them between their blocks, is no row. Only rows without a key are
 * looked at whole.
 */
export function blankRow(table: TableName, alias = ''): string {
  const { key, columns } = tableOf(table);
  const texts = Object.keys(columns).map((column) => `cast(${alias}${quoteName(column)} as varchar)`);
  return `(case when ${alias}${quoteName(key[0] ?? '')} is null then coalesce(${texts.join(', ')}, ${alias}_fault) is null else false end)`;
}

/**
 * Runs a statement that makes `table` of a source's text, and counts: where the engine refuses the file, or finds
 * another number of rows than stand in it, the file is read record by record instead.
 */
export async function readStrictly(
  engine: Engine,
  source: Pick<SourceTable, 'open'>,
  statement: (from: TableText) => string,
  table: string,
): Promise<TableText> {
  const text = await source.open();
  await engine.reserve(text.rows);
  const agrees = await engine
    .run(raw(statement(text)))
    .then(async () => (await engine.number(raw(`select count(*) from ${table}`))) === text.rows)
    .catch(() => false);
  if (agrees) return text;
  const careful = await source.open(true);
  await engine.run(raw(statement(careful)));
  return careful;
}

function typedValue(column: LoadColumn, source: SourceTable, settings: CellSettings): string {
  const derived = source.derived?.get(column.name);
  if (derived !== undefined) return `(${derived})`;
  if (source.table === 'contacts' && column.name === 'status') return statusText(column.cell);
  if (column.cell === null) return `cast(null as ${sqlType[column.type]})`;
  if (source.table === 'events' && column.name === 'type') return eventTypeOf(column.cell);
  const value = readCell(column.cell, column.type, settings);
  const definition = tableOf(source.table);
  return definition.keyIsAddress && definition.key.includes(column.name) ? `address_key(${value})` : value;
}

/** "Click" and "CLICK" are a click. */
const eventTypeOf = (cell: string): string => `lower(trimmed(${cell}))`;

/** A word for consent that is not known stays, and keeps its row from the jobs. */
const statusText = (cell: string | null): string => (cell === null ? 'cast(null as varchar)' : statusSql(cell));
