/**
 * A job's changes, worked out against the engine's tables: only what really differs, each row with its reason.
 * The plan stays in the engine as one `diff_N` table per change; this file says what such a table holds.
 */
import type { Engine } from '../engine/duckdb.ts';
import { raw } from '../engine/sql.ts';
import type { Change } from '../job/job.ts';
import { quoteName } from '../snapshot/load.ts';
import { type ColumnType, type TableName, tableOf } from '../workbook/tables.ts';

/**
 * One change, worked out. Its table holds `op` (`u`, `d`, `i`), `_rid` (the row's place in the engine's table), `_row`
 * (its place in the reading; NULL for rows that a job before added), the key columns, and for each column C of `sets`:
 * C (the new value), before_C, set_C (whether it changes) and why_C. Rows that `remove` takes away stand whole in `record`.
 */
export interface Diff {
  readonly name: string;
  readonly table: TableName;
  readonly sets: readonly { readonly name: string; readonly type: ColumnType; readonly derived: boolean }[];
  readonly counts: { readonly insert: number; readonly update: number; readonly remove: number };
}

export const isEmpty = (diff: Diff): boolean => diff.counts.insert + diff.counts.update + diff.counts.remove === 0;

const typeOf = (table: TableName, column: string): ColumnType => tableOf(table).columns[column]?.type ?? 'text';

const sqlCast = (table: TableName, column: string): string => {
  const value = `w.${quoteName(column)}`;
  switch (typeOf(table, column)) {
    case 'text':
      return `nullif(cast(${value} as varchar), '')`;
    case 'number':
      return `cast(${value} as double)`;
    case 'date':
      return `cast(${value} as date)`;
    case 'time':
      return `date_trunc('millisecond', cast(${value} as timestamp))`;
  }
};

/** Works a change out. `name` is the diff table's; a change whose query is wrong throws, naming the table. */
export async function workOut(engine: Engine, change: Change, name: string): Promise<Diff> {
  const { table } = change;
  const keys = tableOf(table).key;
  const want = `want_${name}`;
  await engine.run(raw(`drop table if exists ${want}`));
  await engine.run({ text: `create temp table ${want} as ${change.query.text}`, values: change.query.values });
  const columns = await engine.columnsOf(raw(`select * from ${want}`));
  await checkQuery(engine, change, want, columns);
  const adopting = change.kind === 'adopt';
  const setNames = adopting
    ? keys
    : columns.filter((each) => !keys.includes(each) && each !== 'why' && !each.startsWith('why_'));
  const sets = change.kind === 'remove' ? [] : setNames.map((each) => setOf(table, each));
  const whyOf = (column: string): string => {
    const own = `why_${column}`;
    return columns.includes(own) ? `w.${own}` : columns.includes('why') ? 'w.why' : 'cast(null as varchar)';
  };
  const parts = partsOf(change, { want, sets, whyOf });
  await engine.run({
    text: `create or replace temp table ${name} as ${parts.join(' union all by name ')}`,
    values: change.owned?.values ?? [],
  });
  await engine.run(raw(`drop table ${want}`));
  const counts = await engine.row(
    raw(
      `select countif(op = 'i') as "insert", countif(op = 'u') as "update", countif(op = 'd') as "remove" from ${name}`,
    ),
  );
  return {
    name,
    table,
    sets,
    counts: { insert: Number(counts.insert), update: Number(counts.update), remove: Number(counts.remove) },
  };
}

const setOf = (table: TableName, column: string): Diff['sets'][number] => ({
  name: column,
  type: typeOf(table, column),
  derived: tableOf(table).columns[column]?.derived === true,
});

interface Parts {
  readonly want: string;
  readonly sets: Diff['sets'];
  readonly whyOf: (column: string) => string;
}

