/**
 * Undo: a job like any other, whose changes put back what an earlier run decided, cell by cell, as `changes` has it. A
 * cell that was changed since stays as it is, and so does the address under which a person has left since. Taking a
 * suppression back is a person's decision, so that such a plan always waits for approval; the list then holds a
 * release, which the next run respects.
 */

import { type Change, insert, remove, update } from '../core/change.ts';
import type { Engine } from '../core/engine.ts';
import { byKey } from '../core/facts.ts';
import { type Job, job } from '../core/job.ts';
import { columnOf, join, name, type Sql, sql } from '../core/sql.ts';
import { type ColumnType, type TableName, tableNames, tableOf } from '../core/tables.ts';
import { kindOf } from '../snapshot/bounce-kinds.ts';
import { views } from '../snapshot/views.ts';
import { LISTS, listsBack } from './undo-lists.ts';

/** The tables in which jobs decide; facts are decided on by imports alone. */
const decidedTables = (facts: readonly TableName[]): TableName[] =>
  tableNames.filter((table) => !tableOf(table).record && (!tableOf(table).facts || facts.includes(table)));

/** Facts are no job's decision; but undoing an import removes the facts that it added. */
const importedFacts = (jobName: string): TableName[] =>
  jobName === 'import' || jobName === 'inbox' ? ['bounces', 'events', 'purchases'] : [];

const castTo: Readonly<Record<ColumnType, Sql>> = {
  text: sql`string`,
  number: sql`double`,
  date: sql`date`,
  time: sql`timestamp`,
};

const typed = (text: Sql, type: ColumnType): Sql => (type === 'text' ? text : sql`cast(${text} as ${castTo[type]})`);

const deciding = (table: TableName): [string, ColumnType][] =>
  Object.entries(tableOf(table).columns)
    // Of derived columns only those of contacts are ever recorded: where a run took them over.
    .filter(([column, { derived }]) => !(derived && table !== 'contacts') && !tableOf(table).key.includes(column))
    .map(([column, { type }]) => [column, type]);

/**
 * `undone`: a row is a cell (or, with an empty column, a row) that the run decided: its value before the first time,
 * and after the last.
 */
const undone = (jobName: string, period: string): Sql => sql`
  select "table" as table_name, row_key, coalesce("column", '') as cell,
    max(case when first = 1 then "before" end) as before_value, max(case when last = 1 then "after" end) as after_value
  from (
    select *, row_number() over (partition by "table", row_key, "column" order by run, "at") as first,
      row_number() over (partition by "table", row_key, "column" order by run desc, "at" desc) as last
    from changes where job = ${jobName} and period = ${period}
  ) as decisions
  group by 1, 2, 3`;

const keyCells = (table: TableName): Sql[] => tableOf(table).key.map((key) => columnOf(key, 't'));
const keyOf = (table: TableName): Sql => join(keyCells(table), " || ' · ' || ");

/**
 * Whether a contact (`t`) would go back to the address `before` from one under which the person has unsubscribed since.
 */
const leftSince = (before: Sql): Sql =>
  sql`coalesce(address_key(${before}), '') <> address_key(t.email)
    and address_key(t.email) in (select email from ${views.departures})`;

const asText = (value: Sql): Sql => sql`coalesce(cast(${value} as string), '')`;

/** Sets each decided cell back, where it still holds what the run left in it. */
function setBack(table: TableName): Change {
  const columns = deciding(table);
  const pivots = columns.flatMap(([column, type]) => {
    const of = (side: Sql): Sql => sql`max(case when cell = ${column} then ${side} end)`;
    return [
      sql`max(case when cell = ${column} then 1 else 0 end) as ${name(`has_${column}`)}`,
      sql`${typed(of(sql`before_value`), type)} as ${name(`before_${column}`)}`,
      sql`${typed(of(sql`after_value`), type)} as ${name(`after_${column}`)}`,
    ];
  });
  const cells = columns.map(([column]) => {
    const now = columnOf(column, 't');
    const stays =
      table === 'contacts' && column === 'email' ? sql` and not (${leftSince(sql`u.before_email`)})` : sql``;
    const isUnchanged = sql`${asText(now)} = ${asText(columnOf(`after_${column}`, 'u'))}${stays}`;
    return sql`case when ${columnOf(`has_${column}`, 'u')} = 1 and ${isUnchanged}
      then ${columnOf(`before_${column}`, 'u')} else ${now} end as ${columnOf(column)}`;
  });
  return update(
    table,
    sql`select ${join([...keyCells(table), ...cells], ', ')}, 'put back' as why from ${byKey(table)} t
      join (
        select row_key, ${join(pivots, ', ')} from undone where table_name = ${table} and cell <> '' group by row_key
      ) as u on u.row_key = ${keyOf(table)}`,
  );
}

/** A suppression that the run added is released; any other row that it added is removed. */
function removeAdded(table: TableName, asOf: Date): Change {
  const added = sql`select row_key from undone where table_name = ${table} and cell = '' and after_value is not null`;
  if (table === 'suppressions') {
    return update(
      table,
      sql`select t.email, coalesce(t.released_at, ${asOf}) as released_at, 'released by undo' as why
        from suppressions t join (${added}) as u on u.row_key = t.email`,
    );
  }
  // What a person answered stays.
  const open = table === 'review' ? sql` where t.decision is null` : sql``;
  return remove(
    table,
    sql`select ${join(keyCells(table), ', ')}, 'removed by undo' as why
      from ${byKey(table)} t join (${added}) as u on u.row_key = ${keyOf(table)}${open}`,
  );
}

