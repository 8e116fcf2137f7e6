/**
 * The scoring rules as typed data, and their check. The meaning of the numbers stands here, their values in
 * jobs/rules/scoring.ts. Knows no engine.
 */

import * as z from 'zod';
import { faultInWords, pathOf, placeOf, RulesError, shown } from '../../core/rules.ts';
import { type Columns, type Condition, checkCondition, parseAge, words } from '../segments/index.ts';

/** Points for one type of event. Negative points count against a contact. */
export interface EventPoints {
  readonly type: string;
  /** Other names of the same thing: what a form, a mail tool or a webinar tool calls it. */
  readonly also?: readonly string[];
  readonly points: number;
  /** After so long an event counts half, after twice as long a quarter. Without it, it never fades. '30 days'. */
  readonly halfLife?: string;
  /** Fading begins only after so long. */
  readonly fullFor?: string;
  /**
   * A day's, a week's (Monday to Sunday) or all events ever never count for more than so many on the last of its
   * days.
   */
  readonly atMost?: { readonly times: number; readonly per: 'day' | 'week' | 'ever' };
}

/** Together, events of these types never count for more points than so many, as of the day that is scored. */
export interface GroupCap {
  readonly name: string;
  readonly types: readonly string[];
  readonly points: number;
}

/** One question about who a contact is. The first answer that is true gives its points, no answer gives none. */
export interface FitQuestion {
  readonly name: string;
  readonly answers: readonly { readonly name: string; readonly points: number; readonly where: Condition }[];
}

/** From so many points up, so named. One of them starts at 0. */
export type Cuts = Readonly<Record<string, number>>;

export interface ScoringRules {
  readonly engagement: {
    readonly events: readonly EventPoints[];
    readonly caps?: readonly GroupCap[];
    /** For a contact whose present address has a bounce that counts as dead or unclear (jobs/rules/bounces.ts). */
    readonly hardBounce: number;
    /** An unsubscribed contact's engagement is never higher. */
    readonly unsubscribedAtMost: number;
    /** Once, for a contact who was active before (an event with points above 0) and then not for so long. */
    readonly inactive: { readonly after: string; readonly points: number };
  };
  readonly fit: readonly FitQuestion[];
  /** Who gets no score at all, beside the suppressed. */
  readonly excluded: readonly { readonly name: string; readonly where: Condition }[];
  /** The grade is fit's letter and engagement's digit: A1 to D4. */
  readonly grades: { readonly fit: Cuts; readonly engagement: Cuts };
}

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
const cuts = z
  .record(z.string().min(1), z.number().min(0).max(100))
  .refine((grades) => Object.values(grades).includes(0), 'no grade starts at 0. Expected one, such as D: 0')
  .refine((grades) => new Set(Object.values(grades)).size === Object.keys(grades).length, 'two grades start alike');
const named = { name: words('a name'), where: z.unknown() };

const schema = z.strictObject({
  engagement: z.strictObject({
    events: z
      .array(
        z.strictObject({
          type: words(`a type of event, such as 'click'`),
          points,
          also: z.array(words('another name of the type')).optional(),
          halfLife: days.optional(),
          fullFor: days.optional(),
          atMost: z
            .strictObject({ times, per: z.enum(['day', 'week', 'ever'], `expected per: 'day', 'week' or 'ever'`) })
            .optional(),
        }),
      )
      .refine(eachOnce, 'a type stands here twice'),
    caps: z
      .array(
        z.strictObject({
          name: words('a name'),
          types: z.array(words('a type of event')).min(1),
          points: points.positive('expected a number above 0'),
        }),
      )
      .optional(),
    hardBounce: points.max(0, 'a bounce gives no points. Expected a number below 0, or 0'),
    unsubscribedAtMost: z.number().min(0).max(100),
    inactive: z.strictObject({ after: days, points: points.max(0, 'expected a number below 0, or 0') }),
  }),
  fit: z.array(
    z.strictObject({ name: words('a name'), answers: z.array(z.strictObject({ ...named, points })).min(1) }),
  ),
  excluded: z.array(z.strictObject(named)),
  grades: z.strictObject({ fit: cuts, engagement: cuts }),
});

/** Every name under which a type of event is scored. */
export const namesOf = ({ type, also = [] }: Pick<EventPoints, 'type' | 'also'>): string[] =>
  [type, ...also].map(lower);

const lower = (type: string): string => type.trim().toLowerCase();

/**
 * Types of events under all names that the scoring rules give them, so that lists, archive and bounces find the events
 * that score.
 */
export function eventNames({ engagement }: ScoringRules, types: readonly string[]): string[] {
  const known = engagement.events.map(namesOf);
  return [...new Set(types.flatMap((type) => [type, ...(known.find((names) => names.includes(lower(type))) ?? [])]))];
}

function eachOnce(
  events: readonly { readonly type: string; readonly also?: readonly string[] | undefined }[],
): boolean {
  const names = events.flatMap(({ type, also }) => namesOf({ type, ...(also && { also }) }));
  return new Set(names).size === names.length;
}

/**
 * The rules, checked. Throws a RulesError with every fault. `columns` are those of the engine's contacts table;
 * without them columns aren't looked up.
 */
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
  const problems: string[] = [];
  const scored = new Set(rules.engagement.events.flatMap(({ type }) => namesOf({ type })));
  for (const { name, types } of rules.engagement.caps ?? []) {
    const missing = types.filter((type) => !scored.has(lower(type)));
    problems.push(
      ...missing.map(
        (type) => `engagement, caps "${name}": no event "${type}" is scored. Expected one of engagement, events`,
      ),
    );
  }
  const check = (where: unknown, place: string): Condition =>
    checkCondition(where, place, { ...(columns && { columns }), history: false }, problems) ?? {
      any: [],
    };
  const checked = {
    ...rules,
    fit: rules.fit.map(({ name, answers }) => ({
      name,
      answers: answers.map((answer) => ({ ...answer, where: check(answer.where, `fit "${name}", "${answer.name}"`) })),
    })),
    excluded: rules.excluded.map(({ name, where }) => ({ name, where: check(where, `excluded "${name}"`) })),
  };
  if (problems.length > 0)
    throw new RulesError(
      FILE,
      problems.map((problem) => problem.replace(/[.]$/, '')),
    );
  return checked as ScoringRules;
}

/**
 * The rules as written in jobs/rules/scoring.ts, checked but for the columns that only the workbook knows. @throws
 * RulesError
 */
export const scoringRules = (rules: ScoringRules): ScoringRules => checkScoring(rules);

/** The grades that contacts may have: A1 to D4. */
export const bandsOf = ({ grades }: ScoringRules): string[] =>
  Object.keys(grades.fit).flatMap((fit) => Object.keys(grades.engagement).map((engagement) => `${fit}${engagement}`));
