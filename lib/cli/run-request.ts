/** What a command asks of a run, from the session: one place, so that a dry run is the same for each of them. */
import { resolve } from 'node:path';
import type { ScheduledJob } from '../core/batch.ts';
import { type Ledger, readOnlyLedger } from '../run/ledger.ts';
import type { RunManner, RunRequest } from '../run/request.ts';
import { nothingHeld, type Store } from '../workbook/store.ts';
import type { Session } from './session.ts';

/** A store that reads as the other does, and writes nothing. */
export const rehearsal = (store: Store): Store => ({
  kind: store.kind,
  recovered: store.recovered,
  scratch: store.scratch,
  stateFolder: store.stateFolder,
  read: store.read,
  delimiterOf: store.delimiterOf,
  rowHeaders: store.rowHeaders,
  marker: store.marker,
  commit: async () => nothingHeld,
  ...(store.sheet && { sheet: store.sheet }),
  ...(store.warehouse && { warehouse: { ...store.warehouse, clearRows: async () => ({ cut: [], left: [] }) } }),
  ...(store.workbookId && { workbookId: store.workbookId }),
  close: store.close,
});

/** The session with a dry run asked for. */
export const dry = (session: Session): Session => ({ ...session, options: { ...session.options, dryRun: true } });

/** The session's ledger; in a dry run, one that keeps nothing. */
export const ledgerOf = ({ options, ledger }: Session): Ledger => (options.dryRun ? readOnlyLedger(ledger) : ledger);

/** A run of these jobs on the open workbook, as the command's options ask for it. */
export function requestOf(session: Session, store: Store, jobs: readonly ScheduledJob[]): RunRequest {
  const { options, nightShift, asOf, identity, progress, elapsed } = session;
  return {
    what: { jobs, rules: nightShift.workbook, asOf, identity },
    where: { store: options.dryRun ? rehearsal(store) : store, ledger: ledgerOf(session) },
    how: {
      applied: options.dryRun ? 'planned' : 'applied',
      approvals: new Set(options.approve),
      ...approvalOf(session),
      ...(options.plan !== undefined && { planFile: resolve(options.plan) }),
      progress,
      elapsed,
    },
  };
}

/** Who approved, where that is a person at GitHub: by an issue, or with the hash in "Run workflow". */
function approvalOf({ options, identity }: Session): Pick<RunManner, 'approval'> {
  const { GITHUB_ACTIONS: onActions, GITHUB_TRIGGERING_ACTOR: actor, GITHUB_ACTOR: first } = process.env;
  const by = options.approver ?? (onActions === 'true' && options.approve.length > 0 ? actor || first : undefined);
  if (!by) return {};
  const at = identity.startedAt.toISOString();
  return { approval: { by, at, ...(options.issue !== undefined && { issue: options.issue }) } };
}
