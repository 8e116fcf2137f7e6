import { bounceParts, job, update } from 'nightshift';
import { bounces } from './rules/bounces.ts';

const { done, mailableAgain, released, releasedByAnswers, releaseSteps } = bounceParts;

/**
 * Does what a person answered in the table `review`: a "yes" there releases that suppression, and nothing else does.
 */
export default job({
  name: 'suppression-release',
  purpose: 'Releases the suppressions that a person answered with "yes" in the table review.',
  reads: ['contacts', 'bounces', 'suppressions', 'events', 'review'],
  writes: ['suppressions', 'contacts', 'review'],
  rules: bounces,
  releases: true,
  onlyWith: releasedByAnswers,
  steps: () => releaseSteps(bounces),
  changes: ({ asOf, today }) => [
    update('suppressions', released(asOf)),
    update('contacts', mailableAgain),
    update('review', done(today)),
  ],
});
