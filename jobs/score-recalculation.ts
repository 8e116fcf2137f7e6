import { update } from '../lib/core/change.ts';
import type { Context } from '../lib/core/context.ts';
import { job, type Step } from '../lib/core/job.ts';
import { sql } from '../lib/core/sql.ts';
import { type BounceRules, countedBounceSteps } from '../lib/features/bounces/index.ts';
import { domainKinds } from '../lib/features/hygiene/email/domain-kinds.ts';
import {
  backtestScore,
  checkScoring,
  describeScoreBacktest,
  type ScoringRules,
  scorePartsQuery,
  scoreQuery,
  unknownEventTypes,
} from '../lib/features/scoring/index.ts';
import { contactColumns } from '../lib/features/segments/check.ts';
import { columnsNamed } from '../lib/features/segments/size-guard.ts';
import { bounces } from './rules/bounces.ts';
import { cleaning } from './rules/cleaning.ts';
import { scoring } from './rules/scoring.ts';

const checked = (rules: ScoringRules, { columns }: Context) =>
  checkScoring(rules, new Map([...contactColumns, ...columns('contacts')]));

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
        query: sql`select side, part, detail, points from (${scorePartsQuery(checked(rules, context), context.asOf, contactId)}) as parts order by side, place`,
      },
    ],
    backtest: async (request) => {
      const known = checked(rules, request.contextAt(request.asOf));
      return describeScoreBacktest(await backtestScore(request, known, (then) => steps(request.contextAt(then))));
    },
  });
};

export default scoreRecalculation(scoring);
