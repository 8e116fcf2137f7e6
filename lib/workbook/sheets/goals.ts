/**
 * What a plan wants of a spreadsheet, row by row: goals. Rows are meant by their key, columns by their header, so that each
 * request can look where they stand by then. Data never becomes a formula: there is no way to say one here.
 */
import { type Content, keyOf, type Put, type Raw } from './cells.ts';
import { dateToSerial, type ZoneClock } from './serial-time.ts';

/** The patch of a tab: rows by their place in the snapshot (0 is the one below the header) and their key. */
export interface TabPatch {
  readonly tab: string;
  readonly sheetId: number;
  /** Headers of the key columns. */
  readonly key: readonly string[];
  readonly updates: readonly RowUpdate[];
  readonly inserts: readonly RowInsert[];
  readonly removals: readonly RowRemoval[];
}

export interface RowUpdate {
  readonly row: number;
  /** Its key cells in the snapshot, all null for a row without key. */
  readonly key: readonly Raw[];
  readonly cells: readonly CellChange[];
  /** What the whole row holds, for a row without key. */
  readonly content?: Content;
}

/** `before`: what the snapshot has there; a cell that holds something else by now is held. */
export interface CellChange {
  readonly column: string;
  readonly before: Raw;
  readonly after: Put;
}

export interface RowInsert {
  /** The key columns too. */
  readonly cells: readonly { readonly column: string; readonly value: Put }[];
}

/** A row to take away; held where any of its typed cells is no longer what the snapshot has. */
export interface RowRemoval {
  readonly row: number;
  readonly key: readonly Raw[];
  readonly content: Content;
}

/** A cell as it is to be. */
export interface Write {
  readonly value: Raw;
  /** The number format that makes the value a date; left as it is where the cell has one already. */
  readonly format?: 'DATE' | 'DATE_TIME';
  /** The scratch cell that it is to be again, with its formula and all that it looks like. */
  readonly copy?: ScratchCell;
}

export interface ScratchCell {
  readonly sheetId: number;
  readonly row: number;
  readonly column: number;
}

/** Which row is meant, wherever it stands. `row`: its last known row of the grid (the header is 0). */
export interface RowId {
  readonly key: string;
  readonly row: number;
  readonly content?: Content;
}

interface GoalBase {
  readonly sheetId: number;
  readonly tab: string;
  readonly keyColumns: readonly string[];
  /** A record of what was done: a row that is there already is an earlier request's. */
  readonly isRecord?: true;
  /** Puts right what a request hit wrongly: `headers` as they stood then; a renamed column is found by what it holds. */
  readonly repairs?: { readonly headers: readonly string[] };
  /** Rows of `changes` about this row that are written only together with it. */
  readonly decisions?: readonly InsertGoal[];
}
export interface GoalCell {
  readonly column: string;
  readonly before: Raw;
  readonly after: Write;
  /** Of a repair: the column's index when it was hit. */
  readonly index?: number;
  /** Rows of `changes` about this cell. */
  readonly decisions?: readonly InsertGoal[];
}
export interface UpdateGoal extends GoalBase {
  readonly kind: 'update';
  readonly id: RowId;
  readonly cells: readonly GoalCell[];
}
export interface InsertGoal extends GoalBase {
  readonly kind: 'insert';
  readonly key: string;
  /** `index`: of a row that comes back, where the column was. */
  readonly cells: readonly { readonly column: string; readonly after: Write; readonly index?: number }[];
}
export interface RemoveGoal extends GoalBase {
  readonly kind: 'remove';
  readonly id: RowId;
}
export type Goal = UpdateGoal | InsertGoal | RemoveGoal;

