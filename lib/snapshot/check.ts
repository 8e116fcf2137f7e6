/**
 * Rows are checked once, here, for every job. A row that has no readable key or moment, repeats a key, is dated in the
 * future, has an unknown status or names an unknown contact leaves its table and stands in `quarantine_now`, with its
 * reason. A cell that can't be read stands there too, and its row goes on without it. Nothing is dropped silently. What
 * a row in quarantine says about consent still counts (see consent.ts): its address is kept in `unread_TABLE`.
 */

import type { Engine } from '../core/engine.ts';
import { columnOf, integer, join, literal, name as nameOf, raw, type Sql, sql } from '../core/sql.ts';
import { type TableName, tableOf } from '../core/tables.ts';
import { csvScan } from '../workbook/scan.ts';
import type { MalformedRow, TableText } from '../workbook/table-text.ts';
import { blankRow, type LoadedText } from './load.ts';
import { otherLine } from './other-lines.ts';
import { BETWEEN, faultPart, WITHIN } from './row-faults.ts';
import { addMalformedHints, type ConsentTable } from './unreadable-rows.ts';
import { views } from './views.ts';

/** Longest text of an unreadable cell or row that the quarantine shows. */
const LONGEST_VALUE = 500;

/** The column of a record that could not be split into cells: a part of the quarantine's key must not be empty. */
const WHOLE_ROW = '(row)';

/** Makes the tables beside the workbook's own (views.ts, unreadable-rows.ts, spellings.ts), empty. */
export const createAside = (engine: Engine): Promise<void> =>
  engine.run(
    sql`create or replace table ${views.quarantineNow}
        ("table" varchar, row_key varchar, "column" varchar, value varchar, reason varchar);
      create or replace table ${views.eventReports} (bounce_id varchar, email varchar, kind varchar, code varchar,
        detail varchar, provider varchar, occurred_at timestamp);
      create or replace table ${views.waitingPeople} (contact_id varchar);
      create or replace table consent_hints (email varchar, why varchar);
      create or replace table ${views.spellings} (address varchar, clean varchar, plain varchar);
      create or replace table ${views.respelt} (address varchar, spelling varchar)`,
  );

/** What a look over a loaded table found. */
export interface Checked {
  /** Rows that stay. */
  readonly rows: number;
  /** Rows that went to quarantine. */
  readonly faults: number;
  /** Lines of the contacts that are no rows: totals, the header once more. */
  readonly otherLines: number;
}

/** Tables whose rows in quarantine still count for consent: they are kept as `unread_TABLE`. */
const hasConsent = (table: TableName): table is ConsentTable =>
  table === 'contacts' || table === 'suppressions' || table === 'bounces';

/**
 * Takes the faulty rows of a loaded table out of it, and what is later than as-of. One look decides what there is to
 * do.
 * @param seeking `seekTwice` at work on the table; started here unless given
 * @param headers the table's, by which lines that are no rows are known
 */
export async function checkTable(
  engine: Engine,
  table: TableName,
  text: TableText | null,
  asOf: Date,
  seeking?: Promise<number>,
  headers: readonly string[] = [],
): Promise<Checked> {
  const name = nameOf(table);
  const unread = nameOf(`unread_${table}`);
  if (!text) {
    if (hasConsent(table)) await engine.run(sql`create or replace table ${unread} as select * from ${name}`);
    return { rows: 0, faults: 0, otherLines: 0 };
  }
  const otherLines = table === 'contacts' ? await removeOtherLines(engine, headers, text) : 0;
  const found = await lookOver(engine, table, asOf);
  const twice = await (seeking ?? seekTwice(engine, table));
  if (twice > 0) await markDuplicates(engine, table);
  // Facts are never written, so only the places of those are worked out that have to be named.
  if (tableOf(table).facts && found.faulty + twice > 0) {
    await engine.run(sql`update ${name} set _row = coalesce(_row, rowid) where _fault is not null`);
  }
  if (found.blank > 0) await engine.run(sql`delete from ${name} where ${blankRow(table)}`);
  const suspect = found.faulty + twice > 0;
  const faulty = suspect ? await engine.number(sql`select count(*) from ${name} where _fault is not null`) : 0;
  if (table === 'suppressions') await forgetLaterReleases(engine, asOf);
  if (hasConsent(table)) {
    await engine.run(sql`create or replace table ${unread} as select * from ${name} where _fault is not null`);
    await addMalformedHints(engine, table, text.malformed);
  }
  if (text.malformed.length > 0) await quarantineMalformed(engine, table, text.malformed);
  if (faulty > 0) await quarantineFaults(engine, table, text);
  if (found.later > 0) await engine.run(sql`delete from ${name} where ${timeOf(table)} > ${asOf}`);
  return { rows: found.rows - found.blank - faulty, faults: faulty + text.malformed.length, otherLines };
}

