import { type BounceRules, bounceParts, insert, job, type Sql, sql, views } from 'nightshift';
import { bounces } from './rules/bounces.ts';

const { asked, missing, reviewSteps, verdictSteps } = bounceParts;

/** What tools write there is one word; more than that is a person's own note, and stays in the workbook. */
const oneWord = (cell: Sql, none: string): Sql =>
  sql`
    case when ${cell} is null then ${none} when regexp_contains(${cell}, '^[A-Za-z0-9_.-]{1,30}$') then ${cell}
      else 'in other words' end`;

/** Asks whether the suppression list is still right: what looks wrong goes to a person, with the evidence. */
export const suppressionReview = (rules: BounceRules) =>
  job({
    name: 'suppression-review',
    purpose: 'Proposes suppressions for release by a person, and adds people who unsubscribed and are not on the list.',
    reads: ['contacts', 'bounces', 'suppressions', 'events', 'purchases', 'review'],
    writes: ['review', 'suppressions'],
    rules,
    steps: ({ asOf }) => [...verdictSteps(rules, asOf), ...reviewSteps(rules)],
    changes: ({ asOf }) => [insert('review', asked), insert('suppressions', missing(asOf))],
    metrics: ({ today }) => ({
      reasons: sql`
        select ${oneWord(sql`reason`, 'no reason')} as label, count(*) as n from suppressions where released_at is null
        group by 1 order by 1`,
      sources: sql`
        select ${oneWord(sql`source`, 'no source')} as label, count(*) as n from suppressions where released_at is null
        group by 1 order by 1`,
      ages: sql`
        select case when suppressed_at is null then 'unknown'
          when local_day(suppressed_at) >= months_before(cast(${today} as date), 12) then 'under a year'
          when local_day(suppressed_at) >= months_before(cast(${today} as date), 36) then 'one to three years'
          else 'older' end as label, count(*) as n
        from suppressions where released_at is null group by 1 order by 1`,
      providers: sql`
        select ${oneWord(sql`coalesce(b.provider, s.source)`, 'unknown')} as label, count(*) as n from suppressions s
        left join bounce_evidence as b on b.email = s.email
        where s.released_at is null group by 1 order by 1`,
      // What can't be read can't be released: such rows count as suppressions until a person corrects or deletes them.
      quarantined: sql`
        select reason as label, count(*) as n from ${views.quarantineNow} q where q.table = 'suppressions'
        group by reason order by reason`,
      sentences: sql`
        select concat('the suppression list has ', cast(count(*) as string),
          ' rows that stand twice or are unreadable; the table quarantine says which') as sentence
        from ${views.quarantineNow} q where q.table = 'suppressions' having count(*) > 0`,
      disagreeing: sql`
        select count(*) as n from contacts c join ${views.suppressed} s on s.email = address_key(c.email)
        where coalesce(c.status, 'subscribed') = 'subscribed'`,
    }),
  });

export default suppressionReview(bounces);
