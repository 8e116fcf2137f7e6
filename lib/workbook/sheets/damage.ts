/**
 * What attempts hit wrongly (judge.ts), bound to places in the tab as it was right after the write; from there traced to where
 * it is now, and made the step that puts it right. What a person has changed since stays. Pure.
 */
import type { CellPlace } from './goals.ts';
import { EMPTY, type Grid, keyAt, type Seen } from './grid.ts';
import type { NewRow, PlacedCell, RemovedRow, TabStep, UpdatedRow } from './step.ts';
import type { TabNow } from './tab-now.ts';
import { trace } from './trace.ts';

/** What a cell should hold, and where a copy has it; what never stood anywhere has no copy. */
export interface Right extends Seen {
  readonly copyOf?: CellPlace;
}

export interface WrongCell {
  readonly row: number;
  readonly column: number;
  /** What the attempt wrote there. */
  readonly holds: Seen;
  readonly right: Right;
}

export interface LostRow {
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

/** A formula is the same wherever it has moved to, though its text is not. */
export function same(a: Seen, b: Seen): boolean {
  return a.formula === undefined || b.formula === undefined ? a.value === b.value && a.formula === b.formula : true;
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
    const untouched = Array.from({ length: base.columnCount }, (_, column) => column).every((column) =>
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
