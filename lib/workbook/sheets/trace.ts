/**
 * Where the rows and columns of a tab, as it once was, stand by now, though people sort, move, insert, delete, rename
 * and type in between. Both states are known whole. Columns go by their header, else by their cells, else by their
 * neighbours; rows by all that they hold, else by their key, else by most of what they hold. Rows that are alike in
 * every cell are one to it. Pure.
 */
import type { Grid } from './grid.ts';
import { keyAt } from './grid.ts';

export interface Trace {
  /** The row or column now; undefined where it is gone. The header stays row 0. */
  row(then: number): number | undefined;
  column(then: number): number | undefined;
  /** Whether a row of now was not there then. */
  isNew(now: number): boolean;
}

type Places = Map<number, number>;

/** Rows that are compared cell by cell, each with each, at most: then times now. */
const COMPARISONS = 250_000;

/** Traces a tab; `keyColumns` are those of `then`, -1 where it is not known. */
export function trace(then: Grid, now: Grid, keyColumns: readonly number[]): Trace {
  const byHeader = columnsByHeader(then, now);
  const columns = withColumnsByCells(then, now, byHeader, rowsOf(then, now, byHeader, keyColumns));
  const rows = columns.size === byHeader.size ? undefined : rowsOf(then, now, columns, keyColumns);
  const { places } = rows ?? rowsOf(then, now, columns, keyColumns);
  const old = new Set(places.values());
  return {
    row: (row) => (row === 0 ? 0 : places.get(row)),
    column: (column) => columns.get(column),
    isNew: (row) => row !== 0 && !old.has(row),
  };
}

/** Headers that stand once on either side. */
function columnsByHeader(then: Grid, now: Grid): Places {
  const columns: Places = new Map();
  then.headers.forEach((header, column) => {
    const place = now.headers.indexOf(header);
    const once = then.headers.indexOf(header) === column && !then.headers.includes(header, column + 1);
    if (header !== '' && once && place >= 0 && !now.headers.includes(header, place + 1)) columns.set(column, place);
  });
  return columns;
}

interface Rows {
  readonly places: Places;
  /** Rows of then that could be no other. */
  readonly certain: ReadonlySet<number>;
}

function rowsOf(then: Grid, now: Grid, columns: Places, keyColumns: readonly number[]): Rows {
  const places: Places = new Map();
  const certain = new Set<number>();
  const pairs = [...columns];
  const open = { was: rowNumbers(then), is: rowNumbers(now) };
  const pair = (group: Group): void => {
    const alone = group.was.length === 1 && group.is.length === 1;
    group.was.forEach((row, i) => {
      const place = group.is[i];
      if (place === undefined) return;
      places.set(row, place);
      if (alone) certain.add(row);
    });
  };
  const closed = (): void => {
    const taken = new Set(places.values());
    open.was = open.was.filter((row) => !places.has(row));
    open.is = open.is.filter((row) => !taken.has(row));
  };
  const whole = (grid: Grid, row: number, side: 0 | 1): string =>
    JSON.stringify(pairs.map((columnPair) => grid.at(row, columnPair[side]).value));
  for (const group of grouped(
    open,
    (row) => whole(then, row, 0),
    (row) => whole(now, row, 1),
  ))
    pair(group);
  closed();
  const keysNow = keyColumns.map((column) => columns.get(column) ?? -1);
  const byKey = grouped(
    open,
    (row) => keyAt(then, row, keyColumns),
    (row) => keyAt(now, row, keysNow),
  );
  for (const group of byKey) {
    if (group.key !== '' && group.was.length === 1 && group.is.length === 1) pair(group);
  }
  closed();
  const alike = (a: number, b: number): number => {
    const [keyThen, keyNow] = [keyAt(then, a, keyColumns), keyAt(now, b, keysNow)];
    let [same, other] = [0, 0];
    for (const [column, place] of pairs) {
      const [was, is] = [then.at(a, column).value, now.at(b, place).value];
      if (was === is && was !== null) same += 1;
      else if (was !== is) other += 1;
    }
    if (keyThen !== '' && keyThen === keyNow) return same + pairs.length;
    // Another key is another row, unless nothing but the key was changed.
    if (keyThen !== '' && keyNow !== '') return other === 1 && same > 1 ? same : 0;
    return same > other ? same : 0;
  };
  for (const [row, place] of bestPairs(open, alike)) places.set(row, place);
  return { places, certain };
}