/** The goals of a patch, in its order. */
export function goalsOf(patch: TabPatch, clock: ZoneClock): Goal[] {
  const { tab, sheetId, key: keyColumns } = patch;
  const base = { sheetId, tab, keyColumns };
  const updates = patch.updates.map(({ row, key, cells, content }): UpdateGoal => {
    const id = { key: keyOf(key), row: row + 1, ...(content && { content }) };
    return {
      ...base,
      kind: 'update',
      id,
      cells: cells.map((cell) => ({ ...cell, after: writeOf(cell.after, clock) })),
    };
  });
  const shared = new Map<object, InsertGoal['cells'][number]>();
  const inserts = patch.inserts.map((insert): InsertGoal => {
    const cells = insert.cells.map((cell) => {
      const known = shared.get(cell) ?? { column: cell.column, after: writeOf(cell.value, clock) };
      if (shared.size < 5000) shared.set(cell, known);
      return known;
    });
    const key = keyOf(keyColumns.map((column) => cells.find((cell) => cell.column === column)?.after.value ?? null));
    return { ...base, kind: 'insert', key, cells: cells.filter(({ after }) => after.value !== null) };
  });
  // From the bottom up, so that none shifts the rows of the next.
  const removals = patch.removals
    .map(({ row, key, content }): RemoveGoal => {
      return { ...base, kind: 'remove', id: { key: keyOf(key), row: row + 1, content } };
    })
    .sort((a, b) => b.id.row - a.id.row);
  return [...updates, ...inserts, ...removals];
}

function writeOf(put: Put, clock: ZoneClock): Write {
  if (put === null || typeof put !== 'object') return { value: put === '' ? null : put };
  if ('date' in put) return { value: dateToSerial(put.date), format: 'DATE' };
  return { value: clock.toSerial(put.datetime), format: 'DATE_TIME' };
}

/**
 * What a request may take: bytes by estimate (of 2,000,000 that the service recommends), rows that are copied, which make the size of
 * the scratch tab, and separate places to look at.
 */
export interface ChunkLimits {
  readonly bytes: number;
  readonly rows: number;
  readonly places: number;
}
export const LIMITS: ChunkLimits = { bytes: 2_300_000, rows: 3000, places: 100 };

/** Rows of a tab that lie so near one another are looked at together. */
export const NEAR_ROWS = 200;

/** Cuts goals into chunks, each small enough for one request. */
export function chunksOf(goals: readonly Goal[], limits: ChunkLimits): Goal[][] {
  const chunks: Goal[][] = [];
  let [bytes, rows, places] = [Infinity, 0, 0];
  let before: Goal | undefined;
  for (const goal of goals) {
    const cost = costOf(goal, before);
    const apart = goal.kind !== 'insert' && !isNear(goal, before) ? 1 : 0;
    const count = goal.kind === 'insert' ? 0 : 1;
    if (bytes + cost > limits.bytes || rows + count > limits.rows || places + apart > limits.places) {
      chunks.push([]);
      [bytes, rows, places] = [0, 0, 0];
    }
    [bytes, rows, places] = [bytes + cost, rows + count, places + apart];
    chunks.at(-1)?.push(goal);
    before = goal;
  }
  return chunks;
}

function isNear(goal: UpdateGoal | RemoveGoal, before: Goal | undefined): boolean {
  if (!before || before.kind === 'insert' || before.sheetId !== goal.sheetId) return false;
  return Math.abs(goal.id.row - before.id.row) <= NEAR_ROWS;
}

/** The rows of `changes` that ride with a goal. */
export const decisionsOf = (goal: Goal): readonly InsertGoal[] => [
  ...(goal.decisions ?? []),
  ...(goal.kind === 'update' ? goal.cells.flatMap(({ decisions = [] }) => decisions) : []),
];

/** Bytes in the request: next to nothing for a cell that a new row has in common with the one before. */
function costOf(goal: Goal, before: Goal | undefined): number {
  const decided = decisionsOf(goal);
  const [last] = (before ? decisionsOf(before) : []).slice(-1);
  const riding = decided.reduce((sum, each, i) => sum + costOf(each, i === 0 ? last : decided[i - 1]), 0);
  if (goal.kind === 'remove') return riding + 500 + Buffer.byteLength(JSON.stringify(goal.id)) / 3;
  const same =
    goal.kind === 'insert' && before?.kind === 'insert' && before.sheetId === goal.sheetId ? before.cells : [];
  return goal.cells.reduce((sum, cell, i) => {
    if (same[i]?.column === cell.column && same[i].after.value === cell.after.value) return sum + 6;
    const text = typeof cell.after.value === 'string' ? Buffer.byteLength(JSON.stringify(cell.after.value)) : 8;
    return sum + (goal.kind === 'update' ? 260 : 48) + (cell.after.format ? 100 : 0) + 1.2 * text;
  }, riding + 60);
}
