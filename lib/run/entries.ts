/**
 * The ledger's view of a run: one entry per job.
 */
import type { Snapshot } from '../snapshot/snapshot.ts';
import { inputsOf } from './job-context.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import type { RunManner, RunSubject } from './request.ts';
import type { JobResult } from './result.ts';
import { rulesHash } from './run-identity.ts';

/** Nothing was to change in a table; files may have been put in their places, which a crash had kept from them. */
const changesNothing = ({ status, changes }: JobResult): boolean =>
  status === 'unchanged' ||
  (status === 'applied' && Object.values(changes).every((each) => each.insert + each.update + each.remove === 0));

/** The ledger entries of a run's jobs. A run that only completed a crashed one adds none of its own. */
export function entriesOf(
  { what, how }: { readonly what: Omit<RunSubject, 'rules'>; readonly how: Pick<RunManner, 'elapsed'> },
  snapshot: Snapshot | null,
  results: readonly JobResult[],
  recovered: ReadonlySet<string>,
): LedgerEntry[] {
  const { identity } = what;
  const jobs = new Map(what.jobs.map(({ job }) => [job.name, job]));
  return results.flatMap((result) => {
    const job = jobs.get(result.job);
    if (!job || (changesNothing(result) && recovered.has(`${result.job} ${result.period}`))) return [];
    const { heldParts: _parts, next: _next, error, ...kept } = result;
    const quarantine = snapshot ? snapshot.quarantine : {};
    const unreadable = Object.keys(snapshot?.unreadable ?? {}).length > 0 ? { unreadable: snapshot?.unreadable } : {};
    return [
      {
        ...kept,
        ...(error && { error: { kind: error.kind, message: error.message } }),
        changes: { ...kept.changes },
        reasons: { ...kept.reasons },
        guards: [...kept.guards],
        held: { ...kept.held },
        metrics: { ...kept.metrics, quarantine, ...unreadable },
        run: identity.run,
        startedAt: identity.startedAt.toISOString(),
        endedAt: new Date(identity.startedAt.getTime() + how.elapsed() * 1000).toISOString(),
        asOf: what.asOf.toISOString(),
        workbook: identity.workbook,
        inputs: snapshot ? inputsOf(job, snapshot) : {},
        rules: rulesHash(job.rules),
        commit: identity.commit,
        trigger: identity.trigger,
      },
    ];
  });
}
