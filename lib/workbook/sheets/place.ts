/**
 * Where goals stand on the spreadsheet as it was just looked at: which cells to write, where rows go in, which go out;
 * what is reached already, and what is left to the person who changed it. Pure.
 */
import { countTo, isOwn, keyOf, type Raw, type Seen } from './cells.ts';
import { decisionsOf, type Goal, type Write } from './goals.ts';
import { isFilledWhole, type Look, type TabLook } from './look.ts';
import { isClosed, isWithin } from './outline.ts';

/** Why a part of a patch was left out. */
type HeldReason =
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
  readonly after: Write;
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

const byName = new WeakMap<readonly string[], { headers: readonly string[]; columns: readonly number[] }>();

/** Where a goal's columns are under these headers: by their names, those of a repair where they were found. */
export function columnsOf(goal: Goal, found: Place | undefined, headers: readonly string[]): readonly number[] {
  if (goal.isRepair) return found?.columns ?? [];
  const last = byName.get(goal.headers);
  if (last?.headers === headers) return last.columns;
  const columns = goal.headers.map((header) => headers.indexOf(header));
  byName.set(goal.headers, { headers, columns });
  return columns;
}

export const keyIn = ({ key }: Goal, columns: readonly number[]): number[] => key.map((index) => columns[index] ?? -1);

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

/** A goal on its tab. */
interface Found {
  readonly goal: Goal;
  readonly now: TabLook;
  readonly row: number;
  readonly columns: readonly number[];
  readonly key: readonly number[];
}

/** Places goals on a look. */
export function place(goals: readonly Goal[], look: Look, { places, keys, closed }: PlacingState): Placement {
  const steps = new Map<number, Step>();
  const held: HeldPart[] = [];
  /** Rows that went in with what they tell of, so that none is put in twice. */
  const decided = new Set<string>();
  const hold = ({ tab }: Goal, reasons: readonly HeldReason[]): void =>
    void held.push(...reasons.map((reason) => ({ tab, reason })));
  const shutReason = (goal: Goal, now: TabLook | undefined): HeldReason | undefined => {
    if (!now) return 'tab gone';
    if (closed.has(closingName(goal))) return 'protected';
    return isFilledWhole(now, keyIn(goal, columnsOf(goal, places.get(goal), now.headers))) ? 'formula' : undefined;
  };
  /** `host`: the row that a decision is about. */
  const placeOne = (goal: Goal, host?: Pick<Act, 'host' | 'row'>): readonly HeldReason[] => {
    const now = look.tabs.get(goal.sheetId);
    const shut = shutReason(goal, now);
    if (!now || shut) return shut ? [shut] : [];
    // A cell is not written without its row of `changes`.
    for (const decision of decisionsOf(goal)) {
      const tab = look.tabs.get(decision.sheetId);
      const reason =
        shutReason(decision, tab) ??
        (tab && isShutBelow(tab, keyIn(decision, columnsOf(decision, undefined, tab.headers))) && 'protected');
      if (!reason) continue;
      hold(decision, [reason]);
      return [];
    }
    const found = places.get(goal);
    const columns = columnsOf(goal, found, now.headers);
    const key = keyIn(goal, columns);
    if (key.includes(-1) && !goal.isRepair) return ['column gone'];
    const name = `${goal.sheetId} ${goal.name}`;
    const isNew = goal.kind === 'insert';
    const isThere = decided.has(name) || keys.get(goal.sheetId)?.has(goal.name);
    // A record that is there already is an earlier request's.
    if (isNew && !goal.isRepair && goal.name !== '' && isThere) return goal.isRecord || host ? [] : ['key exists'];
    if (found?.isGone && !isNew) return goal.kind === 'remove' ? [] : ['row gone'];
    const { act, reasons = [] } = PLACING[goal.kind]({ goal, now, row: found?.row ?? -1, columns, key });
    if (!act) return reasons;
    const step = steps.get(now.sheetId) ?? { now, acts: [] };
    steps.set(now.sheetId, step);
    step.acts.push({ ...act, ...host });
    if (host) decided.add(name);
    for (const decision of act.goal ? decisionsOf(act.goal) : [])
      hold(decision, placeOne(decision, { host: now.sheetId, row: act.row }));
    return reasons;
  };
  for (const goal of goals) {
    const reasons = placeOne(goal);
    if (!goal.isRepair) hold(goal, reasons);
  }
  return { steps: [...steps.values()], held };
}

