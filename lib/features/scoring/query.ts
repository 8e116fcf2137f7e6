/**
 * Scores as one query, and one score taken apart. Both are functions of the whole history up to as-of, in whole local
 * days: two runs on one day agree, and nothing is ever added to yesterday's score.
 */

import { integer, join, name as nameOf, type Sql, sql } from '../../core/sql.ts';
import { compile } from '../segments/index.ts';
import type { FitQuestion, GroupCap, ScoringRules } from './rules.ts';
import { contactSteps, fitPoints, grade, scoredEvents, slotSteps, within100 } from './steps.ts';

/**
 * A row per contact: contact_id, engagement and fit (0–100, one decimal), score (their sum, 0–200) and score_band
 * (fit's grade, then engagement's). All four are NULL for the suppressed and the excluded. Reads contacts, events
 * (resolved to their contact, none later than as-of), domains(domain, kind) and the steps of `countedBounceSteps`.
 * Expects rules from checkScoring.
 */
export function scoreQuery(rules: ScoringRules, asOf: Date): Sql {
  const { fit, engagement } = rules.grades;
  const band = sql`concat(${grade(sql`fit_tenths`, fit)}, ${grade(sql`engagement_tenths`, engagement)})`;
  return sql`with ${slotSteps(rules, asOf)},
${contactSteps(rules, asOf)}
select contact_id,
  case when unscored is null then engagement_tenths / 10 end as engagement,
  case when unscored is null then fit_tenths / 10 end as fit,
  case when unscored is null then (engagement_tenths + fit_tenths) / 10 end as score,
  case when unscored is null then ${band} end as score_band
from contact_scores`;
}

/**
 * The parts of a score, in the order of the rules: contact_id, side ('engagement', 'fit', or 'none' for a contact
 * without a score), place, part (its name), detail (what it rests on, or NULL), points (two decimals). A side's points
 * add up to it exactly: limits and rounding are parts of their own. Of one contact, or of all where none is named.
 */
export function scorePartsQuery(rules: ScoringRules, asOf: Date, contactId?: string): Sql {
  const parts = [
    ...(scoredEvents(rules).length > 0 ? [eventParts(rules)] : []),
    ...(rules.engagement.caps ?? []).map(capPart),
    sumPart('engagement', 1000, 'hard bounce', sql`bounce_micro`),
    sumPart('engagement', 1001, `inactive for more than ${rules.engagement.inactive.after}`, sql`inactive_micro`),
    sumPart('engagement', 1002, 'unsubscribed', sql`limited_micro - engagement_micro`),
    sumPart(
      'engagement',
      1003,
      'never below 0, never above 100',
      sql`${within100(sql`limited_micro`)} - limited_micro`,
    ),
    ...rules.fit.map((question, i) => fitPart(question, i, asOf)),
    sumPart('fit', 1000, 'never below 0, never above 100', sql`${within100(sql`fit_micro`)} - fit_micro`),
  ];
  return sql`with ${slotSteps(rules, asOf, contactId)},
${contactSteps(rules, asOf, contactId)},
parts as (${join(parts, '\n  union all ')}),
scored_parts as (
  select p.contact_id, p.side, p.place, p.part, p.detail, p.hundredths
  from parts as p join contact_scores as s on s.contact_id = p.contact_id where s.unscored is null
),
side_sums as (select contact_id, side, sum(hundredths) as hundredths from scored_parts group by contact_id, side),
roundings as (${rounding('engagement')} union all ${rounding('fit')})
select contact_id, side, place, part, detail, hundredths / 100 as points from (
  select * from scored_parts
  union all select * from roundings where hundredths <> 0
  union all select contact_id, 'none', 0, concat('no score: ', unscored), null, null
    from contact_scores where unscored is not null
) as every_part
order by contact_id, side, place`;
}

const hundredths = (value: Sql): Sql => sql`round((${value}) / 10000)`;

/** A part that a column of `contact_scores` gives, left out where it is 0. */
const sumPart = (side: 'engagement' | 'fit', place: number, part: string, value: Sql): Sql =>
  sql`select contact_id, ${side} as side, ${integer(place)} as place, ${part} as part,
    cast(null as string) as detail, ${hundredths(value)} as hundredths from contact_scores where (${value}) <> 0`;

/** What a group of events loses to its cap. */
const capPart = ({ name, points }: GroupCap, cap: number): Sql =>
  sql`select contact_id, 'engagement' as side, ${integer(900 + cap)} as place,
    ${`${name}: at most ${points} points`} as part, cast(null as string) as detail,
    ${hundredths(sql`micro`)} as hundredths from capped_groups where cap = ${integer(cap)}`;

/** A row is one type of event of one contact: how many, the last one's day, what they are worth together. */
function eventParts(rules: ScoringRules): Sql {
  const names = scoredEvents(rules).map(({ type, points, halfLife, atMost }, rule) => {
    const cap = atMost ? `, at most ${atMost.times} ${atMost.per === 'ever' ? 'ever' : `a ${atMost.per}`}` : '';
    const worth = `${type} (${points} points${cap}${halfLife ? `, half after ${halfLife}` : ''})`;
    return sql` when ${integer(rule)} then ${worth}`;
  });
  return sql`select contact_id, 'engagement' as side, rule as place, case rule${join(names, '')} end as part,
    concat(cast(sum(events) as string), ', the last on ', cast(max(last_day) as string)) as detail,
    ${hundredths(sql`sum(micro)`)} as hundredths from slots group by contact_id, rule`;
}

function fitPart(question: FitQuestion, place: number, asOf: Date): Sql {
  const names = question.answers.map(({ name, where }) => sql` when ${compile(where, asOf)} then ${name}`);
  return sql`select * from (
    select c.contact_id, 'fit' as side, ${integer(place)} as place, ${question.name} as part,
      case${join(names, '')} end as detail, ${hundredths(fitPoints(question, asOf))} as hundredths
    from subjects as c
  ) as answered where detail is not null`;
}

/** What is left between a side's parts and the side, rounded to tenths. */
const rounding = (side: 'engagement' | 'fit'): Sql =>
  sql`select s.contact_id, ${side} as side, 1010 as place, 'rounded to one decimal' as part,
    cast(null as string) as detail,
    s.${nameOf(`${side}_tenths`)} * 10 - coalesce(p.hundredths, 0) as hundredths
  from contact_scores as s left join side_sums as p on p.contact_id = s.contact_id and p.side = ${side}
  where s.unscored is null`;
