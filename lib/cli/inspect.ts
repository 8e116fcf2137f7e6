/**
 * A look at the workbook without a run: the same reading, snapshot and row check, for commands that only tell.
 */
import { join } from 'node:path';
import { allJobs } from '../core/batch.ts';
import type { Engine } from '../core/engine.ts';
import type { TableName } from '../core/tables.ts';
import { openEngine } from '../engine/duckdb.ts';
import { type Snapshot, takeSnapshot } from '../snapshot/snapshot.ts';
import type { Reading, Store } from '../workbook/store.ts';
import type { Session } from './session.ts';

export interface Look {
  readonly engine: Engine;
  readonly snapshot: Snapshot;
  readonly reading: Reading;
  readonly store: Store;
}

/** Opens the workbook, loads every table that a job knows and `more`, and closes all of it afterwards. */
export async function inspect<T>(
  session: Session,
  command: string,
  more: readonly TableName[],
  look: (at: Look) => Promise<T>,
): Promise<T> {
  const { rules, jobs } = { rules: session.nightShift.workbook, jobs: allJobs(session.nightShift) };
  const store = await session.open(command);
  try {
    const engine = await openEngine({
      spillFolder: join(store.scratch, 'spill'),
      timeZone: rules.timeZone,
      threads: 1,
    });
    try {
      const reading = await store.read();
      const snapshot = await takeSnapshot(engine, reading, {
        settings: { timeZone: rules.timeZone, ...(rules.slashedDates && { slashedDates: rules.slashedDates }) },
        consent: rules.consent,
        aliases: rules.aliases,
        asOf: session.asOf,
        now: session.identity.startedAt,
        tables: new Set([...jobs.flatMap(({ job }) => [...job.reads, ...job.writes]), ...more]),
        derived: rules.derived,
        extraColumns: new Set(jobs.flatMap(({ job }) => job.extraColumns ?? [])),
      });
      return await look({ engine, snapshot, reading, store });
    } finally {
      engine.close();
    }
  } finally {
    await store.close();
  }
}
