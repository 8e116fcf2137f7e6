/**
 * Did an attempt hit what it meant? Answered from the copies that the attempt itself made in the same atomic request:
 * from a copy and the log it is known cell by cell what the tab held right after the write, and what it should have
 * held. Where the two differ (somebody sorted, inserted, moved or edited between the second look and the write) is
 * damage. It is bound to places in the tab as it was right after the write, from there traced to where they are now, and put right
 * by an attempt like any other, which may hit wrongly in its turn; what a person has changed since stays. Pure.
 */
import type { CellPlace, Write } from './goals.ts';
import { contentAt, digestOf, EMPTY, type Grid, gridOf, keyAt, type Seen } from './grid.ts';
import type { NewRow, PlacedCell, RemovedRow, TabStep, UpdatedRow } from './step.ts';
import type { TabNow } from './tab-now.ts';
import { trace } from './trace.ts';
import type { TabDone } from './undo-log.ts';

/** What a cell should hold, and where a copy has it; what never stood anywhere has no copy. */
interface Right extends Seen {
  readonly copyOf?: CellPlace;
}

interface WrongCell {
  readonly row: number;
  readonly column: number;
  /** What the attempt wrote there. */
  readonly holds: Seen;
  readonly right: Right;
}

interface LostRow {
  readonly nth: number;
  readonly key: string;
  /** All of them, those that are empty too. */
  readonly cells: readonly { readonly column: number; readonly right: Right }[];
}

/** What is wrong in one tab, by places in `base`. */
export interface Damage {
  readonly base: Grid;
  readonly keyColumns: readonly number[];
  readonly cells: readonly WrongCell[];
  readonly lost: readonly LostRow[];
  /** Rows that should not be there. */
  readonly strays: readonly number[];
}

/** Rows concerned. */
export function sizeOf({ cells, lost, strays }: Damage): number {
  return new Set(cells.map(({ row }) => row)).size + lost.length + strays.length;
}

/** Whether a tab was, at the moment of the write, as it was at the second look, in all that mattered. */
export function isAsSeen({ now, keyColumns, rows }: TabStep, image: Grid | undefined): boolean {
  if (image === undefined || image.headers.join('\u001f') !== now.headers.join('\u001f')) return false;
  const sameAt = (row: number, column: number): boolean => same(image.at(row, column), now.at(row, column));
  const sameRow = (row: number): boolean => now.headers.every((_, column) => sameAt(row, column));
  return rows.every((row) => {
    if (row.kind === 'insert') return true;
    if (row.kind === 'remove' || row.key === '') return sameRow(row.row);
    return keyAt(image, row.row, keyColumns) === row.key && row.cells.every(({ column }) => sameAt(row.row, column));
  });
}

/** A formula is the same wherever it has moved to, though its text is not. */
function same(a: Seen, b: Seen): boolean {
  return a.formula === undefined || b.formula === undefined ? a.value === b.value && a.formula === b.formula : true;
}

export interface Verdict {
  /** Per row of the attempt: the columns that were hit as meant; of a row put in or taken away true or false. */
  readonly right: readonly (ReadonlySet<number> | boolean)[];
  /** Undefined where all is right. */
  readonly damage: Damage | undefined;
}

