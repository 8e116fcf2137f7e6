/** The figures of a workbook's runs over time, by job: the newest run of a day stands for it. */
import type { NightShift } from '../core/batch.ts';
import { localDay } from '../core/calendar/period.ts';
import type { LedgerEntry } from '../run/ledger-entry.ts';
import type { Point } from './chart.ts';
import { type Counts, type Figures, figuresOf } from './figures.ts';

const DAY_MS = 86_400_000;

export interface Series {
  readonly nightShift: NightShift;
  readonly now: Date;
  readonly timeZone: string;
  /** Where the repository is, for links; null on a machine of one's own. */
  readonly repositoryUrl: string | null;
  /** A job's runs, oldest first. */
  readonly runs: ReadonlyMap<string, readonly Figures[]>;
  /** The days on which the rules of a job changed, with the commit. */
  readonly ruleChanges: readonly RuleChange[];
}

export interface RuleChange {
  readonly job: string;
  readonly day: string;
  readonly commit: string | null;
}

export interface ReportRequest {
  readonly nightShift: NightShift;
  /** Ledger entries by job, oldest first, of one workbook. */
  readonly entries: ReadonlyMap<string, readonly LedgerEntry[]>;
  readonly now: Date;
  readonly repositoryUrl?: string | null;
}

export function seriesOf({ nightShift, entries, now, repositoryUrl = null }: ReportRequest): Series {
  const { timeZone } = nightShift.workbook;
  const runs = new Map<string, readonly Figures[]>();
  const ruleChanges: RuleChange[] = [];
  for (const [job, all] of entries) {
    const figures = all.flatMap((entry) => figuresOf(entry) ?? []);
    runs.set(job, figures);
    figures.forEach((each, i) => {
      const before = figures[i - 1];
      if (before && before.rules !== each.rules)
        ruleChanges.push({ job, day: localDay(each.asOf, timeZone), commit: each.commit });
    });
  }
  ruleChanges.sort((a, b) => (a.day < b.day ? -1 : 1));
  return { nightShift, now, timeZone, repositoryUrl, runs, ruleChanges };
}

export const runsOf = (series: Series, job: string): readonly Figures[] => series.runs.get(job) ?? [];

/**
 * The rows in quarantine of a run. Each batch reads only the tables that its jobs need: those of the first batch,
 * which refreshes the lists, count, so that a weekly run that reads less does not look like a recovery.
 */
export function quarantineOf({ nightShift: { batches } }: Series): (figures: Figures) => Counts | null {
  const batch = batches.find(({ jobs }) => jobs.some(({ name }) => name === 'list-refresh')) ?? batches[0];
  const jobs = new Set(batch?.jobs.map(({ name }) => name));
  return (figures) => (jobs.has(figures.job) ? figures.quarantine : null);
}

/** The newest run of any job that has a figure, and the figure. */
export function newest<T>(series: Series, pick: (figures: Figures) => T | null): { value: T; at: Figures } | null {
  let found: { value: T; at: Figures } | null = null;
  for (const runs of series.runs.values()) {
    const at = runs.findLast((each) => pick(each) !== null);
    const value = at ? pick(at) : null;
    if (at && value !== null && (!found || at.asOf > found.at.asOf)) found = { value, at };
  }
  return found;
}

/** A figure by day over the last `days`, from the runs of all jobs that have it; the newest run of a day counts. */
export function byDay(series: Series, days: number, pick: (figures: Figures) => number | null): Point[] {
  const from = new Date(series.now.getTime() - days * DAY_MS);
  const found = new Map<string, { at: Date; value: number }>();
  for (const runs of series.runs.values()) {
    for (const each of runs) {
      if (each.asOf < from) continue;
      const value = pick(each);
      const key = localDay(each.asOf, series.timeZone);
      const before = found.get(key);
      if (value !== null && (!before || before.at <= each.asOf)) found.set(key, { at: each.asOf, value });
    }
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { value }]) => ({ day: new Date(`${key}T00:00:00Z`), value }));
}

/** A figure as it was `days` before the newest run that has it; null where the ledger does not go back so far. */
export function earlier<T>(series: Series, days: number, pick: (figures: Figures) => T | null): T | null {
  const last = newest(series, pick);
  if (!last) return null;
  // A run of half a day earlier still counts for the day: slots move with daylight saving time.
  const until = last.at.asOf.getTime() - (days - 0.5) * DAY_MS;
  const oldest = last.at.asOf.getTime() - (days * 1.5 + 1) * DAY_MS;
  let found: Figures | null = null;
  for (const runs of series.runs.values()) {
    const at = runs.findLast((each) => each.asOf.getTime() <= until && pick(each) !== null);
    if (at && at.asOf.getTime() >= oldest && (!found || at.asOf > found.asOf)) found = at;
  }
  return found ? pick(found) : null;
}

/** The days on which rules of these jobs changed, as moments of a chart. */
export const marksOf = (series: Series, ...jobs: readonly string[]): Date[] => [
  ...new Map(
    series.ruleChanges
      .filter(({ job }) => jobs.includes(job))
      .map(({ day }) => [day, new Date(`${day}T00:00:00Z`)] as const),
  ).values(),
];
