/**
 * Undo: a job like any other, whose changes put back what an earlier run decided, cell by cell, as `changes` has it.
 * A cell that was changed since stays as it is, and so does the address under which a person has left since. Taking a
 * suppression back is a person's decision, so that such a plan always waits for approval; the list then holds a release,
 * which the next run respects.
 */

import { type Change, insert, remove, update } from '../core/change.ts';
import type { Engine } from '../core/engine.ts';
import { type Job, job } from '../core/job.ts';
import { join, name, quoteName, raw, type Sql, sql } from '../core/sql.ts';
import { type ColumnType, type TableName, tableNames, tableOf } from '../core/tables.ts';
import { kindOf } from '../snapshot/bounce-kinds.ts';
import { LISTS, listsBack } from './undo-lists.ts';

/** The tables in which jobs decide; facts are decided on by imports alone. */
const decidedTables = (facts: readonly TableName[]): TableName[] =>
  tableNames.filter((table) => !tableOf(table).record && (!tableOf(table).facts || facts.includes(table)));

/** Facts are no job's decision; but an import that was a mistake takes its own away again. */
const broughtBy = (jobName: string): TableName[] =>
  jobName === 'import' || jobName === 'inbox' ? ['bounces', 'events', 'purchases'] : [];

const castTo: Readonly<Record<ColumnType, string>> = {
  text: 'string',
  number: 'double',
  date: 'date',
  time: 'timestamp',
};

const typed = (text: Sql, type: ColumnType): Sql =>
  type === 'text' ? text : sql`cast(${text} as ${raw(castTo[type])})`;

const deciding = (table: TableName): [string, ColumnType][] =>
  Object.entries(tableOf(table).columns)
    // Of derived columns only those of contacts are ever recorded: where a run took them over.
    .filter(([column, { derived }]) => !(derived && table !== 'contacts') && !tableOf(table).key.includes(column))
    .map(([column, { type }]) => [column, type]);

/** `undone`: a row is a cell (or, with an empty column, a row) that the run decided: its value before the first time, and after the last. */
const undone = (jobName: string, period: string): Sql => sql`
  select "table" as table_name, row_key, coalesce("column", '') as cell,
    max(case when first = 1 then "before" end) as before_value, max(case when last = 1 then "after" end) as after_value
  from (
    select *, row_number() over (partition by "table", row_key, "column" order by run, "at") as first, row_number() over (partition by "table", row_key, "column" order by run desc, "at" desc) as last
    from changes where job = ${jobName} and period = ${period}
  ) as decisions
  group by 1, 2, 3`;

const keyOf = (table: TableName): Sql =>
  raw(
    tableOf(table)
      .key.map((key) => `t.${quoteName(key)}`)
      .join(` || ' · ' || `),
  );

/** Whether a contact (`t`) would go back to the address `before` from one under which they have left: that would not lead to them any more. */
const leftSince = (before: Sql): Sql =>
  sql`coalesce(address_key(${before}), '') <> address_key(t.email) and address_key(t.email) in (select email from departures)`;

/** Sets each decided cell back, where it still holds what the run left in it. */
function setBack(table: TableName): Change {
  const columns = deciding(table);
  const pivots = columns.flatMap(([column, type]) => {
    const of = (side: string): Sql => sql`max(case when cell = ${column} then ${raw(side)} end)`;
    return [
      sql`max(case when cell = ${column} then 1 else 0 end) as ${name(`has_${column}`)}`,
      sql`${typed(of('before_value'), type)} as ${name(`before_${column}`)}`,
      sql`${typed(of('after_value'), type)} as ${name(`after_${column}`)}`,
    ];
  });
  const cells = columns.map(([column]) => {
    const now = raw(`t.${quoteName(column)}`);
    const stays =
      table === 'contacts' && column === 'email' ? sql` and not (${leftSince(raw('u.before_email'))})` : raw('');
    return sql`case when u.has_${raw(column)} = 1 and coalesce(cast(${now} as string), '') = coalesce(cast(u.after_${raw(column)} as string), '')${stays} then u.before_${raw(column)} else ${now} end as ${raw(quoteName(column))}`;
  });
  const keys = tableOf(table).key.map((key) => raw(`t.${quoteName(key)}`));
  return update(
    table,
    sql`select ${join(keys, ', ')}, ${join(cells, ', ')}, 'put back' as why from ${name(table)} t
      join (select row_key, ${join(pivots, ', ')} from undone where table_name = ${table} and cell <> '' group by row_key) as u on u.row_key = ${keyOf(table)}`,
  );
}

/** A suppression that the run added is released; any other row that it added is taken away. */
function takeAway(table: TableName, asOf: Date): Change {
  const added = sql`select row_key from undone where table_name = ${table} and cell = '' and after_value is not null`;
  if (table === 'suppressions') {
    return update(
      table,
      sql`select t.email, coalesce(t.released_at, ${asOf}) as released_at, 'released by undo' as why from suppressions t join (${added}) as u on u.row_key = t.email`,
    );
  }
  const keys = tableOf(table).key.map((key) => raw(`t.${quoteName(key)}`));
  // What a person answered stays.
  const open = table === 'review' ? raw(' where t.decision is null') : raw('');
  return remove(
    table,
    sql`select ${join(keys, ', ')}, 'taken back' as why from ${name(table)} t join (${added}) as u on u.row_key = ${keyOf(table)}${open}`,
  );
}

