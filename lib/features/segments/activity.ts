/**
 * Activity as lists, archive, enrichment and `explain` see it: events of the types that the rules name, and, where
 * the rules name `last_activity_at` among them, the date that people or other tools keep in that column of a contact,
 * as one event of that type.
 */
import { ofFacts } from '../../core/facts.ts';
import { join, list, type Sql, sql } from '../../core/sql.ts';

/** The type under which the column `last_activity_at` of a contact counts. */
const LAST_ACTIVITY = 'last_activity_at';

/**
 * Rows (contact_id, type, occurred_at) of these types, in parts: those among the events, and those among the contacts.
 * @param until the last local day that counts: the column is today's, and a run of the past sees none of it that came
 *   later
 */
export function activityParts(types: readonly string[], until: Sql): { events: Sql | null; contacts: Sql | null } {
  const ofEvents = types.filter((type) => type !== LAST_ACTIVITY);
  return {
    events:
      ofEvents.length > 0
        ? sql`select contact_id, type, occurred_at from events where type in ${list(ofEvents)}`
        : null,
    contacts: types.includes(LAST_ACTIVITY)
      ? sql`select contact_id, ${LAST_ACTIVITY} as type, last_activity_at as occurred_at from contacts
        where last_activity_at is not null and local_day(last_activity_at) <= ${until}`
      : null,
  };
}

/** Rows (contact_id, seen_at): a contact's last activity of these types, and its last purchase. */
export function lastSeen(types: readonly string[], until: Sql): Sql {
  const { events, contacts } = activityParts(types, until);
  const last = (rows: Sql): Sql =>
    sql`select contact_id, max(occurred_at) as seen_at from (${rows}) as activity_rows group by contact_id`;
  const purchases = ofFacts(
    'purchases',
    sql`select contact_id, max(ordered_at) as seen_at from purchases group by contact_id`,
  );
  const parts = [
    sql`select contact_id, seen_at from ${purchases} as last_purchases`,
    ...(events ? [sql`select contact_id, seen_at from ${ofFacts('events', last(events))} as last_events`] : []),
    ...(contacts ? [last(contacts)] : []),
  ];
  return join(parts, ' union all ');
}
