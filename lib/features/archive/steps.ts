/**
 * Which contacts are inactive, since when, and which are active again: each step one query over the whole history, so
 * that a month that was missed changes nothing. A contact of which nothing is known that has a date is never inactive.
 * What the job notes stands in a column of its own, `archive_note`: the stage is the team's.
 */

import type { Engine } from '../../core/engine.ts';
import type { Step } from '../../core/job.ts';
import type { Metrics } from '../../core/prepare.ts';
import { columnOf, join, list, type Sql, sql } from '../../core/sql.ts';
import { tableOf } from '../../core/tables.ts';
import { views } from '../../snapshot/views.ts';
import { lastSeen } from '../segments/index.ts';
import type { ArchiveRules } from './rules.ts';

/** The note of contacts that go to the archive a cycle later, unless they become active. */
export const INACTIVE = 'inactive';

const lastLife = (rules: ArchiveRules, today: string): Sql => sql`
  select contact_id, max(seen_at) as seen_at from (
    select contact_id, created_at as seen_at from contacts
    union all
    ${lastSeen(rules.activityEvents, sql`cast(${today} as date)`)}
  ) as signs where seen_at is not null group by contact_id`;

/** Never empty: '' is the stage of no contact. */
const keptStages = ({ keptStages: stages }: ArchiveRules): string[] =>
  stages.length > 0 ? stages.map((stage) => stage.toLowerCase()) : [''];

const spared = (rules: ArchiveRules, today: string): Sql => sql`
  select contact_id, min(why) as why from (
    select contact_id, 'a customer above the floor' as why from contacts where lifetime_value >= ${rules.valueFloor}
    union all
    select contact_id, 'a stage that stays' from contacts
    where lower(lifecycle_stage) in ${list(keptStages(rules))}
    union all
    select c.contact_id, 'waits for a review'
    from contacts c join review r on r.left_id = c.contact_id or r.right_id = c.contact_id where r.decision is null
    union all
    select c.contact_id, 'suppressed lately'
    from contacts c join suppressions s on s.email = address_key(c.email) or s.contact_id = c.contact_id
    where local_day(s.suppressed_at) >= months_before(cast(${today} as date), ${rules.keepSuppressedMonths})
    union all
    select contact_id, 'a row in quarantine as well, which may say otherwise' from ${views.unreadContacts}
    where contact_id is not null
  ) as reasons group by contact_id`;

/** The steps of a month's clean-up, in order. */
export function archiveSteps(rules: ArchiveRules, today: string): Step[] {
  return [
    { name: 'last_life', row: 'a contact with its last activity', query: lastLife(rules, today) },
    { name: 'spared', row: 'a contact that is never archived', query: spared(rules, today) },
    {
      name: 'silent',
      row: 'a contact that is to go',
      query: sql`
        select c.contact_id, c.archive_note from contacts c join last_life l on l.contact_id = c.contact_id
        left join spared s on s.contact_id = c.contact_id
        where s.contact_id is null
          and local_day(l.seen_at) < months_before(cast(${today} as date), ${rules.staleAfterMonths})`,
    },
    {
      name: 'stale_marks',
      row: 'a contact that got the note, with the period in which it did',
      query: sql`
        select h.row_key as contact_id, h.period from changes h
        where h.job = 'archive-stale' and h.column = 'archive_note' and h.after = ${INACTIVE}
        qualify row_number() over (partition by h.row_key order by h.period desc, h.run desc) = 1`,
    },
  ];
}

const NOT_COPIED = ['contact_id', 'archived_at', 'archive_reason', 'record', 'archive_note'];
const archived = (): string[] =>
  Object.keys(tableOf('archive').columns).filter((column) => !NOT_COPIED.includes(column));
const cells = (alias: string): Sql =>
  join(
    archived().map((column) => columnOf(column, alias)),
    ', ',
  );

/** Contacts that are inactive and get the note. */
export const newlyStale = sql`
  select contact_id, ${INACTIVE} as archive_note, 'inactive for long' as why from silent
  where coalesce(archive_note, '') <> ${INACTIVE}`;

/** Contacts that have the note and are active after all. */
export const alive = sql`
  select m.contact_id, cast(null as string) as archive_note, 'active again' as why
  from stale_marks m join contacts c on c.contact_id = m.contact_id left join silent s on s.contact_id = m.contact_id
  where c.archive_note = ${INACTIVE} and s.contact_id is null`;

const going = (period: string): Sql => sql`
  select s.contact_id from silent s join stale_marks m on m.contact_id = s.contact_id
  where s.archive_note = ${INACTIVE} and m.period < ${period}`;

/** Contacts that go to the archive: noted in an earlier period, and still inactive. */
export const intoArchive = (period: string, asOf: Date): Sql => sql`
  select c.contact_id, ${cells('c')}, ${asOf} as archived_at, 'inactive for long' as archive_reason, w.record,
    'archived' as why
  from contacts c join (${going(period)}) as g on g.contact_id = c.contact_id
  left join whole_rows w on w.contact_id = c.contact_id`;

export const outOfContacts = (period: string): Sql =>
  sql`select contact_id, 'archived' as why from (${going(period)}) as g`;

const returning = sql`
  select a.contact_id from archive a join last_life l on l.contact_id = a.contact_id where l.seen_at > a.archived_at`;

/** Contacts in the archive that became active since: their rows as they were. */
export const backToContacts = (): Sql => sql`
  select a.contact_id, ${cells('a')}, a.record as _text, 'active again' as why
  from archive a join (${returning}) as r on r.contact_id = a.contact_id`;

export const outOfArchive = sql`select contact_id, 'active again' as why from (${returning}) as r`;

/**
 * `whole_rows(contact_id, record)`: contacts with the note, with every cell that they have in the workbook, unknown
 * columns too, but without the note.
 */
export async function keepWholeRows(engine: Engine): Promise<Metrics> {
  await engine.run(
    sql`
      create or replace temp table stale_rows as select _row from contacts
      where archive_note = ${INACTIVE} and _row is not null`,
  );
  const none = (await engine.number(sql`select count(*) from stale_rows`)) === 0;
  const records = none
    ? sql`select cast(null as varchar) as contact_id, cast(null as varchar) as record where false`
    : sql`
      select contact_id, cast(json_merge_patch(record,
        json_object('archive_note', null, '_cells', json_object('archive_note', null))) as varchar) as record
      from contacts_whole('stale_rows')`;
  await engine.run(sql`create or replace temp table whole_rows as ${records}`);
  return {};
}
