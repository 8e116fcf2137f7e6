/**
 * What holds for every job, independent of what it decides: run twice it changes once, a dry run writes nothing, and no cell of the
 * workbook gets into the ledger. On invented contacts; no job asks a provider here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'vitest';
import { nightShift } from '../../jobs/batches.ts';
import { allJobs, type ScheduledJob } from '../../lib/core/batch.ts';
import type { Job } from '../../lib/core/job.ts';
import type { JobResult, RunResult } from '../../lib/run/result.ts';
import { filesBelow } from '../laws/one-outcome.ts';
import { canaryWorkbook, sings } from '../support/canary.ts';
import { bytesOf } from '../support/small-jobs.ts';
import { temporaryFolder } from '../support/workbook.ts';
import { night } from './night.ts';
import { CHECK, requireNone } from './require.ts';
import { smallWorkbook } from './small-workbook.ts';

/** The job without its requests to a provider, whose answers are not tested here. */
function withoutGathering(job: Job): Job {
  const { gather: _, ...rest } = job;
  return rest;
}

/** The nightly jobs last: they settle what the others leave for them. */
const scheduled: ScheduledJob[] = allJobs({ ...nightShift, batches: nightShift.batches.toReversed() }).map(
  ({ job, cadence }) => ({ job: withoutGathering(job), cadence }),
);

const approvalsOf = ({ jobs }: RunResult): string[] =>
  jobs.flatMap(({ status, plan }) => (status === 'blocked' && plan ? [plan] : []));

/** Runs jobs, and once more with approval of what a guard stopped. */
async function approved(folder: string, jobs: readonly ScheduledJob[]): Promise<RunResult> {
  const first = await night(folder, { jobs });
  const approvals = approvalsOf(first);
  return approvals.length === 0 ? first : night(folder, { jobs, approvals });
}

const failure = ({ job, error }: JobResult): string => `jobs/${job}.ts: failed: ${error?.message ?? 'no reason given'}`;

interface Rehearsed {
  /** Files that a dry run of all jobs wrote. */
  readonly written: readonly string[];
  /**
   * The jobs that change something when all run again. They are judged alone, since another job may have left work for
   * them.
   */
  readonly restless: ReadonlySet<string>;
}

/** A dry run of all jobs, then a run with approval of what guards stopped in it, and the same once more. */
async function rehearse(): Promise<Rehearsed> {
  const folder = temporaryFolder();
  smallWorkbook(folder);
  const before = bytesOf(folder);
  const planned = await night(folder, { jobs: scheduled, dryRun: true });
  const after = bytesOf(folder);
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  await night(folder, { jobs: scheduled, approvals: approvalsOf(planned) });
  const again = await night(folder, { jobs: scheduled });
  return {
    written: names.filter((name) => before[name] !== after[name]),
    restless: new Set(again.jobs.flatMap(({ job, status }) => (status === 'unchanged' ? [] : [job]))),
  };
}
let rehearsing: Promise<Rehearsed> | undefined;
const rehearsed = (): Promise<Rehearsed> => {
  rehearsing ??= rehearse();
  return rehearsing;
};

it('a dry run writes nothing', async () => {
  const { written } = await rehearsed();
  requireNone(
    written.map((name) => `a dry run wrote ${name}`),
    CHECK,
  );
});

it.each(scheduled.map((each) => [each.job.name, each] as const))(
  '%s changes nothing when it runs again',
  async (name, each) => {
    if (!(await rehearsed()).restless.has(name)) return;
    const folder = temporaryFolder();
    smallWorkbook(folder);
    const first = await approved(folder, [each]);
    const again = await night(folder, { jobs: [each] });
    requireNone([...first.jobs, ...again.jobs].filter(({ status }) => status === 'failed').map(failure), CHECK);
    const plans = [first, again].map(({ jobs }) => jobs[0]?.plan);
    const still = again.jobs.filter(
      ({ status }) => status !== 'unchanged' && !(status === 'blocked' && plans[0] === plans[1]),
    );
    requireNone(
      still.map(
        ({ status, changes }) =>
          `jobs/${name}.ts: a second run on the same data is "${status}", with ${JSON.stringify(changes)}. ` +
          'A job must give what is right, not what is to be added: no "now", no count of its own runs.',
      ),
      CHECK,
    );
  },
);

it('no cell of the workbook gets into the ledger', async () => {
  const folder = temporaryFolder();
  canaryWorkbook(folder);
  await night(folder, { jobs: scheduled });
  const ledger = join(folder, '.nightshift', 'test-ledger');
  const files = filesBelow(ledger);
  const personal = files.filter((file) => sings(readFileSync(join(ledger, file), 'utf8')).length > 0);
  requireNone(
    [
      ...(files.length === 0 ? ['no job was recorded in the ledger'] : []),
      ...personal.map(
        (file) =>
          `jobs/${file.split('/')[0]}.ts: its ledger entry holds the text of a cell. A reason ("why"), a metric or an ` +
          'error may hold fixed words and counts only.',
      ),
    ],
    CHECK,
  );
});
