/**
 * Where goals stand on the spreadsheet as it was just looked at: which cells to write, where rows go in, which go out;
 * what is reached already, and what is left to the person who changed it. Pure.
 */
import { holds, keyOf, type Raw, type Seen } from './cells.ts';
import { decisionsOf, type Goal, type GoalCell, type InsertGoal, type RemoveGoal, type UpdateGoal } from './goals.ts';
import { isFilledWhole, type Look, type TabLook } from './look.ts';
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
  readonly after: GoalCell['after'];
  /** The number format has to be written too: the cell shows no date yet. */
  readonly formats?: boolean;
}

/** What a request does to one row. */
export interface Act {
  readonly kind: Goal['kind'];
  /** The goal, as far as it is placed; a later run, which finds the act in the scratch tab, has those of repairs. */
  readonly goal?: Goal;
  /** The grid row; of a new row that of the row which it tells of, if any. */
  readonly row: number;
  readonly id: string;
  readonly key: readonly number[];
  readonly cells: readonly PlacedCell[];
  /** What the look saw of the row; of a new row its key. Of a formula only that it is one. */
  readonly seen: readonly (readonly [column: number, value: Raw, computed?: true])[];
  /** Of a row of `changes`: the tab of the row that it tells of. */
  readonly host?: number;
}

/** What one request does to one tab. */
export interface Step {
  readonly now: TabLook;
  readonly acts: Act[];
}

/** Where a goal's row was found. */
export interface Place {
  readonly row: number;
  /** Of a repair: where its columns are by now, under which headers. */
  readonly columns?: readonly number[];
  readonly headers?: readonly string[];
  readonly isGone?: true;
}

/** Goals of one tab and kind are refused together. */
export const closingName = ({ sheetId, kind }: Goal): string => `${sheetId} ${kind}`;

export const keyIndexes = ({ keyColumns }: Goal, headers: readonly string[]): number[] =>
  keyColumns.map((header) => headers.indexOf(header));

export interface HeldPart {
  readonly tab: string;
  readonly reason: HeldReason;
}
/** Held because nothing can be written there. */
export const isShut = ({ reason }: HeldPart): boolean => reason === 'protected' || reason === 'tab gone';

export interface Placement {
  readonly steps: readonly Step[];
  readonly held: readonly HeldPart[];
}

interface PlacingState {
  readonly places: ReadonlyMap<Goal, Place>;
  /** Keys that a tab holds, where they were read whole. */
  readonly keys: ReadonlyMap<number, ReadonlySet<string>>;
  /** What Google refuses, by `closingName`. */
  readonly closed: ReadonlySet<string>;
}

