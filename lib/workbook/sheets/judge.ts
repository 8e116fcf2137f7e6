/**
 * Did an attempt hit what it meant? Answered from the copies that the attempt itself made in the same atomic request:
 * from a copy and the log it is known cell by cell what the tab held right after the write, and what it should have
 * held. Where the two differ (somebody sorted, inserted, moved or edited between the second look and the write) is damage. Pure.
 */
import { carried, type Damage, type LostRow, type Right, same, sizeOf, type WrongCell } from './damage.ts';
import type { Write } from './goals.ts';
import { contentAt, digestOf, EMPTY, type Grid, gridOf, keyAt, keyOf, type Seen } from './grid.ts';
import type { NewRow, PlacedCell, RemovedRow, TabStep, UpdatedRow } from './step.ts';
import type { TabNow } from './tab-now.ts';
import type { TabDone } from './undo-log.ts';

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

export interface Verdict {
  /** Per row of the attempt: the columns that were hit as meant; of a row put in or taken away true or false. */
  readonly right: readonly (ReadonlySet<number> | boolean)[];
  /** Undefined where all is right. */
  readonly damage: Damage | undefined;
}

/** Judges what an attempt did to one tab. `before` is the damage that was there already. */
export function judge(done: TabDone, mends: boolean, image: TabNow, before: Damage | undefined): Verdict {
  return new Judgement(done, mends, image, before && carried(before, image)).verdict();
}

