/**
 * Where the goals stand on the sheet as it is now: which cells to write, where rows go in, which rows go out; and what
 * is reached already or must be left to the person who changed it. Pure.
 */
import type { Goal, InsertGoal, RemoveGoal, RowId, UpdateGoal } from './goals.ts';
import { contentAt, digestOf, keyAt } from './grid.ts';
import type { HeldReason } from './patch.ts';
import type { PlacedCell, TabStep } from './step.ts';
import type { TabNow } from './tab-now.ts';

export interface Placement {
  readonly steps: TabStep[];
  /** Goals, or cells of them, that the sheet has reached. */
  readonly already: number;
  readonly held: { readonly tab: string; readonly reason: HeldReason }[];
}

/** Places goals. A tab that is gone holds all of its goals. */
export function place(goals: readonly Goal[], tabs: ReadonlyMap<number, TabNow>): Placement {
  const steps = new Map<number, TabStep>();
  const held: Placement['held'] = [];
  let already = 0;
  const finders = new Map<number, RowFinder>();
  for (const goal of goals) {
    const outcome = placeOne(goal);
    if (outcome === 'already') already += 1;
    else if (outcome !== 'placed') held.push({ tab: goal.tab, reason: outcome });
  }
  return { steps: [...steps.values()].filter((step) => step.rows.length > 0), already, held };

  function placeOne(goal: Goal): 'placed' | 'already' | HeldReason {
    const now = tabs.get(goal.sheetId);
    if (now === undefined) return 'row gone';
    const keyColumns = goal.keyColumns.map((header) => now.headers.indexOf(header));
    if (keyColumns.includes(-1)) return 'column gone';
    const step = steps.get(goal.sheetId) ?? { now, keyColumns, rows: [], goals: [] };
    steps.set(goal.sheetId, step);
    const finder = finders.get(goal.sheetId) ?? rowFinder(now, keyColumns);
    finders.set(goal.sheetId, finder);
    if (goal.kind === 'update')
      return placeUpdate(goal, step, finder, (reason) => held.push({ tab: goal.tab, reason }));
    if (goal.kind === 'insert') return placeInsert(goal, step, finder);
    return placeRemoval(goal, step, finder);
  }
}

function placeUpdate(
  goal: UpdateGoal,
  step: TabStep,
  finder: RowFinder,
  hold: (reason: HeldReason) => void,
): 'placed' | 'already' | HeldReason {
  const row = finder.find(goal.id, goal.cells);
  if (row === undefined) return 'row gone';
  const cells: PlacedCell[] = [];
  const placed: UpdateGoal['cells'][number][] = [];
  for (const cell of goal.cells) {
    const column = step.now.headers.indexOf(cell.column);
    if (column < 0) {
      hold('column gone');
      continue;
    }
    const seen = step.now.at(row, column);
    if (seen.formula === undefined && seen.value === cell.after.value) continue;
    if (seen.formula !== undefined) hold('formula');
    else if (seen.value !== cell.before) hold('cell changed');
    else {
      cells.push({ column, before: seen.value, write: cell.after });
      placed.push(cell);
    }
  }
  if (cells.length === 0) return 'already';
  const { key, content } = goal.id;
  step.rows.push({ kind: 'update', row, key, digest: key === '' && content ? digestOf(content) : '', cells });
  step.goals.push({ ...goal, cells: placed });
  return 'placed';
}

function placeInsert(goal: InsertGoal, step: TabStep, finder: RowFinder): 'placed' | 'already' | HeldReason {
  const content = new Map(goal.cells.map((cell) => [cell.column, cell.after.value]));
  const row = finder.find({ key: goal.key, near: step.now.length, ...(goal.key === '' && { content }) });
  if (row !== undefined) return finder.holds(row, content) ? 'already' : 'key exists';
  const cells = goal.cells.map(({ column, after }): PlacedCell => {
    return { column: step.now.headers.indexOf(column), before: null, write: after };
  });
  if (cells.some((cell) => cell.column < 0)) return 'column gone';
  step.rows.push({ kind: 'insert', nth: step.rows.length, cells });
  step.goals.push(goal);
  return 'placed';
}

function placeRemoval(goal: RemoveGoal, step: TabStep, finder: RowFinder): 'placed' | 'already' | HeldReason {
  const row = finder.find(goal.id);
  if (row === undefined) return 'already';
  if (goal.id.content !== undefined && !finder.holds(row, goal.id.content)) return 'row changed';
  const digest = digestOf(contentAt(step.now, row));
  step.rows.push({ kind: 'remove', row, key: goal.id.key, digest });
  step.goals.push(goal);
  return 'placed';
}

interface RowFinder {
  /** Of several rows with the key the one that looks as expected, else the nearest; each row serves one goal. */
  find(id: RowId, cells?: UpdateGoal['cells']): number | undefined;
  /** Whether a row has just this in the columns named, and nothing in any other. */
  holds(row: number, content: ReadonlyMap<string, unknown>): boolean;
}

function rowFinder(now: TabNow, keyColumns: readonly number[]): RowFinder {
  const rows = new Map<string, number[]>();
  for (let row = 1; row < now.length; row += 1) {
    const key = keyAt(now, row, keyColumns);
    const found = rows.get(key);
    if (found === undefined) rows.set(key, [row]);
    else found.push(row);
  }
  const claimed = new Set<number>();
  const holds: RowFinder['holds'] = (row, content) => {
    return now.headers.every(
      (header, column) =>
        header === '' ||
        now.headers.indexOf(header) !== column ||
        now.at(row, column).value === (content.get(header) ?? null),
    );
  };
  const expected = (row: number, cells: UpdateGoal['cells']): number => {
    return cells.filter(({ column, before }) => now.at(row, now.headers.indexOf(column)).value === before).length;
  };
  return {
    holds,
    find: ({ key, near, content }, cells = []) => {
      let candidates = (rows.get(key) ?? []).filter((row) => !claimed.has(row));
      if (content !== undefined && (key === '' || candidates.length > 1)) {
        const same = candidates.filter((row) => holds(row, content));
        candidates = same.length > 0 || key === '' ? same : candidates;
      }
      if (candidates.length > 1) {
        candidates.sort((a, b) => expected(b, cells) - expected(a, cells) || Math.abs(a - near) - Math.abs(b - near));
      }
      const row = candidates[0];
      if (row !== undefined && (key === '' || (rows.get(key)?.length ?? 0) > 1)) claimed.add(row);
      return row;
    },
  };
}
