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
import type { AttemptLog, Missed, TabDone } from './undo-log.ts';

/** An attempt that a killed run left, and what it hit; no verdicts where its copies are gone, for then it was settled. */
export interface JudgedLog {
  readonly log: AttemptLog;
  readonly verdicts: ReadonlyMap<number, Verdict>;
}

/** The logs, in their order, of a landing that did not end; empty where it did. */
export function unfinished(logs: readonly JudgedLog[]): AttemptLog[] {
  const last = logs.findLast(({ log }) => log.part !== null);
  if (last?.log.part == null) return [];
  const { landing, chunk, chunks } = last.log.part;
  const missed = last.log.tabs.some(({ sheetId, rows }) => {
    const verdict = last.verdicts.get(sheetId);
    return verdict !== undefined && !isAllRight(rows, verdict);
  });
  if (chunk === chunks && !missed) return [];
  return logs.map(({ log }) => log).filter(({ part }) => part?.landing === landing && part.chunk !== TAKES_BACK);
}

/** The chunk of an attempt that takes a landing back. */
export const TAKES_BACK = 0;

function isAllRight(rows: readonly PlacedRow[], { right }: Verdict): boolean {
  return right.every((hit, i) => {
    const row = rows[i];
    return typeof hit === 'boolean' ? hit : row?.kind !== 'update' || hit.size === row.cells.length;
  });
}

/** What an attempt missed of what its log says. */
export function missedBy({ log, verdicts }: JudgedLog): Missed[] {
  return log.tabs.flatMap(({ sheetId, rows }) =>
    (verdicts.get(sheetId)?.right ?? []).flatMap((hit, i): Missed[] => {
      const row = rows[i];
      if (typeof hit === 'boolean' || row?.kind !== 'update') return hit === false ? [[log.order, sheetId, i]] : [];
      const columns = row.cells.flatMap(({ column }) => (hit.has(column) ? [] : [column]));
      return columns.length > 0 ? [[log.order, sheetId, i, ...columns]] : [];
    }),
  );
}

/** The goals that take landed chunks back, what came last first; `missed` is what was not their doing. */
export function takenBack(logs: readonly AttemptLog[], missed: readonly Missed[]): Goal[] {
  const missedAt = new Map(missed.map(([order, sheetId, row, ...columns]) => [`${order} ${sheetId} ${row}`, columns]));
  return logs.toReversed().flatMap(({ order, tabs }) =>
    tabs.flatMap((tab) => {
      const hit = tab.rows.flatMap((row, i) => partHit(row, missedAt.get(`${order} ${tab.sheetId} ${i}`)));
      return hit.toReversed().flatMap(inverse(tab));
    }),
  );
}

function partHit(row: PlacedRow, missed: readonly number[] | undefined): PlacedRow[] {
  if (missed === undefined) return [row];
  if (missed.length === 0 || row.kind !== 'update') return [];
  const cells = row.cells.filter(({ column }) => !missed.includes(column));
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
