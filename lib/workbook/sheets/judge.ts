/**
 * What a request really hit, by the copies that it made first: a row that is not just as the look before had seen it
 * was hit wrongly. Such a row gets back what the copy holds, the rows of `changes` about it go out again, and its goal
 * is still to be reached, by an ordinary look. Pure.
 */
import { keyOf, type Raw, type Seen } from './cells.ts';
import type { Goal, GoalCell } from './goals.ts';
import type { TabLook } from './look.ts';
import type { Act } from './place.ts';
import type { CopiedStep } from './scratch.ts';

export interface Verdict {
  /** What was hit wrongly. */
  readonly missed: ReadonlySet<Act>;
  /** Goals that are still to be reached. */
  readonly again: Goal[];
  /** What puts right what was hit wrongly. */
  readonly repairs: Goal[];
}

/** Judges a request that was carried out. `scratchId` names the tab that repairs are copied from. */
export function judge(steps: readonly CopiedStep[], scratchAt: TabLook['at'], scratchId: number): Verdict {
  const moments = steps.map((step) => momentOf(step, scratchAt, scratchId));
  const missedRows = new Set<string>();
  for (const { step, isMissed } of moments)
    for (const act of step.acts)
      if (act.kind !== 'insert' && isMissed(act)) missedRows.add(`${step.now.sheetId} ${act.row}`);
  const verdict = { missed: new Set<Act>(), again: [] as Goal[], repairs: [] as Goal[] };
  for (const { step, isMissed, back, out } of moments) {
    let at = step.insertAt;
    for (const act of step.acts) {
      const isNew = act.kind === 'insert';
      const isOfMissed = missedRows.has(`${act.host ?? step.now.sheetId} ${act.row}`);
      if (isOfMissed || (isNew && isMissed(act))) {
        verdict.missed.add(act);
        verdict.repairs.push(...(isNew ? out(act, at) : back(act)));
        if (act.goal && (!isNew || !isOfMissed)) verdict.again.push(act.goal);
      }
      at += isNew ? 1 : 0;
    }
  }
  return verdict;
}

/** A tab in the moment of the request, as its copies show it, and what puts right the rows that were hit wrongly. */
function momentOf(step: CopiedStep, scratchAt: TabLook['at'], scratchId: number) {
  const { now, head, copies, copied, width } = step;
  const isCopied = (column: number): boolean => copied.some(({ from, to }) => column >= from && column < to);
  const at = (row: number, column: number): Seen => scratchAt(copies.get(row) ?? -1, column);
  const headers = Array.from({ length: Math.max(width, now.columnCount) }, (_, column) =>
    isCopied(column) ? String(scratchAt(head, column).value ?? '') : (now.headers[column] ?? ''),
  );
  const hasMoved = (column: number): boolean => headers[column] !== (now.headers[column] ?? '');
  const isMissed = ({ kind, row, seen, cells }: Act): boolean => {
    if (kind === 'insert') return [...cells.map(({ column }) => column), ...seen.map(([i]) => i)].some(hasMoved);
    return seen.some(([column, value, computed]) => {
      if (!isCopied(column)) return false;
      const then = at(row, column);
      const isSame = then.computed === computed && (then.value === value || (computed && value === null));
      return hasMoved(column) || !isSame;
    });
  };
  /** The key columns, wherever they were in that moment; none where one can't be known. */
  const keyThen = (key: readonly number[]): number[] => {
    const then = key.map((column) => {
      if (column < 0 || !hasMoved(column)) return column;
      const found = headers.indexOf(now.headers[column] || 'no header');
      return found < 0 && !now.headers.includes(headers[column] ?? '') ? column : found;
    });
    return then.includes(-1) ? [] : then;
  };
  const repair = (act: Pick<Goal, 'kind' | 'row' | 'key' | 'cells'>, values: Raw[], isWhole = false): Goal => {
    const name = keyOf(act.key.map((column) => values[column] ?? null));
    return { ...act, sheetId: now.sheetId, tab: now.title, headers, values, name, isWhole, isRepair: true };
  };
  const back = ({ kind, row, key: looked, cells: written }: Act): Goal[] => {
    const key = keyThen(looked);
    const ours = new Map(written.map(({ column, after }) => [column, after.value]));
    const then = headers.map((_, column): Raw => {
      const { value, computed } = at(row, column);
      return isCopied(column) && !computed ? value : null;
    });
    const cellsBack = (columns: readonly number[]): GoalCell[] =>
      columns.filter(isCopied).map((index) => {
        const copy = { sheetId: scratchId, row: copies.get(row) ?? 0, column: index };
        return { index, before: ours.get(index) ?? null, after: { value: then[index] ?? null, copy } };
      });
    if (kind === 'update') {
      const left = then.map((value, column) => (ours.has(column) ? (ours.get(column) ?? null) : value));
      return [repair({ kind, row, key, cells: cellsBack([...ours.keys()]) }, left)];
    }
    const held = headers.map((_, column) => column).filter((column) => at(row, column).value !== null);
    if (held.every((column) => !isCopied(column))) return [];
    const named = headers.flatMap((header, column) => (header !== '' && !held.includes(column) ? [column] : []));
    return [repair({ kind: 'insert', row: 0, key, cells: cellsBack([...held, ...named]) }, then)];
  };
  /** Takes out a new row again. Of one that another run made only the key is known. */
  const out = ({ goal, key, cells, seen }: Act, row: number): Goal[] => {
    const values: Raw[] = headers.map(() => null);
    for (const { column, after } of cells) values[column] = after.value;
    for (const [column, value] of seen) values[column] = value;
    const isKeyed = seen.some(([, value]) => value !== null && value !== '');
    if (values.every((value) => value === null)) return [];
    return [repair({ kind: 'remove', row, key: isKeyed ? key : [], cells: [] }, values, goal !== undefined)];
  };
  return { step, isMissed, back, out };
}