/**
 * Removes what is no row of the contacts (lib/snapshot/other-lines.ts) from the engine's table: a total, or the header once
 * more. Only where some row has no address is the text looked at again. Returns how many there were.
 */
async function removeOtherLines(engine: Engine, headers: readonly string[], text: TableText): Promise<number> {
  const suspects = await engine.number(
    sql`select count(*) from contacts where email is null or not contains(email, '@')`,
  );
  if (suspects === 0 || headers.length === 0) return 0;
  await engine.run(
    sql`create or replace temp table other_lines as select nth from (
      select row_number() over () - 1 as nth, ${raw(otherLine(headers))} as why from ${csvScan(text)}) where why is not null`,
  );
  return engine.changed(sql`delete from contacts where _row in (select nth from other_lines)`);
}

/** Who is to be released later is not released yet. */
const forgetLaterReleases = (engine: Engine, asOf: Date): Promise<void> =>
  engine.run(sql`update suppressions set released_at = null where released_at > ${asOf}`);

const timeOf = (table: TableName): Sql =>
  columnOf(Object.entries(tableOf(table).columns).find(([, column]) => column.type === 'time')?.[0] ?? '');

/** Counts, in one pass. */
async function lookOver(
  engine: Engine,
  table: TableName,
  asOf: Date,
): Promise<Record<'rows' | 'blank' | 'faulty' | 'later', number>> {
  const later = tableOf(table).facts ? sql`countif(${timeOf(table)} > ${asOf})` : sql`0`;
  const found = await engine.row(sql`
    select count(*) as "rows", countif(${blankRow(table)}) as blank, countif(_fault is not null) as faulty,
      ${later} as later
    from ${nameOf(table)}`);
  return {
    rows: Number(found.rows),
    blank: Number(found.blank),
    faulty: Number(found.faulty),
    later: Number(found.later),
  };
}

/** Moves rows with faults to `quarantine_now`: a row there for each fault. */
async function quarantineFaults(engine: Engine, table: TableName, text: TableText): Promise<void> {
  const name = nameOf(table);
  const key = keyText(table, 't');
  const place = rowText(text);
  const part = (n: number): Sql => faultPart(sql`f.fault`, n);
  await engine.run(
    sql`insert into quarantine_now
      select ${table},
        case when ${part(2)} in ('duplicate key', 'missing') then concat_ws(', ', ${key}, ${place})
          else coalesce(${key}, ${place}) end,
        ${part(1)}, substr(${part(3)}, 1, ${LONGEST_VALUE}), ${part(2)}
      from ${name} t, unnest(string_split(t._fault, ${BETWEEN})) f(fault)
      where t._fault is not null`,
  );
  await engine.run(sql`delete from ${name} where _fault is not null`);
}

/**
 * Puts the cells of a checked table that can't be read into `quarantine_now`; their rows stay. Contacts have their ids
 * by then.
 * @returns how many, by table, column and reason
 */
export async function quarantineCells(
  engine: Engine,
  table: TableName,
  text: LoadedText,
): Promise<Record<string, number>> {
  if (!text.hasFaults) return {};
  const name = nameOf(table);
  const part = (n: number): Sql => faultPart(sql`c.cell`, n);
  const cells = sql`from ${name} t, unnest(string_split(t._unread, ${BETWEEN})) c(cell) where t._unread is not null`;
  const rows = await engine.rows(
    sql`select ${part(1)} as "column", ${part(2)} as reason, count(*) as n ${cells} group by 1, 2 order by 1, 2`,
  );
  if (rows.length === 0) return {};
  // The row's number counts from its place in the file, which facts don't have yet where no job writes them.
  if (tableOf(table).facts)
    await engine.run(sql`update ${name} set _row = coalesce(_row, rowid) where _unread is not null`);
  await engine.run(
    sql`insert into quarantine_now select ${table}, coalesce(${keyText(table, 't')}, ${rowText(text)}), ${part(1)},
      substr(${part(3)}, 1, ${LONGEST_VALUE}), ${part(2)} ${cells}`,
  );
  return Object.fromEntries(
    rows.map(({ column, reason, n }) => [`${table}, column "${column}": ${reason}`, Number(n)]),
  );
}

