/**
 * A landing that takes several requests is whole or it is nothing. Where a run was killed between two of them, the logs
 * of those that were carried out say what they wrote: here they become goals that take it back, wherever the rows are by
 * now. What a person has changed since stays. Pure.
 */

import type { Goal } from './goals.ts';
import { digestOf, keyOf } from './grid.ts';
import type { Verdict } from './judge.ts';
import type { Raw } from './snapshot.ts';
import type { NewRow, PlacedRow, UpdatedRow } from './step.ts';
import type { AttemptLog, TabDone } from './undo-log.ts';

/** An attempt that a killed run left, and what it hit; no verdicts where its copies are gone, for then it was settled. */
export interface JudgedLog {
  readonly log: AttemptLog;
  readonly verdicts: ReadonlyMap<number, Verdict>;
}

/** The attempts, in their order, of a landing that did not end; empty where it did. */
export function unfinished(logs: readonly JudgedLog[]): JudgedLog[] {
  const last = logs.findLast(({ log }) => log.part !== null);
  if (last?.log.part == null) return [];
  const { landing, chunk, chunks } = last.log.part;
  const missed = last.log.tabs.some(({ sheetId, rows }) => {
    const verdict = last.verdicts.get(sheetId);
    return verdict !== undefined && !isAllRight(rows, verdict);
  });
  if (chunk === chunks && !missed) return [];
  return logs.filter(({ log: { part } }) => part?.landing === landing && part.chunk !== TAKES_BACK);
}

/** The chunk of an attempt that takes a landing back. */
export const TAKES_BACK = 0;

function isAllRight(rows: readonly PlacedRow[], { right }: Verdict): boolean {
  return right.every((hit, i) => {
    const row = rows[i];
    return typeof hit === 'boolean' ? hit : row?.kind !== 'update' || hit.size === row.cells.length;
  });
}

/** The goals that take landed chunks back, what came last first. What an attempt is known to have missed was not its doing. */
export function takenBack(logs: readonly JudgedLog[]): Goal[] {
  return logs.toReversed().flatMap(({ log, verdicts }) =>
    log.tabs.flatMap((tab) => {
      const right = verdicts.get(tab.sheetId)?.right;
      const hit = tab.rows.flatMap((row, i): PlacedRow[] => partHit(row, right?.[i] ?? true));
      return hit.toReversed().flatMap(inverse(tab));
    }),
  );
}

function partHit(row: PlacedRow, hit: ReadonlySet<number> | boolean): PlacedRow[] {
  if (typeof hit === 'boolean') return hit ? [row] : [];
  if (row.kind !== 'update') return [row];
  const cells = row.cells.filter(({ column }) => hit.has(column));
  return cells.length > 0 ? [{ ...row, cells }] : [];
}

function inverse({ sheetId, headers, keyColumns, at }: TabDone): (row: PlacedRow) => Goal[] {
  const headerOf = (column: number): string => headers[column] ?? '';
  const base = { sheetId, tab: '', keyColumns: keyColumns.map(headerOf) };
  return (row): Goal[] => {
    if (row.kind === 'insert') {
      const content = new Map(row.cells.map(({ column, write }) => [headerOf(column), write.value]));
      const id = { key: keyIn(row, keyColumns, ''), digest: digestOf(content), near: at };
      return [{ ...base, kind: 'remove', id, bytes: JSON.stringify([...content]).length }];
    }
    if (row.kind === 'remove') {
      const cells = row.cells.flatMap(({ column, write }) => {
        return headerOf(column) === '' ? [] : [{ column: headerOf(column), after: write }];
      });
      return [{ ...base, kind: 'insert', key: row.key, cells, comesBack: true }];
    }
    const key = keyIn(row, keyColumns, row.key);
    const id = { key, near: row.row, ...(key === '' && { digest: row.digestAfter }) };
    const cells = row.cells.map(({ column, before, formatBefore, write }) => {
      const after = { value: before, ...(formatBefore !== undefined && { numberFormat: formatBefore }) };
      return { column: headerOf(column), before: write.value, after };
    });
    return [{ ...base, kind: 'update', id, cells }];
  };
}

/** A row's key right after the write. */
function keyIn({ cells }: NewRow | UpdatedRow, keyColumns: readonly number[], before: string): string {
  const parts = before.split('\u001f');
  return keyOf(
    keyColumns.map((column, i): Raw => {
      const written = cells.find((cell) => cell.column === column);
      return written === undefined ? (parts[i] ?? null) : written.write.value;
    }),
  );
}
