import type { NightShift } from 'nightshift';
import archiveStale from './archive-stale.ts';
import bounceSuppression from './bounce-suppression.ts';
import dedupeSweep from './dedupe-sweep.ts';
import enrichment from './enrichment.ts';
import exports from './exports.ts';
import fetchActivity from './fetch-activity.ts';
import lifetimeValue from './lifetime-value.ts';
import listCleaning from './list-cleaning.ts';
import listRefresh from './list-refresh.ts';
import { workbook } from './rules/workbook.ts';
import scoreCheck from './score-check.ts';
import scoreRecalculation from './score-recalculation.ts';
import suppressionRelease from './suppression-release.ts';
import suppressionReview from './suppression-review.ts';
import syncAudiences from './sync-audiences.ts';

/** What the night shift does, and in which order. A job is listed in one batch. */
export const nightShift: NightShift = {
  workbook,
  batches: [
    {
      name: 'nightly',
      purpose:
        'Clean data for the morning: addresses, suppressions, scores, lists, and the files that other tools fetch.',
      schedule: { cron: '17 3 * * *', timeZone: workbook.timeZone, missed: 'latest' },
      jobs: [
        fetchActivity,
        listCleaning,
        suppressionRelease,
        bounceSuppression,
        scoreRecalculation,
        listRefresh,
        exports,
        syncAudiences,
      ],
    },
    {
      name: 'weekly',
      purpose: 'Company enrichment.',
      schedule: { cron: '41 4 * * 1', timeZone: workbook.timeZone, missed: 'latest' },
      jobs: [enrichment],
    },
    {
      name: 'monthly',
      purpose: 'Duplicates merged, customer value recalculated, inactive contacts archived, and the score checked.',
      schedule: { cron: '29 4 1 * *', timeZone: workbook.timeZone, missed: 'latest' },
      jobs: [dedupeSweep, lifetimeValue, archiveStale, scoreCheck],
    },
    {
      name: 'quarterly',
      purpose: 'Whether the suppression list is still right.',
      schedule: { cron: '53 4 2 1,4,7,10 *', timeZone: workbook.timeZone, missed: 'latest' },
      jobs: [suppressionReview],
    },
  ],
};
