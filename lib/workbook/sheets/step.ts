/** What one attempt does to one tab, by place: made from goals (place.ts) or from damage (damage.ts), kept in the log. */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { Goal, Write } from './goals.ts';
import type { Raw } from './snapshot.ts';
import type { TabNow } from './tab-now.ts';

export interface PlacedCell {
  readonly column: number;
  /** What the second look found there; of a new row null. */
  readonly before: Raw;
  /** Of a cell that gets a number format: the one that it had, null for none. */
  readonly formatBefore?: sheets_v4.Schema$NumberFormat | null;
  readonly write: Write;
}

export interface UpdatedRow {
  readonly kind: 'update';
  readonly row: number;
  readonly key: string;
  /** Of a row without key: the digest of what it holds, and of what it holds once it is written. */
  readonly digest: string;
  readonly digestAfter: string;
  readonly cells: readonly PlacedCell[];
}

export interface NewRow {
  readonly kind: 'insert';
  /** Of a row put back: which of those that were lost. */
  readonly nth: number;
  readonly cells: readonly PlacedCell[];
}

export interface RemovedRow {
  readonly kind: 'remove';
  readonly row: number;
  readonly key: string;
  readonly digest: string;
  /** All that it held at the second look. */
  readonly cells: readonly Pick<PlacedCell, 'column' | 'write'>[];
}

export type PlacedRow = UpdatedRow | NewRow | RemovedRow;

export interface TabStep {
  readonly now: TabNow;
  /** -1 where a key column is not there. */
  readonly keyColumns: readonly number[];
  readonly rows: PlacedRow[];
  /** What each row is for; none while damage is put right. */
  readonly goals: Goal[];
}

/** New rows stand below the last row that holds anything. */
export function newRowsAt({ length }: TabNow): number {
  return Math.max(1, length);
}