const PLACING: Record<Goal['kind'], (found: Found) => { act?: Act; reasons?: readonly HeldReason[] }> = {
  update: ({ goal, now, row, columns, key }) => {
    const reasons: HeldReason[] = [];
    const placed = goal.cells.flatMap((cell) => {
      const { after, before, index } = cell;
      const column = columns[index] ?? -1;
      const seen = now.at(row, column);
      if (seen.value === after.value && !seen.computed && column >= 0 && !after.copy) return [];
      const changed = seen.computed ? 'formula' : seen.value !== before ? 'cell changed' : undefined;
      const reason = column < 0 ? 'column gone' : (reasonToHold(now, row, column) ?? changed);
      if (reason) reasons.push(reason);
      const formats = after.format !== undefined && !seen.format?.startsWith('DATE');
      return reason ? [] : [{ cell, on: { column, after, ...(formats && { formats }) } }];
    });
    if (placed.length === 0) return { reasons };
    const cells = placed.map(({ on }) => on);
    const isKeyed = !key.includes(-1) && keyOf(key.map((column) => now.at(row, column).value)) !== '';
    const looked = new Set([...(isKeyed ? key : all(now)), ...cells.map(({ column }) => column)]);
    const kept = { ...goal, cells: placed.map(({ cell }) => cell) };
    return { act: { kind: 'update', goal: kept, row, key, cells, seen: seenOn(now, row, looked, key) }, reasons };
  },
  remove: (found) => {
    const { goal, now, row, key } = found;
    if (goal.isWhole && !isAsKnown(found)) return { reasons: ['row changed'] };
    const closed = all(now).flatMap((column) => reasonToHold(now, row, column) ?? []);
    if (closed[0]) return { reasons: [closed[0]] };
    if (key.some((column) => now.at(row, column).computed)) return { reasons: ['formula'] };
    return { act: { kind: 'remove', goal, row, key, cells: [], seen: seenOn(now, row, all(now), key) } };
  },
  insert: ({ goal, now, columns, key }) => {
    if (isShutBelow(now, key)) return { reasons: ['protected'] };
    const cells = cellsOn(goal, columns);
    if (cells.some(({ column }) => column < 0) && !goal.isRepair) return { reasons: ['column gone'] };
    const open = cells.filter(({ column }) => column >= 0 && !now.filled.has(column));
    const filled = cells.filter(({ column }) => now.filled.has(column));
    return { act: newRow(goal, key, open), reasons: filled.map(() => 'formula') };
  },
};

/**
 * Whether a row that is to go holds what it held. What a formula shows by now says nothing; nor does a cell that was
 * emptied, of a row that a request made.
 */
function isAsKnown({ goal: { values = [], isRepair }, now, row, columns }: Found): boolean {
  const isSame = (column: number): boolean => {
    const { value, computed }: Seen = now.at(row, column);
    return computed || value === (values[columns.indexOf(column)] ?? null) || (isRepair === true && value === null);
  };
  const named = isRepair ? all(now) : all(now).filter((column) => isOwn(now.headers, column));
  return named.every(isSame) && (isRepair || values.every((value, i) => value === null || (columns[i] ?? -1) >= 0));
}

/** Whether no new row can be put in: by its key's column, below the header. */
const isShutBelow = (now: TabLook, [first = 0]: readonly number[]): boolean =>
  isClosed(now, Math.max(1, now.rowCount - 1), first);

const all = ({ columnCount }: TabLook): number[] => countTo(columnCount);

const cellsOn = ({ cells }: Goal, columns: readonly number[]): PlacedCell[] =>
  cells.map(({ index, after }) => ({ column: columns[index] ?? -1, after }));

function newRow(goal: Goal, key: readonly number[], cells: readonly PlacedCell[]): Act {
  const seen = key.map((i) => [i, cells.find(({ column }) => column === i)?.after.value ?? null] as const);
  return { kind: 'insert', goal, row: -1, key, cells, seen };
}

function seenOn(now: TabLook, row: number, columns: Iterable<number>, key: readonly number[]): Act['seen'] {
  return [...columns].map((column) => {
    const { value, computed } = now.at(row, column);
    return computed ? [column, key.includes(column) ? value : null, computed] : [column, value];
  });
}

function reasonToHold(now: TabLook, row: number, column: number): HeldReason | undefined {
  if (isClosed(now, row, column)) return 'protected';
  const merge = now.merges.find((range) => isWithin(range, row, column));
  const isFirst = merge?.startRowIndex === row && merge.startColumnIndex === column;
  return merge && !isFirst ? 'merged cells' : undefined;
}
