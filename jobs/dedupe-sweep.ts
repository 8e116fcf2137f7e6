import { atMost, insert, job, type Limit, type MatchingRules, mergeParts, remove, sql, update } from 'nightshift';
import { matching, mostMerged } from './rules/matching.ts';

const { asked, gone, merges, survivors, sweep } = mergeParts;

/** Makes one record of those that are certainly one person, asks about the likely ones, and leaves the rest alone. */
export const dedupeSweep = (rules: MatchingRules, limit: Limit) =>
  job({
    name: 'dedupe-sweep',
    purpose: 'Merges contacts that are certainly one person, and asks a person about those that may be.',
    reads: ['contacts', 'purchases', 'suppressions', 'merges', 'review', 'changes'],
    writes: ['contacts', 'merges', 'review'],
    rules: { rules, limit },
    prepare: (at) => sweep(at, rules),
    changes: ({ asOf }) => [
      update('contacts', survivors),
      insert('merges', merges(asOf)),
      remove('contacts', gone),
      insert('review', asked),
    ],
    guards: [atMost(limit, 'contacts', 'merged', sql`select count(*) from planned_contacts where op = 'd'`)],
    metrics: () => ({
      merged: sql`select count(*) as n from sweep_gone`,
      asked: sql`select count(*) as n from sweep_asked`,
      unanswered: sql`select count(*) as n from review where subject = 'duplicate' and decision is null`,
    }),
    explains: (_, contactId) => [
      {
        title: 'Records that were merged into this one',
        query: sql`select duplicate_id, probability, evidence, merged_at from merges where survivor_id = ${contactId}`,
      },
      {
        title: 'May be the same person as',
        query: sql`
          select case when left_id = ${contactId} then right_id else left_id end as other, probability, evidence,
            decision from review where subject = 'duplicate' and (left_id = ${contactId} or right_id = ${contactId})`,
      },
    ],
  });

export default dedupeSweep(matching, mostMerged);