/** The selects whose union is the diff table. */
function partsOf(change: Change, { want, sets, whyOf }: Parts): string[] {
  const { kind, table } = change;
  const keys = tableOf(table).key.map(quoteName);
  const target = quoteName(table);
  const on = keys.map((key) => `t.${key} = w.${key}`).join(' and ');
  const changed = sets.map((set) => `t.${quoteName(set.name)} is distinct from ${sqlCast(table, set.name)}`);
  const keysOf = (alias: string): string => keys.map((key) => `${alias}.${key} as ${key}`).join(', ');
  const withSets = (before: (column: string) => string, isSet: (column: string, i: number) => string): string =>
    sets
      .map((set, i) => {
        const column = quoteName(set.name);
        return `, ${sqlCast(table, set.name)} as ${column}, ${before(column)} as before_${set.name}, ${isSet(column, i)} as set_${set.name}, ${whyOf(set.name)} as why_${set.name}`;
      })
      .join('');
  const nullBefore = (column: string): string => `cast(null as ${columnSqlType(table, column)})`;
  const parts: string[] = [];
  if (kind === 'adopt') {
    const [key = ''] = keys;
    return [
      `select 'u' as op, t.rowid as _rid, t._row, ${keysOf('t')}, cast(null as varchar) as before_${key}, true as set_${key}, w.why as why_${key}, w.why as why from ${want} w join ${target} t on ${on} where t._keyless`,
    ];
  }
  if (kind === 'update' || kind === 'upsert' || kind === 'replace') {
    if (sets.length > 0) {
      parts.push(
        `select 'u' as op, t.rowid as _rid, t._row, ${keysOf('t')}${withSets(
          (c) => `t.${c}`,
          (_, i) => changed[i] ?? 'false',
        )}, ${whyOf('')} as why from ${want} w join ${target} t on ${on} where ${changed.join(' or ')}`,
      );
    }
  }
  if (kind === 'insert' || kind === 'upsert' || kind === 'replace') {
    parts.push(
      `select 'i' as op, cast(null as bigint) as _rid, cast(null as bigint) as _row, ${keysOf('w')}${withSets(nullBefore, (c) => `w.${c} is not null`)}, ${whyOf('')} as why from ${want} w left join ${target} t on ${on} where t.${keys[0]} is null`,
    );
  }
  if (kind === 'remove') {
    parts.push(
      `select 'd' as op, t.rowid as _rid, t._row, ${keysOf('t')}, cast(to_json(t) as varchar) as record, ${whyOf('')} as why from ${want} w join ${target} t on ${on}`,
    );
  }
  if (kind === 'replace') {
    const owned = change.owned ? `and (${change.owned.text})` : '';
    parts.push(
      `select 'd' as op, t.rowid as _rid, t._row, ${keysOf('t')}, 'left' as why from ${target} t left join ${want} w on ${on} where w.${keys[0]} is null ${owned}`,
    );
  }
  return parts;
}

const columnSqlType = (table: TableName, column: string): string =>
  ({ text: 'varchar', number: 'double', date: 'date', time: 'timestamp' })[typeOf(table, column)];

/** A change's query must give each key once, and only columns that the table has. */
async function checkQuery(engine: Engine, change: Change, want: string, columns: readonly string[]): Promise<void> {
  const keys = tableOf(change.table).key;
  const unknown = columns.filter(
    (each) => !(each in tableOf(change.table).columns) && each !== 'why' && !each.startsWith('why_'),
  );
  const missing = keys.filter((key) => !columns.includes(key));
  if (unknown.length > 0 || missing.length > 0) {
    throw new Error(
      `a change to ${change.table} has ${[...unknown.map((c) => `an unknown column "${c}"`), ...missing.map((c) => `no key column "${c}"`)].join(' and ')}`,
    );
  }
  const list = keys.map(quoteName).join(', ');
  const { rows, distinct, unkeyed } = await engine.row(
    raw(
      `select count(*) as "rows", count(distinct hash(${list})) as "distinct", countif(${keys.map((k) => `${quoteName(k)} is null`).join(' or ')}) as unkeyed from ${want}`,
    ),
  );
  if (Number(unkeyed) > 0) throw new Error(`a change to ${change.table} gives ${unkeyed} rows without a key`);
  if (rows !== distinct) {
    throw new Error(`a change to ${change.table} gives ${Number(rows) - Number(distinct)} keys more than once`);
  }
}
