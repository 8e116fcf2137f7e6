/**
 * Whether the score still ranks, as a run can ask: the back-test of a job, carried out on the run's own tables inside
 * of a transaction that is rolled back, so that no other job sees the tables of back then.
 */
import type { Backtest, BacktestRequest } from '../../core/backtest.ts';
import type { Step } from '../../core/job.ts';
import type { Metrics, Preparation } from '../../core/prepare.ts';
import { sql } from '../../core/sql.ts';
import { NoBacktest, type ScoreBacktest } from './backtest.ts';
import { ranks } from './backtest-report.ts';

type Question = Pick<BacktestRequest, 'outcome' | 'days'>;

/**
 * Metrics for the ledger: `ranking` (outcome, days, contacts, conversions, auc, low, high, ranks), a sentence, and a
 * warning where the interval of the AUC reaches one half. Where too little has happened, the sentence says so.
 */
export async function checkRanking(
  at: Preparation<Step>,
  backtest: (request: BacktestRequest<Step>) => Promise<Backtest>,
  question: Question,
): Promise<Metrics> {
  try {
    return metricsOf((await rolledBack(at, backtest, question)).report as ScoreBacktest);
  } catch (error) {
    if (error instanceof NoBacktest) return { sentences: error.message };
    throw error;
  }
}

/** What work gives that may change the engine's tables, which are afterwards as they were. */
async function rolledBack(
  { engine, context, runSteps }: Preparation<Step>,
  work: (request: BacktestRequest<Step>) => Promise<Backtest>,
  { outcome, days }: Question,
): Promise<Backtest> {
  const { asOf } = context;
  const then = new Date(asOf.getTime() - days * 86_400_000);
  const { day } = await engine.row(sql`select cast(local_day(${then}) as string) as day`);
  const contextAt = (moment: Date) =>
    moment.getTime() === then.getTime() ? { ...context, asOf: then, today: String(day) } : context;
  const found: Backtest[] = [];
  const rollBack = new Error('rolled back on purpose');
  await engine
    .transaction(async () => {
      found.push(await work({ engine, asOf, days, outcome, contextAt, runSteps }));
      throw rollBack;
    })
    .catch((error: unknown) => {
      if (error !== rollBack) throw error;
    });
  return found[0] as Backtest;
}

function metricsOf(report: ScoreBacktest): Metrics {
  const { outcome, days, contacts, conversions, auc } = report;
  const { auc: area, low, high } = auc.score;
  const interval = `AUC ${area.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
  const question = `${outcome}s of the last ${days} days`;
  const ranking = { outcome, days, contacts, conversions, auc: area, low, high, ranks: ranks(report) };
  return ranking.ranks
    ? { ranking, sentences: `The score of ${days} days ago ranks the ${question}: ${interval}.` }
    : {
        ranking,
        warnings: [
          `the score of ${days} days ago does not rank the ${question}: ${interval}, where 0.5 is chance. ` +
            'Compare the points with what came: npx nightshift backtest score',
        ],
      };
}
