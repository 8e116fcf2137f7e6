/**
 * Finds the rows of goals: first where they stood last, then by their keys in the whole column; the rows of repairs by
 * what a request left in them. Keeps in mind, from request to request of a run, which keys a tab holds.
 */
import { grouped, keyOf, type Raw, type Seen } from './cells.ts';
import type { SheetsClient } from './client.ts';
import { Refused, SheetsError } from './errors.ts';
import { decisionsOf, type Goal, type RemoveGoal, type UpdateGoal } from './goals.ts';
import { type KnownTab, type Look, lookAt, type TabLook, type Want, type WritableTab, wholeColumns } from './look.ts';
import { type Act, keyIndexes, type Place, type Placement, place, type Step } from './place.ts';

/** People who go on moving rows are waited for so often. */
const SEARCHES = 8;
export const RESTLESS = 'The spreadsheet kept changing in each moment in which the run wrote. Run again later.';

type RowGoal = UpdateGoal | RemoveGoal;
type ValueAt = (column: number) => Raw;
const countTo = (length: number): number[] => Array.from({ length }, (_, i) => i);

export class Finder {
  readonly known = new Map<number, KnownTab>();
  /** What Google refuses, by `closingName`. */
  readonly closed = new Set<string>();
  /** Grid rows of each tab up to its last: where new rows go in. */
  readonly lengths = new Map<number, number>();
  readonly #client: SheetsClient;
  readonly #keys = new Map<number, Set<string>>();
  /** By how many rows the last row that was searched for had moved: where the next are looked for first. */
  readonly #shifts = new Map<number, number>();

  constructor(client: SheetsClient, tabs: readonly WritableTab[]) {
    this.#client = client;
    for (const { sheetId, title, headers, rowCount, columnCount, length, isNew } of tabs) {
      this.known.set(sheetId, { title, headers, rowCount, columnCount });
      if (length !== undefined) this.lengths.set(sheetId, length + 1);
      if (isNew) this.#keys.set(sheetId, new Set());
    }
  }

