/**
 * `status`: the last run of every job on this workbook, and what is due, late or failing. Exit code 1 where something
 * is.
 */

import type { Batch } from '../core/batch.ts';
import { periodOf } from '../core/calendar/period.ts';
import { overdue } from '../github/lateness.ts';
import { doneUpToMs } from '../run/history.ts';
import { isGood, type LedgerEntry } from '../run/ledger-entry.ts';
import { historyOf, type Session } from './session.ts';
import { print, printJson } from './terminal.ts';
import { table } from './text.ts';

type Health = 'OK' | 'due' | 'late' | 'failing' | 'waiting' | 'rejected' | 'never run';

export async function statusCommand(session: Session): Promise<number> {
  const { nightShift, options, asOf } = session;
  const history = await historyOf(session);
  const jobs = [];
  const isOverdue = (batch: Batch, lastGood: LedgerEntry | null): boolean =>
    lastGood !== null && overdue(batch, new Date(doneUpToMs(lastGood)), asOf).missed.length > 0;
  for (const { batch, job } of nightShift.batches.flatMap((batch) => batch.jobs.map((job) => ({ batch, job })))) {
    const entries = history.get(job.name) ?? [];
    const last = entries.at(-1) ?? null;
    const lastGood = entries.findLast(isGood) ?? null;
    const current = periodOf(batch.name, asOf, nightShift.workbook.timeZone);
    jobs.push({
      job: job.name,
      batch: batch.name,
      health: healthOf(last, current, isOverdue(batch, lastGood)),
      last: last && {
        period: last.period,
        status: last.status,
        at: last.startedAt,
        run: last.run,
        seconds: last.seconds,
      },
      lastGood: lastGood && { period: lastGood.period, at: lastGood.startedAt },
    });
  }
  if (options.json) printJson({ jobs });
  else {
    const rows = jobs.map(({ job, health, last, lastGood }) => [
      job,
      health,
      last ? `${last.period}: ${last.status}` : '',
      last && lastGood && !isGood(last) ? `last good: ${lastGood.period}` : '',
    ]);
    print(table([['job', 'health', 'last run', ''], ...rows]));
  }
  return jobs.some(({ health }) => health === 'failing' || health === 'late')
    ? 1
    : jobs.some(({ health }) => health === 'waiting')
      ? 3
      : 0;
}

/** @param current the period that a run of now would stand for */
function healthOf(last: LedgerEntry | null, current: string, isOverdue: boolean): Health {
  if (!last) return 'never run';
  if (last.status === 'failed' || last.status === 'skipped') return 'failing';
  if (last.status === 'blocked') return last.rejected === undefined ? 'waiting' : 'rejected';
  if (isOverdue) return 'late';
  return last.period === current ? 'OK' : 'due';
}
