/**
 * The steps that the score and its explanation share, as named pieces of SQL, so that the two can't come apart. All
 * sums are of whole millionths of a point, which floating point holds exactly up to 2^53: neither the order of rows
 * nor the number of threads can change a score.
 */

import { ofFacts } from '../../core/facts.ts';
import { integer, join, list, type Sql, sql } from '../../core/sql.ts';
import { undeliverable } from '../bounces/index.ts';
import { ageOf, compile, dayOf, segmentInputQuery } from '../segments/index.ts';
import { type Cuts, type EventPoints, type FitQuestion, lower, namesOf, type ScoringRules } from './rules.ts';

/** A whole number in SQL's scientific notation, which is floating point in every dialect. */
const float = (whole: number): Sql => sql`${integer(whole)}e0`;
/** Whole millionths. */
const micro = (points: number): Sql => float(Math.round(points * 1e6));
const days = (text: string): number => {
  const age = ageOf(text);
  if (!('days' in age)) throw new Error(`"${text}" is not in days; check rules before compiling them`);
  return age.days;
};

/** The types of events that give points, in the rules' order; their index is the column `rule`. */
export const scoredEvents = (rules: ScoringRules): EventPoints[] =>
  rules.engagement.events.filter(({ points }) => points !== 0);

/** The half-life of what never fades, in days: half of it counts as nothing. */
const forever = sql`1e300`;

/** How long a cap's slot is, in days; 0 is the whole history. */
const CAP_DAYS = { day: 1, week: 7, ever: 0 } as const;

/** A row is one name of a type of event and what it is worth; days throughout, `times` is 0 for no cap. */
const eventRules = (events: readonly EventPoints[]): Sql =>
  join(
    events.flatMap(({ type, also = [], points, halfLife, fullFor, atMost }, rule) => {
      const fading = sql`${halfLife ? float(days(halfLife)) : forever} as half_life,
        ${integer(fullFor ? days(fullFor) : 0)} as full_for`;
      const cap = sql`${integer(atMost?.times ?? 0)} as times, ${integer(CAP_DAYS[atMost?.per ?? 'day'])} as cap_days`;
      return namesOf({ type, also }).map(
        (name) => sql`select ${integer(rule)} as rule, ${name} as type, ${micro(points)} as micro, ${fading}, ${cap}`,
      );
    }),
    ' union all ',
  );

/**
 * CTE `slots`: a row is a contact's events of one type, how many, the last one's day, and the micro-points they are
 * worth by as-of, in days or weeks of their own where the rules cap them. The exponential half-life and the cap are
 * jobs/rules' ("judgement" in the defaults).
 */
export function slotSteps(rules: ScoringRules, asOf: Date, contactId?: string): Sql {
  const events = scoredEvents(rules);
  const one = contactId === undefined ? sql`` : sql` where e.contact_id = ${contactId}`;
  if (events.length === 0) {
    return sql`slots as (select contact_id, 0 as rule, 0 as events, local_day(occurred_at) as last_day, 0e0 as micro
  from events where false)`;
  }
  const summed = sql`with event_rules as (${eventRules(events)}),
dated as (
  select e.contact_id, r.rule, r.micro, r.half_life, r.full_for, r.times, r.cap_days, local_day(e.occurred_at) as day
  from events as e join event_rules as r on r.type = e.type${one}
),
worth as (
  select contact_id, rule, times, day,
    case when times = 0 or cap_days = 0 then null when cap_days = 7 then week_start(day) else day end as slot,
    round(micro * pow(0.5, greatest(days_between(day, ${dayOf(asOf)}) - full_for, 0) / half_life)) as micro
  from dated
),
capped as (
  select contact_id, rule, count(*) as events, max(day) as last_day,
    case when max(times) = 0 then sum(micro)
      else least(greatest(sum(micro), 0 - max(times) * max(abs(micro))), max(times) * max(abs(micro))) end as micro
  from worth group by contact_id, rule, slot
)
select contact_id, rule, sum(events) as events, max(last_day) as last_day, sum(micro) as micro
from capped group by contact_id, rule`;
  return sql`slots as ${ofFacts('events', summed)}`;
}

