/**
 * `status`: the last run of every job, and what is due, late or failing. Exit code 1 where something is.
 */
import { type Cadence, periodOf } from '../calendar/period.ts';
import { allJobs } from '../job/batch.ts';
import type { LedgerEntry } from '../run/ledger.ts';
import type { Session } from './session.ts';
import { table } from './text.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The longest time between two runs of a cadence before the second is late: its step, and what GitHub may delay it by. */
const LATE_AFTER_MS: Readonly<Record<Cadence, number>> = {
  hourly: 4 * HOUR_MS,
  nightly: DAY_MS + 14 * HOUR_MS,
  weekly: 8 * DAY_MS,
  monthly: 33 * DAY_MS,
  quarterly: 95 * DAY_MS,
};

type Health = 'well' | 'due' | 'late' | 'failing' | 'waiting' | 'never run';

const ENOUGH = 50;

export async function statusCommand(session: Session): Promise<number> {
  const { nightShift, ledger, options, asOf } = session;
  const jobs = [];
  for (const { job, cadence } of allJobs(nightShift)) {
    const entries = await ledger.recent(job.name, ENOUGH);
    const last = entries.at(-1) ?? null;
    const lastGood = entries.findLast(isGood) ?? null;
    const current = periodOf(cadence, asOf, nightShift.workbook.timeZone);
    jobs.push({
      job: job.name,
      batch: cadence,
      health: healthOf(cadence, last, lastGood, current, asOf),
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
  if (options.json) console.log(JSON.stringify({ jobs }));
  else {
    const rows = jobs.map(({ job, health, last, lastGood }) => [
      job,
      health,
      last ? `${last.period}: ${last.status}` : '',
      last && lastGood && last.status !== 'applied' && last.status !== 'unchanged'
        ? `last good: ${lastGood.period}`
        : '',
    ]);
    console.log(table([['job', 'health', 'last run', ''], ...rows]).join('\n'));
  }
  return jobs.some(({ health }) => health === 'failing' || health === 'late')
    ? 1
    : jobs.some(({ health }) => health === 'waiting')
      ? 3
      : 0;
}

const isGood = (entry: LedgerEntry): boolean => entry.status === 'applied' || entry.status === 'unchanged';

function healthOf(
  cadence: Cadence,
  last: LedgerEntry | null,
  lastGood: LedgerEntry | null,
  current: string,
  asOf: Date,
): Health {
  if (!last) return 'never run';
  if (last.status === 'failed' || last.status === 'skipped') return 'failing';
  if (last.status === 'blocked') return 'waiting';
  if (lastGood && asOf.getTime() - Date.parse(lastGood.asOf) > LATE_AFTER_MS[cadence]) return 'late';
  return last.period === current ? 'well' : 'due';
}
