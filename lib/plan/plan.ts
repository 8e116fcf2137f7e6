/**
 * A job's changes, worked out against the engine's tables: only what really differs, each row with its reason.
 * The plan stays in the engine as one table per change; this file says what such a table holds.
 */

import type { Change } from '../core/change.ts';
import type { Engine } from '../core/engine.ts';
import { JobError } from '../core/errors.ts';
import { lineNaming, placeOf, placeText, type SourcePlace } from '../core/source-place.ts';
import { quoteName, quoteText, raw, type Sql, sql } from '../core/sql.ts';
import { type ColumnType, type TableName, tableOf } from '../core/tables.ts';
import { nearest } from '../core/text/nearest.ts';
import { sqlType } from '../snapshot/cells.ts';
import { FAULT, holdsUnread } from '../snapshot/load.ts';
import { recordOf } from './record.ts';

/** A column that a change sets. */
export interface SetColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly derived: boolean;
  /** SQL over the diff's table (alias d) that gives the reason of a change of this cell. */
  readonly why: string;
  /** In how many rows of op `u` it changes. */
  readonly updates: number;
}

/**
 * One change, worked out. Its table holds `op` (`u`, `d`, `i`), `_rid` (the row's place in the engine's table), `_row`
 * (its place in the reading; NULL for rows that a job before added), the key columns, `why`, and for each column C of
 * `sets`: set_C (whether it changes) and, where it does, C (the new value) and before_C. Rows that `remove` takes away
 * stand whole in `record`.
 */
export interface Diff {
  readonly name: string;
  readonly table: TableName;
  readonly sets: readonly SetColumn[];
  readonly counts: { readonly insert: number; readonly update: number; readonly remove: number };
  /** Added rows bring the texts of their cells along, in `_text` (see snapshot/whole.ts). */
  readonly texts?: true;
}

export const isEmpty = (diff: Diff): boolean => diff.counts.insert + diff.counts.update + diff.counts.remove === 0;

/** Works a change out. `name` is the diff table's; a change whose query is wrong throws, naming the table. */
export async function workOut(engine: Engine, change: Change, name: string): Promise<Diff> {
  const { table } = change;
  const columns = await engine.columnsOf(change.query);
  checkColumns(change, columns);
  const keys = tableOf(table).key;
  const setNames = columns.filter((each) => !keys.includes(each) && !isAside(each));
  const sets = change.kind === 'remove' || change.kind === 'adopt' ? [] : setNames;
  const query = diffQuery(change, sets, columns, await unreadColumns(engine, table));
  await engine.run(sql`create or replace temp table ${raw(name)} as ${query}`);
  const set = change.kind === 'adopt' ? [adoptedKey(change)] : sets.map((each) => setOf(change, each, columns));
  const texts = columns.includes('_text') ? ({ texts: true } as const) : {};
  const counts = { insert: 0, update: 0, remove: 0 };
  const diff = await countRows(engine, { name, table, sets: set, counts, ...texts }, placeOf(change));
  if (table === 'contacts' && diff.counts.remove > 0) await keepWhole(engine, name);
  return diff;
}

/** What a change's query gives beside cells. */
const isAside = (column: string): boolean => column === 'why' || column.startsWith('why_') || column === '_text';

/** Contacts that go are kept with every cell that they have in the workbook, as it stands there. */
async function keepWhole(engine: Engine, diff: string): Promise<void> {
  await engine.run(
    raw(`update ${diff} set record = w.record from contacts_whole(${quoteText(diff)}) w where w._row = ${diff}._row`),
  );
}

function setOf(change: Change, column: string, columns: readonly string[]): SetColumn {
  const { type = 'text', derived = false } = tableOf(change.table).columns[column] ?? {};
  return { name: column, type, derived, why: whyOf(change, column, columns), updates: 0 };
}

/** A reason that is the same for every row is written once, in the change, and not a million times. */
function whyOf(change: Change, column: string, columns: readonly string[]): string {
  const fixed = change.why?.[column];
  if (fixed !== undefined) return quoteText(fixed);
  return columns.includes(`why_${column}`) ? `d.why_${column}` : 'd.why';
}

const adoptedKey = (change: Change): SetColumn => ({
  name: tableOf(change.table).key[0] ?? '',
  type: 'text',
  derived: false,
  why: 'd.why',
  updates: 0,
});

/** The value of a change's query in the type that the table has. */
function wanted(table: TableName, column: string): string {
  const value = `w.${quoteName(column)}`;
  switch (tableOf(table).columns[column]?.type ?? 'text') {
    case 'text':
      return `nullif(cast(${value} as varchar), '')`;
    case 'number':
      return `cast(${value} as double)`;
    case 'date':
      return `cast(${value} as date)`;
    case 'time':
      return `date_trunc('millisecond', cast(${value} as timestamp))`;
  }
}

/** How each kind of change joins what is wanted (w) with what is there (t), and which rows of that are a difference. */
const shapes = {
  update: { join: 'join', differs: (changed: string) => changed },
  remove: { join: 'join', differs: () => 'true' },
  adopt: { join: 'join', differs: () => 't._keyless' },
  insert: { join: 'left join', differs: () => 't.rowid is null' },
  upsert: { join: 'left join', differs: (changed: string) => `t.rowid is null or ${changed}` },
  replace: { join: 'full join', differs: (changed: string) => `t.rowid is null or w._wanted is null or ${changed}` },
} as const;

/** The columns in which cells stand that can't be read. */
async function unreadColumns(engine: Engine, table: TableName): Promise<ReadonlySet<string>> {
  const rows = await engine.rows(
    sql`select distinct split_part(f, ${raw(`chr(${FAULT.within})`)}, 1) as name from (
      select unnest(string_split(_unread, ${raw(`chr(${FAULT.between})`)})) as f from ${raw(quoteName(table))} where _unread is not null)`,
  );
  return new Set(rows.map(({ name }) => String(name)));
}

