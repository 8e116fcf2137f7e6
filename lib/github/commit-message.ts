/** The message of a ledger commit: what a run did, in counts. Names of jobs and tables, periods and numbers only. */

import { changesText } from '../run/commit.ts';
import type { RunResult } from '../run/result.ts';
import { plural } from './outward-errors.ts';

export function commitMessage(name: string, results: readonly RunResult[]): string {
  const jobs = results.flatMap((result) => result.jobs);
  const periods = [...new Set(jobs.map((job) => job.period))];
  const of = (status: string): number => jobs.filter((job) => job.status === status).length;
  const changed = jobs.filter((job) => job.status === 'applied');
  const [only] = jobs;
  const counts = [
    jobs.length === 1 && only && only.status === 'applied'
      ? changesText(only)
      : changed.length > 0
        ? `${plural(changed.length, 'job')} applied`
        : '',
    of('unchanged') > 0 ? `${of('unchanged')} unchanged` : '',
    of('blocked') > 0 ? `${of('blocked')} waiting` : '',
    of('failed') > 0 ? `${of('failed')} failed` : '',
    of('skipped') > 0 ? `${of('skipped')} skipped` : '',
    `${results.at(-1)?.snapshot.quarantined ?? 0} quarantined`,
  ].filter(Boolean);
  const period = periods.length > 1 ? `${periods[0]} to ${periods.at(-1)}` : (periods[0] ?? '');
  const lines = jobs.map(
    (job) => `${job.job} ${job.period}: ${job.status === 'applied' ? changesText(job) : job.status}`,
  );
  const subject = `${name} ${period}: ${counts.join(', ')}`;
  return jobs.length > 1 ? `${subject}\n\n${lines.join('\n')}\n` : `${subject}\n`;
}
