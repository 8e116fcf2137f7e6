/**
 * What a plan wants of a spreadsheet, in the sheet's own words: tabs and columns by header, rows by their place in the
 * snapshot and their key, cells as typed values. Data never becomes a formula: there is no way to say one here.
 */
import type { Raw } from './snapshot.ts';

/** A value to write; null empties the cell. A date goes in as a serial number with a date's format. */
export type Put = Raw | { readonly date: string } | { readonly datetime: string };

export interface CellChange {
  readonly column: string;
  /** What the snapshot has there, as `TabSnapshot.raw` gives it; a cell that holds something else by now is held. */
  readonly before: Raw;
  readonly after: Put;
}

export interface RowUpdate {
  /** The row's place in the snapshot: where to look first, and which row it is if it has no key. */
  readonly row: number;
  /** Its key cells in the snapshot, in the order of `TabPatch.key`; all null for a row without key. */
  readonly key: readonly Raw[];
  readonly cells: readonly CellChange[];
}

export interface RowInsert {
  /** The key columns too. */
  readonly cells: readonly { readonly column: string; readonly value: Put }[];
}

/** A row to take away; held if any of its cells is no longer what the snapshot has. */
export interface RowRemoval {
  readonly row: number;
  readonly key: readonly Raw[];
}

export interface TabPatch {
  readonly tab: string;
  /** Headers of the key columns. */
  readonly key: readonly string[];
  readonly updates: readonly RowUpdate[];
  readonly inserts: readonly RowInsert[];
  readonly removals: readonly RowRemoval[];
}

/** Why a part of a patch was left out. */
export type HeldReason = 'row gone' | 'row changed' | 'cell changed' | 'formula' | 'column gone' | 'key exists';

export interface ApplyResult {
  /** Cells updated, rows inserted, rows removed, by this call. */
  readonly written: { readonly cells: number; readonly inserts: number; readonly removals: number };
  /** Goals that the sheet had reached by itself. */
  readonly already: number;
  readonly held: readonly { readonly tab: string; readonly reason: HeldReason; readonly count: number }[];
  /** Cells and rows that were hit wrongly because somebody moved them in the moment of writing, and were put right. */
  readonly repaired: number;
  readonly chunks: number;
}
