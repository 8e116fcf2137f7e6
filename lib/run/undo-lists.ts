/**
 * The lists as they were before a refresh: who joined in its period is taken off again, who left comes back. Who joined
 * stands in `list_changes` and who left, with the time of having joined, in `changes`. Whoever may not be mailed by now
 * stays off.
 */

import { type Change, insert, remove } from '../core/change.ts';
import { sql } from '../core/sql.ts';
import { views } from '../snapshot/views.ts';

/** The job whose decisions are memberships. */
export const LISTS = 'list-refresh';

/** Needs the step `undone` of the same undo. */
export const listsBack = (period: string): Change[] => [
  remove(
    'memberships',
    sql`select m.list, m.contact_id, 'removed by undo' as why from memberships m
      join list_changes c on c.list = m.list and c.contact_id = m.contact_id where c.period = ${period} and c.change = 'joined'`,
  ),
  insert(
    'memberships',
    sql`select list, contact_id, cast(joined_at as timestamp) as joined_at, 'restored' as why from (
        select json_extract_string(before_value, '$.list') as list, json_extract_string(before_value, '$.contact_id') as contact_id,
          json_extract_string(before_value, '$.joined_at') as joined_at
        from undone where table_name = 'memberships' and cell = '' and after_value is null
      ) as those_who_left where contact_id in (select contact_id from contacts)
        and contact_id not in (select contact_id from ${views.unmailable})`,
  ),
  remove(
    'list_changes',
    sql`select list, contact_id, period, 'removed by undo' as why from list_changes where period = ${period}`,
  ),
];
