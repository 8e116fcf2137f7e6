import { describe, expect, it } from 'vitest';
import { RulesError } from '../../../lib/core/rules.ts';
import { checkScoring, type ScoringRules } from '../../../lib/features/scoring/rules.ts';
import { event, text } from '../../../lib/features/segments/build.ts';
import { contactColumns } from '../../../lib/features/segments/check.ts';
import { scoring } from '../../fixture/rules/scoring.ts';

const problems = (change: unknown): readonly string[] => {
  try {
    checkScoring({ ...scoring, ...(change as ScoringRules) }, contactColumns());
    return [];
  } catch (error) {
    if (error instanceof RulesError) return error.faults;
    throw error;
  }
};
const engagement = (events: unknown[]) => ({ engagement: { ...scoring.engagement, events } });
const fitFor = (where: unknown) => ({ fit: [{ name: 'Country', answers: [{ name: 'near', points: 5, where }] }] });

describe('scoring rules', () => {
  it('as they stand in jobs/rules are well formed', () => {
    expect(problems({})).toEqual([]);
  });

  it.each<[unknown, string]>([
    [
      engagement([{ type: 'click', points: '5' }]),
      'engagement, events "click", points: found "5". Expected a number of points, such as 25',
    ],
    [
      engagement([{ type: 'click', points: 5, halfLife: '1 month' }]),
      `engagement, events "click", halfLife: found "1 month". Expected days or weeks, such as '30 days'`,
    ],
    [
      engagement([{ type: 'click', points: 5, atMost: { times: 0.5, per: 'week' } }]),
      'engagement, events "click", atMost, times: found 0.5. Expected a whole number, such as 3',
    ],
    [
      engagement([
        { type: 'click', points: 5 },
        { type: 'click', points: 6 },
      ]),
      'events: a type stands here twice',
    ],
    [
      { grades: { ...scoring.grades, fit: { A: 75, B: 50 } } },
      'grades, fit: no grade starts at 0. Expected one, such as D: 0',
    ],
    [{ colour: 'red' }, 'as a whole: nothing is called "colour" here'],
    [fitFor(text('country').is('')), 'fit "Country", "near", text(country): a value is blank.'],
    [fitFor(text('contry').is('DE')), 'contacts has no column "contry". Did you mean "country"?'],
    [
      fitFor(event('click')),
      `fit "Country", "near", event(click): only the contact's own columns may be asked for here`,
    ],
  ])('%j are refused in words', (change, expected) => {
    expect(problems(change)).toHaveLength(1);
    expect(problems(change)[0]).toContain(expected);
  });

  it('stand on a line each where there are several', () => {
    const wrong = { fit: [...fitFor(text('country').is('')).fit, ...fitFor(event('click')).fit] };
    expect(problems(wrong)).toHaveLength(2);
    expect(() => checkScoring({ ...scoring, ...wrong }, contactColumns())).toThrow(
      /^jobs\/rules\/scoring\.ts: fit "Country", "near", text\(country\): a value is blank\..*\njobs\/rules\/scoring\.ts: fit /,
    );
  });
});
