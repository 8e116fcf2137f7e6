/**
 * Where goals stand on the spreadsheet as it was just looked at: which cells to write, where rows go in, which go out;
 * what is reached already, and what is left to the person who changed it. Pure.
 */
import { EMPTY, holds, holdsValues, keyOf, type Seen } from './cells.ts';
import { decisionsOf, type Goal, type GoalCell, type InsertGoal, type RemoveGoal, type UpdateGoal } from './goals.ts';
import type { Look, TabLook } from './look.ts';
import { isClosed, isTabClosed, isWithin } from './protection.ts';

/** Why a part of a patch was left out. */
export type HeldReason =
  | 'row gone'
  | 'row changed'
  | 'cell changed'
  | 'formula'
  | 'column gone'
  | 'key exists'
  | 'merged cells'
  | 'protected'
  | 'tab gone';

export interface PlacedCell {
  readonly column: number;
  readonly cell: GoalCell;
  /** The number format has to be written too: the cell shows no date yet. */
  readonly formats: boolean;
}
export type PlacedRow =
  | { readonly kind: 'update'; readonly row: number; readonly goal: UpdateGoal; readonly cells: readonly PlacedCell[] }
  | { readonly kind: 'insert'; readonly goal: InsertGoal; readonly columns: readonly number[] }
  | { readonly kind: 'remove'; readonly row: number; readonly goal: RemoveGoal };

/** What one request does to one tab. */
export interface Step {
  readonly now: TabLook;
  readonly keyIndexes: readonly number[];
  readonly rows: PlacedRow[];
}

/** Goals of one tab and kind are refused together. */
export const closingName = ({ sheetId, kind }: Goal): string => `${sheetId} ${kind}`;

export interface HeldPart {
  readonly tab: string;
  readonly reason: HeldReason;
}
/** Held because nothing can be written there. */
export const isShut = ({ reason }: HeldPart): boolean => reason === 'protected' || reason === 'tab gone';

export interface Placement {
  readonly steps: Step[];
  readonly held: HeldPart[];
  /** Rows that are not where they were thought to be. */
  readonly missing: Goal[];
}

/** What is known of a goal's row beyond the goal itself. */
export interface Belief {
  readonly row?: number;
  /** The key columns, where one of them was renamed since. */
  readonly keyIndexes?: readonly number[];
  /** Searched for in the whole tab, and not found. */
  readonly isGone?: true;
}

interface PlacingState {
  readonly beliefs: ReadonlyMap<Goal, Belief>;
  /** Keys that a tab holds, where they were read whole. */
  readonly keys: ReadonlyMap<number, ReadonlySet<string>>;
  /** What Google refuses, by `closingName`. */
  readonly closed: ReadonlySet<string>;
}

