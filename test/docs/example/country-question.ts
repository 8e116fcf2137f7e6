import { atMost, insert, job, sql } from 'nightshift';

/** One row for each lead without a country. */
const found = sql`
  select concat('country-question-', contact_id) as review_id, 'country-question' as subject, contact_id as left_id,
    'a lead without a country' as evidence, 'no country known' as why
  from contacts where lifecycle_stage = 'lead' and country is null`;

/** Puts leads without a country into the table review, so that a person asks them. */
export default job({
  name: 'country-question',
  purpose: 'Puts leads without a country into the table review, so that a person asks them.',
  reads: ['contacts', 'review'],
  writes: ['review'],
  changes: () => [insert('review', found)],
  guards: [
    atMost(
      { share: 0.05, count: 500 },
      'contacts',
      'asked about at once',
      sql`select count(*) from planned_review where op = 'i'`,
    ),
  ],
});
