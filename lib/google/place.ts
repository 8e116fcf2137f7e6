/**
 * Where the goals stand on the sheet as it is now: which cells to write, where rows go in, which rows go out; and what
 * is reached already or must be left to the person who changed it. Pure.
 */
import { trackColumn } from './columns.ts';
import {
  columnOf,
  type Goal,
  type InsertGoal,
  keyOf,
  type RemoveGoal,
  type RowId,
  type UpdateGoal,
  type Write,
} from './goals.ts';
import type { HeldReason } from './patch.ts';
import type { TabNow } from './tab-now.ts';

export interface PlacedCell {
  readonly row: number;
  readonly column: number;
  readonly goal: UpdateGoal;
  readonly header: string;
  readonly write: Write;
}
export interface PlacedInsert {
  readonly goal: InsertGoal;
  readonly cells: readonly { readonly column: number; readonly header: string; readonly write: Write }[];
}
export interface PlacedRemoval {
  readonly row: number;
  readonly goal: RemoveGoal;
}

/** All that one attempt does to one tab. */
export interface TabStep {
  readonly now: TabNow;
  readonly cells: PlacedCell[];
  readonly inserts: PlacedInsert[];
  readonly removals: PlacedRemoval[];
}

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
  const finders = new Map<string, RowFinder>();
  for (const given of goals) {
    const goal = calledAsNow(given, tabs.get(given.sheetId)?.headers);
    const outcome = placeOne(goal);
    if (outcome === 'already') already += goal.repair ? 0 : 1;
    else if (outcome !== 'placed' && !goal.repair) held.push({ tab: goal.tab, reason: outcome });
  }
  return {
    steps: [...steps.values()].filter((step) => step.cells.length + step.inserts.length + step.removals.length > 0),
    already,
    held,
  };

  function placeOne(goal: Goal): 'placed' | 'already' | HeldReason {
    const now = tabs.get(goal.sheetId);
    if (now === undefined) return 'row gone';
    const keyColumns = goal.keyColumns.map((header) => columnOf(goal, now.headers, header));
    if (keyColumns.includes(-1)) return 'column gone';
    const step = steps.get(goal.sheetId) ?? { now, cells: [], inserts: [], removals: [] };
    steps.set(goal.sheetId, step);
    const name = `${goal.sheetId} ${keyColumns.join()}`;
    const finder = finders.get(name) ?? rowFinder(now, keyColumns);
    finders.set(name, finder);
    if (goal.kind === 'update')
      return placeUpdate(goal, step, finder, (reason) => !goal.repair && held.push({ tab: goal.tab, reason }));
    if (goal.kind === 'insert') return placeInsert(goal, step, finder);
    return placeRemoval(goal, step, finder);
  }
}

/**
 * A repair in the words of the sheet as it is now: whoever renamed a column since the damage was done has not changed its
 * cells, nor which row is whose.
 */
function calledAsNow(goal: Goal, now: readonly string[] | undefined): Goal {
  const then = goal.headersThen;
  if (now === undefined || then === undefined || then.join('\u001f') === now.join('\u001f')) return goal;
  const nameOf = (header: string): string => now[trackColumn(then, now, then.indexOf(header))] ?? header;
  const common = { keyColumns: goal.keyColumns.map(nameOf), headersThen: now };
  // A column that is gone has taken everybody's cells with it; one that never had a name may still be found by its cell.
  const cellsOf = <T extends { readonly column: string; readonly index?: number }>(cells: readonly T[]): T[] =>
    cells.flatMap((cell) => {
      const index = trackColumn(then, now, cell.index ?? then.indexOf(cell.column));
      return index < 0 && (cell.column !== '' || goal.kind === 'insert')
        ? []
        : [{ ...cell, column: now[index] ?? '', index }];
    });
  if (goal.kind === 'insert') return { ...goal, ...common, cells: cellsOf(goal.cells) };
  const { content } = goal.id;
  const renamed = content && new Map([...content].map(([header, value]) => [nameOf(header), value] as const));
  const id = renamed ? { ...goal.id, content: renamed } : goal.id;
  return goal.kind === 'update' ? { ...goal, ...common, id, cells: cellsOf(goal.cells) } : { ...goal, ...common, id };
}

function placeUpdate(
  goal: UpdateGoal,
  step: TabStep,
  finder: RowFinder,
  hold: (reason: HeldReason) => void,
): 'placed' | 'already' | HeldReason {
  const row = finder.find(goal.id, goal.cells);
  if (row === undefined) return 'row gone';
  let placed = false;
  for (const cell of goal.cells) {
    const { column: header, before, after } = cell;
    const column = placeOfCell(goal, step.now, row, cell);
    if (column < 0) {
      hold('column gone');
      continue;
    }
    const seen = step.now.at(row, column);
    if (seen.formula === after.formula && seen.value === after.value) continue;
    if (seen.formula !== undefined) hold('formula');
    else if (seen.value !== before) hold('cell changed');
    else {
      step.cells.push({ row, column, goal, header, write: after });
      placed = true;
    }
  }
  return placed ? 'placed' : 'already';
}

/** Columns without a header can't be told apart by anything but what was written there. */
function placeOfCell(goal: UpdateGoal, now: TabNow, row: number, cell: UpdateGoal['cells'][number]): number {
  const { column: header, index, before } = cell;
  const place = columnOf(goal, now.headers, header, index);
  if (!goal.repair || header !== '' || now.at(row, place).value === before) return place;
  const alike = Array.from({ length: now.columnCount }, (_, i) => i).filter(
    (i) => (now.headers[i] ?? '') === '' && now.at(row, i).value === before,
  );
  return alike.length === 1 ? (alike[0] ?? place) : place;
}

function placeInsert(goal: InsertGoal, step: TabStep, finder: RowFinder): 'placed' | 'already' | HeldReason {
  const content = new Map(goal.cells.map((cell) => [cell.column, cell.after.value]));
  const row = finder.find({ key: goal.key, near: step.now.length, ...(goal.key === '' && { content }) });
  if (row !== undefined) return finder.holds(row, content) ? 'already' : 'key exists';
  const cells = goal.cells.map(({ column: header, index, after }) => ({
    header,
    column: columnOf(goal, step.now.headers, header, index),
    write: after,
  }));
  if (cells.some((cell) => cell.column < 0)) return 'column gone';
  step.inserts.push({ goal, cells });
  return 'placed';
}

function placeRemoval(goal: RemoveGoal, step: TabStep, finder: RowFinder): 'placed' | 'already' | HeldReason {
  const row = finder.find(goal.id);
  if (row === undefined) return 'already';
  if (goal.id.content !== undefined && !finder.holds(row, goal.id.content)) return 'row changed';
  step.removals.push({ row, goal });
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
    const key = keyOf(keyColumns.map((column) => now.at(row, column).value));
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