interface Group extends Record<'was' | 'is', number[]> {
  readonly key: string;
}

function rowNumbers(grid: Grid): number[] {
  return Array.from({ length: Math.max(0, grid.length - 1) }, (_, i) => i + 1);
}

/** Rows of both sides with the same name, in their order. */
function grouped(
  rows: Record<'was' | 'is', number[]>,
  nameThen: (row: number) => string,
  nameNow: (row: number) => string,
): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows.was) {
    const key = nameThen(row);
    const group = groups.get(key) ?? { key, was: [], is: [] };
    groups.set(key, group);
    group.was.push(row);
  }
  for (const row of rows.is) groups.get(nameNow(row))?.is.push(row);
  return [...groups.values()];
}

/** Pairs by score, the best first, each row and place once; of equal ones those that stand nearer together. */
function bestPairs(
  open: Record<'was' | 'is', number[]>,
  score: (then: number, now: number) => number,
): [number, number][] {
  if (open.was.length * open.is.length > COMPARISONS) return [];
  const scored = open.was.flatMap((a) => open.is.map((b) => ({ a, b, score: score(a, b) })));
  scored.sort((x, y) => y.score - x.score || Math.abs(x.a - x.b) - Math.abs(y.a - y.b));
  const [seenThen, seenNow] = [new Set<number>(), new Set<number>()];
  return scored.flatMap(({ a, b, score: points }): [number, number][] => {
    if (points <= 0 || seenThen.has(a) || seenNow.has(b)) return [];
    seenThen.add(a);
    seenNow.add(b);
    return [[a, b]];
  });
}

/** The columns that no header tells: renamed ones, those with none, and those that share one. */
function withColumnsByCells(then: Grid, now: Grid, byHeader: Places, rows: Rows): Places {
  const columns: Places = new Map(byHeader);
  const taken = new Set(byHeader.values());
  const open = {
    was: columnNumbers(then).filter((column) => !byHeader.has(column)),
    is: columnNumbers(now).filter((column) => !taken.has(column)),
  };
  const cellsOf = (grid: Grid, column: number): Map<unknown, number> => {
    const counts = new Map<unknown, number>();
    for (let row = 1; row < grid.length; row += 1) {
      const { value } = grid.at(row, column);
      if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return counts;
  };
  const cellsThen = new Map(open.was.map((column) => [column, cellsOf(then, column)]));
  const cellsNow = new Map(open.is.map((column) => [column, cellsOf(now, column)]));
  const inCommon = (a: number, b: number): number => {
    let common = 0;
    for (const [value, count] of cellsThen.get(a) ?? []) common += Math.min(count, cellsNow.get(b)?.get(value) ?? 0);
    let aligned = 0;
    for (const row of common === 0 ? [] : rows.certain) {
      const { value } = then.at(row, a);
      if (value !== null && value === now.at(rows.places.get(row) ?? -1, b).value) aligned += 1;
    }
    return common + aligned;
  };
  const put = (those: [number, number][]): void => {
    for (const [a, b] of those) columns.set(a, b);
    const placed = new Set(columns.values());
    open.was = open.was.filter((column) => !columns.has(column));
    open.is = open.is.filter((column) => !placed.has(column));
  };
  put(bestPairs(open, inCommon));
  const held = (cells: Map<unknown, number> | undefined): boolean => (cells?.size ?? 0) > 0;
  for (const column of open.was) {
    const place = besideNeighbour(columns, column, (one) => {
      // A new column stands empty at first.
      const emptied = held(cellsThen.get(column)) && !held(cellsNow.get(one)) && (now.headers[one] ?? '') === '';
      return open.is.includes(one) && !emptied;
    });
    if (place !== undefined) put([[column, place]]);
  }
  return columns;
}

function columnNumbers({ columnCount }: Grid): number[] {
  return Array.from({ length: columnCount }, (_, i) => i);
}

/** The place that a column has by its nearest neighbour that is found, if it `fits`. */
function besideNeighbour(columns: Places, column: number, fits: (place: number) => boolean): number | undefined {
  const near = [...columns].sort(([a], [b]) => Math.abs(a - column) - Math.abs(b - column));
  return near.map(([neighbour, place]) => place + column - neighbour).find(fits);
}
