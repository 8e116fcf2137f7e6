/**
 * A patch taken apart into goals, each about one row: what has to be true of it in the end. Goals are placed on the
 * sheet anew before every attempt (place.ts); what an attempt hit wrongly becomes a goal as well (verify.ts).
 */
import { trackColumn } from './columns.ts';
import type { Put, TabPatch } from './patch.ts';
import { dateToSerial, type ZoneClock } from './serial-time.ts';
import type { Raw, SheetSnapshot, TabSnapshot } from './snapshot.ts';

/** A cell as it is to be. A formula is only ever one that the sheet itself held there before. */
export interface Write {
  readonly value: Raw;
  readonly format?: 'DATE' | 'DATE_TIME';
  readonly formula?: string;
}

/** Which row is meant, wherever it stands. Without a key: the row that holds exactly `content`. */
export interface RowId {
  readonly key: string;
  readonly content?: ReadonlyMap<string, Raw>;
  /** Row of the grid, the header is 0; decides between rows that are alike. */
  readonly near: number;
}

interface GoalBase {
  readonly sheetId: number;
  readonly tab: string;
  readonly keyColumns: readonly string[];
  /** Puts right what an attempt hit wrongly; where a person has been there since, nothing is done or reported. */
  readonly repair: boolean;
  /** Of a repair: the headers as they stood when it was hit, by which its columns are found even if renamed since. */
  readonly headersThen?: readonly string[];
}
export interface UpdateGoal extends GoalBase {
  readonly kind: 'update';
  readonly id: RowId;
  readonly cells: readonly {
    readonly column: string;
    readonly index?: number;
    readonly before: Raw;
    readonly after: Write;
  }[];
}
export interface InsertGoal extends GoalBase {
  readonly kind: 'insert';
  readonly key: string;
  readonly cells: readonly { readonly column: string; readonly index?: number; readonly after: Write }[];
}
export interface RemoveGoal extends GoalBase {
  readonly kind: 'remove';
  readonly id: RowId;
}
export type Goal = UpdateGoal | InsertGoal | RemoveGoal;

/** The column of a goal's cell, or of a key, on the sheet as it is now; -1 where there is none. */
export function columnOf(goal: Goal, headers: readonly string[], header: string, index?: number): number {
  if (goal.headersThen === undefined) return headers.indexOf(header);
  return trackColumn(goal.headersThen, headers, index ?? goal.headersThen.indexOf(header));
}

/** A key of one or more cells as one text; empty if all of them are. */
export function keyOf(cells: readonly Raw[]): string {
  return cells.every((cell) => cell === null || cell === '')
    ? ''
    : cells.map((cell) => String(cell ?? '')).join('\u001f');
}

/** All goals of patches, in the patches' order. Throws NoSuchTab. */
export function goalsOf(snapshot: SheetSnapshot, patches: readonly TabPatch[], clock: ZoneClock): Goal[] {
  return patches.flatMap((patch): Goal[] => {
    const tab = snapshot.tab(patch.tab);
    const base = { sheetId: tab.sheetId, tab: tab.title, keyColumns: patch.key, repair: false };
    const updates = patch.updates.map((update): Goal => {
      const id = { ...rowId(update), ...(keyOf(update.key) === '' && { content: contentOf(tab, update.row) }) };
      const cells = update.cells.map(({ column, before, after }) => ({ column, before, after: writeOf(after, clock) }));
      return { ...base, kind: 'update', id, cells };
    });
    const inserts = patch.inserts.map((insert): Goal => {
      const cells = insert.cells.map(({ column, value }) => ({ column, after: writeOf(value, clock) }));
      const key = keyOf(patch.key.map((column) => cells.find((cell) => cell.column === column)?.after.value ?? null));
      return { ...base, kind: 'insert', key, cells: cells.filter((cell) => cell.after.value !== null) };
    });
    const removals = patch.removals.map((removal): Goal => {
      return { ...base, kind: 'remove', id: { ...rowId(removal), content: contentOf(tab, removal.row) } };
    });
    return [...updates, ...inserts, ...removals];
  });
}

function rowId({ key, row }: { key: readonly Raw[]; row: number }): RowId {
  return { key: keyOf(key), near: row + 1 };
}

function contentOf(tab: TabSnapshot, row: number): Map<string, Raw> {
  return new Map(tab.headers.flatMap((header, i) => (header === '' ? [] : [[header, tab.raw(row, i)] as const])));
}

function writeOf(put: Put, clock: ZoneClock): Write {
  if (put === null || typeof put !== 'object') return { value: put === '' ? null : put };
  if ('date' in put) return { value: dateToSerial(put.date), format: 'DATE' };
  return { value: clock.toSerial(put.datetime), format: 'DATE_TIME' };
}

/** Bytes of a request that one chunk's goals may take; the service recommends 2 MB, and the log doubles the cells. */
const CHUNK_CHARACTERS = 1_800_000;
/** Of 100,000 requests that a batch may hold. */
const CHUNK_GOALS = 20_000;

/** Cuts goals into chunks, each small enough for one request. */
export function chunksOf(goals: readonly Goal[]): Goal[][] {
  const chunks: Goal[][] = [];
  let size = Infinity;
  for (const goal of goals) {
    const cost = costOf(goal);
    if (size + cost > CHUNK_CHARACTERS || (chunks.at(-1)?.length ?? 0) >= CHUNK_GOALS) {
      chunks.push([]);
      size = 0;
    }
    size += cost;
    chunks.at(-1)?.push(goal);
  }
  return chunks;
}

function costOf(goal: Goal): number {
  if (goal.kind === 'remove') return 300 + goal.id.key.length;
  const length = (value: Raw): number => (typeof value === 'string' ? value.length : 8);
  return goal.cells.reduce((sum, cell) => {
    return sum + 90 + cell.column.length + 2 * length(cell.after.value) + ('before' in cell ? length(cell.before) : 0);
  }, 250);
}