/** Places goals on a look. */
export function place(goals: readonly Goal[], look: Look, state: PlacingState): Placement {
  const steps = new Map<string, Step>();
  const placement: Placement = { steps: [], held: [], missing: [] };
  const claimed = new Set<string>();
  const indexes = new Map<string, Map<string, number[]>>();
  /** Decisions of this request, so that none is put in twice. */
  const decided = new Set<string>();
  for (const goal of goals) {
    const outcome = placeOne(goal);
    if (outcome === 'missing') placement.missing.push(goal);
    else if (outcome !== 'placed' && outcome !== 'already') hold(goal, outcome);
  }
  placement.steps.push(...[...steps.values()].filter(({ rows }) => rows.length > 0));
  return placement;

  function hold(goal: Goal, reason: HeldReason): void {
    if (!goal.repairs) placement.held.push({ tab: goal.tab, reason });
  }

  function placeOne(goal: Goal): 'placed' | 'already' | 'missing' | HeldReason {
    const now = look.tabs.get(goal.sheetId);
    if (!now) return 'tab gone';
    if (state.closed.has(closingName(goal))) return 'protected';
    // A cell is not written without its row of `changes`.
    for (const decision of decisionsOf(goal)) {
      const tab = look.tabs.get(decision.sheetId);
      if (tab && !state.closed.has(closingName(decision)) && !isTabClosed(tab)) continue;
      if (!goal.repairs) placement.held.push({ tab: decision.tab, reason: tab ? 'protected' : 'tab gone' });
      return 'already';
    }
    const belief = state.beliefs.get(goal) ?? {};
    const headed = belief.keyIndexes ?? goal.keyColumns.map((header) => now.headers.indexOf(header));
    // A row is restored under the headers that its columns have now.
    const isBack = goal.kind === 'insert' && goal.repairs !== undefined;
    const keyIndexes = isBack ? headed.filter((column) => column >= 0) : headed;
    if (keyIndexes.includes(-1)) return goal.repairs && !belief.isGone ? 'missing' : 'column gone';
    // A tab that a formula fills is read, never written.
    if (keyIndexes.some((column) => now.filled.has(column))) return 'formula';
    const step = stepOf(goal.sheetId, now, keyIndexes);
    if (goal.kind === 'insert') return placeInsert(goal, step);
    const row = findRow(goal, now, keyIndexes, belief);
    if (row === undefined) {
      if (!belief.isGone) return 'missing';
      return goal.kind === 'remove' ? 'already' : 'row gone';
    }
    if (goal.kind === 'remove') return placeRemoval(goal, step, row);
    return placeUpdate(goal, step, row);
  }

  function stepOf(sheetId: number, now: TabLook, keyIndexes: readonly number[]): Step {
    const name = `${sheetId} ${keyIndexes.join()}`;
    const step = steps.get(name) ?? { now, keyIndexes, rows: [] };
    steps.set(name, step);
    return step;
  }

  /** The rows that were looked at, by key. */
  function indexOf(sheetId: number, now: TabLook, keyIndexes: readonly number[]): ReadonlyMap<string, number[]> {
    const name = `${sheetId} ${keyIndexes.join()}`;
    const index = indexes.get(name) ?? new Map<string, number[]>();
    if (!indexes.has(name)) {
      for (const row of now.rows) {
        if (row === 0) continue;
        const key = keyOf(keyIndexes.map((column) => now.at(row, column)?.value ?? null));
        index.set(key, [...(index.get(key) ?? []), row]);
      }
    }
    indexes.set(name, index);
    return index;
  }

  /** Of several rows with the key the nearest; a row without key serves one goal. */
  function findRow(goal: UpdateGoal | RemoveGoal, now: TabLook, keyIndexes: readonly number[], belief: Belief) {
    const { id, sheetId } = goal;
    const near = belief.row ?? id.row;
    const candidates = indexOf(sheetId, now, keyIndexes).get(id.key) ?? [];
    const fitting =
      id.key !== ''
        ? candidates
        : candidates.filter((row) => !claimed.has(`${sheetId} ${row}`) && isTheRow(goal, now, row));
    const found = nearest(fitting, near);
    if (found !== undefined && id.key === '') claimed.add(`${sheetId} ${found}`);
    return found;
  }

  function placeUpdate(goal: UpdateGoal, step: Step, row: number): 'placed' | 'already' {
    const { now } = step;
    const cells: PlacedCell[] = [];
    for (const cell of goal.cells) {
      const column = columnOf(cell, goal, now, row);
      const reason = column < 0 ? 'column gone' : reasonToHold(now, row, column);
      const seen = now.at(row, column) ?? EMPTY;
      if (seen.value === cell.after.value && !seen.computed && column >= 0 && !cell.after.copy) continue;
      if (reason) hold(goal, reason);
      else if (seen.computed) hold(goal, 'formula');
      else if (seen.value !== cell.before) hold(goal, 'cell changed');
      else cells.push({ column, cell, formats: formatsOf(cell, seen) });
    }
    if (cells.length === 0) return 'already';
    step.rows.push({ kind: 'update', row, goal: { ...goal, cells: cells.map(({ cell }) => cell) }, cells });
    const decisions = [...(goal.decisions ?? []), ...cells.flatMap(({ cell }) => cell.decisions ?? [])];
    for (const each of decisions) decide(each);
    return 'placed';
  }

  function placeRemoval(goal: RemoveGoal, step: Step, row: number): 'placed' | HeldReason {
    const { now } = step;
    const { content } = goal.id;
    if (content && !isTheRow(goal, now, row)) return 'row changed';
    for (let column = 0; column < now.columnCount; column += 1) {
      const reason = reasonToHold(now, row, column);
      if (reason) return reason;
    }
    if (step.keyIndexes.some((column) => now.at(row, column)?.computed)) return 'formula';
    step.rows.push({ kind: 'remove', row, goal });
    for (const each of goal.decisions ?? []) decide(each);
    return 'placed';
  }

  function placeInsert(goal: InsertGoal, step: Step): 'placed' | 'already' | HeldReason {
    const { now } = step;
    if (state.beliefs.get(goal)?.isGone) return 'already';
    if (goal.key !== '' && state.keys.get(goal.sheetId)?.has(goal.key))
      return goal.repairs || goal.isRecord ? 'already' : 'key exists';
    if (isClosed(now.closed, now.rowCount - 1, step.keyIndexes[0] ?? 0)) return 'protected';
    const columns: number[] = [];
    for (const cell of goal.cells) {
      const column = columnOf(cell, goal, now);
      columns.push(columns.includes(column) ? -1 : column);
    }
    if (columns.includes(-1) && !goal.repairs) return 'column gone';
    for (const column of columns) if (now.filled.has(column)) hold(goal, 'formula');
    step.rows.push({ kind: 'insert', goal, columns: columns.map((column) => (now.filled.has(column) ? -1 : column)) });
    for (const each of goal.decisions ?? []) decide(each);
    return 'placed';
  }

  /** A row of `changes` goes in with what it tells of; one that is there already is an earlier request's. */
  function decide(goal: InsertGoal): void {
    const now = look.tabs.get(goal.sheetId);
    const name = `${goal.sheetId} ${goal.key}`;
    if (!now || decided.has(name) || state.keys.get(goal.sheetId)?.has(goal.key)) return;
    decided.add(name);
    const columns = goal.cells.map(({ column }) => now.headers.indexOf(column));
    const keyIndexes = goal.keyColumns.map((header) => now.headers.indexOf(header));
    if (columns.includes(-1) || keyIndexes.includes(-1)) hold(goal, 'column gone');
    else stepOf(goal.sheetId, now, keyIndexes).rows.push({ kind: 'insert', goal, columns });
  }
}

