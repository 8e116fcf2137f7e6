import { type Job, job, scoreParts } from 'nightshift';
import scoreRecalculation from './score-recalculation.ts';

/** Holds the score of back then against what came since, and warns when it no longer ranks. */
export const scoreCheck = ({ reads, extraColumns = [], backtest }: Job, question = { outcome: 'purchase', days: 90 }) =>
  job({
    name: 'score-check',
    purpose: 'Compares the score of 90 days ago with the purchases since, and warns when it no longer ranks.',
    reads: [...reads, 'purchases', 'changes'],
    writes: [],
    rules: question,
    extraColumns,
    prepare: async (at) => (backtest ? scoreParts.checkRanking(at, backtest, question) : {}),
    changes: () => [],
  });

export default scoreCheck(scoreRecalculation);
