/** What a contact lacks to the next grade of each side of its score. */
import { columnOf, join, type Sql, sql } from '../../core/sql.ts';
import type { Cuts, ScoringRules } from './rules.ts';

/**
 * Rows (side, points, grade, next_grade, points_missing): of the best grade, the last two are empty. None for a
 * contact without a score. Reads the step `scores` (contact_id, engagement, fit).
 */
export function nextGradeQuery({ grades }: ScoringRules, contactId: string): Sql {
  return sql`
    ${side('fit', grades.fit, contactId)}
    union all
    ${side('engagement', grades.engagement, contactId)}
    order by side desc`;
}

function side(name: 'fit' | 'engagement', cuts: Cuts, contactId: string): Sql {
  const points = columnOf(name, 's');
  const best = Object.entries(cuts).sort(([, a], [, b]) => b - a);
  const grade = join(
    best.map(([letter, from]) => sql` when ${points} >= ${from} then ${letter}`),
    '',
  );
  // The lowest cut above the points: the cuts from low to high, the first that is not reached.
  const above = [...best].reverse();
  const next = join(
    above.map(([letter, from]) => sql` when ${points} < ${from} then ${letter}`),
    '',
  );
  const missing = join(
    above.map(([, from]) => sql` when ${points} < ${from} then round(${from} - ${points}, 1)`),
    '',
  );
  return sql`
    select ${name} as side, ${points} as points, case${grade} end as grade,
      case${next} end as next_grade, case${missing} end as points_missing
    from scores s where s.contact_id = ${contactId} and ${points} is not null`;
}
