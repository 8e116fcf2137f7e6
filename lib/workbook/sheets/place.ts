/**
 * Where the goals stand on the sheet as it is now: which cells to write, where rows go in, which rows go out; and what
 * is reached already or must be left to the person who changed it. Pure.
 */
import type { Goal, InsertGoal, RemoveGoal, RowId, UpdateGoal } from './goals.ts';
import { contentAt, digestOf, keyAt } from './grid.ts';
import type { HeldReason } from './patch.ts';
import type { PlacedCell, RemovedRow, TabStep } from './step.ts';
import type { Look, Rows, TabNow } from './tab-now.ts';

export interface Placement {
  readonly steps: TabStep[];
  /** Goals, or cells of them, that the sheet has reached. */
  readonly already: number;
  readonly held: { readonly tab: string; readonly reason: HeldReason }[];
  /**
   * Tabs of which more has to be seen first. `all`: a new row's key is there, and whether the row is too, is not known;
   * `rows`: a row stands where only its key was seen.
   */
  readonly unsure: ReadonlyMap<number, 'rows' | 'all'>;
}

/** Places goals. A tab that is gone holds all of its goals. */
export function place(goals: readonly Goal[], { tabs, whole, near }: Pick<Look, 'tabs' | 'whole' | 'near'>): Placement {
  const steps = new Map<number, TabStep>();
  const held: Placement['held'] = [];
  let already = 0;
  const unsure = new Map<number, 'rows' | 'all'>();
  const finders = new Map<number, RowFinder>();
  for (const goal of goals) {
    const outcome = placeOne(goal);
    if (outcome === 'already') already += 1;
    else if (outcome === 'not seen') unsure.set(goal.sheetId, unsure.get(goal.sheetId) ?? 'rows');
    else if (outcome !== 'placed') held.push({ tab: goal.tab, reason: outcome });
  }
  return { steps: [...steps.values()].filter((step) => step.rows.length > 0), already, held, unsure };

  function placeOne(goal: Goal): Outcome {
    const now = tabs.get(goal.sheetId);
    if (now === undefined) return 'row gone';
    const keyColumns = goal.keyColumns.map((header) => now.headers.indexOf(header));
    if (keyColumns.includes(-1)) return 'column gone';
    const step = steps.get(goal.sheetId) ?? { now, keyColumns, rows: [], goals: [] };
    steps.set(goal.sheetId, step);
    const finder = finders.get(goal.sheetId) ?? rowFinder(now, keyColumns, near.get(goal.sheetId));
    finders.set(goal.sheetId, finder);
    if (goal.kind === 'update')
      return placeUpdate(goal, step, finder, (reason) => held.push({ tab: goal.tab, reason }));
    if (goal.kind === 'insert') {
      const outcome = placeInsert(goal, step, finder);
      if (outcome === 'key exists' && !whole.has(goal.sheetId)) unsure.set(goal.sheetId, 'all');
      return outcome;
    }
    return placeRemoval(goal, step, finder);
  }
}

type Outcome = 'placed' | 'already' | 'not seen' | HeldReason;

function placeUpdate(goal: UpdateGoal, step: TabStep, finder: RowFinder, hold: (reason: HeldReason) => void): Outcome {
  const row = finder.find(goal.id, goal.cells);
  if (row === undefined) return 'row gone';
  if (row === 'not seen') return row;
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
      const formatBefore = cell.after.numberFormat && { formatBefore: seen.numberFormat ?? null };
      cells.push({ column, before: seen.value, write: cell.after, ...formatBefore });
      placed.push(cell);
    }
  }
  if (cells.length === 0) return 'already';
  const { key, digest = '' } = goal.id;
  const digests =
    key === '' ? { digest, digestAfter: digestAfter(step.now, row, cells) } : { digest: '', digestAfter: '' };
  step.rows.push({ kind: 'update', row, key, ...digests, cells });
  step.goals.push({ ...goal, cells: placed });
  return 'placed';
}

