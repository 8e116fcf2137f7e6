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
  // The lowest cut above the points: the cuts from low to high, the first that is not reached.
  const above = [...best].reverse();
  const whens = (from: typeof best, when: (letter: string, cut: number) => Sql): Sql =>
    join(
      from.map(([letter, cut]) => sql` when ${when(letter, cut)}`),
      '',
    );
  const grade = whens(best, (letter, cut) => sql`${points} >= ${cut} then ${letter}`);
  const next = whens(above, (letter, cut) => sql`${points} < ${cut} then ${letter}`);
  const missing = whens(above, (_, cut) => sql`${points} < ${cut} then round(${cut} - ${points}, 1)`);
  return sql`
    select ${name} as side, ${points} as points, case${grade} end as grade,
      case${next} end as next_grade, case${missing} end as points_missing
    from scores s where s.contact_id = ${contactId} and ${points} is not null`;
}
