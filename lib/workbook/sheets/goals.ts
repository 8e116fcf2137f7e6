/**
 * What a plan wants of a spreadsheet, row by row: goals. Rows are meant by their key, columns by their header, so that
 * each request can look where they stand by then. Data never becomes a formula: there is no way to say one here.
 */
import { type Content, keyOf, type Raw } from './cells.ts';
import type { TabSnapshot } from './snapshot.ts';

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
interface RowId {
  readonly key: string;
  readonly row: number;
  readonly content?: Content;
}

/** A row as a request left it, under the headers that stood there then: by it the row is found again. */
export interface Left {
  readonly headers: readonly string[];
  readonly values: readonly Raw[];
  /** The columns that tell it from other rows; none where all that it holds does. */
  readonly key: readonly number[];
  /** Of a row that the request made: all that it wrote is known. */
  readonly isWhole?: boolean;
}

interface GoalBase {
  readonly sheetId: number;
  readonly tab: string;
  readonly keyColumns: readonly string[];
  /** A record of what was done: a row that is there already is an earlier request's. */
  readonly isRecord?: true;
  /** Puts right what a request hit wrongly, in a row that it left so. */
  readonly repairs?: Left;
  /** Rows of `changes` about this row that are written only together with it. */
  readonly decisions?: readonly InsertGoal[];
}
export interface GoalCell {
  readonly column: string;
  readonly before: Raw;
  readonly after: Write;
  /** Of a repair: the column's index in what the request left. */
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
  readonly cells: readonly Omit<GoalCell, 'before' | 'decisions'>[];
}
export interface RemoveGoal extends GoalBase {
  readonly kind: 'remove';
  readonly id: RowId;
}
export type Goal = UpdateGoal | InsertGoal | RemoveGoal;

/** A cell of a row, by header. */
export interface NewCell {
  readonly column: string;
  readonly after: Write;
}

/** Makes the goals of a tab as it was read; row 0 is the one below the header. */
export function goalsOn(tab: TabSnapshot, keyColumns: readonly string[]) {
  const base = { sheetId: tab.sheetId, tab: tab.title, keyColumns };
  const rawAt = (row: number, header: string): Raw => {
    const column = tab.headers.indexOf(header);
    return column < 0 ? null : tab.raw(row, column);
  };
  const idOf = (row: number, isWhole: boolean): RowId => {
    const key = keyOf(keyColumns.map((header) => rawAt(row, header)));
    return { key, row: row + 1, ...((isWhole || key === '') && { content: tab.content(row) }) };
  };
  return {
    /** A cell that holds something else by then is held; so is a removal, where any typed cell of the row does. */
    update: (row: number, cells: readonly NewCell[]): UpdateGoal => ({
      ...base,
      kind: 'update',
      id: idOf(row, false),
      cells: cells.map(({ column, after }) => ({ column, before: rawAt(row, column), after })),
    }),
    insert: (cells: readonly NewCell[]): InsertGoal => {
      const valueAt = (header: string): Raw => cells.find(({ column }) => column === header)?.after.value ?? null;
      const filled = cells.filter(({ after }) => after.value !== null);
      return { ...base, kind: 'insert', key: keyOf(keyColumns.map(valueAt)), cells: filled };
    },
    remove: (row: number): RemoveGoal => ({ ...base, kind: 'remove', id: idOf(row, true) }),
  };
}

/**
 * What a request may take: bytes by estimate (of 2,000,000 that the service recommends), rows that are copied, which
 * make the size of the scratch tab, and separate places to look at.
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