/** A row that the run took away comes back, as `changes` kept it. */
function bringBack(table: TableName): Change {
  const columns = Object.entries(tableOf(table).columns).filter(([, { derived }]) => !derived);
  const text = table === 'contacts' ? raw(', before_value as _text') : raw('');
  const cells = columns.map(
    ([column, { type }]) =>
      sql`${typed(sql`json_extract_string(before_value, ${`$.${column}`})`, type)} as ${raw(quoteName(column))}`,
  );
  return insert(
    table,
    sql`select ${join(cells, ', ')}${text}, 'brought back' as why from undone where table_name = ${table} and cell = '' and after_value is null`,
  );
}

/** Contacts whose status is lifted, those that come back mailable although whom they were merged into is not, and rows of the list that are released, or put back to what they were when released or weaker. */
const mailableAgain = sql`
  select (select count(*) from planned_contacts where op = 'u' and set_status and before_status in ('unsubscribed', 'suppressed') and coalesce(status, 'subscribed') = 'subscribed')
    + (select count(*) from planned_contacts p join merges m on m.duplicate_id = p.contact_id join unmailable u on u.contact_id = m.survivor_id where p.op = 'i' and coalesce(p.status, 'subscribed') = 'subscribed')
    + (select count(*) from planned_suppressions where op = 'u' and (set_released_at or set_suppressed_at or set_scope or set_contact_id))`;

/** Complaints and departures that came by an import. */
const unsaid = sql`
  select count(*) from planned_bounces where op = 'd' and ${kindOf(sql`json_extract_string(record, '$.kind')`)} in ('complaint', 'unsubscribe')`;

/** Cells that were changed after the run: they are left alone. */
const changedSince = (decided: readonly TableName[]): Sql => {
  const counts = decided.flatMap((table) =>
    deciding(table).map(
      ([
        column,
        type,
      ]) => sql`select count(*) as n from ${name(table)} t join undone u on u.table_name = ${table} and u.cell = ${column} and u.row_key = ${keyOf(table)}
        where coalesce(cast(t.${raw(quoteName(column))} as string), '') not in (coalesce(cast(${typed(raw('u.after_value'), type)} as string), ''), coalesce(cast(${typed(raw('u.before_value'), type)} as string), ''))`,
    ),
  );
  return sql`select 'changed since' as part, 'changed since by somebody else' as reason, sum(n) as kept from (${join(counts, ' union all ')}) as cells having sum(n) > 0`;
};

/** Addresses that are left alone for that. */
const leftUnderIt = sql`
  select 'left since' as part, 'left under the address that they have now' as reason, count(*) as kept
  from contacts t join undone u on u.table_name = 'contacts' and u.cell = 'email' and u.row_key = t.contact_id
  where coalesce(t.email, '') = coalesce(u.after_value, '') and ${leftSince(raw('u.before_value'))} having count(*) > 0`;

/** How many decisions of a run the workbook knows. */
export const countDecisions = (engine: Engine, jobName: string, period: string): Promise<number> =>
  engine.number(
    sql`select (select count(*) from changes where job = ${jobName} and period = ${period}) + (select count(*) from list_changes where ${jobName} = ${LISTS} and period = ${period})`,
  );

/** The job that undoes another job's run of one period. Its own period names both. */
export const undoJob = (jobName: string, period: string): Job => {
  const facts = broughtBy(jobName);
  const lists: TableName[] = jobName === LISTS ? ['memberships', 'list_changes'] : [];
  const decided = decidedTables(facts);
  return job({
    name: 'undo',
    purpose: `Puts back what ${jobName} decided for ${period}.`,
    reads: ['changes', ...decided, ...lists],
    writes: [...decided, ...lists],
    rules: { jobName, period },
    steps: () => [{ name: 'undone', row: 'a cell that the run decided', query: undone(jobName, period) }],
    changes: ({ asOf }) => [
      ...decided.map(setBack),
      ...decided.map((table) => takeAway(table, asOf)),
      ...decided.filter((table) => !tableOf(table).facts).map(bringBack),
      ...(jobName === LISTS ? listsBack(period) : []),
    ],
    guards: [
      {
        name: 'nobody becomes mailable again without a person’s approval',
        of: 'contacts',
        limit: { share: 0, atLeast: 0, from: 0 },
        found: facts.length > 0 ? sql`select (${mailableAgain}) + (${unsaid})` : mailableAgain,
      },
    ],
    holds: () => [{ query: changedSince(decided) }, { query: leftUnderIt }],
    metrics: () => ({ decisions: sql`select count(*) as n from undone` }),
  });
};
