/**
 * Scoring: points for what contacts do (engagement) and who they are (fit), their explanation part by part, and their
 * back-test. Scores are functions of the whole history up to as-of; nothing here writes to a workbook.
 */
export { backtestScore } from './backtest.ts';
export { describeScoreBacktest } from './backtest-report.ts';
export { nextGradeQuery } from './next-grade.ts';
export { scorePartsQuery, scoreQuery } from './query.ts';
export { checkRanking } from './ranking-check.ts';
export { bandsOf, checkScoring, eventNames, type ScoringRules, scoringRules } from './rules.ts';
export { unknownEventTypes } from './unknown-types.ts';
