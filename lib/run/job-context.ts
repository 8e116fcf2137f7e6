/** What a job of a run is given: its context, and what it reads of the snapshot. */
import type { ScheduledJob } from '../core/batch.ts';
import { localDay, periodOf } from '../core/calendar/period.ts';
import type { Context } from '../core/context.ts';
import type { Job } from '../core/job.ts';
import { tableOf } from '../core/tables.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import { tablesOf } from './plan-job.ts';
import type { RunSubject } from './request.ts';

/** What a job knows about the run. */
export function contextOf(
  { asOf, rules }: Pick<RunSubject, 'asOf' | 'rules'>,
  snapshot: Pick<Snapshot, 'columns'>,
  { cadence, period }: Pick<ScheduledJob, 'cadence' | 'period'>,
): Context {
  return {
    asOf,
    today: localDay(asOf, rules.timeZone),
    period: period ?? periodOf(cadence, asOf, rules.timeZone),
    columns: snapshot.columns,
  };
}

/** What was read of the tables that a job's outcome depends on. */
export function inputsOf(job: Job, snapshot: Snapshot): LedgerEntry['inputs'] {
  const tables = [...tablesOf(job)].filter((table) => !tableOf(table).record);
  return Object.fromEntries(
    tables.flatMap((table) => (snapshot.inputs[table] ? [[table, snapshot.inputs[table]]] : [])),
  );
}