/** One pass over the query and the table. */
function diffQuery(
  change: Change,
  sets: readonly string[],
  columns: readonly string[],
  unread: ReadonlySet<string>,
): Sql {
  const { kind, table } = change;
  const { join, differs } = shapes[kind];
  const keys = tableOf(table).key.map(quoteName);
  const on = keys.map((key) => `t.${key} = w.${key}`).join(' and ');
  const is = (column: string): string => {
    const differs = `t.${quoteName(column)} is distinct from ${wanted(table, column)}`;
    return unread.has(column) ? `(${differs} and not ${holdsUnread('t', column)})` : differs;
  };
  const changed = sets.length > 0 ? `(${sets.map(is).join(' or ')})` : 'false';
  const cells = sets.map((column) => {
    const type = sqlType[tableOf(table).columns[column]?.type ?? 'text'];
    const set = `(w._wanted is not null and ${is(column)})`;
    const own = columns.includes(`why_${column}`) ? `, w.why_${column}` : '';
    return `, ${set} as set_${column}, case when ${set} then ${wanted(table, column)} end as ${quoteName(column)}, case when ${set} then t.${quoteName(column)} else cast(null as ${type}) end as before_${column}${own}`;
  });
  const op =
    { remove: `'d'`, adopt: `'u'` }[kind as string] ??
    `case when t.rowid is null then 'i' when w._wanted is null then 'd' else 'u' end`;
  const why = columns.includes('why')
    ? `case when w._wanted is null then 'left' else w.why end`
    : 'cast(null as varchar)';
  const texts = columns.includes('_text') ? ', w._text' : '';
  const kept = Object.entries(tableOf(table).columns).map(([name, { type }]) => ({ name, type }));
  const record = recordOf('t', kept);
  const extra =
    {
      remove: `, ${record} as record`,
      replace: `, case when w._wanted is null then ${record} end as record`,
      adopt: `, true as set_${keys[0]}, cast(null as varchar) as before_${keys[0]}`,
    }[kind as string] ?? texts;
  const there = change.owned
    ? sql`(select *, rowid from ${raw(quoteName(table))} t where ${change.owned})`
    : raw(quoteName(table));
  return sql`select ${raw(op)} as op, t.rowid as _rid, t._row, ${raw(keys.map((key) => `coalesce(t.${key}, w.${key}) as ${key}`).join(', '))}${raw(cells.join(''))}${raw(extra)}, ${raw(why)} as why
    from (select *, true as _wanted from (${change.query})) as w ${raw(join)} ${there} as t on ${raw(on)} where ${raw(differs(changed))}`;
}

/** A change's query must give the table's key, and only columns that the table has. */
function checkColumns(change: Change, columns: readonly string[]): void {
  const { key, columns: known } = tableOf(change.table);
  const unknown = columns.filter((each) => !(each in known) && !isAside(each));
  const missing = key.filter((each) => !columns.includes(each));
  const place = placeOf(change);
  const faults = [
    ...unknown.map((each) => unknownColumn(change.table, each)),
    ...missing.map((each) => `its query gives no "${each}", the key of ${change.table}.`),
  ];
  if (faults.length === 0) return;
  const named = place && unknown[0] !== undefined ? lineNaming(unknown[0], place) : place;
  throw new JobError(`${atPlace(named)}${change.kind} of ${change.table}: ${faults.join(' ')}`);
}

function unknownColumn(table: TableName, column: string): string {
  const known = Object.keys(tableOf(table).columns);
  const near = nearest(column, known);
  const meant = near
    ? ` Did you mean "${near}"?`
    : ` docs/workbook.md lists its columns; one of your own is declared in jobs/rules/workbook.ts: columns: { ${table}: { ${column}: 'text' } }.`;
  return `${table} has no column "${column}" that a job may set.${meant}`;
}

const atPlace = (place: SourcePlace | undefined): string => (place ? `${placeText(place)}: ` : '');

/**
 * Counts a diff's rows, and what changes in them. No row may be changed twice by one change, and none added without a
 * key.
 */
export async function countRows(engine: Engine, diff: Diff, place?: SourcePlace): Promise<Diff> {
  const { table, name, sets } = diff;
  const keys = tableOf(table).key.map(quoteName);
  const updates = sets.map((set) => `, countif(op = 'u' and set_${set.name}) as n_${set.name}`).join('');
  const found = await engine.row(
    raw(
      `select countif(op = 'i') as "insert", countif(op = 'u') as "update", countif(op = 'd') as "remove", count(*) - count(distinct hash(${keys.join(', ')})) as twice, countif(${keys.map((key) => `${key} is null`).join(' or ')}) as unkeyed${updates} from ${name}`,
    ),
  );
  const key = tableOf(table).key.join(', ');
  if (Number(found.unkeyed) > 0)
    throw new JobError(
      `${atPlace(place)}a change of ${table} gives ${found.unkeyed} rows without a ${key}. Leave them out: where ${key} is not null.`,
    );
  if (Number(found.twice) > 0)
    throw new JobError(
      `${atPlace(place)}a change of ${table} gives ${found.twice} rows whose ${key} another row has already: a join finds several rows for one. Keep one: group by ${key}, or qualify row_number() over (partition by ${key} order by …) = 1.`,
    );
  return {
    ...diff,
    sets: sets.map((set) => ({ ...set, updates: Number(found[`n_${set.name}`]) })),
    counts: { insert: Number(found.insert), update: Number(found.update), remove: Number(found.remove) },
  };
}
