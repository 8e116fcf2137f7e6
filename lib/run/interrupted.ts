/**
 * A run that ended between two requests of its write, in a workbook that is written in several. What it wrote stays,
 * with its rows of `changes`; the ledger says that it was interrupted; and the rest of a plan that a person had
 * approved needs no second approval.
 */
import type { MarkerEntry } from '../workbook/store.ts';
import type { LedgerEntry } from './ledger-entry.ts';

const INTERRUPTED = 'Interrupted';

/** What the ledger is to say of jobs whose run ends before its last request. */
export const interruptedEntries = (entries: readonly LedgerEntry[]): MarkerEntry[] =>
  entries
    .filter(({ status }) => status === 'applied')
    .map((entry) => {
      const message =
        'The run ended while it wrote: a part of these changes is in the workbook, each with its row in ' +
        '"changes". The next run completes the rest.';
      const interrupted: LedgerEntry = { ...entry, status: 'failed', error: { kind: INTERRUPTED, message } };
      return { job: entry.job, period: entry.period, entry: interrupted };
    });

export const isInterrupted = ({ error }: Pick<LedgerEntry, 'error'>): boolean => error?.kind === INTERRUPTED;

/** Whether a run changed the workbook, though perhaps not to its end: a tab may have been closed to it. */
export const hasWritten = ({ status, error }: Pick<LedgerEntry, 'status' | 'error'>): boolean =>
  status === 'applied' || isInterrupted({ error }) || error?.kind === 'TabClosed';

/** Whether a plan is no more than was left of one that a person had approved: as many rows of each table, or fewer. */
export function isRestOf(changes: LedgerEntry['changes'], approved: LedgerEntry): boolean {
  if (!isInterrupted(approved) || approved.approved === undefined) return false;
  return Object.entries(changes).every(([table, { insert, update, remove }]) => {
    const planned = approved.changes[table] ?? { insert: 0, update: 0, remove: 0 };
    return insert <= planned.insert && update <= planned.update && remove <= planned.remove;
  });
}
