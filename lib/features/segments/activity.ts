/**
 * Activity as lists, archive, enrichment and `explain` see it: events of the types that the rules name, and, where
 * the rules name `last_activity_at` among them, the date that people or other tools keep in that column of a contact,
 * as one event of that type.
 */
import { list, type Sql, sql } from '../../core/sql.ts';

/** The type under which the column `last_activity_at` of a contact counts. */
const LAST_ACTIVITY = 'last_activity_at';

/**
 * Rows (contact_id, type, occurred_at) of these types.
 * @param until the last local day that counts: the column is today's, and a run of the past sees none of it that came
 *   later
 */
export function activityRows(types: readonly string[], until: Sql): Sql {
  const events = sql`select contact_id, type, occurred_at from events where type in ${list(types)}`;
  if (!types.includes(LAST_ACTIVITY)) return events;
  return sql`${events} union all
    select contact_id, ${LAST_ACTIVITY} as type, last_activity_at as occurred_at from contacts
    where last_activity_at is not null and local_day(last_activity_at) <= ${until}`;
}
