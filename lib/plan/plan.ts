/**
 * A job's changes, worked out against the engine's tables: only what really differs, each row with its reason.
 * The plan stays in the engine as one table per change; this file says what such a table holds.
 */

import type { Change } from '../core/change.ts';
import type { Engine } from '../core/engine.ts';
import { JobError } from '../core/errors.ts';
import { byKey } from '../core/facts.ts';
import { atPlace, lineNaming, placeOf, type SourcePlace } from '../core/source-place.ts';
import { columnOf, join, literal, name as nameOf, raw, type Sql, sql } from '../core/sql.ts';
import { type ColumnType, type TableName, tableOf } from '../core/tables.ts';
import { nearest } from '../core/text/nearest.ts';
import { BETWEEN, faultPart, holdsUnread } from '../snapshot/row-faults.ts';
import { recordOf } from './record.ts';

/** A column that a change sets. */
export interface SetColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly derived: boolean;
  /** SQL over the diff's table (alias d) that gives the reason of a change of this cell. */
  readonly why: Sql;
  /** The reason, where it is the same for every row. */
  readonly fixedWhy?: string;
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

/** The diff of a table of which is known that nothing changes: there is no table of it, and no statement may read it. */
export const unchanged = (table: TableName): Diff => ({
  name: '',
  table,
  sets: [],
  counts: { insert: 0, update: 0, remove: 0 },
});

/** Works a change out. `name` is the diff table's; a change whose query is wrong throws, naming the table. */
export async function workOut(engine: Engine, change: Change, name: string): Promise<Diff> {
  const { table } = change;
  const columns = await engine.columnsOf(change.query);
  checkColumns(change, columns);
  const keys = tableOf(table).key;
  const setNames = columns.filter((each) => !keys.includes(each) && !isAside(each));
  const sets = change.kind === 'remove' || change.kind === 'adopt' ? [] : setNames;
  const compares = sets.length > 0 && change.kind !== 'insert';
  const query = diffQuery(change, sets, columns, compares ? await unreadColumns(engine, table) : new Set());
  const rows = await engine.changed(sql`create or replace temp table ${nameOf(name)} as ${query}`);
  const set = change.kind === 'adopt' ? [adoptedKey(change)] : sets.map((each) => setOf(change, each, columns));
  const texts = columns.includes('_text') ? ({ texts: true } as const) : {};
  const empty: Diff = { ...unchanged(table), name, sets: set, ...texts };
  if (rows === 0) return empty;
  const diff = await countRows(engine, empty, placeOf(change));
  if (table === 'contacts' && diff.counts.remove > 0) await keepWhole(engine, name);
  return diff;
}

/** What a change's query gives beside cells. */
const isAside = (column: string): boolean => column === 'why' || column.startsWith('why_') || column === '_text';

/** Contacts that go are kept with every cell that they have in the workbook, as it stands there. */
async function keepWhole(engine: Engine, diff: string): Promise<void> {
  await engine.run(
    sql`update ${nameOf(diff)} set record = w.record
      from contacts_whole(${literal(diff)}) w where w._row = ${nameOf(diff)}._row`,
  );
}

function setOf(change: Change, column: string, columns: readonly string[]): SetColumn {
  const { type = 'text', derived = false } = tableOf(change.table).columns[column] ?? {};
  const set = { name: column, type, derived, updates: 0 };
  // A reason that is the same for every row is written once, in the change, and not a million times.
  const fixedWhy = change.why?.[column];
  if (fixedWhy !== undefined) return { ...set, why: literal(fixedWhy), fixedWhy };
  return { ...set, why: columns.includes(`why_${column}`) ? columnOf(`why_${column}`, 'd') : sql`d.why` };
}

const adoptedKey = (change: Change): SetColumn => ({
  name: tableOf(change.table).key[0] ?? '',
  type: 'text',
  derived: false,
  why: sql`d.why`,
  updates: 0,
});