function digestAfter(now: TabNow, row: number, cells: readonly PlacedCell[]): string {
  const content = contentAt(now, row);
  for (const { column, write } of cells) content.set(now.headers[column] ?? '', write.value);
  return digestOf(content);
}

function placeInsert(goal: InsertGoal, step: TabStep, finder: RowFinder): Outcome {
  const content = new Map(goal.cells.map((cell) => [cell.column, cell.after.value]));
  const digest = goal.key === '' ? digestOf(content) : undefined;
  const row = finder.find({ key: goal.key, near: step.now.length, ...(digest && { digest }) });
  if (row === 'not seen') return 'key exists';
  if (row !== undefined) return finder.digestAt(row) === (digest ?? digestOf(content)) ? 'already' : 'key exists';
  const cells = goal.cells.map(({ column, after }): PlacedCell => {
    return { column: step.now.headers.indexOf(column), before: null, write: after };
  });
  if (cells.some((cell) => cell.column < 0)) return 'column gone';
  step.rows.push({ kind: 'insert', nth: step.rows.length, cells });
  step.goals.push(goal);
  return 'placed';
}

function placeRemoval(goal: RemoveGoal, step: TabStep, finder: RowFinder): Outcome {
  const row = finder.find(goal.id);
  if (row === undefined) return 'already';
  if (row === 'not seen') return row;
  const digest = finder.digestAt(row);
  if (goal.id.digest !== undefined && digest !== goal.id.digest) return 'row changed';
  step.rows.push({ kind: 'remove', row, key: goal.id.key, digest, cells: cellsAt(step.now, row) });
  step.goals.push(goal);
  return 'placed';
}

/** All that a row holds. */
function cellsAt(now: TabNow, row: number): RemovedRow['cells'] {
  return Array.from({ length: now.columnCount }, (_, column) => ({ column, write: now.at(row, column) })).filter(
    ({ write }) => write.value !== null || write.formula !== undefined || write.numberFormat !== undefined,
  );
}

interface RowFinder {
  /**
   * Of several rows with the key the one that looks as expected, else the nearest; each row serves one goal. `not seen`: what
   * decides stands in cells that were not looked at.
   */
  find(id: RowId, cells?: UpdateGoal['cells']): number | 'not seen' | undefined;
  /** The digest of a row's content. */
  digestAt(row: number): string;
}

function rowFinder(now: TabNow, keyColumns: readonly number[], seen: Rows | undefined): RowFinder {
  const isSeen = (row: number): boolean => seen === undefined || (row >= seen.from && row <= seen.to);
  const rows = new Map<string, number[]>();
  for (let row = 1; row < now.length; row += 1) {
    const key = keyAt(now, row, keyColumns);
    const found = rows.get(key);
    if (found === undefined) rows.set(key, [row]);
    else found.push(row);
  }
  const claimed = new Set<number>();
  const digests = new Map<number, string>();
  const digestAt = (row: number): string => {
    const digest = digests.get(row) ?? digestOf(contentAt(now, row));
    digests.set(row, digest);
    return digest;
  };
  const expected = (row: number, cells: UpdateGoal['cells']): number => {
    return cells.filter(({ column, before }) => now.at(row, now.headers.indexOf(column)).value === before).length;
  };
  return {
    digestAt,
    find: ({ key, near, digest }, cells = []) => {
      let candidates = (rows.get(key) ?? []).filter((row) => !claimed.has(row));
      if (key === '') candidates = candidates.filter(isSeen);
      else if (!candidates.every(isSeen)) return 'not seen';
      if (digest !== undefined && (key === '' || candidates.length > 1)) {
        const same = candidates.filter((row) => digestAt(row) === digest);
        candidates = same.length > 0 || key === '' ? same : candidates;
      }
      if (candidates.length > 1) {
        candidates.sort((a, b) => expected(b, cells) - expected(a, cells) || Math.abs(a - near) - Math.abs(b - near));
      }
      const row = candidates[0];
      if (row === undefined && key === '' && seen !== undefined) return 'not seen';
      if (row !== undefined && (key === '' || (rows.get(key)?.length ?? 0) > 1)) claimed.add(row);
      return row;
    },
  };
}