/** Places goals on a look. */
export function place(goals: readonly Goal[], look: Look, state: PlacingState): Placement {
  const steps = new Map<number, Step>();
  const held: HeldPart[] = [];
  /** Decisions of this request, so that none is put in twice. */
  const decided = new Set<string>();
  for (const goal of goals) {
    const reasons = placeOne(goal);
    if (!goal.repairs) held.push(...reasons.map((reason) => ({ tab: goal.tab, reason })));
  }
  return { steps: [...steps.values()], held };

  function placeOne(goal: Goal): HeldReason[] {
    const now = look.tabs.get(goal.sheetId);
    if (!now) return ['tab gone'];
    if (state.closed.has(closingName(goal))) return ['protected'];
    // A cell is not written without its row of `changes`.
    for (const decision of decisionsOf(goal)) {
      const tab = look.tabs.get(decision.sheetId);
      if (tab && !state.closed.has(closingName(decision)) && !isTabClosed(tab)) continue;
      held.push({ tab: decision.tab, reason: tab ? 'protected' : 'tab gone' });
      return [];
    }
    const { row = -1, columns = [], isGone } = state.places.get(goal) ?? {};
    const key = goal.repairs?.key.map((i) => columns[i] ?? -1) ?? keyIndexes(goal, now.headers);
    if (isFilledWhole(now, key)) return ['formula'];
    if (key.includes(-1) && !goal.repairs) return ['column gone'];
    if (goal.kind === 'insert') return placeInsert(goal, now, key, columns);
    if (isGone) return goal.kind === 'remove' ? [] : ['row gone'];
    return goal.kind === 'remove'
      ? placeRemoval(goal, now, key, row, columns)
      : placeUpdate(goal, now, key, row, columns);
  }

  function act(now: TabLook, ...acts: Act[]): void {
    const step = steps.get(now.sheetId) ?? { now, acts: [] };
    steps.set(now.sheetId, step);
    step.acts.push(...acts);
  }

  function placeUpdate(
    goal: UpdateGoal,
    now: TabLook,
    key: readonly number[],
    row: number,
    columns: readonly number[],
  ): HeldReason[] {
    const reasons: HeldReason[] = [];
    const kept: GoalCell[] = [];
    const cells: PlacedCell[] = [];
    for (const cell of goal.cells) {
      const column = goal.repairs ? (columns[cell.index ?? -1] ?? -1) : now.headers.indexOf(cell.column);
      const { after } = cell;
      const seen = now.at(row, column);
      const reason = column < 0 ? 'column gone' : reasonToHold(now, row, column);
      if (seen.value === after.value && !seen.computed && column >= 0 && !after.copy) continue;
      if (reason) reasons.push(reason);
      else if (seen.computed) reasons.push('formula');
      else if (seen.value !== cell.before) reasons.push('cell changed');
      else {
        kept.push(cell);
        cells.push({ column, after, ...(lacksFormat(cell, seen) && { formats: true }) });
      }
    }
    if (cells.length === 0) return reasons;
    const isKeyed = !key.includes(-1) && keyOf(key.map((column) => now.at(row, column).value ?? null)) !== '';
    const looked = new Set([...(isKeyed ? key : all(now)), ...cells.map(({ column }) => column)]);
    const seen = seenOn(now, row, looked, key);
    act(now, { kind: 'update', goal: { ...goal, cells: kept }, row, id: goal.id.key, key, cells, seen });
    decide([...(goal.decisions ?? []), ...kept.flatMap(({ decisions = [] }) => decisions)], now, row);
    return reasons;
  }

  function placeRemoval(
    goal: RemoveGoal,
    now: TabLook,
    key: readonly number[],
    row: number,
    columns: readonly number[],
  ): HeldReason[] {
    const { id, repairs: left } = goal;
    const at = (column: number): Seen => now.at(row, column);
    // What a person has typed into a row of ours since is not taken away with it.
    const isTyped = (column: number): boolean =>
      at(column).value !== null && !at(column).computed && left?.values[columns.indexOf(column)] !== at(column).value;
    if (left?.isWhole && all(now).some(isTyped)) return ['row changed'];
    if (id.content && !holds(id.content, now.headers, at)) return ['row changed'];
    for (const column of all(now)) {
      const reason = reasonToHold(now, row, column);
      if (reason) return [reason];
    }
    if (key.some((column) => now.at(row, column).computed)) return ['formula'];
    act(now, { kind: 'remove', goal, row, id: goal.id.key, key, cells: [], seen: seenOn(now, row, all(now), key) });
    decide(goal.decisions ?? [], now, row);
    return [];
  }

  function placeInsert(
    goal: InsertGoal,
    now: TabLook,
    key: readonly number[],
    columns: readonly number[],
  ): HeldReason[] {
    if (!goal.repairs && goal.key !== '' && state.keys.get(goal.sheetId)?.has(goal.key))
      return goal.isRecord ? [] : ['key exists'];
    if (isClosed(now.closed, now.rowCount - 1, key[0] ?? 0)) return ['protected'];
    const cells = goal.cells.map(({ column, index, after }): PlacedCell => {
      return { column: goal.repairs ? (columns[index ?? -1] ?? -1) : now.headers.indexOf(column), after };
    });
    if (cells.some(({ column }) => column < 0) && !goal.repairs) return ['column gone'];
    const open = cells.filter(({ column }) => column >= 0 && !now.filled.has(column));
    act(now, newRow(goal, key, open));
    decide(goal.decisions ?? [], now, -1);
    return cells.flatMap(({ column }) => (now.filled.has(column) ? ['formula' as const] : []));
  }

  /** Rows of `changes` go in with what they tell of; one that is there already is an earlier request's. */
  function decide(decisions: readonly InsertGoal[], { sheetId: host }: TabLook, row: number): void {
    for (const goal of decisions) {
      const now = look.tabs.get(goal.sheetId);
      const name = `${goal.sheetId} ${goal.key}`;
      if (!now || decided.has(name) || state.keys.get(goal.sheetId)?.has(goal.key)) continue;
      decided.add(name);
      const key = keyIndexes(goal, now.headers);
      const cells = goal.cells.map(({ column, after }) => ({ column: now.headers.indexOf(column), after }));
      if (key.includes(-1) || cells.some(({ column }) => column < 0))
        held.push({ tab: goal.tab, reason: 'column gone' });
      else act(now, { ...newRow(goal, key, cells), row, host });
    }
  }
}

const all = ({ columnCount }: TabLook): number[] => Array.from({ length: columnCount }, (_, column) => column);

function newRow(goal: InsertGoal, key: readonly number[], cells: readonly PlacedCell[]): Act {
  const seen = key.map(
    (column) => [column, cells.find((cell) => cell.column === column)?.after.value ?? null] as const,
  );
  return { kind: 'insert', goal, row: -1, id: goal.key, key, cells, seen };
}

function seenOn(now: TabLook, row: number, columns: Iterable<number>, key: readonly number[]): Act['seen'] {
  return [...columns].map((column) => {
    const { value, computed } = now.at(row, column);
    return computed ? [column, key.includes(column) ? value : null, computed] : [column, value];
  });
}

function reasonToHold(now: TabLook, row: number, column: number): HeldReason | undefined {
  if (isClosed(now.closed, row, column)) return 'protected';
  const merge = now.merges.find((range) => isWithin(range, row, column));
  const isFirst = merge?.startRowIndex === row && merge.startColumnIndex === column;
  return merge && !isFirst ? 'merged cells' : undefined;
}

const lacksFormat = ({ after }: GoalCell, seen: Seen): boolean =>
  after.format !== undefined && seen.format !== 'DATE' && seen.format !== 'DATE_TIME';
