/**
 * Finds the rows of goals: first where they stood last, then by their keys in the whole column; the rows of repairs by
 * what a request left in them. Keeps in mind, from request to request of a run, which keys a tab holds.
 */
import { countTo, grouped, keyOf, type Raw, type Seen } from './cells.ts';
import type { SheetsClient } from './client.ts';
import { SheetsError } from './errors.ts';
import { decisionsOf, type Goal } from './goals.ts';
import { type KnownTab, type Look, lookAt, type TabLook, type Want, type WritableTab, wholeColumns } from './look.ts';
import { type Act, columnsOf, keyIn, type Place, type Placement, place, type Step } from './place.ts';

/** People who go on moving rows are waited for so often. */
const SEARCHES = 8;
export const RESTLESS = 'The spreadsheet kept changing in each moment in which the run wrote. Run again later.';

type Places = Map<Goal, Place>;

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
    for (const tab of tabs) {
      this.known.set(tab.sheetId, tab);
      if (tab.length !== undefined) this.lengths.set(tab.sheetId, tab.length + 1);
      if (tab.isNew) this.#keys.set(tab.sheetId, new Set());
    }
  }

  /** A look at what the goals are about, and where they are on it. @throws SheetsError where repairs can't be found */
  async find(goals: readonly Goal[]): Promise<Placement & Pick<Look, 'markers'>> {
    const places: Places = new Map();
    for (const goal of goals)
      if (!goal.isRepair) places.set(goal, { row: goal.row + (this.#shifts.get(goal.sheetId) ?? 0) });
    for (let search = 1; ; search += 1) {
      const unread = await this.#readKeys(goals);
      const look = await lookAt(this.#client, (known) => wantsOf(goals, places, known), this.known);
      const lost = goals.filter((goal) => !stands(goal, look.tabs.get(goal.sheetId), places.get(goal)));
      const isUnread = unread.some((sheetId) => look.tabs.has(sheetId));
      if ((lost.length === 0 && !isUnread) || search === SEARCHES) {
        if (lost.some(({ isRepair }) => isRepair)) throw new SheetsError(RESTLESS);
        for (const goal of lost) places.set(goal, { row: -1, isGone: true });
        const placement = place(goals, look, { places, keys: this.#keys, closed: this.closed });
        return { ...placement, markers: look.markers };
      }
      for (const [sheetId, those] of grouped(lost, (goal) => goal.sheetId)) {
        const tab = this.known.get(sheetId);
        if (tab) await this.#search(sheetId, tab, those, places);
      }
    }
  }

  /** Which keys a tab holds, once it is to get new rows; gives the tabs that could not be read. */
  async #readKeys(goals: readonly Goal[]): Promise<number[]> {
    const unread: number[] = [];
    for (const goal of goals.flatMap((each) => [each, ...decisionsOf(each)])) {
      const { sheetId } = goal;
      const tab = this.known.get(sheetId);
      if (goal.kind !== 'insert' || goal.isRepair || !tab || this.#keys.has(sheetId)) continue;
      const columns = keyIn(goal, columnsOf(goal, undefined, tab.headers));
      if (columns.includes(-1)) continue;
      const rows = await wholeColumns(this.#client, tab, columns);
      if (!rows) unread.push(sheetId);
      else {
        const keyAt = (row: readonly Raw[]): string => keyOf(columns.map((column) => row[column] ?? null));
        this.#keys.set(sheetId, new Set(rows.slice(1).map(keyAt)));
        if (!this.lengths.has(sheetId)) this.lengths.set(sheetId, rows.length);
      }
    }
    return unread;
  }

  /** Looks for rows of a tab that are not where they were. */
  async #search(sheetId: number, tab: KnownTab, goals: readonly Goal[], places: Places): Promise<void> {
    const isWhole = goals.some(({ isRepair, kind, name }) => isRepair || (kind !== 'insert' && name === ''));
    const keys = goals.flatMap((goal) => keyIn(goal, columnsOf(goal, undefined, tab.headers)));
    const columns = isWhole ? countTo(tab.columnCount) : [...new Set(keys)].filter((column) => column >= 0);
    const read = await wholeColumns(this.#client, tab, columns);
    // Columns were moved since: what was read says nothing.
    if (!read || columns.some((column) => String(read[0]?.[column] ?? '') !== (tab.headers[column] ?? ''))) return;
    const at =
      (row: number) =>
      (column: number): Seen => ({ value: read[row]?.[column] ?? null });
    const rows = countTo(read.length).slice(1);
    const indexes = new Map<string, Map<string, number[]>>();
    const withKey = (key: readonly number[], name: string): readonly number[] => {
      const nameAt = (row: number): string => keyOf(key.map((column) => read[row]?.[column] ?? null));
      const index = indexes.get(key.join()) ?? grouped(rows, nameAt);
      indexes.set(key.join(), index);
      return index.get(name) ?? [];
    };
    const taken = new Set<number>();
    for (const those of grouped(goals, ({ isRepair, headers }) => isRepair && headers.join('\n')).values()) {
      const now = columnsNow(those, tab, (column) => new Set(rows.map((row) => read[row]?.[column] ?? null)));
      for (const goal of those) {
        const where = { row: places.get(goal)?.row ?? goal.row, columns: now, headers: tab.headers };
        places.set(goal, where);
        if (goal.kind === 'insert') continue;
        const mapped = columnsOf(goal, where, tab.headers);
        const likeness = (row: number): number => hits(goal, mapped, at(row));
        const [row] = withKey(keyIn(goal, mapped), goal.name)
          .filter((each) => goal.name !== '' || (!taken.has(each) && fits(goal, mapped, at(each))))
          .toSorted((a, b) => likeness(b) - likeness(a) || Math.abs(a - where.row) - Math.abs(b - where.row));
        places.set(goal, row === undefined ? { row: -1, isGone: true } : { ...where, row });
        if (row === undefined) continue;
        taken.add(row);
        this.#shifts.set(sheetId, row - goal.row);
      }
    }
  }

  /** Keeps in mind what a request that was carried out did. */
  settled(steps: readonly Step[], missed: ReadonlySet<Act>): void {
    for (const { now, acts } of steps) {
      const keys = this.#keys.get(now.sheetId);
      let length = Math.min(this.lengths.get(now.sheetId) ?? 0, now.rowCount);
      for (const act of acts) {
        const { kind, goal } = act;
        if (goal && kind === 'insert') keys?.add(goal.name);
        if (goal && kind === 'remove' && !missed.has(act)) keys?.delete(goal.name);
        length += kind === 'insert' ? 1 : kind === 'remove' ? -1 : 0;
      }
      if (this.lengths.has(now.sheetId)) this.lengths.set(now.sheetId, length);
    }
  }
}

/** What a goal knows of its row, by column. What stood in a column that was deleted since a repair is nowhere. */
function known({ values = [], isRepair }: Goal, columns: readonly number[]): (readonly [number, Raw])[] {
  const cells = values.map((value, i) => [columns[i] ?? -1, value] as const);
  const held = cells.filter(([column, value]) => (column >= 0 || !isRepair) && value !== null && value !== '');
  return held.length > 0 ? held : cells.filter(([column]) => column >= 0);
}

const hits = (goal: Goal, columns: readonly number[], at: (column: number) => Seen): number =>
  known(goal, columns).filter(([column, value]) => at(column).value === value).length;

/** Whether a row is the one that is meant: by its key, or, where it has none, by all that it holds. */
function fits(goal: Goal, columns: readonly number[], at: (column: number) => Seen): boolean {
  if (keyOf(keyIn(goal, columns).map((column) => at(column).value)) !== goal.name) return false;
  // What a formula shows by now says nothing.
  return goal.name !== '' || known(goal, columns).every(([i, value]) => at(i).computed || at(i).value === value);
}

/** Whether a goal's row is where it was found, as a look shows; and of a repair, its columns. */
function stands(goal: Goal, now: TabLook | undefined, found: Place | undefined): boolean {
  if (!now || found?.isGone) return true;
  if (goal.isRepair && found?.headers?.join('\n') !== now.headers.join('\n')) return false;
  const columns = columnsOf(goal, found, now.headers);
  if (goal.kind === 'insert' || (!goal.isRepair && keyIn(goal, columns).includes(-1))) return true;
  return fits(goal, columns, (column) => now.at(found?.row ?? -1, column));
}

/**
 * Where the columns of repairs are by now: under their headers; one that was renamed since, or never had a header,
 * is the one that holds most of what it held.
 */
function columnsNow(goals: readonly Goal[], tab: KnownTab, valuesIn: (column: number) => ReadonlySet<Raw>): number[] {
  const headers = goals[0]?.headers ?? [];
  if (!goals[0]?.isRepair) return [];
  const now = headers.map((header, i) =>
    header === '' || headers.indexOf(header) !== i ? -1 : tab.headers.indexOf(header),
  );
  const free = new Set(countTo(tab.columnCount).filter((column) => !now.includes(column)));
  const held = headers.map((_, i) => goals.flatMap(({ values }) => values?.[i] ?? []));
  const written = new Set(goals.flatMap(({ cells }) => cells.map(({ index }) => index)));
  const countOf = (i: number): number => held[i]?.length ?? 0;
  const open = countTo(headers.length).filter((i) => now[i] === -1 && (countOf(i) > 0 || written.has(i)));
  for (const i of open.sort((a, b) => countOf(b) - countOf(a))) {
    const found = (column: number): number => {
      const values = valuesIn(column);
      return (held[i] ?? []).filter((value) => values.has(value)).length;
    };
    const [best] = [...free]
      .map((column) => ({ column, count: found(column) }))
      // A column that had a header and was deleted is nowhere, and in no column without one.
      .filter(({ column, count }) => count > 0 || headers[i] === '' || (tab.headers[column] ?? '') !== '')
      .sort((a, b) => b.count - a.count || Math.abs(a.column - i) - Math.abs(b.column - i));
    now[i] = best?.column ?? -1;
    free.delete(now[i] ?? -1);
  }
  return now;
}

function wantsOf(goals: readonly Goal[], places: Places, tabs: ReadonlyMap<number, KnownTab>): Map<number, Want> {
  const wants = new Map<number, { rows: Set<number>; columns: Set<number> }>();
  for (const goal of goals.flatMap((each) => [each, ...decisionsOf(each)])) {
    const want = wants.get(goal.sheetId) ?? { rows: new Set(), columns: new Set() };
    wants.set(goal.sheetId, want);
    const tab = tabs.get(goal.sheetId);
    if (goal.kind === 'insert' || !tab) continue;
    want.rows.add(places.get(goal)?.row ?? -1);
    const isAll = goal.kind === 'remove' || goal.name === '' || goal.isRepair;
    if (isAll && want.columns.size === tab.columnCount) continue;
    const columns = isAll ? [] : columnsOf(goal, undefined, tab.headers);
    const named = [...keyIn(goal, columns), ...goal.cells.map(({ index }) => columns[index] ?? -1)];
    for (const column of isAll ? countTo(tab.columnCount) : named) if (column >= 0) want.columns.add(column);
  }
  return wants;
}
