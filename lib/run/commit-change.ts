/** One change in a commit of its own, against its table as it is at this moment: what is no part of a batch's plans. */
import type { Change } from '../core/change.ts';
import type { Engine } from '../core/engine.ts';
import { applyToEngine } from '../plan/apply.ts';
import { writePatches } from '../plan/patches.ts';
import { isEmpty, workOut } from '../plan/plan.ts';
import { checkTable } from '../snapshot/check.ts';
import { loadTable } from '../snapshot/load.ts';
import { ChangedMeanwhile, type MarkerEntry } from '../workbook/store.ts';
import type { RunRequest } from './request.ts';

/** How often it is written again when people keep changing its table. */
const MOST_ATTEMPTS = 4;

/** @param entries what the marker is to say of the run */
export async function commitChange(
  { what, where: { store } }: RunRequest,
  engine: Engine,
  change: Change,
  entries: readonly MarkerEntry[],
): Promise<void> {
  const { asOf, rules, identity } = what;
  for (let attempt = 1; ; attempt++) {
    const source = (await store.read()).tables.find(({ table }) => table === change.table);
    const given = { settings: rules, extraColumns: new Set<string>(), futureAfter: asOf };
    const loaded = await loadTable(engine, change.table, source ?? null, given);
    await checkTable(engine, change.table, loaded, asOf);
    const diff = await workOut(engine, change, 'diff_kept');
    if (isEmpty(diff)) return;
    await applyToEngine(engine, [diff]);
    const patches = writePatches(engine, store, new Map(source ? [[change.table, source]] : []), [diff]);
    try {
      await store.commit(patches, { run: identity.run, entries });
      return;
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile) || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}
