/** Each job has one name everywhere: its file in jobs/, its test, and its place in one batch. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'vitest';
import { nightShift } from '../../jobs/batches.ts';
import { allJobs } from '../../lib/core/batch.ts';
import { parseCron } from '../../lib/core/calendar/cron.ts';
import { CHECK, requireNone } from './require.ts';

const root = join(import.meta.dirname, '../..');
const listed = allJobs(nightShift).map(({ job }) => job.name);
const files = readdirSync(join(root, 'jobs'))
  .filter((file) => file.endsWith('.ts') && file !== 'batches.ts')
  .map((file) => file.slice(0, -'.ts'.length));

it('every job of a batch has a file of its name, and every file is a job of a batch', () => {
  requireNone(
    [
      ...listed
        .filter((name) => !files.includes(name))
        .map((name) => `the job "${name}" of jobs/batches.ts has no file jobs/${name}.ts: give file and job one name`),
      ...files
        .filter((name) => !listed.includes(name))
        .map((name) => `jobs/${name}.ts is in no batch: list it in jobs/batches.ts, or remove it`),
    ],
    `npm run sync && ${CHECK}`,
  );
});

it('no job is listed twice', () => {
  const twice = listed.filter((name, i) => listed.indexOf(name) !== i);
  requireNone(
    twice.map((name) => `the job "${name}" is listed twice in jobs/batches.ts`),
    `npm run sync && ${CHECK}`,
  );
});

it('every job has a test', () => {
  const places = (name: string) => [`test/team/jobs/${name}.test.ts`, `test/jobs/${name}.test.ts`];
  requireNone(
    listed
      .filter((name) => !places(name).some((file) => existsSync(join(root, file))))
      .map((name) => `the job "${name}" has no test: write test/team/jobs/${name}.test.ts as docs/jobs.md shows`),
    CHECK,
  );
});

it('a job needs only jobs that run before it in its batch', () => {
  requireNone(
    nightShift.batches.flatMap(({ name, jobs }) =>
      jobs.flatMap((job, i) =>
        jobs
          .slice(i)
          .filter((later) => job.needs?.includes(later.name))
          .map((later) => `"${job.name}" needs "${later.name}", which runs after it in the batch ${name}`),
      ),
    ),
    CHECK,
  );
});

it('every batch has a schedule that GitHub takes', () => {
  const faults = nightShift.batches.flatMap(({ name, schedule }) => {
    try {
      parseCron(schedule.cron);
      return [];
    } catch (error) {
      return [`jobs/batches.ts, batch ${name}: ${error instanceof Error ? error.message : error}`];
    }
  });
  requireNone(faults, `npm run sync && ${CHECK}`);
});
