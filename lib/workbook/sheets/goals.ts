/**
 * A patch taken apart into goals, each about one row: what has to be true of it in the end. Goals are placed on the
 * sheet anew before every attempt (place.ts).
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { ANY_ERROR, digestOf, isOwn, keyOf } from './grid.ts';
import type { Put, TabPatch } from './patch.ts';
import { dateToSerial, type ZoneClock } from './serial-time.ts';
import type { Raw, SheetSnapshot, TabSnapshot } from './snapshot.ts';

/** A cell as it is to be. A formula is only ever one that the sheet itself held there before. */
export interface Write {
  readonly value: Raw;
  readonly formula?: string;
  /** Null takes the cell's number format away; undefined leaves it. */
  readonly numberFormat?: sheets_v4.Schema$NumberFormat | null;
  /** The cell of a copy that it is to be again, with its formula as that reads at the new place, and all that it looks like. */
  readonly copyOf?: CellPlace;
}

export interface CellPlace {
  readonly sheetId: number;
  readonly row: number;
  readonly column: number;
}

const DATE = { type: 'DATE', pattern: 'yyyy-mm-dd' };
const DATE_TIME = { type: 'DATE_TIME', pattern: 'yyyy-mm-dd hh:mm:ss' };

/** Which row is meant, wherever it stands. Without a key: the row whose content has the digest. */
export interface RowId {
  readonly key: string;
  readonly digest?: string;
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
  /** A row that was there before: each cell brings its own number format, not its column's. */
  readonly comesBack?: true;
}
export interface RemoveGoal extends GoalBase {
  readonly kind: 'remove';
  readonly id: RowId;
  /** What the row holds, about: the log keeps it. */
  readonly bytes: number;
}
export type Goal = UpdateGoal | InsertGoal | RemoveGoal;

/** All goals of patches, in the patches' order, rows to take away last. Throws NoSuchTab. */
export function goalsOf(snapshot: SheetSnapshot, patches: readonly TabPatch[], clock: ZoneClock): Goal[] {
  const goals = patches.flatMap((patch): Goal[] => {
    const tab = snapshot.tab(patch.tab);
    const base = { sheetId: tab.sheetId, tab: tab.title, keyColumns: patch.key };
    const updates = patch.updates.map((update): Goal => {
      const id = { ...rowId(update), ...(keyOf(update.key) === '' && { digest: digestIn(tab, update.row) }) };
      const cells = update.cells.map(({ column, before, after }) => ({ column, before, after: writeOf(after, clock) }));
      return { ...base, kind: 'update', id, cells };
    });
    const inserts = patch.inserts.map((insert): Goal => {
      const cells = insert.cells.map(({ column, value }) => ({ column, after: writeOf(value, clock) }));
      const key = keyOf(patch.key.map((column) => cells.find((cell) => cell.column === column)?.after.value ?? null));
      return { ...base, kind: 'insert', key, cells: cells.filter((cell) => cell.after.value !== null) };
    });
    const removals = patch.removals.map((removal): Goal => {
      const id = { ...rowId(removal), digest: digestIn(tab, removal.row) };
      const bytes = tab.headers.reduce((sum, _, i) => sum + 20 + bytesOf(tab.raw(removal.row, i)), 0);
      return { ...base, kind: 'remove', id, bytes };
    });
    return [...updates, ...inserts, ...removals];
  });
  return [...goals.filter(({ kind }) => kind !== 'remove'), ...goals.filter(({ kind }) => kind === 'remove')];
}

function rowId({ key, row }: { key: readonly Raw[]; row: number }): RowId {
  return { key: keyOf(key), near: row + 1 };
}

function digestIn(tab: TabSnapshot, row: number): string {
  const { headers } = tab;
  const shown = (column: number): Raw => (tab.cell(row, column).kind === 'error' ? ANY_ERROR : tab.raw(row, column));
  return digestOf(new Map(headers.flatMap((header, i) => (isOwn(headers, i) ? [[header, shown(i)] as const] : []))));
}

function writeOf(put: Put, clock: ZoneClock): Write {
  if (put === null || typeof put !== 'object') return { value: put === '' ? null : put };
  if ('date' in put) return { value: dateToSerial(put.date), numberFormat: DATE };
  return { value: clock.toSerial(put.datetime), numberFormat: DATE_TIME };
}

/** Bytes of a request that one chunk's goals may take by a careful estimate; the service recommends 2 MB for it all. */
export const CHUNK_BYTES = 1_800_000;
/** Of 100,000 requests that a batch may hold. */
const CHUNK_GOALS = 20_000;

/** Cuts goals into chunks, each small enough for one request. */
export function chunksOf(goals: readonly Goal[], chunkBytes: number): Goal[][] {
  const chunks: Goal[][] = [];
  let size = Infinity;
  for (const [i, goal] of goals.entries()) {
    const cost = costOf(goal, goals[i - 1]);
    if (size + cost > chunkBytes || (chunks.at(-1)?.length ?? 0) >= CHUNK_GOALS) {
      chunks.push([]);
      size = 0;
    }
    size += cost;
    chunks.at(-1)?.push(goal);
  }
  return chunks;
}

/** What a goal takes in the request and in its log: next to nothing for a cell that a new row has in common with the one before. */
function costOf(goal: Goal, before: Goal | undefined): number {
  if (goal.kind === 'remove') return 250 + goal.id.key.length + goal.bytes;
  const last =
    goal.kind === 'insert' && before?.kind === 'insert' && before.sheetId === goal.sheetId ? before.cells : [];
  return goal.cells.reduce((sum, cell, i) => {
    if (last[i]?.column === cell.column && last[i].after.value === cell.after.value) return sum + 6;
    const format = cell.after.numberFormat && goal.kind === 'update' ? 100 : 0;
    return sum + 60 + format + 2.2 * bytesOf(cell.after.value) + ('before' in cell ? bytesOf(cell.before) : 0);
  }, 60);
}

function bytesOf(value: Raw): number {
  return typeof value === 'string' ? Buffer.byteLength(JSON.stringify(value)) - 2 : 8;
}
