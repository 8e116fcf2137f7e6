/**
 * Finds the rows of goals: first where they stood last, then by their keys in the whole column. Keeps in mind, from
 * request to request of a run, which keys a tab holds and which tabs refuse to be written.
 */
import { type Content, holdsValues, type Raw } from './cells.ts';
import type { SheetsClient } from './client.ts';
import { Refused } from './errors.ts';
import { decisionsOf, type Goal } from './goals.ts';
import type { Verdict } from './judge.ts';
import { type KnownTab, type Look, lookAt, rowsByKey, type Want, type WritableTab, wholeColumns } from './look.ts';
import { type Belief, nearest, type Placement, place } from './place.ts';
import type { CopiedStep } from './scratch.ts';

/** People who go on moving rows are waited for so often. */
const SEARCHES = 8;

export class Locator {
  readonly known = new Map<number, KnownTab>();
  /** What Google refuses, by `closingName`. */
  readonly closed = new Set<string>();
  readonly #client: SheetsClient;
  /** Grid rows of each tab up to its last: where new rows go in. */
  readonly lengths = new Map<number, number>();
  readonly #keys = new Map<number, Set<string>>();
  /**
   * By how many rows a tab's rows have moved, as the last that was searched for shows: where the next are looked for
   * first.
   */
  readonly #shifts = new Map<number, number>();

  constructor(client: SheetsClient, tabs: readonly WritableTab[]) {
    this.#client = client;
    for (const { sheetId, title, headers, rowCount, columnCount, length, isNew } of tabs) {
      this.known.set(sheetId, { title, headers, rowCount, columnCount });
      if (length !== undefined) this.lengths.set(sheetId, length + 1);
      if (isNew) this.#keys.set(sheetId, new Set());
    }
  }

  /** A look at what the goals are about, and where they are on it. */
  async find(goals: readonly Goal[]): Promise<{ look: Look; placement: Placement }> {
    const beliefs = new Map<Goal, Belief>();
    for (const goal of goals) {
      const shift = this.#shifts.get(goal.sheetId);
      if (shift && goal.kind !== 'insert') beliefs.set(goal, { row: goal.id.row + shift });
      if (await this.#isBack(goal)) beliefs.set(goal, { isGone: true });
    }
    for (let search = 1; ; search += 1) {
      const unread = await this.#readKeys(goals);
      const look = await lookAt(this.#client, wantsOf(goals, beliefs), this.known);
      if (search < SEARCHES && unread.some((sheetId) => look.tabs.has(sheetId))) continue;
      const placement = place(goals, look, { beliefs, keys: this.#keys, closed: this.closed });
      const { missing } = placement;
      if (missing.length === 0) return { look, placement };
      if (search === SEARCHES) {
        placement.held.push(
          ...missing.flatMap(({ tab, repairs }) => (repairs ? [] : [{ tab, reason: 'row gone' as const }])),
        );
        return { look, placement };
      }
      for (const sheetId of new Set(missing.map((goal) => goal.sheetId))) {
        await this.#search(
          missing.filter((goal) => goal.sheetId === sheetId),
          look,
          beliefs,
        );
      }
    }
  }

  /**
   * Which keys a tab holds, once it is to get new rows; gives the tabs that could not be read: resized or deleted just
   * now.
   */
  async #readKeys(goals: readonly Goal[]): Promise<number[]> {
    const unread: number[] = [];
    for (const goal of goals.flatMap((each) => [each, ...decisionsOf(each)])) {
      const tab = this.known.get(goal.sheetId);
      if (goal.kind !== 'insert' || !tab || this.#keys.has(goal.sheetId)) continue;
      const columns = goal.keyColumns.map((header) => tab.headers.indexOf(header));
      if (columns.includes(-1)) continue;
      const rows = await this.#columns(tab, columns);
      if (!rows) {
        unread.push(goal.sheetId);
        continue;
      }
      this.#keys.set(goal.sheetId, new Set(rowsByKey(rows).keys()));
      if (!this.lengths.has(goal.sheetId)) this.lengths.set(goal.sheetId, rows.length);
    }
    return unread;
  }

  /** Whether a row without key that is to come back has come back already. */
  async #isBack(goal: Goal): Promise<boolean> {
    const tab = this.known.get(goal.sheetId);
    if (goal.kind !== 'insert' || goal.key !== '' || !goal.repairs || !tab) return false;
    const rows = await this.#columns(
      tab,
      Array.from({ length: tab.columnCount }, (_, i) => i),
    );
    const content = Object.fromEntries(goal.cells.map(({ index, after }) => [String(index), after.value]));
    return rows?.some((row) => isLike(content, row)) ?? false;
  }

  /** Looks for rows of a tab that are not where they were. */
  async #search(goals: readonly Goal[], look: Look, beliefs: Map<Goal, Belief>): Promise<void> {
    const now = look.tabs.get(goals[0]?.sheetId ?? -1);
    if (!now) return;
    const whole = goals.some(({ keyColumns, ...goal }) => {
      return keyColumns.some((header) => !now.headers.includes(header)) || ('id' in goal && goal.id.key === '');
    });
    const all = Array.from({ length: now.columnCount }, (_, i) => i);
    const keyed = goals[0]?.keyColumns.map((header) => now.headers.indexOf(header)) ?? [];
    const columns = whole ? all : keyed;
    const rows = await this.#columns(now, columns);
    // Columns were moved between the two reads: what was read says nothing.
    if (!rows || columns.some((column, i) => String(rows[0]?.[i] ?? '') !== (now.headers[column] ?? ''))) return;
    const found = new Map<string, ReturnType<typeof rowsByKey>>();
    for (const goal of goals) {
      const belief = beliefs.get(goal) ?? {};
      const keyIndexes = belief.keyIndexes ?? this.#keyIndexes(goal, now.headers, rows, whole);
      if (keyIndexes.includes(-1) || goal.kind === 'insert') {
        beliefs.set(goal, keyIndexes.includes(-1) ? { isGone: true } : { keyIndexes });
        continue;
      }
      const isRenamed = goal.keyColumns.some((header) => !now.headers.includes(header));
      const renamed = isRenamed ? { keyIndexes } : {};
      const name = keyIndexes.join();
      const keys =
        found.get(name) ?? rowsByKey(whole ? rows.map((row) => keyIndexes.map((i) => row[i] ?? null)) : rows);
      found.set(name, keys);
      const near = belief.row ?? goal.id.row;
      const { key, content = {} } = goal.id;
      // A row without key is known by what stands under its headers: once one of these is renamed, it can't be found.
      const isLost = key === '' && !goal.repairs && Object.keys(content).some((one) => !now.headers.includes(one));
      const candidates = (isLost ? [] : (keys.get(key) ?? [])).filter(
        (row) => key !== '' || holdsValues(content, rows[row] ?? []),
      );
      const row = nearest(candidates, near);
      beliefs.set(goal, row === undefined ? { isGone: true, ...renamed } : { row, ...renamed });
      if (row !== undefined) this.#shifts.set(goal.sheetId, row - goal.id.row);
    }
  }