/** CTE `contact_scores`: a row per contact with each stage of its score; `subjects`: what the rules ask of it. */
export function contactSteps(rules: ScoringRules, asOf: Date, contactId?: string): Sql {
  const { hardBounce, inactive, unsubscribedAtMost } = rules.engagement;
  const one = contactId === undefined ? sql`` : sql` where c.contact_id = ${contactId}`;
  const positive = scoredEvents(rules).flatMap(({ points }, rule) => (points > 0 ? [rule] : []));
  const active = positive.length > 0 ? sql`rule in ${list(positive)}` : sql`false`;
  const excluded = rules.excluded.map(({ name, where }) => sql` when ${compile(where, asOf)} then ${name}`);
  const asked = [...rules.fit.flatMap(({ answers }) => answers), ...rules.excluded].map(({ where }) => where);
  return sql`subjects as (${segmentInputQuery(asked, asOf, ['email', 'status'])}${one}),
${capped(rules)},
activity as (
  select contact_id, sum(micro) as micro, max(case when ${active} then last_day end) as last_active
  from slots group by contact_id
),
undeliverable_addresses as (${undeliverable}),
summed_contacts as (
  select c.contact_id, c.status,
    case when c.status = 'suppressed' then 'suppressed'${join(excluded, '')} end as unscored,
    coalesce(a.micro, 0e0) + coalesce(k.micro, 0e0) as events_micro,
    case when b.address is null then 0e0 else ${micro(hardBounce)} end as bounce_micro,
    case when days_between(a.last_active, ${dayOf(asOf)}) > ${integer(days(inactive.after))}
      then ${micro(inactive.points)} else 0e0 end as inactive_micro,
    ${join([sql`0e0`, ...rules.fit.map((question) => fitPoints(question, asOf))], ' + ')} as fit_micro
  from subjects as c
  left join activity as a on a.contact_id = c.contact_id
  left join (select contact_id, sum(micro) as micro from capped_groups group by contact_id) as k
    on k.contact_id = c.contact_id
  left join undeliverable_addresses as b on b.address = address_key(c.email)
),
limited as (
  select *, events_micro + bounce_micro + inactive_micro as engagement_micro,
    case when status = 'unsubscribed'
      then least(events_micro + bounce_micro + inactive_micro, ${micro(unsubscribedAtMost)})
      else events_micro + bounce_micro + inactive_micro end as limited_micro
  from summed_contacts
),
contact_scores as (
  select *, round(${within100(sql`limited_micro`)} / 1e5) as engagement_tenths,
    round(${within100(sql`fit_micro`)} / 1e5) as fit_tenths
  from limited
)`;
}

/** CTE `capped_groups`: what a cap takes, in micro-points below 0; a row per contact and cap that bites. */
function capped(rules: ScoringRules): Sql {
  const members = (rules.engagement.caps ?? []).flatMap(({ types, points }, cap) =>
    scoredEvents(rules).flatMap(({ type }, rule) =>
      types.some((each) => lower(each) === lower(type))
        ? [sql`select ${integer(cap)} as cap, ${integer(rule)} as rule, ${micro(points)} as most`]
        : [],
    ),
  );
  if (members.length === 0)
    return sql`capped_groups as (select contact_id, 0 as cap, 0e0 as micro from slots where false)`;
  return sql`capped_groups as (
  select s.contact_id, g.cap, max(g.most) - sum(s.micro) as micro
  from slots as s join (${join(members, ' union all ')}) as g on g.rule = s.rule
  group by s.contact_id, g.cap having sum(s.micro) > max(g.most)
)`;
}

/** A side of the score never leaves 0 to 100. */
export const within100 = (value: Sql): Sql => sql`least(greatest(${value}, 0e0), 100e6)`;

/** The micro-points of the first answer that is true. */
export const fitPoints = ({ answers }: FitQuestion, asOf: Date): Sql =>
  sql`case${join(
    answers.map(({ points, where }) => sql` when ${compile(where, asOf)} then ${micro(points)}`),
    '',
  )} else 0 end`;

/** The name of the grade that a number of tenths of a point falls in. */
export function grade(tenths: Sql, cuts: Cuts): Sql {
  const falling = Object.entries(cuts).sort(([, a], [, b]) => b - a);
  const whens = falling.map(([name, from]) => sql` when ${tenths} >= ${integer(Math.round(from * 10))} then ${name}`);
  return sql`case${join(whens, '')} end`;
}
