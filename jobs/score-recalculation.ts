import { type BounceRules, type Context, job, type ScoringRules, type Step, scoreParts, sql, update } from 'nightshift';
import { bounces } from './rules/bounces.ts';
import { cleaning } from './rules/cleaning.ts';
import { scoring } from './rules/scoring.ts';

const {
  backtestScore,
  checkScoring,
  columnsNamed,
  contactColumns,
  countedBounceSteps,
  describeScoreBacktest,
  domainKinds,
  nextGradeQuery,
  scorePartsQuery,
  scoreQuery,
  unknownEventTypes,
} = scoreParts;

const checked = (rules: ScoringRules, { columns }: Context) =>
  checkScoring(rules, new Map([...contactColumns(), ...columns('contacts')]));

/** Recalculates every contact's score from the whole history, so that the lists after it know who is engaged. */
export const scoreRecalculation = (rules: ScoringRules, bounceRules: BounceRules = bounces) => {
  const steps = (context: Context): readonly Step[] => [
    ...countedBounceSteps(bounceRules),
    domainKinds(cleaning.allow),
    {
      name: 'scores',
      row: 'a contact with its score, or without one',
      query: scoreQuery(checked(rules, context), context.asOf),
    },
  ];
  return job({
    name: 'score-recalculation',
    purpose: 'Recalculates engagement, fit, score and band of every contact from the whole history.',
    reads: ['contacts', 'events', 'bounces', 'suppressions'],
    writes: ['contacts'],
    rules,
    extraColumns: columnsNamed(rules),
    prepare: ({ engine }) => unknownEventTypes(engine, rules),
    steps,
    changes: () => [
      update('contacts', sql`select contact_id, engagement, fit, score, score_band, 'recalculated' as why from scores`),
    ],
    metrics: () => ({
      bands: sql`select coalesce(score_band, 'no score') as label, count(*) as n from scores group by 1 order by 1`,
    }),
    explains: (context, contactId) => [
      {
        title: 'Score, part by part',
        query: sql`select side, part, detail, points
          from (${scorePartsQuery(checked(rules, context), context.asOf, contactId)}) as parts order by side, place`,
      },
      { title: 'The next grade', query: nextGradeQuery(checked(rules, context), contactId) },
    ],
    backtest: async (request) => {
      const known = checked(rules, request.contextAt(request.asOf));
      return describeScoreBacktest(await backtestScore(request, known, (then) => steps(request.contextAt(then))));
    },
  });
};

export default scoreRecalculation(scoring);