function reasonToHold(now: TabLook, row: number, column: number): HeldReason | undefined {
  if (isClosed(now.closed, row, column)) return 'protected';
  const merge = now.merges.find((range) => isWithin(range, row, column));
  const isFirst = merge?.startRowIndex === row && merge.startColumnIndex === column;
  return merge && !isFirst ? 'merged cells' : undefined;
}

const formatsOf = ({ after }: GoalCell, seen: Seen): boolean =>
  after.format !== undefined && seen.format !== 'DATE' && seen.format !== 'DATE_TIME';

export const nearest = (rows: readonly number[], near: number): number | undefined =>
  rows.toSorted((a, b) => Math.abs(a - near) - Math.abs(b - near))[0];

/** Whether a row holds what a goal says that it holds; after a column was renamed, whether it holds the same values. */
function isTheRow({ id, repairs }: UpdateGoal | RemoveGoal, now: TabLook, row: number): boolean {
  const content = id.content ?? {};
  const at = (column: number): Seen => now.at(row, column) ?? EMPTY;
  if (holds(content, now.headers, at)) return true;
  if (repairs === undefined) return false;
  return holdsValues(
    content,
    Array.from({ length: now.columnCount }, (_, column) => at(column).value),
  );
}

/**
 * The column under a header. Of a repair whose column was renamed since, or never had a header: one that was not there
 * under this name, and holds just what was written; -1 where there is none.
 */
function columnOf(
  cell: { readonly column: string; readonly before?: unknown; readonly index?: number },
  { repairs }: Goal,
  now: TabLook,
  row?: number,
): number {
  const column = cell.column === '' ? -1 : now.headers.indexOf(cell.column);
  if (column >= 0 || !repairs) return column;
  const candidates = Array.from({ length: now.columnCount }, (_, i) => i).filter((i) => {
    const header = now.headers[i] ?? '';
    if (header !== '' && repairs.headers.includes(header)) return false;
    return row === undefined || now.at(row, i)?.value === cell.before;
  });
  const { index = 0 } = cell;
  return candidates.sort((a, b) => Math.abs(a - index) - Math.abs(b - index))[0] ?? -1;
}
