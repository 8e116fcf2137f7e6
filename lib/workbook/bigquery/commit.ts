/**
 * The transaction that writes a run's patches: per table a `merge` of the rows that are still as the snapshot saw them,
 * cell by cell, then the new rows, then the marker, all or nothing. A row that was changed or deleted since is left as it
 * is, and so is a key that was added.
 */
import { integer, join, list, type Sql, sql } from '../../core/sql.ts';
import { tableOf } from '../../core/tables.ts';
import { normalHeader } from '../headers.ts';
import type { Marker } from '../store.ts';
import { type Field, fieldIn, sqlTypeOf, textOf, valueIn } from './outline.ts';
import { type Staged, seen, wanted } from './stage.ts';

/** A table to write: as it stands now, as the snapshot saw it, and where its changes are staged. */
export interface Target {
  readonly staged: Staged;
  /** Its name for people. */
  readonly id: string;
  readonly table: Sql;
  /** The staging table. */
  readonly stagedIn: Sql;
  /** The columns that the snapshot saw. */
  readonly before: readonly Field[];
  /** All columns, those that were added for this write too. */
  readonly now: readonly Field[];
  /** The workbook's, in which a DATETIME is. */
  readonly timeZone: string;
}

/**
 * A script of one transaction, with its marker in `record`; its result is one row: of each target the rows changed or
 * removed, and those added.
 */
export function transaction(record: Sql, targets: readonly Target[], marker: Marker): Sql {
  const counts = targets.flatMap((_, i) => [sql`changed_${integer(i)}`, sql`added_${integer(i)}`]);
  const statements = targets.flatMap((target, i) => [
    ...(target.staged.changing > 0 ? [mergeOf(target), sql`set changed_${integer(i)} = @@row_count`] : []),
    ...(target.staged.adding > 0 ? [insertOf(target), sql`set added_${integer(i)} = @@row_count`] : []),
  ]);
  const script = [
    sql`declare ${join(counts, ', ')} int64 default 0`,
    sql`begin transaction`,
    ...statements,
    sql`delete from ${record} where true`,
    sql`insert into ${record} (run, entries) values (${marker.run}, ${JSON.stringify(marker.entries)})`,
    sql`commit transaction`,
    sql`select ${join(counts, ', ')}`,
  ];
  return sql`${join(script, ';\n')};`;
}

/** Rows are found by all their cells; equalities alone, so that BigQuery can join by hash. */
function mergeOf({ staged, stagedIn, table, before, now, timeZone }: Target): Sql {
  const same = before.map((field, i) => sql`coalesce(${textOf(field, 't')}, '') = s.${seen(i)}`);
  const fields = fieldsOf(staged, now);
  const sets = fields.map((field, i) => {
    const cell = fieldIn(field.name ?? '');
    return sql`${cell} = if(s.${wanted(i)} is null, t.${cell}, ${valueIn(field, sql`s.${wanted(i)}`, timeZone)})`;
  });
  return sql`merge ${table} as t
using (select * from ${stagedIn} where op <> 'i') as s
on ${join(same, ' and ')}
when matched and s.op = 'd' then delete
when matched then update set ${join(sets, ', ')}`;
}

function insertOf({ staged, stagedIn, table, now, timeZone }: Target): Sql {
  const { key, keyIsAddress } = tableOf(staged.patch.table);
  const fields = fieldsOf(staged, now);
  const columns = fields.map((field) => fieldIn(field.name ?? ''));
  const values = fields.map((field, i) => valueIn(field, sql`s.${wanted(i)}`, timeZone));
  const plain = (value: Sql): Sql => (keyIsAddress ? sql`lower(trim(${value}))` : value);
  const same = fields.flatMap((field, i) =>
    key.includes(normalHeader(field.name ?? '')) || key.includes(staged.patch.columns[i] ?? '')
      ? [sql`${plain(textOf(field, 't'))} = ${plain(sql`s.${wanted(i)}`)}`]
      : [],
  );
  const isNew =
    same.length > 0 ? sql` and not exists (select 1 from ${table} as t where ${join(same, ' and ')})` : sql``;
  return sql`insert into ${table} (${join(columns, ', ')})
select ${join(values, ', ')} from ${stagedIn} as s where s.op = 'i'${isNew}`;
}

/** The fields of a patch's columns, in its order. */
function fieldsOf({ patch }: Staged, now: readonly Field[]): Field[] {
  return patch.columns.map((header) => now.find(({ name }) => name === header) ?? { name: header, type: 'STRING' });
}

/** How many rows of a table a person, or another program, kept the transaction from. */
export function heldRows({ changing, adding, twins }: Staged, changed: number, added: number): Record<string, number> {
  const reasons = {
    'row changed or deleted': changing - changed,
    'key there already': adding - added,
    'row stands twice': twins,
  };
  return Object.fromEntries(Object.entries(reasons).filter(([, rows]) => rows > 0));
}

/** Adds columns to a table, where they are missing. */
export function addColumns(table: Sql, fields: readonly Field[]): Sql {
  const added = fields.map((field) => sql`add column if not exists ${fieldIn(field.name ?? '')} ${sqlTypeOf(field)}`);
  return sql`alter table ${table} ${join(added, ', ')}`;
}

/** The marker that was written last: its run and entries, newest first. */
export const markerQuery = (record: Sql): Sql =>
  sql`select run, entries from ${record} where run is not null and run not in ${list([''])}`;