  /** A look at what the goals are about, and where they are on it. @throws SheetsError where repairs can't be found */
  async find(goals: readonly Goal[]): Promise<{ look: Look; placement: Placement }> {
    const places = new Map<Goal, Place>();
    for (const goal of goals) {
      const row = goal.kind === 'insert' ? 0 : goal.id.row + (this.#shifts.get(goal.sheetId) ?? 0);
      if (!goal.repairs) places.set(goal, { row });
    }
    for (let search = 1; ; search += 1) {
      const unread = await this.#readKeys(goals);
      const look = await lookAt(this.#client, wantsOf(goals, places), this.known);
      const lost = goals.filter((goal) => !stands(goal, look.tabs.get(goal.sheetId), places.get(goal)));
      const isUnread = unread.some((sheetId) => look.tabs.has(sheetId));
      if ((lost.length === 0 && !isUnread) || search === SEARCHES) {
        if (lost.some(({ repairs }) => repairs)) throw new SheetsError(RESTLESS);
        for (const goal of lost) places.set(goal, { row: -1, isGone: true });
        return { look, placement: place(goals, look, { places, keys: this.#keys, closed: this.closed }) };
      }
      for (const sheetId of new Set(lost.map((goal) => goal.sheetId))) {
        const tab = this.known.get(sheetId);
        const those = lost.filter((goal) => goal.sheetId === sheetId);
        if (tab) await this.#search(sheetId, tab, those, places);
      }
    }
  }

  /** Which keys a tab holds, once it is to get new rows; gives the tabs that could not be read. */
  async #readKeys(goals: readonly Goal[]): Promise<number[]> {
    const unread: number[] = [];
    for (const goal of goals.flatMap((each) => [each, ...decisionsOf(each)])) {
      const tab = this.known.get(goal.sheetId);
      if (goal.kind !== 'insert' || goal.repairs || !tab || this.#keys.has(goal.sheetId)) continue;
      const columns = keyIndexes(goal, tab.headers);
      if (columns.includes(-1)) continue;
      const rows = await this.#columns(tab, columns);
      if (!rows) unread.push(goal.sheetId);
      else {
        this.#keys.set(
          goal.sheetId,
          new Set(rows.slice(1).map((row) => keyOf(columns.map((column) => row[column] ?? null)))),
        );
        if (!this.lengths.has(goal.sheetId)) this.lengths.set(goal.sheetId, rows.length);
      }
    }
    return unread;
  }

  /** Looks for rows of a tab that are not where they were. */
  async #search(sheetId: number, tab: KnownTab, goals: readonly Goal[], places: Map<Goal, Place>): Promise<void> {
    const isWhole = goals.some((goal) => goal.repairs || (goal.kind !== 'insert' && goal.id.key === ''));
    const wanted = isWhole ? countTo(tab.columnCount) : goals.flatMap((goal) => keyIndexes(goal, tab.headers));
    const columns = [...new Set(wanted)].filter((column) => column >= 0);
    const read = await this.#columns(tab, columns);
    // Columns were moved since: what was read says nothing.
    if (!read || columns.some((column) => String(read[0]?.[column] ?? '') !== (tab.headers[column] ?? ''))) return;
    const at =
      (row: number) =>
      (column: number): Raw =>
        read[row]?.[column] ?? null;
    const rows = countTo(read.length).slice(1);
    const indexes = new Map<string, Map<string, number[]>>();
    const withKey = (keys: readonly number[], key: string): readonly number[] => {
      const index = indexes.get(keys.join()) ?? grouped(rows, (row) => keyOf(keys.map(at(row))));
      indexes.set(keys.join(), index);
      return index.get(key) ?? [];
    };
    const repaired = grouped(goals, ({ repairs }) => JSON.stringify(repairs?.headers ?? null));
    const taken = new Set<number>();
    for (const those of repaired.values()) {
      const now = columnsNow(those, tab, (column) => new Set(rows.map((row) => at(row)(column))));
      for (const goal of those) {
        const near = places.get(goal)?.row ?? (goal.kind === 'insert' ? 0 : goal.id.row);
        const where = { row: near, ...(goal.repairs && { columns: now, headers: tab.headers }) };
        places.set(goal, where);
        if (goal.kind === 'insert') continue;
        const { key, keys, likeness, fits } = meant(goal, tab.headers, now);
        const [row] = withKey(keys, key)
          .filter((each) => key !== '' || (!taken.has(each) && fits(at(each))))
          .toSorted((a, b) => likeness(at(b)) - likeness(at(a)) || Math.abs(a - near) - Math.abs(b - near));
        places.set(goal, row === undefined ? { row: -1, isGone: true } : { ...where, row });
        if (row === undefined) continue;
        taken.add(row);
        this.#shifts.set(sheetId, row - goal.id.row);
      }
    }
  }

  /** Null where the tab is not as it was known: resized, renamed or deleted. */
  #columns(tab: KnownTab, columns: readonly number[]): Promise<Raw[][] | null> {
    return wholeColumns(this.#client, tab, columns).catch((error: unknown) => {
      if (error instanceof Refused) return null;
      throw error;
    });
  }

  /** Keeps in mind what a request that was carried out did. */
  settled(steps: readonly Step[], isMissed: (act: Act) => boolean): void {
    for (const { now, acts } of steps) {
      const keys = this.#keys.get(now.sheetId);
      let length = Math.min(this.lengths.get(now.sheetId) ?? 0, now.rowCount);
      for (const act of acts) {
        if (act.kind === 'insert') keys?.add(act.id);
        if (act.kind === 'remove' && !isMissed(act)) keys?.delete(act.id);
        length += act.kind === 'insert' ? 1 : act.kind === 'remove' ? -1 : 0;
      }
      if (this.lengths.has(now.sheetId)) this.lengths.set(now.sheetId, length);
    }
  }
}

/** Which row a goal means: by its key, or, where it has none, by all that it holds. `columns`: of a repair, by now. */
function meant(goal: RowGoal, headers: readonly string[], columns: readonly number[] = []) {
  const { repairs: left, id } = goal;
  const keys = left ? left.key.map((i) => columns[i] ?? -1) : keyIndexes(goal, headers);
  const key = left ? keyOf(left.key.map((i) => left.values[i] ?? null)) : id.key;
  // What stood in a column that was deleted since is nowhere.
  const cells = left
    ? left.values.map((value, i) => [columns[i] ?? -1, value] as const).filter(([column]) => column >= 0)
    : Object.entries(id.content ?? {}).map(([header, value]) => [headers.indexOf(header), value] as const);
  const held = cells.filter(([, value]) => value !== null && value !== '');
  const likeness = (at: ValueAt): number => held.filter(([column, value]) => at(column) === value).length;
  /** What a formula shows by now says nothing. */
  const fits = (at: ValueAt, isComputed: (column: number) => boolean = () => false): boolean => {
    if (keyOf(keys.map(at)) !== key) return false;
    const those = held.length > 0 ? held : cells;
    return key !== '' || those.every(([column, value]) => isComputed(column) || at(column) === value);
  };
  return { key, keys, likeness, fits };
}

/** Whether a goal's row is where it was found, as a look shows; and of a repair, its columns. */
function stands(goal: Goal, now: TabLook | undefined, found: Place | undefined): boolean {
  if (!now || found?.isGone) return true;
  if (goal.repairs && found?.headers?.join('\n') !== now.headers.join('\n')) return false;
  if (goal.kind === 'insert') return true;
  if (!goal.repairs && keyIndexes(goal, now.headers).includes(-1)) return true;
  const { row = -1, columns } = found ?? {};
  const seen = (column: number): Seen => now.at(row, column);
  return meant(goal, now.headers, columns).fits(
    (i) => seen(i).value,
    (i) => seen(i).computed === true,
  );
}

/**
 * Where the columns of repairs are by now: under their headers; one that was renamed since, or never had a header,
 * is the one that holds most of what it held.
 */
function columnsNow(goals: readonly Goal[], tab: KnownTab, valuesIn: (column: number) => ReadonlySet<Raw>): number[] {
  const headers = goals[0]?.repairs?.headers ?? [];
  const now = headers.map((header, i) =>
    header === '' || headers.indexOf(header) !== i ? -1 : tab.headers.indexOf(header),
  );
  const free = new Set(countTo(tab.columnCount).filter((column) => !now.includes(column)));
  const held = headers.map((_, i) => goals.flatMap(({ repairs }) => repairs?.values[i] ?? []));
  const written = new Set(
    goals.flatMap((goal) => (goal.kind === 'remove' ? [] : goal.cells.map(({ index }) => index))),
  );
  const countOf = (i: number): number => held[i]?.length ?? 0;
  const open = countTo(headers.length).filter((i) => now[i] === -1 && (countOf(i) > 0 || written.has(i)));
  for (const i of open.sort((a, b) => countOf(b) - countOf(a))) {
    const hits = (column: number): number => {
      const values = valuesIn(column);
      return (held[i] ?? []).filter((value) => values.has(value)).length;
    };
    const [best] = [...free]
      .map((column) => ({ column, hits: hits(column) }))
      // A column that had a header and was deleted is nowhere, and in no column without one.
      .filter((one) => one.hits > 0 || headers[i] === '' || (tab.headers[one.column] ?? '') !== '')
      .sort((a, b) => b.hits - a.hits || Math.abs(a.column - i) - Math.abs(b.column - i));
    now[i] = best?.column ?? -1;
    free.delete(now[i] ?? -1);
  }
  return now;
}

function wantsOf(goals: readonly Goal[], places: ReadonlyMap<Goal, Place>): Map<number, Want> {
  const wants = new Map<number, { rows: Set<number>; columns: Set<string> | 'all' }>();
  for (const goal of goals.flatMap((each) => [each, ...decisionsOf(each)])) {
    const want = wants.get(goal.sheetId) ?? { rows: new Set<number>(), columns: new Set<string>() };
    wants.set(goal.sheetId, want);
    if (goal.kind === 'insert') continue;
    want.rows.add(places.get(goal)?.row ?? -1);
    if (goal.kind === 'remove' || goal.id.key === '' || goal.repairs) want.columns = 'all';
    const cells = goal.kind === 'update' ? goal.cells.map(({ column }) => column) : [];
    if (want.columns !== 'all') for (const column of [...goal.keyColumns, ...cells]) want.columns.add(column);
  }
  return wants;
}