/** Goes through an attempt row by row, and takes from `want`, the damage as it stood at that moment, what it has mended. */
class Judgement {
  readonly #done: TabDone;
  readonly #mends: boolean;
  readonly #image: TabNow;
  readonly #keyColumns: readonly number[];
  readonly #after: Aftermath;
  /** Damage that is still to be mended, by its place in the copy. */
  readonly #cells: Map<string, WrongCell>;
  readonly #lost: Map<number, LostRow>;
  readonly #strays: Set<number>;
  readonly #wrong: { cells: WrongCell[]; lost: Omit<LostRow, 'nth'>[]; strays: number[] } = {
    cells: [],
    lost: [],
    strays: [],
  };

  constructor(done: TabDone, mends: boolean, image: TabNow, want: Damage | undefined) {
    this.#done = done;
    this.#mends = mends;
    this.#image = image;
    this.#keyColumns = mends && want ? want.keyColumns : keysIn(done, image);
    this.#after = aftermath(done, image);
    this.#cells = new Map(want?.cells.map((cell) => [placeName(cell.row, cell.column), cell]));
    this.#lost = new Map(want?.lost.map((row) => [row.nth, row]));
    this.#strays = new Set(want?.strays);
  }

  verdict(): Verdict {
    let inserts = 0;
    const right = this.#done.rows.map((row) => {
      if (row.kind === 'update') return this.#update(row);
      return row.kind === 'remove' ? this.#removal(row) : this.#insert(row, inserts++);
    });
    const { rowOf, grid: base } = this.#after;
    const { cells, lost, strays } = this.#wrong;
    const left = [...this.#cells.values()].flatMap((cell) => {
      const row = rowOf(cell.row);
      return row === undefined ? [] : [{ ...cell, row }];
    });
    const wrong = [...cells, ...left];
    const emptied = new Set([...new Set(wrong.map(({ row }) => row))].filter((row) => isEmpty(base, row)));
    const damage: Damage = {
      base,
      keyColumns: this.#keyColumns,
      cells: wrong.filter(({ row }) => !emptied.has(row)),
      lost: [...lost, ...[...emptied].map((row) => this.#emptied(row, wrong)), ...this.#lost.values()].map(
        (row, nth) => {
          return { ...row, nth };
        },
      ),
      strays: [...strays, ...[...this.#strays].flatMap((row) => rowOf(row) ?? [])],
    };
    return { right, damage: sizeOf(damage) > 0 ? damage : undefined };
  }

  /** A row that holds nothing any more can't be told from other empty ones: it is as good as lost. */
  #emptied(row: number, wrong: readonly WrongCell[]): Omit<LostRow, 'nth'> {
    const own = new Map(wrong.flatMap((cell) => (cell.row === row ? [[cell.column, cell.right] as const] : [])));
    const cells = Array.from({ length: this.#image.columnCount }, (_, column) => {
      return { column, right: own.get(column) ?? EMPTY };
    });
    return { key: keyOf(this.#keyColumns.map((column) => own.get(column)?.value ?? null)), cells };
  }

  /** What a cell should have held, had the attempt left it alone. */
  #unharmed(row: number, column: number): Right {
    const copyOf = { sheetId: this.#image.sheetId, row, column };
    return this.#cells.get(placeName(row, column))?.right ?? { ...this.#image.at(row, column), copyOf };
  }

  #update(row: UpdatedRow): ReadonlySet<number> {
    const { headers } = this.#done;
    const hit = new Set<number>();
    const place = this.#after.rowOf(row.row);
    const rowRight = !this.#mends && isRow(row, this.#image, this.#keyColumns);
    for (const { column, before, write } of row.cells) {
      const columnRight = headers[column] !== '' && this.#image.headers[column] === headers[column];
      const meant = rowRight && columnRight && same(this.#image.at(row.row, column), { value: before });
      const holds = seenOf(write);
      const right = meant ? holds : this.#unharmed(row.row, column);
      this.#cells.delete(placeName(row.row, column));
      if (meant) hit.add(column);
      else if (place !== undefined && !same(holds, right)) this.#wrong.cells.push({ row: place, column, holds, right });
    }
    return hit;
  }

  #removal(row: RemovedRow): boolean {
    const meant = this.#mends ? this.#strays.delete(row.row) : isRow(row, this.#image, this.#keyColumns);
    if (meant) return true;
    const cells = Array.from({ length: this.#image.columnCount }, (_, column) => {
      return { column, right: this.#unharmed(row.row, column) };
    });
    const key = keyAt(this.#image, row.row, this.#keyColumns);
    if (cells.some(({ right }) => right.value !== null || right.formula !== undefined))
      this.#wrong.lost.push({ key, cells });
    return false;
  }

  #insert(row: NewRow, i: number): boolean {
    const place = this.#after.newRow(i);
    const meant = this.#mends ? this.#lost.get(row.nth)?.cells : meantCells(row, this.#done, this.#image);
    this.#lost.delete(row.nth);
    if (meant === undefined) {
      this.#wrong.strays.push(place);
      return false;
    }
    const is = new Map(row.cells.map(({ column, write }) => [column, seenOf(write)]));
    const ought = new Map(meant.map(({ column, right }) => [column, right]));
    for (const column of new Set([...is.keys(), ...ought.keys()])) {
      const [holds, right] = [is.get(column) ?? EMPTY, ought.get(column) ?? EMPTY];
      // A row that comes back brings the formats of empty cells along; a cell that was not written looks like the one above.
      const isRight = same(holds, right) && (!this.#mends || is.has(column));
      if (!isRight) this.#wrong.cells.push({ row: place, column, holds, right });
    }
    return true;
  }
}

function isEmpty(grid: Grid, row: number): boolean {
  return Array.from({ length: grid.columnCount }, (_, column) => grid.at(row, column)).every(
    ({ value, formula }) => value === null && formula === undefined,
  );
}

const placeName = (row: number, column: number): string => `${row} ${column}`;

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

interface Aftermath {
  readonly grid: Grid;
  /** Where a row of the copy stands; undefined where it was taken away. */
  rowOf(row: number): number | undefined;
  /** Where the nth new row stands. */
  newRow(nth: number): number;
}

/** The tab right after a write, and where the copy's rows stand in it. */
function aftermath({ at, rows }: TabDone, image: Grid): Aftermath {
  const columns = Array.from({ length: image.columnCount }, (_, column) => column);
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
