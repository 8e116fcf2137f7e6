/**
 * The watch: compares the ledger with what the schedules should have given. Silence is an alarm: a slot without a run
 * is found and reported like a run that failed. Until a workbook's first run for real, nothing is missed. Pure; what
 * GitHub knows of workflows and their runs is given.
 *
 * late       the newest slot has no run yet, though it should; GitHub may still start it: no alarm
 * missed     a slot has no run, and will hardly get one any more; or its runs ended before they reached the workbook
 * stuck      a run has been going on for far longer than runs do
 * cancelled  a run was ended by a person or by a timeout, and none came after it
 * disabled   a workflow is switched off
 * never run  a job that a run of its whole batch left out
 * constant   a job that "succeeds" and never changes anything, though what it reads does
 */

import type { Batch, NightShift } from '../core/batch.ts';
import { doneUpToMs, type History } from '../run/history.ts';
import { isGood } from '../run/ledger-entry.ts';
import type { Workflow, WorkflowRun } from './api/github.ts';
import { begunAt } from './begin.ts';
import { ranUpTo } from './due.ts';
import { overdue } from './lateness.ts';
import { paragraph } from './news.ts';
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

const alarm = (what: What, subject: string, text: string): Finding => ({ what, subject, text, alarm: true });

/** What GitHub knows; null where it was not asked. */
export interface Seen {
  readonly workflows: readonly Workflow[];
  /** Of the last days, by workflow file. */
  readonly running: ReadonlyMap<string, readonly WorkflowRun[]>;
  /** Those that ended, however they did. */
  readonly ended: ReadonlyMap<string, readonly WorkflowRun[]>;
}

export const workflowOf = (batch: Batch): string => `${batch.name}.yml`;

export function watch(nightShift: NightShift, history: History, now: Date, seen: Seen | null): Finding[] {
  const begun = begunAt(history);
  return nightShift.batches.flatMap((batch) => [
    ...(begun ? slotFindings(batch, history, begun, now, seen) : []),
    ...neverRun(batch, history),
    ...constant(batch, history),
    ...(seen ? workflowFindings(batch, history, now, seen) : []),
  ]);
}

function slotFindings(batch: Batch, history: History, begun: Date, now: Date, seen: Seen | null): Finding[] {
  const { missed, late } = overdue(batch, attempted(batch, history) ?? begun, now);
  const newest = missed.at(-1);
  if (newest) return [alarm('missed', batch.name, missedText(batch, missed, newest, seen))];
  if (!late) return [];
  const text = `${batch.name} of ${moment(late)} has not run yet.`;
  return [{ what: 'late', subject: batch.name, text, alarm: false }];
}

const FAILED: ReadonlySet<string> = new Set(['failure', 'timed_out', 'startup_failure']);

/** Runs of the batch's workflow since a slot that failed without a word in the ledger. */
export const failedSince = (batch: Batch, since: Date, seen: Seen): WorkflowRun[] =>
  (seen.ended.get(workflowOf(batch)) ?? [])
    .filter(({ conclusion, startedAt }) => FAILED.has(conclusion ?? '') && startedAt >= since)
    .sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());

function missedText(batch: Batch, missed: readonly Date[], newest: Date, seen: Seen | null): string {
  const slots = `${batch.name} has no run for ${plural(missed.length, 'slot')}, the newest ${moment(newest)}.`;
  const [first] = missed;
  const failed = seen && first ? failedSince(batch, first, seen) : [];
  const [last] = failed;
  if (!last) return `${slots} GitHub may have dropped it, or schedules are switched off.`;
  const count =
    failed.length === 1
      ? 'Its workflow was started, and failed'
      : `Its workflow was started ${failed.length} times, and failed`;
  return paragraph(
    slots,
    `${count} before it reached the workbook (installing, or signing in to Google):`,
    `[the newest of these runs](${last.url}) shows the step.`,
  );
}

