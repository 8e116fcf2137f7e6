/**
 * Puts the tables of an engine back to what was known at an earlier moment: facts that came later go, and so do
 * contacts that were made later; suppressions and releases of later are undone; cells that a run of ours has changed
 * since get the value from before. What people changed by hand is not recorded anywhere and stays as it is today:
 * `leaks` of a back-test names those columns.
 */
import type { Engine } from '../../core/engine.ts';
import { list, name, sql } from '../../core/sql.ts';
import { views } from '../../snapshot/views.ts';

/** @param columns text columns of contacts that the scores read */
export async function rewind(engine: Engine, then: Date, columns: readonly string[]): Promise<void> {
  if (!engine.rewindFacts('events', then)) await engine.run(sql`delete from events where occurred_at > ${then}`);
  if (!engine.rewindFacts('bounces', then)) await engine.run(sql`delete from bounces where occurred_at > ${then}`);
  await engine.run(sql`delete from ${views.eventReports} where occurred_at > ${then}`);
  if (!engine.rewindFacts('purchases', then)) await engine.run(sql`delete from purchases where ordered_at > ${then}`);
  await engine.run(sql`delete from contacts where created_at > ${then}`);
  for (const column of columns) await putBack(engine, then, column);
  // A contact that asked for no more mail only later could be mailed then.
  await engine.run(sql`update contacts set status = 'subscribed'
    where status in ('suppressed', 'unsubscribed') and contact_id in (
      select c.contact_id from contacts c
      join suppressions s on s.contact_id = c.contact_id or s.email = address_key(c.email)
      group by c.contact_id having min(s.suppressed_at) > ${then})`);
  await engine.run(sql`delete from suppressions where suppressed_at > ${then}`);
  await engine.run(sql`update suppressions set released_at = null where released_at > ${then}`);
}

/** The value that a cell had before the first change of a run after that moment. */
async function putBack(engine: Engine, then: Date, column: string): Promise<void> {
  const first = sql`select h.row_key, h.before from changes h
    where h.table = 'contacts' and h.column = ${column} and h.at > ${then}
    qualify row_number() over (partition by h.row_key order by h.at, h.run) = 1`;
  await engine.run(sql`update contacts set ${name(column)} = earlier.before from (${first}) as earlier
    where earlier.row_key = contacts.contact_id`);
}

/** The columns of contacts that are text, among those named. */
export async function textColumns(engine: Engine, named: readonly string[]): Promise<string[]> {
  const rows = await engine.rows(sql`select column_name from information_schema.columns
    where table_name = 'contacts' and data_type = 'VARCHAR' and column_name in ${list(named)}`);
  return rows.map((row) => String(row.column_name));
}
