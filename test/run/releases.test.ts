/** No job that a team writes makes a person mailable again; only what carries out a person's word may. */
import { expect, it } from 'vitest';
import { insert, remove, update } from '../../lib/core/change.ts';
import type { Job } from '../../lib/core/job.ts';
import { sql } from '../../lib/core/sql.ts';
import { jobOf, night } from '../support/night.ts';
import { aJob, nightly, sets } from '../support/small-jobs.ts';
import { aContact, aSuppression, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const email = 'ada@example.com';

async function attempt(...jobs: Job[]) {
  const folder = temporaryFolder();
  writeWorkbook(folder, {
    contacts: [
      aContact({ contact_id: 'p1', email, status: 'unsubscribed' }),
      aContact({ contact_id: 'p2', email: 'bo@example.com' }),
    ],
    suppressions: [aSuppression({ email, scope: 'person', reason: 'unsubscribe' })],
  });
  const result = await night(folder, { jobs: nightly(...jobs), dryRun: true });
  return (name: string) => jobOf(result, name);
}

const onList = (name: string, change: ReturnType<typeof update>): Job =>
  aJob({ name, reads: ['contacts', 'suppressions'], writes: ['suppressions'], changes: () => [change] });

it('a status that lifts an unsubscribe, a suppression that is removed or released, are refused; their opposites are not', async () => {
  const jobNamed = await attempt(
    sets('status', 'subscribed', { name: 'subscribes' }),
    sets('status', 'gone', { name: 'sets-another-word' }),
    sets('status', 'suppressed', { name: 'suppresses' }),
    onList('removes', remove('suppressions', sql`select email, 'so' as why from suppressions`)),
    onList(
      'releases',
      update('suppressions', sql`select email, timestamp '2026-01-01' as released_at, 'so' as why from suppressions`),
    ),
    onList(
      'answers-a-report',
      insert(
        'suppressions',
        sql`select email, timestamp '2026-01-01' as released_at, 'so' as why from contacts where contact_id = 'p2'`,
      ),
    ),
    onList(
      'adds',
      insert('suppressions', sql`select email, 'person' as scope, 'so' as why from contacts where contact_id = 'p2'`),
    ),
  );
  for (const name of ['subscribes', 'sets-another-word', 'removes', 'releases', 'answers-a-report'])
    expect([name, jobNamed(name).error?.message]).toEqual([
      name,
      expect.stringMatching(
        /it lifts 1 unsubscribe or suppression\. No job does that by itself: a person answers "yes"/,
      ),
    ]);
  expect(jobNamed('subscribes').error?.message).toContain("where status not in ('unsubscribed', 'suppressed')");
  for (const name of ['suppresses', 'adds']) expect([name, jobNamed(name).status]).toEqual([name, 'planned']);
});

it('a job that carries out a person’s word may', async () => {
  const jobNamed = await attempt(sets('status', 'subscribed', { name: 'answers', releases: true }));
  expect(jobNamed('answers').status).toBe('planned');
});
