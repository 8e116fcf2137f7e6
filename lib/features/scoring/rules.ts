/** The scoring rules and their check. What the numbers mean stands here, their values in jobs/rules/scoring.ts. */

import * as z from 'zod';
import { faultInWords, pathOf, placeOf, RulesError, shown } from '../../core/rules.ts';
import { type Columns, type Condition, checkCondition, parseAge, words } from '../segments/index.ts';

const FILE = 'jobs/rules/scoring.ts';

/** More than 1,000 points for one thing is a typing error: a side ends at 100. */
const points = z
  .number({ error: (issue) => `found ${shown(issue.input)}. Expected a number of points, such as 25` })
  .min(-1000, 'points below -1000')
  .max(1000, 'points above 1000');
const days = words(`a time such as '30 days'`).refine(
  (text) => {
    const age = parseAge(text);
    return age !== undefined && 'days' in age && age.days > 0;
  },
  { error: (issue) => `found ${shown(issue.input)}. Expected days or weeks, such as '30 days'` },
);
const times = z.int({ error: (issue) => `found ${shown(issue.input)}. Expected a whole number, such as 3` }).min(1);
/** From so many points up, so named. One of them starts at 0. */
const cuts = z
  .record(z.string().min(1), z.number().min(0).max(100))
  .refine((grades) => Object.values(grades).includes(0), 'no grade starts at 0. Expected one, such as D: 0')
  .refine((grades) => new Set(Object.values(grades)).size === Object.keys(grades).length, 'two grades start alike');
const named = { name: words('a name'), where: z.unknown() as z.ZodType<Condition> };

/** Points for one type of event. Negative points count against a contact. */
const event = z.strictObject({
  type: words(`a type of event, such as 'click'`),
  points,
  /** Other names of the same thing: what a form, a mail tool or a webinar tool calls it. */
  also: z.array(words('another name of the type')).readonly().optional(),
  /** After so long an event counts half, after twice as long a quarter. Without it, it never fades. '30 days'. */
  halfLife: days.optional(),
  /** Fading begins only after so long. */
  fullFor: days.optional(),
  /** A day's, a week's (Monday to Sunday) or all events ever count for no more than so many on the last of its days. */
  atMost: z
    .strictObject({ times, per: z.enum(['day', 'week', 'ever'], `expected per: 'day', 'week' or 'ever'`) })
    .optional(),
});

/** Together, events of these types never count for more points than so many, as of the day that is scored. */
const cap = z.strictObject({
  name: words('a name'),
  types: z.array(words('a type of event')).min(1).readonly(),
  points: points.positive('expected a number above 0'),
});

/** One question about who a contact is. The first answer that is true gives its points, no answer gives none. */
const question = z.strictObject({
  name: words('a name'),
  answers: z
    .array(z.strictObject({ ...named, points }))
    .min(1)
    .readonly(),
});

const schema = z.strictObject({
  engagement: z.strictObject({
    events: z.array(event).refine(eachOnce, 'a type stands here twice').readonly(),
    caps: z.array(cap).readonly().optional(),
    /** For a contact whose present address has a bounce that counts as dead or unclear (jobs/rules/bounces.ts). */
    hardBounce: points.max(0, 'a bounce gives no points. Expected a number below 0, or 0'),
    /** An unsubscribed contact's engagement is never higher. */
    unsubscribedAtMost: z.number().min(0).max(100),
    /** Once, for a contact who was active before (an event with points above 0) and then not for so long. */
    inactive: z.strictObject({ after: days, points: points.max(0, 'expected a number below 0, or 0') }),
  }),
  fit: z.array(question).readonly(),
  /** Who gets no score at all, beside the suppressed. */
  excluded: z.array(z.strictObject(named)).readonly(),
  /** The grade is fit's letter and engagement's digit: A1 to D4. */
  grades: z.strictObject({ fit: cuts, engagement: cuts }),
});

export type EventPoints = z.output<typeof event>;
export type GroupCap = z.output<typeof cap>;
export type FitQuestion = z.output<typeof question>;
export type Cuts = Readonly<z.output<typeof cuts>>;
export type ScoringRules = z.output<typeof schema>;

/** Every name under which a type of event is scored. */
export const namesOf = ({ type, also = [] }: Pick<EventPoints, 'type' | 'also'>): string[] =>
  [type, ...also].map(lower);

export const lower = (type: string): string => type.trim().toLowerCase();

/** Types under all names that the scoring rules give them, so that lists, archive and bounces find what scores. */
export function eventNames({ engagement }: ScoringRules, types: readonly string[]): string[] {
  const known = engagement.events.map(namesOf);
  return [...new Set(types.flatMap((type) => [type, ...(known.find((names) => names.includes(lower(type))) ?? [])]))];
}

function eachOnce(events: readonly EventPoints[]): boolean {
  const names = events.flatMap(namesOf);
  return new Set(names).size === names.length;
}

/** The rules, checked; of columns only with those of the engine's contacts table. @throws RulesError, all faults */
export function checkScoring(input: unknown, columns?: Columns): ScoringRules {
  const result = schema.safeParse(input, { error: faultInWords, reportInput: true });
  if (!result.success) {
    throw new RulesError(
      FILE,
      result.error.issues.map((issue) => `${placeOf(issue.path, input) || 'as a whole'}: ${issue.message}`),
      result.error.issues.map(pathOf),
    );
  }
  const rules = result.data;
  const scored = new Set(rules.engagement.events.map(({ type }) => lower(type)));
  const paths: PropertyKey[][] = [];
  const problems: string[] = [];
  for (const [i, { name, types }] of (rules.engagement.caps ?? []).entries()) {
    for (const type of types.filter((each) => !scored.has(lower(each)))) {
      problems.push(`engagement, caps "${name}": no event "${type}" is scored. Expected one of engagement, events`);
      paths.push(['engagement', 'caps', i]);
    }
  }
  const scope = { ...(columns && { columns }), history: false };
  const check = (where: unknown, place: string, ...path: PropertyKey[]): Condition => {
    const condition = checkCondition(where, place, scope, problems) ?? { any: [] };
    while (paths.length < problems.length) paths.push([...path, 'where']);
    return condition;
  };
  const checked: ScoringRules = {
    ...rules,
    fit: rules.fit.map(({ name, answers }, i) => ({
      name,
      answers: answers.map((answer, j) => ({
        ...answer,
        where: check(answer.where, `fit "${name}", "${answer.name}"`, 'fit', i, 'answers', j),
      })),
    })),
    excluded: rules.excluded.map(({ name, where }, i) => ({
      name,
      where: check(where, `excluded "${name}"`, 'excluded', i),
    })),
  };
  if (problems.length > 0) throw new RulesError(FILE, problems, paths);
  return checked;
}

/** The rules of jobs/rules/scoring.ts, checked but for columns that only the workbook knows. @throws RulesError */
export const scoringRules = (rules: ScoringRules): ScoringRules => checkScoring(rules);

/** The grades that contacts may have: A1 to D4. */
export const bandsOf = ({ grades }: ScoringRules): string[] =>
  Object.keys(grades.fit).flatMap((fit) => Object.keys(grades.engagement).map((engagement) => `${fit}${engagement}`));
