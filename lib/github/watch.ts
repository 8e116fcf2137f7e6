/**
 * The watch: holds the ledger against what the schedules should have given. Silence is an alarm: a slot without a run is
 * found and told like a run that failed. Pure; what GitHub knows of workflows and their runs is given.
 *
 * late       the newest slot has no run yet, though it should; GitHub may still bring it: no alarm
 * missed     a slot has no run, and will hardly get one any more
 * stuck      a run has been going on for far longer than runs do
 * cancelled  a run was ended by somebody or by a timeout, and none came after it
 * disabled   a workflow is switched off
 * never run  a job that has no run at all, though its batch has, or its workflow is old enough
 * constant   a job that "succeeds" and never changes anything, though what it reads does
 */

import type { Batch, NightShift } from '../core/batch.ts';
import type { Workflow, WorkflowRun } from './api/github.ts';
import { type History, ranUpTo } from './due.ts';
import { overdue } from './lateness.ts';
import { moment, plural } from './outward-errors.ts';
import { median } from './summary.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const STUCK_AT_LEAST_MS = 15 * MINUTE_MS;
const STUCK_TIMES = 3;
/** So many runs without a change, over so many days, while the input changed: no accident. */
const CONSTANT_RUNS = 30;
const CONSTANT_DAYS = 14;

export type What = 'late' | 'missed' | 'stuck' | 'cancelled' | 'disabled' | 'never run' | 'constant';

export interface Finding {
  readonly what: What;
  /** A batch or a job. */
  readonly subject: string;
  readonly text: string;
  /** Only late ones raise no alarm. */
  readonly alarm: boolean;
}

/** What GitHub knows; null where it was not asked. */
export interface Seen {
  readonly workflows: readonly Workflow[];
  /** Of the last days, by workflow file. */
  readonly running: ReadonlyMap<string, readonly WorkflowRun[]>;
  readonly cancelled: ReadonlyMap<string, readonly WorkflowRun[]>;
}

export const workflowOf = (batch: Batch): string => `${batch.name}.yml`;

export function watch(nightShift: NightShift, history: History, now: Date, seen: Seen | null): Finding[] {
  return nightShift.batches.flatMap((batch) => [
    ...slotFindings(batch, history, now, seen),
    ...neverRun(batch, history),
    ...constant(batch, history),
    ...(seen ? workflowFindings(batch, history, now, seen) : []),
  ]);
}

function slotFindings(batch: Batch, history: History, now: Date, seen: Seen | null): Finding[] {
  const workflow = seen?.workflows.find((each) => each.file === workflowOf(batch));
  // A batch that never ran is expected from the moment on at which its workflow came to be; unknown, nothing is.
  const from = attempted(batch, history) ?? workflow?.createdAt;
  if (!from) return [];
  const { missed, late } = overdue(batch, from, now);
  const newest = missed.at(-1);
  if (newest) {
    const text = `${batch.name} has no run for ${plural(missed.length, 'slot')}, the newest ${moment(newest)}. GitHub may have dropped it, or schedules are switched off.`;
    return [{ what: 'missed', subject: batch.name, text, alarm: true }];
  }
  if (!late) return [];
  return [
    { what: 'late', subject: batch.name, text: `${batch.name} of ${moment(late)} has not run yet.`, alarm: false },
  ];
}

/** The newest as-of that the batch was tried for; a run that failed is told of by its own alert. */
function attempted(batch: Batch, history: History): Date | null {
  const tried = batch.jobs.flatMap(({ name }) => history.get(name) ?? []).map(({ asOf }) => Date.parse(asOf));
  const ran = ranUpTo(batch, history)?.getTime() ?? 0;
  const newest = tried.reduce((a, b) => Math.max(a, b), ran);
  return newest > 0 ? new Date(newest) : null;
}

function neverRun(batch: Batch, history: History): Finding[] {
  const having = batch.jobs.filter(({ name }) => (history.get(name) ?? []).length > 0);
  if (having.length === 0) return [];
  return batch.jobs
    .filter((job) => !having.includes(job))
    .map(({ name }) => {
      const text = `${name} has never run, though other jobs of ${batch.name} have. Is it new? Then its first run clears this.`;
      return { what: 'never run' as const, subject: name, text, alarm: true };
    });
}

function constant(batch: Batch, history: History): Finding[] {
  return batch.jobs.flatMap(({ name }) => {
    const good = (history.get(name) ?? []).filter(({ status }) => status === 'applied' || status === 'unchanged');
    const last = good.slice(-CONSTANT_RUNS);
    const [first] = last;
    const newest = last.at(-1);
    if (!first || !newest || last.length < CONSTANT_RUNS || last.some(({ status }) => status === 'applied')) return [];
    if (Date.parse(newest.asOf) - Date.parse(first.asOf) < CONSTANT_DAYS * 24 * HOUR_MS) return [];
    const inputs = new Set(last.map((each) => JSON.stringify(Object.values(each.inputs).map(({ hash }) => hash))));
    if (inputs.size < CONSTANT_RUNS / 2) return [];
    const text = `${name} changed nothing in its last ${CONSTANT_RUNS} runs, though what it reads kept changing. Does it still do its work?`;
    return [{ what: 'constant' as const, subject: name, text, alarm: true }];
  });
}

function workflowFindings(batch: Batch, history: History, now: Date, seen: Seen): Finding[] {
  const file = workflowOf(batch);
  const workflow = seen.workflows.find((each) => each.file === file);
  const findings: Finding[] = [];
  if (workflow?.state.startsWith('disabled')) {
    const why = workflow.state === 'disabled_inactivity' ? 'after 60 days without activity' : 'by somebody';
    const text = `${file} is switched off ${why}, so ${batch.name} does not run. Switch it on again under Actions → ${batch.name}.`;
    findings.push({ what: 'disabled', subject: batch.name, text, alarm: true });
  }
  const usual = median(
    batch.jobs.flatMap(({ name }) => (history.get(name) ?? []).slice(-20).map(({ seconds }) => seconds)),
  );
  // The jobs' own times, one after the other; setting up the machine takes about as long again.
  const stuckMs = Math.max(STUCK_AT_LEAST_MS, (usual ?? 0) * 1000 * batch.jobs.length * STUCK_TIMES);
  const stuck = (seen.running.get(file) ?? []).find((run) => now.getTime() - run.startedAt.getTime() > stuckMs);
  if (stuck) {
    const text = `A run of ${batch.name} has been going on since ${moment(stuck.startedAt)}, far longer than usual: [look at it](${stuck.url}), and cancel it if it hangs; the next run completes it.`;
    findings.push({ what: 'stuck', subject: batch.name, text, alarm: true });
  }
  const ran = batch.jobs.flatMap(({ name }) => history.get(name) ?? []).map(({ startedAt }) => Date.parse(startedAt));
  const lastRun = ran.reduce((a, b) => Math.max(a, b), 0);
  const cancelled = (seen.cancelled.get(file) ?? []).find((run) => run.startedAt.getTime() > lastRun);
  if (cancelled) {
    const text = `A run of ${batch.name} was cancelled ([look at it](${cancelled.url})), and none has ended well since.`;
    findings.push({ what: 'cancelled', subject: batch.name, text, alarm: true });
  }
  return findings;
}
