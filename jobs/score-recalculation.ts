import { type Context, job, update } from '../lib/core/job.ts';
import { sql } from '../lib/core/sql.ts';
import { domainKinds } from '../lib/features/hygiene/email/domain-kinds.ts';
import { scorePartsQuery, scoreQuery } from '../lib/features/scoring/query.ts';
import { checkScoring, type ScoringRules } from '../lib/features/scoring/rules.ts';
import { contactColumns } from '../lib/features/segments/check.ts';
import { columnsNamed } from '../lib/features/segments/size-guard.ts';
import { cleaning } from './rules/cleaning.ts';
import { scoring } from './rules/scoring.ts';

const checked = (rules: ScoringRules, { columns }: Context) =>
  checkScoring(rules, new Map([...contactColumns, ...columns('contacts')]));

/** Works out every contact's score anew from the whole history, so that tomorrow's lists know who is warm. */
export const scoreRecalculation = (rules: ScoringRules) =>
  job({
    name: 'score-recalculation',
    purpose: 'Works out engagement, fit, score and band of every contact from the whole history.',
    reads: ['contacts', 'events', 'bounces'],
    writes: ['contacts'],
    rules,
    extraColumns: columnsNamed(rules),
    steps: (context) => [
      domainKinds(cleaning.allow),
      {
        name: 'scores',
        row: 'a contact with its score, or without one',
        query: scoreQuery(checked(rules, context), context.asOf),
      },
    ],
    changes: () => [
      update(
        'contacts',
        sql`select contact_id, engagement, fit, score, score_band, 'worked out anew' as why from scores`,
      ),
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
  });

export default scoreRecalculation(scoring);
