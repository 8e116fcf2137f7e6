import { type ArchiveRules, archiveParts, atMost, insert, job, remove, sql, update } from 'nightshift';
import { archive } from './rules/archive.ts';

const { alive, archiveSteps, backToContacts, intoArchive, keepWholeRows, newlyStale, outOfArchive, outOfContacts } =
  archiveParts;

const older = (months: number, today: string) => sql`months_before(cast(${today} as date), ${months})`;

/** Practically no limit: more rows than any spreadsheet holds. */
const NO_LIMIT = 1_000_000_000;

/** A row is a row of `changes`: whether it is older than the rules keep it, and its rank, counted from the newest. */
const ranked = (months: number, today: string) => sql`
  select c.*, local_day(c.at) < ${older(months, today)} as is_old,
    row_number() over (order by c.at desc, c.change_id) as nth
  from changes c`;

/** Archives contacts without activity for years, in two steps, and restores those that become active. */
export const archiveStale = (rules: ArchiveRules) =>
  job({
    name: 'archive-stale',
    purpose: 'Notes inactive contacts, archives them a month later, and brings back those that become active.',
    reads: ['contacts', 'events', 'purchases', 'suppressions', 'review', 'archive', 'changes', 'list_changes', 'runs'],
    writes: ['contacts', 'archive', 'changes', 'list_changes', 'runs'],
    rules,
    prepare: ({ engine }) => keepWholeRows(engine),
    steps: ({ today }) => archiveSteps(rules, today),
    changes: ({ today, period, asOf }) => [
      update('contacts', newlyStale),
      update('contacts', alive),
      insert('archive', intoArchive(period, asOf)),
      remove('contacts', outOfContacts(period)),
      insert('contacts', backToContacts()),
      remove('archive', outOfArchive),
      // Notes that still stand say since when.
      remove(
        'changes',
        sql`
          select c.change_id, 'old' as why
          from (${ranked(rules.keepRecordsMonths.changes, today)}) c
          left join stale_marks m on m.contact_id = c.row_key
          left join contacts t on t.contact_id = m.contact_id and t.archive_note = 'inactive'
          where (c.is_old or c.nth > ${rules.mostRecords.changes ?? NO_LIMIT})
            and (c.job <> 'archive-stale' or t.contact_id is null)`,
      ),
      remove(
        'list_changes',
        sql`
          select list, contact_id, period, 'old' as why
          from (
            select *, row_number() over (order by period desc, list, contact_id) as nth from list_changes
          ) c
          where c.nth > ${rules.mostRecords.list_changes ?? NO_LIMIT}`,
      ),
      remove(
        'runs',
        sql`
          select job, period, 'old' as why from runs
          where local_day(started_at) < ${older(rules.keepRecordsMonths.runs, today)}
            and job not in ('inbox', 'columns')`,
      ),
    ],
    guards: [
      atMost(
        rules.mostArchived,
        'contacts',
        'archived in one run',
        sql`select count(*) from planned_contacts where op = 'd'`,
      ),
    ],
    metrics: () => ({
      silent: sql`
        select case when archive_note = 'inactive' then 'noted' else 'newly inactive' end as label, count(*) as n
        from silent group by 1 order by 1`,
      spared: sql`select why as label, count(*) as n from spared group by why order by why`,
    }),
    explains: (_, contactId) => [
      {
        title: 'Last activity, and why it is not archived',
        query: sql`
          select l.seen_at as last_activity, s.why as not_archived
          from last_life l left join spared s on s.contact_id = l.contact_id where l.contact_id = ${contactId}`,
      },
    ],
  });

export default archiveStale(archive);
