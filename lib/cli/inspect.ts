/**
 * A look at the workbook without a run: the same reading, snapshot and row check, for commands that only tell.
 */
import { join } from 'node:path';
import { allJobs } from '../core/batch.ts';
import type { Engine } from '../core/engine.ts';
import type { TableName } from '../core/tables.ts';
import { openEngine } from '../engine/duckdb.ts';
import { type Snapshot, takeSnapshot } from '../snapshot/snapshot.ts';
import { ChangedMeanwhile, type Reading, type Store } from '../workbook/store.ts';
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
  const store = await session.openForReading(command);
  try {
    for (let attempt = 1; ; attempt++) {
      const engine = await openEngine({
        spillFolder: join(store.scratch, 'spill'),
        timeZone: session.nightShift.workbook.timeZone,
        threads: 1,
      });
      try {
        const reading = await store.read();
        const taken = await snapshotOf(session, engine, reading, more).catch(async (error: unknown) => {
          if ((await reading.changedSince()).length === 0) throw error;
          return null;
        });
        const changed = await reading.changedSince();
        if (taken && (changed.length === 0 || attempt === MOST_ATTEMPTS))
          return await look({ engine, snapshot: taken, reading, store });
        if (attempt === MOST_ATTEMPTS) throw new ChangedMeanwhile(changed);
      } finally {
        engine.close();
      }
    }
  } finally {
    await store.close();
  }
}

/** A run that writes, or a person who edits, changes the workbook between two looks at most so often. */
const MOST_ATTEMPTS = 5;

function snapshotOf(session: Session, engine: Engine, reading: Reading, more: readonly TableName[]): Promise<Snapshot> {
  const { rules, jobs } = { rules: session.nightShift.workbook, jobs: allJobs(session.nightShift) };
  return takeSnapshot(engine, reading, {
    rules,
    asOf: session.asOf,
    now: session.identity.startedAt,
    tables: new Set([...jobs.flatMap(({ job }) => [...job.reads, ...job.writes]), ...more]),
    extraColumns: new Set(jobs.flatMap(({ job }) => job.extraColumns ?? [])),
  });
}