/** Up to which moment the batch was tried; a run that failed has an alert of its own. */
function attempted(batch: Batch, history: History): Date | null {
  const tried = batch.jobs.flatMap(({ name }) => history.get(name) ?? []).map(doneUpToMs);
  const ran = ranUpTo(batch, history)?.getTime() ?? 0;
  const newest = tried.reduce((a, b) => Math.max(a, b), ran);
  return newest > 0 ? new Date(newest) : null;
}

/** A run of the whole batch has entries of most of its jobs; jobs run by hand say nothing about the others. */
function neverRun(batch: Batch, history: History): Finding[] {
  const times = new Map<string, number>();
  for (const { run } of batch.jobs.flatMap(({ name }) => history.get(name) ?? []))
    times.set(run, (times.get(run) ?? 0) + 1);
  if (![...times.values()].some((n) => n > 1 && n > batch.jobs.length / 2)) return [];
  return batch.jobs
    .filter(({ name }) => (history.get(name) ?? []).length === 0)
    .map(({ name }) =>
      alarm(
        'never run',
        name,
        `${name} has never run, though ${batch.name} has. If it is new, its first run closes this.`,
      ),
    );
}

function constant(batch: Batch, history: History): Finding[] {
  // A job that only measures writes nothing, and is always unchanged.
  const writing = batch.jobs.filter(({ writes, files }) => writes.length > 0 || files);
  return writing.flatMap(({ name }) => {
    const good = (history.get(name) ?? []).filter(isGood);
    const last = good.slice(-CONSTANT_RUNS);
    const [first] = last;
    const newest = last.at(-1);
    if (!first || !newest || last.length < CONSTANT_RUNS || last.some(({ status }) => status === 'applied')) return [];
    if (Date.parse(newest.asOf) - Date.parse(first.asOf) < CONSTANT_DAYS * 24 * HOUR_MS) return [];
    const inputs = new Set(last.map((each) => JSON.stringify(Object.values(each.inputs).map(({ hash }) => hash))));
    if (inputs.size < CONSTANT_RUNS / 2) return [];
    const text = `${name} changed nothing in its last ${CONSTANT_RUNS} runs, though what it reads kept changing. Do its rules still fit?`;
    return [alarm('constant', name, text)];
  });
}

function workflowFindings(batch: Batch, history: History, now: Date, seen: Seen): Finding[] {
  const file = workflowOf(batch);
  const workflow = seen.workflows.find((each) => each.file === file);
  const findings: Finding[] = [];
  if (workflow?.state.startsWith('disabled')) {
    const why = workflow.state === 'disabled_inactivity' ? 'after 60 days without activity' : 'by a person';
    const text = `${file} is switched off ${why}, so ${batch.name} does not run. Switch it on again under Actions → ${batch.name}.`;
    findings.push(alarm('disabled', batch.name, text));
  }
  const usual = median(
    batch.jobs.flatMap(({ name }) => (history.get(name) ?? []).slice(-20).map(({ seconds }) => seconds)),
  );
  // The jobs' own times, one after the other; setting up the machine takes about as long again.
  const stuckMs = Math.max(STUCK_AT_LEAST_MS, (usual ?? 0) * 1000 * batch.jobs.length * STUCK_TIMES);
  const stuck = (seen.running.get(file) ?? []).find((run) => now.getTime() - run.startedAt.getTime() > stuckMs);
  if (stuck) {
    const text = paragraph(
      `A run of ${batch.name} has been going on since ${moment(stuck.startedAt)}, far longer than usual:`,
      `[look at it](${stuck.url}), and cancel it if it hangs; the next run completes it.`,
    );
    findings.push(alarm('stuck', batch.name, text));
  }
  const ran = batch.jobs.flatMap(({ name }) => history.get(name) ?? []).map(({ startedAt }) => Date.parse(startedAt));
  const lastRun = ran.reduce((a, b) => Math.max(a, b), 0);
  const cancelled = (seen.ended.get(file) ?? []).find(
    (run) => run.conclusion === 'cancelled' && run.startedAt.getTime() > lastRun,
  );
  if (cancelled) {
    const text = `A run of ${batch.name} was cancelled ([look at it](${cancelled.url})), and no run has succeeded since.`;
    findings.push(alarm('cancelled', batch.name, text));
  }
  return findings;
}