/** A row that the run removed is restored, as `changes` recorded it. */
function restoreRemoved(table: TableName): Change {
  const columns = Object.entries(tableOf(table).columns).filter(([, { derived }]) => !derived);
  const text = table === 'contacts' ? sql`, before_value as _text` : sql``;
  const cells = columns.map(
    ([column, { type }]) =>
      sql`${typed(sql`json_extract_string(before_value, ${`$.${column}`})`, type)} as ${columnOf(column)}`,
  );
  return insert(
    table,
    sql`select ${join(cells, ', ')}${text}, 'restored' as why
      from undone where table_name = ${table} and cell = '' and after_value is null`,
  );
}

/**
 * Contacts whose status is lifted; restored contacts that were merged into one that may not be mailed; and rows of the
 * suppression list that are released or made weaker.
 */
const mailableAgain = sql`
  select (
      select count(*) from planned_contacts
      where op = 'u' and set_status and before_status in ('unsubscribed', 'suppressed')
        and coalesce(status, 'subscribed') = 'subscribed'
    ) + (
      select count(*) from planned_contacts p join merges m on m.duplicate_id = p.contact_id
        join ${views.unmailable} u on u.contact_id = m.survivor_id
      where p.op = 'i' and coalesce(p.status, 'subscribed') = 'subscribed'
    ) + (
      select count(*) from planned_suppressions
      where op = 'u' and (set_released_at or set_suppressed_at or set_scope or set_contact_id))`;

/** Complaints and departures that came by an import. */
const removedRefusals = sql`
  select count(*) from planned_bounces
  where op = 'd' and ${kindOf(sql`json_extract_string(record, '$.kind')`)} in ('complaint', 'unsubscribe')`;

/** Cells that were changed after the run: they are left alone. */
const changedSince = (decided: readonly TableName[]): Sql => {
  const counts = decided.flatMap((table) =>
    deciding(table).map(([column, type]) => {
      const value = (side: Sql): Sql => asText(typed(side, type));
      return sql`select count(*) as n
        from ${byKey(table)} t
        join undone u on u.table_name = ${table} and u.cell = ${column} and u.row_key = ${keyOf(table)}
        where ${asText(columnOf(column, 't'))} not in (${value(sql`u.after_value`)}, ${value(sql`u.before_value`)})`;
    }),
  );
  return sql`select 'changed since' as part, 'changed since by a person or a later run' as reason, sum(n) as kept
    from (${join(counts, ' union all ')}) as cells having sum(n) > 0`;
};

/** Addresses that are left alone for that. */
const leftUnderIt = sql`
  select 'left since' as part, 'left under the address that they have now' as reason, count(*) as kept
  from contacts t join undone u on u.table_name = 'contacts' and u.cell = 'email' and u.row_key = t.contact_id
  where coalesce(t.email, '') = coalesce(u.after_value, '') and ${leftSince(sql`u.before_value`)} having count(*) > 0`;

/** How many decisions of a run the workbook knows. */
export const countDecisions = (engine: Engine, jobName: string, period: string): Promise<number> =>
  engine.number(
    sql`select (select count(*) from changes where job = ${jobName} and period = ${period})
      + (select count(*) from list_changes where ${jobName} = ${LISTS} and period = ${period})`,
  );

/** The job that undoes another job's run of one period. Its own period names both. */
export const undoJob = (jobName: string, period: string): Job => {
  const facts = importedFacts(jobName);
  const lists: TableName[] = jobName === LISTS ? ['memberships', 'list_changes'] : [];
  const decided = decidedTables(facts);
  return job({
    name: 'undo',
    purpose: `Puts back what ${jobName} decided for ${period}.`,
    reads: ['changes', ...decided, ...lists],
    writes: [...decided, ...lists],
    rules: { jobName, period },
    releases: true, // its own guard below counts more
    prepare: async ({ engine }) => {
      for (const table of facts) {
        const keys = sql`select row_key from (${undone(jobName, period)}) where table_name = ${table}`;
        await engine.fetchRows(table, { [tableOf(table).key[0] ?? '']: keys });
      }
      return {};
    },
    steps: () => [{ name: 'undone', row: 'a cell that the run decided', query: undone(jobName, period) }],
    changes: ({ asOf }) => [
      ...decided.map(setBack),
      ...decided.map((table) => removeAdded(table, asOf)),
      ...decided.filter((table) => !tableOf(table).facts).map(restoreRemoved),
      ...(jobName === LISTS ? listsBack(period) : []),
    ],
    guards: [
      {
        name: 'no contact becomes mailable again without a person’s approval',
        of: 'contacts',
        limit: { share: 0, atLeast: 0, from: 0 },
        found: facts.length > 0 ? sql`select (${mailableAgain}) + (${removedRefusals})` : mailableAgain,
      },
    ],
    holds: () => [{ query: changedSince(decided) }, { query: leftUnderIt }],
    metrics: () => ({ decisions: sql`select count(*) as n from undone` }),
  });
};
