/** A night shift of four real jobs, for stories whose every word is compared: they don't change when a job is added. */
import bounceSuppression from '../../../jobs/bounce-suppression.ts';
import listCleaning from '../../../jobs/list-cleaning.ts';
import listRefresh from '../../../jobs/list-refresh.ts';
import { workbook } from '../../../jobs/rules/workbook.ts';
import scoreRecalculation from '../../../jobs/score-recalculation.ts';

const nightly = {
  name: 'nightly',
  purpose: 'The story.',
  schedule: { cron: '17 3 * * *', timeZone: 'UTC', missed: 'latest' },
  jobs: [listCleaning, bounceSuppression, scoreRecalculation, listRefresh],
} as const;

export const storyShift = { workbook, batches: [nightly] };
