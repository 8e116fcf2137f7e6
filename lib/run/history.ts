/**
 * What a ledger holds of one workbook: the newest entries of each job. Entries of other workbooks are left out, and so
 * is what ran as of a moment that had not come yet: it stands for no slot, and no later run may be counted as done
 * because of it. Pure but for the ledger that it reads.
 */
import type { Ledger } from './ledger.ts';
import type { LedgerEntry } from './ledger-entry.ts';

/** A job's newest ledger entries, oldest first, by job. */
export type History = ReadonlyMap<string, readonly LedgerEntry[]>;

/** Enough to see a year of nights, or half a month of hours. */
export const LOOK_BACK = 400;

/** A run as of today's date is as of the end of that day, wherever in the world that is. */
const A_DAY_AHEAD_MS = 26 * 3_600_000;

type Times = Pick<LedgerEntry, 'asOf' | 'startedAt'>;

/** A run as of a moment well after its own start: a year's typing slip, for example. */
const isAheadOfTime = ({ asOf, startedAt }: Times): boolean =>
  Date.parse(asOf) > Date.parse(startedAt) + A_DAY_AHEAD_MS;

/** Up to which moment a run's work counts as done, in milliseconds: its as-of, and never later than it ran. */
export const doneUpToMs = ({ asOf, startedAt }: Times): number => Math.min(Date.parse(asOf), Date.parse(startedAt));

/** The newest entries of these jobs on this workbook, at most `most` of each. */
export async function historyOf(
  ledger: Ledger,
  jobs: readonly string[],
  workbook: string,
  most = LOOK_BACK,
): Promise<History> {
  const entries = await Promise.all(jobs.map((job) => ledger.recent(job, LOOK_BACK)));
  const own = (each: LedgerEntry): boolean => each.workbook === workbook && !isAheadOfTime(each);
  return new Map(jobs.map((job, i) => [job, (entries[i] ?? []).filter(own).slice(-most)]));
}