/** Judges what an attempt did to one tab. `before` is the damage that was there already. */
export function judge(done: TabDone, mends: boolean, image: TabNow, before: Damage | undefined): Verdict {
  const want = before && carried(before, image);
  const keyColumns = mends && want ? want.keyColumns : keysIn(done, image);
  const after = aftermath(done, image);
  const found = { cells: [] as WrongCell[], lost: [] as Omit<LostRow, 'nth'>[], strays: [] as number[] };
  const wanted = new Map(want?.cells.map((cell) => [`${cell.row} ${cell.column}`, cell]));
  const open = { lost: new Map(want?.lost.map((row) => [row.nth, row])), strays: new Set(want?.strays) };
  const unharmed = (row: number, column: number): Right => {
    const copyOf = { sheetId: image.sheetId, row, column };
    return wanted.get(`${row} ${column}`)?.right ?? { ...image.at(row, column), copyOf };
  };

  const judgeUpdate = (row: UpdatedRow): ReadonlySet<number> => {
    const hit = new Set<number>();
    const place = after.rowOf(row.row);
    const rowRight = !mends && isRow(row, image, keyColumns);
    for (const { column, before: expected, write } of row.cells) {
      const old = image.at(row.row, column);
      const header = done.headers[column] ?? '';
      const meant = rowRight && header !== '' && image.headers[column] === header && same(old, { value: expected });
      const [holds, right] = [seenOf(write), meant ? seenOf(write) : unharmed(row.row, column)];
      wanted.delete(`${row.row} ${column}`);
      if (meant) hit.add(column);
      else if (place !== undefined && !same(holds, right)) found.cells.push({ row: place, column, holds, right });
    }
    return hit;
  };
  const judgeRemoval = (row: RemovedRow): boolean => {
    if (mends ? open.strays.delete(row.row) : isRow(row, image, keyColumns)) return true;
    const cells = columnsOf(image).map((column) => ({ column, right: unharmed(row.row, column) }));
    if (cells.some(({ right }) => holdsSomething(right)))
      found.lost.push({ key: keyAt(image, row.row, keyColumns), cells });
    return false;
  };
  const judgeInsert = (row: NewRow, i: number): boolean => {
    const place = after.newRow(i);
    const meant = mends ? open.lost.get(row.nth)?.cells : meantCells(row, done, image);
    open.lost.delete(row.nth);
    if (meant === undefined) {
      found.strays.push(place);
      return false;
    }
    const is = new Map(row.cells.map(({ column, write }) => [column, seenOf(write)]));
    const ought = new Map(meant.map(({ column, right }) => [column, right]));
    for (const column of new Set([...is.keys(), ...ought.keys()])) {
      const [holds, right] = [is.get(column) ?? EMPTY, ought.get(column) ?? EMPTY];
      if (!same(holds, right)) found.cells.push({ row: place, column, holds, right });
    }
    return true;
  };
  let inserts = 0;
  const right = done.rows.map((row) => {
    if (row.kind === 'update') return judgeUpdate(row);
    return row.kind === 'remove' ? judgeRemoval(row) : judgeInsert(row, inserts++);
  });
  for (const cell of wanted.values()) {
    const row = after.rowOf(cell.row);
    if (row !== undefined) found.cells.push({ ...cell, row });
  }
  found.lost.push(...open.lost.values());
  found.strays.push(...[...open.strays].flatMap((row) => after.rowOf(row) ?? []));
  const lost = found.lost.map((row, nth) => ({ ...row, nth }));
  const damage = { base: after.grid, keyColumns, cells: found.cells, lost, strays: found.strays };
  return { right, damage: sizeOf(damage) > 0 ? damage : undefined };
}

/** Whether the row that was meant stood there. */
function isRow({ row, key, digest }: UpdatedRow | RemovedRow, image: Grid, keyColumns: readonly number[]): boolean {
  if (keyAt(image, row, keyColumns) !== key) return false;
  return digest === '' || digestOf(contentAt(image, row)) === digest;
}

/** Where the cells of a new row should have gone; undefined where one of its columns is not there any more. */
function meantCells(row: NewRow, done: TabDone, image: Grid): LostRow['cells'] | undefined {
  const cells = row.cells.map(({ column, write }) => {
    const header = done.headers[column] ?? '';
    return { column: image.headers[column] === header ? column : image.headers.indexOf(header), right: seenOf(write) };
  });
  return cells.some(({ column }) => column < 0) ? undefined : cells;
}

/** The key columns at the moment of the write: the same headers, or the one that came where one went. */
function keysIn({ headers, keyColumns }: TabDone, image: Grid): number[] {
  const gone = headers.filter((header) => header !== '' && !image.headers.includes(header));
  const come = image.headers.filter((header) => header !== '' && !headers.includes(header));
  return keyColumns.map((column) => {
    const header = headers[column] ?? '';
    const renamed = gone.length === 1 && come.length === 1 && gone[0] === header;
    return image.headers.indexOf(renamed ? (come[0] ?? '') : header);
  });
}

function seenOf({ value, formula, numberFormat }: Write): Seen {
  return { value, ...(formula !== undefined && { formula }), ...(numberFormat && { numberFormat }) };
}

function holdsSomething({ value, formula }: Seen): boolean {
  return value !== null || formula !== undefined;
}

function columnsOf({ columnCount }: Grid): number[] {
  return Array.from({ length: columnCount }, (_, i) => i);
}

