/**
 * What a plan wants of a spreadsheet, row by row: goals. Rows are meant by their key, columns by their header, so that
 * each request can look where they stand by then. Data never becomes a formula: there is no way to say one here.
 */
import { isOwn, keyOf, type Raw } from './cells.ts';
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

export interface GoalCell {
  /** Its column: the place among the goal's headers. */
  readonly index: number;
  readonly after: Write;
  /** What it holds until then; of a new row nothing. */
  readonly before?: Raw;
  /** Rows of `changes` about this cell. */
  readonly decisions?: readonly Goal[];
}

export interface Goal {
  readonly kind: 'update' | 'insert' | 'remove';
  readonly sheetId: number;
  readonly tab: string;
  /** The headers of the tab as it was read, or as a request left it; columns are named by their places here. */
  readonly headers: readonly string[];
  /** The columns that tell the row from others; none where all that it holds does. */
  readonly key: readonly number[];
  /** The key as one text; empty where the row has none. */
  readonly name: string;
  /** Its last known row of the grid (the header is 0). */
  readonly row: number;
  /** What it holds by column, where its key alone does not tell which row is meant, or whether it may go. */
  readonly values?: readonly Raw[];
  /** Those values are all that it holds: a row with anything else typed in it is not removed. */
  readonly isWhole?: boolean;
  readonly cells: readonly GoalCell[];
  /** A record of what was done: a row that is there already is an earlier request's. */
  readonly isRecord?: true;
  /** Puts right what a request hit wrongly: headers and values are as it left them. */
  readonly isRepair?: true;
  /** Rows of `changes` about this row that are written only together with it. */
  readonly decisions?: readonly Goal[];
}

/** Makes the goals of a tab as it was read; row 0 is the one below the header. */
export function goalsOn(tab: TabSnapshot, keyColumns: readonly string[]) {
  const headers = [...tab.headers];
  /** A column that the tab lacks has a place too: that it is missing is found when the goal is placed. */
  const indexOf = (header: string): number => {
    const index = headers.indexOf(header);
    return index < 0 ? headers.push(header) - 1 : index;
  };
  const key = keyColumns.map(indexOf);
  // Hundreds of thousands are made: all that each has is given at once, so that it takes no more room than it needs.
  const goal = (kind: Goal['kind'], name: string, row: number, cells: readonly GoalCell[]): Goal => {
    return { kind, sheetId: tab.sheetId, tab: tab.title, headers, key, name, row, cells };
  };
  const nameAt = (row: number): string => keyOf(key.map((index) => tab.raw(row, index)));
  const valuesAt = (row: number): Raw[] => headers.map((_, i) => (isOwn(headers, i) ? tab.raw(row, i) : null));
  return {
    indexOf,
    /** A cell that holds something else by then is held; so is a removal, where any typed cell of the row does. */
    update: (row: number, given: readonly GoalCell[]): Goal => {
      const cells = given.map(({ index, after }) => ({ index, after, before: tab.raw(row, index) }));
      const update = goal('update', nameAt(row), row + 1, cells);
      return update.name === '' ? { ...update, values: valuesAt(row) } : update;
    },
    insert: (cells: readonly GoalCell[]): Goal => {
      const valueAt = (column: number): Raw => cells.find(({ index }) => index === column)?.after.value ?? null;
      const filled = cells.filter(({ after }) => after.value !== null);
      return goal('insert', keyOf(key.map(valueAt)), 0, filled);
    },
    remove: (row: number): Goal => ({
      ...goal('remove', nameAt(row), row + 1, []),
      values: valuesAt(row),
      isWhole: true,
    }),
  };
}

/** The rows of `changes` that go in with a goal. */
export const decisionsOf = (goal: Goal): readonly Goal[] =>
  goal.kind === 'update' ? goal.cells.flatMap(({ decisions = [] }) => decisions) : (goal.decisions ?? []);

/**
 * What a request may take: bytes by estimate (of 2,000,000 that the service recommends), rows that are copied, which
 * make the size of the scratch tab, and separate places to look at.
 */
export const LIMITS = { bytes: 2_300_000, rows: 3000, places: 100 };

/** Rows of a tab that lie so near one another are looked at together. */
export const NEAR_ROWS = 200;

/** Cuts goals into chunks, each small enough for one request. */
export function chunksOf(goals: readonly Goal[], limits: typeof LIMITS): Goal[][] {
  const chunks: Goal[][] = [];
  let [bytes, rows, places] = [Infinity, 0, 0];
  let before: Goal | undefined;
  for (const goal of goals) {
    const cost = costOf(goal, before);
    const count = goal.kind === 'insert' ? 0 : 1;
    const apart = count === 1 && !isNear(goal, before) ? 1 : 0;
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

const isNear = ({ sheetId, row }: Goal, before: Goal | undefined): boolean =>
  before?.sheetId === sheetId && before.kind !== 'insert' && Math.abs(row - before.row) <= NEAR_ROWS;

/** Bytes in the request: next to nothing for a cell that a new row has in common with the one before. */
function costOf(goal: Goal, before: Goal | undefined): number {
  const decided = decisionsOf(goal);
  const last = before && decisionsOf(before).at(-1);
  const riding = decided.reduce((sum, each, i) => sum + costOf(each, i === 0 ? last : decided[i - 1]), 0);
  if (goal.kind === 'remove') return riding + 500 + Buffer.byteLength(JSON.stringify(goal.values)) / 3;
  const same =
    goal.kind === 'insert' && before?.kind === 'insert' && before.sheetId === goal.sheetId ? before.cells : [];
  return goal.cells.reduce((sum, { index, after }, i) => {
    if (same[i]?.index === index && same[i].after.value === after.value) return sum + 6;
    const text = typeof after.value === 'string' ? Buffer.byteLength(JSON.stringify(after.value)) : 8;
    return sum + (goal.kind === 'update' ? 260 : 48) + (after.format ? 100 : 0) + 1.2 * text;
  }, riding + 60);
}