/** The value of a change's query in the type that the table has. */
function wanted(table: TableName, column: string): Sql {
  const value = columnOf(column, 'w');
  switch (tableOf(table).columns[column]?.type ?? 'text') {
    case 'text':
      return sql`nullif(cast(${value} as varchar), '')`;
    case 'number':
      return sql`cast(${value} as double)`;
    case 'date':
      return sql`cast(${value} as date)`;
    case 'time':
      return sql`date_trunc('millisecond', cast(${value} as timestamp))`;
  }
}

/**
 * How each kind of change joins what is wanted (w) with what is there (t), and which rows of that are a difference:
 * `changed` is that one of their cells is other.
 */
const shapes = {
  update: { joined: sql`join`, differs: (changed: Sql) => changed },
  remove: { joined: sql`join`, differs: () => sql`true` },
  adopt: { joined: sql`join`, differs: () => sql`_keyless` },
  insert: { joined: sql`left join`, differs: () => sql`op = 'i'` },
  upsert: { joined: sql`left join`, differs: (changed: Sql) => sql`op = 'i' or ${changed}` },
  replace: { joined: sql`full join`, differs: (changed: Sql) => sql`op <> 'u' or ${changed}` },
} as const;

/** The columns in which cells stand that can't be read. */
async function unreadColumns(engine: Engine, table: TableName): Promise<ReadonlySet<string>> {
  const rows = await engine.rows(
    sql`select distinct ${faultPart(sql`f`, 1)} as name from (
      select unnest(string_split(_unread, ${BETWEEN})) as f from ${byKey(table)} where _unread is not null)`,
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
  const { joined, differs } = shapes[kind];
  const keys = tableOf(table).key;
  const on = keys.map((key) => sql`${columnOf(key, 't')} = ${columnOf(key, 'w')}`);
  const keyCells = keys.map((key) => sql`coalesce(${columnOf(key, 't')}, ${columnOf(key, 'w')}) as ${columnOf(key)}`);
  const isSet = (column: string): Sql => nameOf(`set_${column}`);
  const changed = sets.length > 0 ? sql`(${join(sets.map(isSet), ' or ')})` : sql`false`;
  // Each condition is written once, below, and used by its name above: an engine binds every expression that it reads.
  const cells = sets.map((column) => {
    const own = columns.includes(`why_${column}`) ? sql`, ${columnOf(`why_${column}`)}` : sql``;
    return sql`, ${isSet(column)},
      case when ${isSet(column)} then ${nameOf(`_new_${column}`)} end as ${columnOf(column)},
      case when ${isSet(column)} then ${nameOf(`_old_${column}`)} end as ${nameOf(`before_${column}`)}${own}`;
  });
  const compared = sets.map((column) => {
    const other = sql`w._wanted is not null and ${columnOf(column, 't')} is distinct from ${wanted(table, column)}`;
    const readable = unread.has(column) ? sql` and not ${raw(holdsUnread('t', column))}` : sql``;
    const own = columns.includes(`why_${column}`) ? sql`, ${columnOf(`why_${column}`, 'w')}` : sql``;
    return sql`, (${other}${readable}) as ${isSet(column)}, ${wanted(table, column)} as ${nameOf(`_new_${column}`)},
      ${columnOf(column, 't')} as ${nameOf(`_old_${column}`)}${own}`;
  });
  const why = columns.includes('why')
    ? sql`case when w._wanted is null then 'left' else w.why end`
    : sql`cast(null as varchar)`;
  const there = change.owned ? sql`(select *, rowid from ${nameOf(table)} t where ${change.owned})` : byKey(table);
  const aside = asideOf(change, columns);
  const names = aside.map(([column]) => sql`, ${columnOf(column)}`);
  const asideCells = aside.map(([column, cell]) => sql`, ${cell} as ${columnOf(column)}`);
  return sql`select op, _rid, _row, ${join(
    keys.map((key) => columnOf(key)),
    ', ',
  )}${join(cells, '')}${join(names, '')}, why
    from (select ${opOf(kind)} as op, t.rowid as _rid, t._row, ${join(keyCells, ', ')}${join(compared, '')}
        ${join(asideCells, '')}, ${why} as why
      from (select *, true as _wanted from (${change.query})) as w ${joined} ${there} as t on ${join(on, ' and ')}) as d
    where ${differs(changed)}`;
}

/** What becomes of a row: updated, deleted or inserted. */
function opOf(kind: Change['kind']): Sql {
  if (kind === 'remove') return sql`'d'`;
  if (kind === 'adopt') return sql`'u'`;
  return sql`case when t.rowid is null then 'i' when w._wanted is null then 'd' else 'u' end`;
}

/**
 * What a change's rows hold beside their cells, by column: the record of a row that goes, the flag of an adopted key,
 * texts.
 */
function asideOf({ kind, table }: Change, columns: readonly string[]): readonly (readonly [string, Sql])[] {
  const { key, columns: known } = tableOf(table);
  const record = recordOf(
    't',
    Object.entries(known).map(([name, { type }]) => ({ name, type })),
  );
  if (kind === 'remove') return [['record', record]];
  if (kind === 'replace') return [['record', sql`case when w._wanted is null then ${record} end`]];
  if (kind === 'adopt') {
    const [first = ''] = key;
    return [
      ['_keyless', sql`t._keyless`],
      [`set_${first}`, sql`true`],
      [`before_${first}`, sql`cast(null as varchar)`],
    ];
  }
  return columns.includes('_text') ? [['_text', sql`w._text`]] : [];
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
  if (column === 'reason' && !known.includes('reason')) return 'The reason of a change is its column "why".';
  const meant = near
    ? ` Did you mean "${near}"?`
    : ' docs/workbook.md lists its columns; one of your own is declared in jobs/rules/workbook.ts: ' +
      `columns: { ${table}: { ${column}: 'text' } }.`;
  return `${table} has no column "${column}" that a job may set.${meant}`;
}

/**
 * Counts a diff's rows, and what changes in them. No row may be changed twice by one change, and none added without a
 * key.
 */
export async function countRows(engine: Engine, diff: Diff, place?: SourcePlace): Promise<Diff> {
  const { table, name, sets } = diff;
  const keys = tableOf(table).key.map((key) => columnOf(key));
  const unkeyed = keys.map((key) => sql`${key} is null`);
  const updates = sets.map(
    (set) => sql`, countif(op = 'u' and ${nameOf(`set_${set.name}`)}) as ${nameOf(`n_${set.name}`)}`,
  );
  const found = await engine.row(
    sql`select countif(op = 'i') as "insert", countif(op = 'u') as "update", countif(op = 'd') as "remove",
        count(*) - count(distinct hash(${join(keys, ', ')})) as twice,
        countif(${join(unkeyed, ' or ')}) as unkeyed${join(updates, '')}
      from ${nameOf(name)}`,
  );
  const key = tableOf(table).key.join(', ');
  if (Number(found.unkeyed) > 0)
    throw new JobError(
      `${atPlace(place)}a change of ${table} gives ${found.unkeyed} rows without a ${key}. ` +
        `Leave them out: where ${key} is not null.`,
    );
  if (Number(found.twice) > 0)
    throw new JobError(
      `${atPlace(place)}a change of ${table} gives ${found.twice} rows whose ${key} another row has already: ` +
        `a join finds several rows for one. Keep one: group by ${key}, or ` +
        `qualify row_number() over (partition by ${key} order by …) = 1.`,
    );
  return {
    ...diff,
    sets: sets.map((set) => ({ ...set, updates: Number(found[`n_${set.name}`]) })),
    counts: { insert: Number(found.insert), update: Number(found.update), remove: Number(found.remove) },
  };
}
