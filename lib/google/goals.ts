/**
 * A patch taken apart into goals, each about one row: what has to be true of it in the end. Goals are placed on the
 * sheet anew before every attempt (place.ts).
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { keyOf } from './grid.ts';
import type { Put, TabPatch } from './patch.ts';
import { dateToSerial, type ZoneClock } from './serial-time.ts';
import type { Raw, SheetSnapshot, TabSnapshot } from './snapshot.ts';

/** A cell as it is to be. A formula is only ever one that the sheet itself held there before. */
export interface Write {
  readonly value: Raw;
  readonly formula?: string;
  /** Null takes the cell's number format away; undefined leaves it. */
  readonly numberFormat?: sheets_v4.Schema$NumberFormat | null;
}

const DATE = { type: 'DATE', pattern: 'yyyy-mm-dd' };
const DATE_TIME = { type: 'DATE_TIME', pattern: 'yyyy-mm-dd hh:mm:ss' };

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
}
export interface UpdateGoal extends GoalBase {
  readonly kind: 'update';
  readonly id: RowId;
  readonly cells: readonly { readonly column: string; readonly before: Raw; readonly after: Write }[];
}
export interface InsertGoal extends GoalBase {
  readonly kind: 'insert';
  readonly key: string;
  readonly cells: readonly { readonly column: string; readonly after: Write }[];
}
export interface RemoveGoal extends GoalBase {
  readonly kind: 'remove';
  readonly id: RowId;
}
export type Goal = UpdateGoal | InsertGoal | RemoveGoal;

/** All goals of patches, in the patches' order. Throws NoSuchTab. */
export function goalsOf(snapshot: SheetSnapshot, patches: readonly TabPatch[], clock: ZoneClock): Goal[] {
  return patches.flatMap((patch): Goal[] => {
    const tab = snapshot.tab(patch.tab);
    const base = { sheetId: tab.sheetId, tab: tab.title, keyColumns: patch.key };
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
  if ('date' in put) return { value: dateToSerial(put.date), numberFormat: DATE };
  return { value: clock.toSerial(put.datetime), numberFormat: DATE_TIME };
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