  /** The key columns; of a repair, one that was renamed since is the one that holds the key. */
  #keyIndexes(goal: Goal, headers: readonly string[], rows: readonly (readonly Raw[])[], whole: boolean): number[] {
    const parts = (goal.kind === 'insert' ? goal.key : goal.id.key).split('\u001f');
    return goal.keyColumns.map((header, nth) => {
      const index = header === '' ? -1 : headers.indexOf(header);
      if (index >= 0 || !goal.repairs || !whole) return index;
      const width = Math.max(headers.length, ...rows.map((row) => row.length));
      const candidates = Array.from({ length: width }, (_, i) => i).filter((i) => {
        const now = headers[i] ?? '';
        return now === '' || !goal.repairs?.headers.includes(now);
      });
      const holding = candidates.filter((i) => rows.some((row, at) => at > 0 && String(row[i] ?? '') === parts[nth]));
      return holding[0] ?? -1;
    });
  }

  /** Null where the tab is not as it was known: resized, renamed or deleted. */
  #columns(tab: KnownTab, columns: readonly number[]): Promise<Raw[][] | null> {
    return wholeColumns(this.#client, tab, columns).catch((error: unknown) => {
      if (error instanceof Refused) return null;
      throw error;
    });
  }

  /** Keeps in mind what a request that was carried out did. */
  settled(steps: readonly CopiedStep[], { again, repairs }: Verdict): void {
    const open = new Set<unknown>(again);
    for (const { now, rows } of steps) {
      const keys = this.#keys.get(now.sheetId);
      const count = (wanted: string): number => rows.filter(({ kind }) => kind === wanted).length;
      const length = Math.min(this.lengths.get(now.sheetId) ?? now.rowCount, now.rowCount);
      this.lengths.set(now.sheetId, length + count('insert') - count('remove'));
      for (const { kind, goal } of rows) {
        if (kind === 'insert' && !open.has(goal)) keys?.add(goal.key);
        if (kind === 'remove' && !open.has(goal)) keys?.delete(goal.id.key);
      }
    }
    for (const goal of repairs) {
      if (goal.kind === 'insert') this.#keys.get(goal.sheetId)?.delete(goal.key);
    }
  }
}

/** Whether a row holds the same values, in whatever order. */
function isLike(content: Content, row: readonly Raw[]): boolean {
  const texts = (values: readonly Raw[]): string =>
    values
      .flatMap((value) => (value === null || value === '' ? [] : [String(value)]))
      .sort()
      .join('\n');
  return texts(Object.values(content)) === texts(row);
}

function wantsOf(goals: readonly Goal[], beliefs: ReadonlyMap<Goal, Belief>): Map<number, Want> {
  const wants = new Map<number, { rows: Set<number>; columns: Set<string | number> | 'all' }>();
  for (const goal of goals.flatMap((each) => [each, ...decisionsOf(each)])) {
    const want = wants.get(goal.sheetId) ?? { rows: new Set<number>(), columns: new Set<string | number>() };
    wants.set(goal.sheetId, want);
    if (goal.kind === 'insert') continue;
    const { row, keyIndexes = [] } = beliefs.get(goal) ?? {};
    want.rows.add(row ?? goal.id.row);
    const isWhole = goal.kind === 'remove' || goal.id.key === '' || goal.repairs !== undefined;
    if (isWhole) want.columns = 'all';
    if (want.columns === 'all') continue;
    const cells = goal.kind === 'update' ? goal.cells.map(({ column }) => column) : [];
    for (const column of [...goal.keyColumns, ...keyIndexes, ...cells]) want.columns.add(column);
  }
  return wants;
}
