/**
 * The guard against a cut, filtered or empty read: a table that lost rows since the job's last run, without a job
 * that took them away. To the jobs such a read would look like mass deletion, or like silence.
 */
import { allowed, type GuardResult, type Limit } from '../core/guard.ts';
import { type TableName, tableOf } from '../core/tables.ts';
import { isGood, type LedgerEntry } from './ledger-entry.ts';

/** One guard per table that the last entry knew and the job reads. Rows that later runs removed are no loss. */
export function shrinkGuards(
  limit: Limit,
  tables: readonly TableName[],
  now: LedgerEntry['inputs'],
  entries: readonly LedgerEntry[],
  removedSince: (table: TableName, since: string) => number,
): GuardResult[] {
  const last = entries.findLast(isGood);
  if (!last) return [];
  return tables.flatMap((table) => {
    const before = last.inputs[table]?.rows;
    if (before === undefined || before === 0) return [];
    const explained = removedSince(table, last.startedAt);
    const rows = now[table]?.rows ?? 0;
    const found = Math.max(0, before - rows - explained);
    // However few they were: no person empties a table of facts, or the suppression list. What waits for an answer may
    // be cleared.
    const most = rows === 0 && !tableOf(table).answered ? 0 : allowed(limit, before);
    if (found === 0) return [];
    const guard = `at most ${Number((limit.share * 100).toFixed(2))} % fewer rows in ${table} than at the last run`;
    return [{ guard, limit: most, found, passed: found <= most }];
  });
}
