/**
 * When inactive contacts go to the archive, and how long the night shift's own records are kept.
 */
import { archiveRules } from 'nightshift';
import { activity } from './segments.ts';

export const archive = archiveRules({
  // Opens don't count. (CNIL allows 36 months for prospects)
  staleAfterMonths: 24,
  activityEvents: [...activity],
  // In the currency of your lifetime values.
  valueFloor: 100,
  keptStages: ['customer', 'evangelist'],
  keepSuppressedMonths: 12,
  // More than this stops and asks; more than the last share is refused even then. (Entra, Bedrock)
  mostArchived: { share: 0.05, count: 500, refuse: 0.15 },
  keepRecordsMonths: { changes: 24, runs: 24 },
  // In a Google Sheet a row of changes takes 11 cells of 10 million, one of list_changes 4: { changes: 200_000,
  // list_changes: 100_000 }.
  mostRecords: {},
});
