import { type ArchiveRules, archiveParts, atMost, insert, job, remove, sql, update } from 'nightshift';
import { archive } from './rules/archive.ts';

const { alive, archiveSteps, backToContacts, intoArchive, keepWholeRows, newlyStale, outOfArchive, outOfContacts } =
  archiveParts;

const older = (months: number, today: string) => sql`months_before(cast(${today} as date), ${months})`;

/** Archives contacts without activity for years, in two steps, and restores those that become active. */
export const archiveStale = (rules: ArchiveRules) =>
  job({
    name: 'archive-stale',
    purpose: 'Notes inactive contacts, archives them a month later, and brings back those that become active.',
    reads: ['contacts', 'events', 'purchases', 'suppressions', 'review', 'archive', 'changes', 'runs'],
    writes: ['contacts', 'archive', 'changes', 'runs'],
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
          from changes c left join stale_marks m on m.contact_id = c.row_key
          left join contacts t on t.contact_id = m.contact_id and t.archive_note = 'inactive'
          where local_day(c.at) < ${older(rules.keepRecordsMonths.changes, today)}
            and (c.job <> 'archive-stale' or t.contact_id is null)`,
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
