/**
 * A night shift of four real jobs, for stories whose every word is compared: they don't change when a job is added. And
 * one of two jobs, for tests of what is around the jobs.
 */
import type { Batch, NightShift } from '../../../lib/core/batch.ts';
import bounceSuppression from '../../fixture/bounce-suppression.ts';
import listCleaning from '../../fixture/list-cleaning.ts';
import listRefresh from '../../fixture/list-refresh.ts';
import { workbook } from '../../fixture/rules/workbook.ts';
import scoreRecalculation from '../../fixture/score-recalculation.ts';
import { sets } from '../small-jobs.ts';

export const storyBatch = {
  name: 'nightly',
  purpose: 'The story.',
  schedule: { cron: '17 3 * * *', timeZone: 'UTC', missed: 'latest' },
  jobs: [listCleaning, bounceSuppression, scoreRecalculation, listRefresh],
} as const satisfies Batch;

export const storyShift: NightShift = { workbook, batches: [storyBatch] };

const regions = sets('region', 'North', { name: 'regions' });

export const smallShift: NightShift = { workbook, batches: [{ ...storyBatch, jobs: [regions, bounceSuppression] }] };
