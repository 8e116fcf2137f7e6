/**
 * Gathering: before the run's snapshot is taken, the jobs that ask the world outside do so, and their answers are
 * written to the workbook piece by piece, each piece complete. The snapshot is then taken of a workbook that holds it,
 * so that our own commits never look like a person's edits. A gathering that fails is its job's failure, and what it
 * had written until then stays.
 */

import type { ScheduledJob } from '../core/batch.ts';
import type { Engine } from '../core/engine.ts';
import { type Gathered, nothingOutside } from '../core/prepare.ts';
import { type TableName, tableOf } from '../core/tables.ts';
import { openEngine } from '../engine/duckdb.ts';
import { defineReading } from '../snapshot/cells.ts';
import { checkTable, createAside } from '../snapshot/check.ts';
import { loadTable } from '../snapshot/load.ts';
import { type Snapshot, takeSnapshot } from '../snapshot/snapshot.ts';
import { commitChange } from './commit-change.ts';
import { contextOf } from './job-context.ts';
import { runSteps, tablesOf } from './plan-job.ts';
import type { RunRequest } from './request.ts';

/** By job: what it gathered, or what went wrong. */
export type GatheredJobs = ReadonlyMap<string, Gathered | { readonly failed: unknown }>;

export async function gatherAll(request: RunRequest): Promise<GatheredJobs> {
  const gathered = new Map<string, Gathered | { failed: unknown }>();
  for (const scheduled of request.what.jobs) {
    if (!scheduled.job.gather) continue;
    request.how.progress(`${scheduled.job.name}: asking what the workbook doesn't know`);
    const found = await gatherFor(request, scheduled).catch((failed: unknown) => ({ failed }));
    if (found) gathered.set(scheduled.job.name, found);
  }
  return gathered;
}

async function gatherFor(request: RunRequest, scheduled: ScheduledJob): Promise<Gathered | undefined> {
  const { rules, asOf } = request.what;
  const { store } = request.where;
  const { job } = scheduled;
  const engine = await openEngine({ spillFolder: `${store.scratch}/spill`, timeZone: rules.timeZone });
  try {
    const snapshot = job.gatherReads
      ? await loadAlone(request, engine, job.gatherReads)
      : await takeSnapshot(engine, await store.read(), {
          rules,
          asOf,
          now: request.what.identity.startedAt,
          tables: new Set([...tablesOf(job)].filter((table) => !tableOf(table).record)),
          extraColumns: new Set(job.extraColumns ?? []),
        });
    const context = contextOf(request.what, snapshot, scheduled);
    if (!job.gatherReads) await runSteps(engine, job.steps?.(context) ?? []);
    return await job.gather?.({
      engine,
      context,
      outside: request.where.outside ?? nothingOutside,
      startedAt: request.what.identity.startedAt,
      rehearsal: request.how.applied === 'planned',
      stateFolder: store.stateFolder,
      scratch: store.scratch,
      // The ledger knows nothing of a piece yet, so that nothing of it could be missing there.
      keep: (change) => commitChange(request, engine, change, []),
    });
  } finally {
    engine.close();
  }
}

/** Loads these tables by themselves, without contacts and consent. */
async function loadAlone(
  request: RunRequest,
  engine: Engine,
  tables: readonly TableName[],
): Promise<Pick<Snapshot, 'columns'>> {
  const settings = request.what.rules;
  if (tables.length > 0) {
    const reading = await request.where.store.read();
    await createAside(engine);
    defineReading(engine, settings);
    for (const table of tables) {
      const source = reading.tables.find((each) => each.table === table) ?? null;
      const loaded = await loadTable(engine, table, source, { settings, extraColumns: new Set(), futureAfter: NEVER });
      await checkTable(engine, table, loaded, request.what.asOf);
    }
  }
  return { columns: () => new Map() };
}

/** Watermarks may be later than a run that looks back. */
const NEVER = new Date('9999-01-01T00:00:00Z');