/** A row's key as text: one column, or several with ` · ` between them. */
export const keyText = (table: TableName, alias: string): Sql => {
  const { key } = tableOf(table);
  const [first = '', ...others] = key;
  if (others.length === 0) return sql`cast(${columnOf(first, alias)} as varchar)`;
  return sql`concat_ws(' · ', ${join(
    key.map((column) => columnOf(column, alias)),
    ', ',
  )})`;
};

/**
 * "row 48", as a person counts: the header is row 1, and records that could not be read count as well. Of several
 * files, in which.
 */
export function rowText(text: TableText): Sql {
  if (text.query === undefined) return rowOf(text.malformed, null, 0, 2);
  let before = 0;
  const cases = text.files.map(({ name, rows, firstRow }) => {
    const own = text.malformed.filter(({ file }) => file === name);
    const label = sql`${literal(`${name}, `)} || ${rowOf(own, name, before, firstRow)}`;
    before += rows;
    return sql`when t._row < ${integer(before)} then ${label}`;
  });
  return sql`case ${join(cases, ' ')} end`;
}

/** The row of a file whose rows begin at `from`, the first of them being what a person calls row `first`. */
function rowOf(malformed: readonly MalformedRow[], file: string | null, from: number, first: number): Sql {
  const shift = integer(first - from);
  if (malformed.length === 0) return sql`'row ' || cast(t._row + ${shift} as varchar)`;
  // The nth well-formed record stands behind as many malformed ones as have, without them, n or fewer before them.
  const own = file === null ? sql`` : sql` and m.file = ${literal(file)}`;
  const skipped = sql`select count(*) from malformed_rows m where m.before_it <= t._row - ${integer(from)}${own}`;
  return sql`'row ' || cast(t._row + ${shift} + (${skipped}) as varchar)`;
}

/** Puts records that are no rows into `quarantine_now`, and into `malformed_rows` for `rowText`. */
export async function quarantineMalformed(
  engine: Engine,
  table: TableName,
  malformed: readonly MalformedRow[],
): Promise<void> {
  await engine.run(
    sql`create or replace temp table malformed_rows (at_row varchar, content varchar, reason varchar, file varchar)`,
  );
  await engine.appendRows(
    'malformed_rows',
    malformed.map(({ row, text, reason, file }) => [String(row), text.slice(0, LONGEST_VALUE), reason, file ?? null]),
  );
  await engine.run(
    sql`create or replace temp table malformed_rows as
      select *,
        cast(at_row as bigint) - 1 - row_number() over (partition by file order by cast(at_row as bigint)) as before_it
      from malformed_rows`,
  );
  await engine.run(
    sql`insert into quarantine_now
      select ${table}, concat_ws(', ', file, 'row ' || at_row), ${WHOLE_ROW}, content, reason from malformed_rows`,
  );
}

/** How many rows have the key of another one; of many keys hashes are cheap. Works beside other statements. */
export const seekTwice = (engine: Engine, table: TableName): Promise<number> => {
  const { keys, present } = keysOf(table);
  return engine.numberConcurrently(
    sql`select count(*) - count(distinct hash(${keys})) from ${nameOf(table)} where ${present}`,
  );
};

/** A table's key columns, and the condition that each has a value. */
function keysOf(table: TableName): { keys: Sql; present: Sql } {
  const keys = tableOf(table).key.map((column) => columnOf(column));
  const present = keys.map((key) => sql`${key} is not null`);
  return { keys: join(keys, ', '), present: join(present, ' and ') };
}

/** Of several rows with one key the first stands. */
async function markDuplicates(engine: Engine, table: TableName): Promise<void> {
  const name = nameOf(table);
  const { keys, present } = keysOf(table);
  const column = literal(tableOf(table).key[0] ?? '');
  await engine.run(
    sql`update ${name} set _fault = ${column} || ${WITHIN} || 'duplicate key' || ${WITHIN} || ${keyText(table, table)}
      where rowid in (
        select rowid from ${name}
        where ${present} and _fault is null and hash(${keys}) in (
          select hash(${keys}) from ${name} where ${present} group by 1 having count(*) > 1)
        qualify row_number() over (partition by ${keys} order by coalesce(_row, rowid)) > 1)`,
  );
}
