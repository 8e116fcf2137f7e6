import { job, update } from '../lib/core/job.ts';
import { done, mailableAgain, released, releaseSteps } from '../lib/features/bounces/releases.ts';

/** Does what a person answered in the table `review`: a "yes" there releases that suppression, and nothing else does. */
export default job({
  name: 'suppression-release',
  purpose: 'Releases the suppressions that a person answered with "yes" in the table review.',
  reads: ['contacts', 'bounces', 'suppressions', 'review'],
  writes: ['suppressions', 'contacts', 'review'],
  steps: () => releaseSteps,
  changes: ({ asOf, today }) => [
    update('suppressions', released(asOf)),
    update('contacts', mailableAgain),
    update('review', done(today)),
  ],
});
