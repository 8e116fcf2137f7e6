/**
 * Batches: jobs in the order in which they run, on one cadence and one snapshot; and the whole night shift, which is
 * all that a repository declares.
 */
import type { Schedule } from './calendar/cron.ts';
import type { Cadence } from './calendar/period.ts';
import type { Job } from './job.ts';
import type { WorkbookRules } from './workbook-rules.ts';

/**
 * When a batch runs by itself, and what becomes of slots that were missed: `latest` runs the newest one alone, which is
 * enough for jobs that look at the whole history; a number runs each missed slot, oldest first, at most so many.
 */
export interface BatchSchedule extends Schedule {
  readonly missed: 'latest' | number;
}

export interface Batch {
  readonly name: Cadence;
  /** One sentence for people. */
  readonly purpose: string;
  readonly jobs: readonly Job[];
  /** Held equal to the batch's workflow by a test. */
  readonly schedule: BatchSchedule;
}

export interface NightShift {
  readonly batches: readonly Batch[];
  readonly workbook: WorkbookRules;
}

/** A job and the cadence that says which period it stands for. */
export interface ScheduledJob {
  readonly job: Job;
  readonly cadence: Cadence;
  /** Given only where the period is not the cadence's own, as for an undo. */
  readonly period?: string;
  /** It is left out where the table `runs` knows a run of it that went well and whose period ends so. */
  readonly once?: string;
}

/** Every job, in the order of the batches. */
export const allJobs = (nightShift: NightShift): ScheduledJob[] =>
  nightShift.batches.flatMap((batch) => batch.jobs.map((job) => ({ job, cadence: batch.name })));

/** The names of all batches and jobs: what a person may run. */
export const namesIn = (nightShift: NightShift): string[] =>
  [...nightShift.batches, ...allJobs(nightShift).map(({ job }) => job)].map(({ name }) => name);

/** The jobs that names of jobs and batches stand for, in order, each once; null for a name that is neither. */
export function resolveNames(nightShift: NightShift, names: readonly string[]): ScheduledJob[] | { unknown: string } {
  const all = allJobs(nightShift);
  const found: ScheduledJob[] = [];
  for (const name of names) {
    const batch = nightShift.batches.find((each) => each.name === name);
    const jobs = batch
      ? all.filter((each) => batch.jobs.includes(each.job))
      : all.filter((each) => each.job.name === name);
    if (jobs.length === 0) return { unknown: name };
    found.push(...jobs.filter((each) => !found.some((other) => other.job === each.job)));
  }
  return found;
}
