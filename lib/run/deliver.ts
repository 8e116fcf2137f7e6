/**
 * Deliveries: once a run is written, the jobs whose plans concern lists that other tools keep hand them over. What goes
 * wrong there is the job's failure. A run that is killed in between has no ledger entry of such a job: the next one
 * compares with what stands there, and hands over the rest.
 */
import type { Engine } from '../core/engine.ts';
import { describeError } from '../core/errors.ts';
import { nothingOutside } from '../core/prepare.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { GatheredJobs } from './gather.ts';
import { contextOf } from './job-context.ts';
import type { RunRequest } from './request.ts';
import type { JobResult } from './result.ts';

/** Whether a plan is handed over to a service once it is written. */
export const isDelivered = (
  { what: { jobs }, how: { applied } }: Pick<RunRequest, 'what' | 'how'>,
  { job: name, status }: Pick<JobResult, 'job' | 'status'>,
): boolean => status === 'applied' && applied === 'applied' && jobs.some(({ job }) => job.name === name && job.deliver);

/** Hands over the applied plans of jobs that deliver; gives the results, as they ended. */
export async function deliverAll(
  request: RunRequest,
  engine: Engine,
  snapshot: Snapshot,
  results: readonly JobResult[],
  gathered: GatheredJobs,
): Promise<JobResult[]> {
  const ended: JobResult[] = [];
  for (const result of results) {
    const scheduled = request.what.jobs.find(({ job }) => job.name === result.job);
    if (!scheduled?.job.deliver || !isDelivered(request, result)) {
      ended.push(result);
      continue;
    }
    const found = gathered.get(result.job);
    const start = request.how.elapsed();
    const seconds = (): number => Math.round((result.seconds + request.how.elapsed() - start) * 1000) / 1000;
    try {
      const metrics = await scheduled.job.deliver({
        engine,
        context: contextOf(request.what, snapshot, scheduled),
        outside: request.where.outside ?? nothingOutside,
        stateFolder: request.where.store.stateFolder,
        found: found && 'found' in found ? found.found : undefined,
        progress: request.how.progress,
      });
      ended.push({ ...result, metrics: { ...result.metrics, ...metrics }, seconds: seconds() });
    } catch (error) {
      ended.push({ ...result, status: 'failed', error: describeError(error), seconds: seconds() });
    }
  }
  return ended;
}

/** What the marker may complete: a delivery that was cut off is not one that took place. */
export const withoutDeliveries = <Entry extends { readonly job: string }>(
  entries: readonly Entry[],
  { what: { jobs } }: Pick<RunRequest, 'what'>,
): Entry[] => entries.filter(({ job: name }) => !jobs.some(({ job }) => job.name === name && job.deliver));
