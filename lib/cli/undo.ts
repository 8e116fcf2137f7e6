/**
 * `undo JOB PERIOD`: plans the way back, and goes it like any other plan.
 */
import { allJobs } from '../job/batch.ts';
import { undoJob } from '../run/undo.ts';
import { UsageError } from './options.ts';
import { runJobs } from './run.ts';
import type { Session } from './session.ts';

const PERIOD = /^\d{4}(-\d{2}(-\d{2}(T\d{2}|-[0-9a-f]{8})?)?|-W\d{2}|-Q[1-4])$/;

export async function undoCommand(session: Session): Promise<number> {
  const [jobName, period, ...rest] = session.options.names;
  // An import is no job of the calendar, and is undone like one.
  const known = [...allJobs(session.nightShift).map(({ job }) => job.name), 'import', 'inbox'];
  if (!jobName || !period || rest.length > 0)
    throw new UsageError('Undo what? Give a job and a period: nightshift undo bounce-suppression 2026-11-23.');
  if (!known.includes(jobName))
    throw new UsageError(`There is no job "${jobName}". The jobs are: ${known.join(', ')}.`);
  if (!PERIOD.test(period))
    throw new UsageError(`"${period}" is no period. Expected 2026-11-23T05, 2026-11-23, 2026-W47, 2026-11 or 2026-Q4.`);
  const scheduled = { job: undoJob(jobName, period), cadence: 'nightly', period: `${jobName}-${period}` } as const;
  return runJobs(session, `undo ${jobName} ${period}`, [scheduled]);
}