/** The tab right after a write, and where the copy's rows stand in it. */
function aftermath({ at, rows }: TabDone, image: Grid) {
  const columns = columnsOf(image);
  const last = Math.max(image.length, ...rows.map((row) => (row.kind === 'insert' ? at : row.row + 1)));
  const cells: Seen[][] = Array.from({ length: last }, (_, row) => columns.map((column) => image.at(row, column)));
  const gone = new Set<number>();
  const fresh: Seen[][] = [];
  const lay = (row: Seen[], placed: readonly PlacedCell[]): Seen[] => {
    for (const { column, write } of placed) row[column] = seenOf(write);
    return row;
  };
  for (const row of rows) {
    if (row.kind === 'remove') gone.add(row.row);
    else if (row.kind === 'update') lay(cells[row.row] ?? [], row.cells);
    else fresh.push(lay([], row.cells));
  }
  const grid: Seen[][] = [];
  const places = new Map<number, number>();
  let firstNew = at;
  for (let row = 0; row <= last; row += 1) {
    if (row === at) {
      firstNew = grid.length;
      grid.push(...fresh);
    }
    if (row === last || gone.has(row)) continue;
    places.set(row, grid.length);
    grid.push(cells[row] ?? []);
  }
  return {
    grid: gridOf(grid, image.columnCount),
    rowOf: (row: number): number | undefined => places.get(row),
    newRow: (i: number): number => firstNew + i,
  };
}

/** Damage by its places in the tab as it is at another, later moment, without what people have changed since. */
export function carried(damage: Damage, now: Grid): Damage | undefined {
  const { base, keyColumns } = damage;
  const place = trace(base, now, keyColumns);
  const keys = keyColumns.map((column) => place.column(column) ?? -1);
  const fresh = new Set<string>();
  for (let row = 1; row < now.length; row += 1) if (place.isNew(row)) fresh.add(keyAt(now, row, keys));
  const cells = damage.cells.flatMap((cell) => {
    const [row, column] = [place.row(cell.row), place.column(cell.column)];
    const there = row !== undefined && column !== undefined && same(now.at(row, column), cell.holds);
    return there ? [{ ...cell, row, column }] : [];
  });
  const lost = damage.lost.flatMap((row): LostRow[] => {
    const columns = row.cells.flatMap((cell) => {
      const column = place.column(cell.column);
      return column === undefined ? [] : [{ ...cell, column }];
    });
    return columns.length === 0 || (row.key !== '' && fresh.has(row.key)) ? [] : [{ ...row, cells: columns }];
  });
  const strays = damage.strays.flatMap((stray) => {
    const row = place.row(stray);
    if (row === undefined) return [];
    const untouched = columnsOf(base).every((column) =>
      same(base.at(stray, column), now.at(row, place.column(column) ?? -1)),
    );
    return untouched ? [row] : [];
  });
  const here = { base: now, keyColumns: keys, cells, lost, strays };
  return sizeOf(here) > 0 ? here : undefined;
}

/** The step that puts damage right; undefined where people have left nothing to do. */
export function mend(damage: Damage, now: TabNow): TabStep | undefined {
  const here = carried(damage, now);
  if (here === undefined) return undefined;
  const put = ({ column, right }: { column: number; right: Right }, before: Seen = EMPTY): PlacedCell => {
    return { column, before: before.value, write: { ...right, numberFormat: right.numberFormat ?? null } };
  };
  const byRow = new Map<number, WrongCell[]>();
  for (const cell of here.cells) byRow.set(cell.row, [...(byRow.get(cell.row) ?? []), cell]);
  const updates = [...byRow].map(([row, cells]): UpdatedRow => {
    return {
      kind: 'update',
      row,
      key: '',
      digest: '',
      digestAfter: '',
      cells: cells.map((cell) => put(cell, cell.holds)),
    };
  });
  const inserts = here.lost.map(({ nth, cells }): NewRow => {
    return { kind: 'insert', nth, cells: cells.map((cell) => put(cell)) };
  });
  const removals = here.strays.map((row): RemovedRow => ({ kind: 'remove', row, key: '', digest: '', cells: [] }));
  return { now, keyColumns: here.keyColumns, rows: [...updates, ...inserts, ...removals], goals: [] };
}
