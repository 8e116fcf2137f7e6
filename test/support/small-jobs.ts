/**
 * Jobs that are no larger than a test about runs needs, and a folder's bytes to compare. They know nothing of what the
 * real jobs decide.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScheduledJob } from '../../lib/core/batch.ts';
import { update } from '../../lib/core/change.ts';
import { atMost } from '../../lib/core/guard.ts';
import { type Job, job } from '../../lib/core/job.ts';
import { name, sql } from '../../lib/core/sql.ts';

/** A job with everything that a declaration must have. */
export const aJob = (given: Partial<Job> = {}): Job =>
  job({
    name: 'a-job',
    purpose: 'Does nothing.',
    reads: ['contacts'],
    writes: ['contacts'],
    changes: () => [],
    ...given,
  });

/** Jobs as a batch schedules them. */
export const nightly = (...jobs: readonly Job[]): ScheduledJob[] =>
  jobs.map((each) => ({ job: each, cadence: 'nightly' }));

/** Sets one column of every contact to one value. */
export const sets = (column: string, value: string, given: Partial<Job> = {}): Job =>
  aJob({
    changes: () => [
      update('contacts', sql`select contact_id, ${value} as ${name(column)}, 'asked for' as why from contacts`),
    ],
    ...given,
  });

/** Not one contact may change without a person's approval. */
export const blocksAll = atMost(
  { share: 0, atLeast: 0 },
  'contacts',
  'changed',
  sql`select count(*) from planned_contacts where op = 'u'`,
);

/** The folder's own files by name, as they are, byte for byte. */
export const bytesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [entry.name, readFileSync(join(folder, entry.name), 'latin1')]),
  );
