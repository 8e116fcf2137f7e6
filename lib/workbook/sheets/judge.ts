/**
 * What a request really hit, by the copies that it made first: each cell as it was meant to be, a cell that a person
 * had changed in that moment, or another row's or column's. What was hit wrongly becomes goals of the next request:
 * the copy goes back where its own row and column stand by then, unless a person has typed there since. Pure.
 */
import { type Content, holds, holdsValues, isOwn, keyOf, type Raw, type Seen } from './cells.ts';
import type { Goal, GoalCell, InsertGoal, RemoveGoal, UpdateGoal } from './goals.ts';
import type { HeldPart, HeldReason, PlacedCell, PlacedRow } from './place.ts';
import type { CopiedStep } from './scratch.ts';

export type ScratchAt = (row: number, column: number) => Seen;

export interface Verdict {
  /** Goals that are still to be reached. */
  readonly again: Goal[];
  readonly repairs: Goal[];
  readonly held: HeldPart[];
  readonly written: { cells: number; inserts: number; removals: number };
}

const isCopied = ({ copied }: CopiedStep, column: number): boolean =>
  copied.some(({ from, to }) => column >= from && column < to);

/** A tab in the moment of the request, as its copies show it. */
interface Then {
  readonly step: CopiedStep;
  readonly headers: readonly string[];
  readonly keyIndexes: readonly number[];
  readonly at: (row: number, column: number) => Seen;
}

/** Judges a request that was carried out. `scratchId` names the tab that repairs are copied from. */
export function judge(steps: readonly CopiedStep[], scratchAt: ScratchAt, scratchId: number): Verdict {
  const verdict: Verdict = { again: [], repairs: [], held: [], written: { cells: 0, inserts: 0, removals: 0 } };
  for (const step of steps) {
    const then = thenOf(step, scratchAt);
    const inserts = step.rows.flatMap((row) => (row.kind === 'insert' ? [row] : []));
    for (const row of step.rows) {
      if (row.kind === 'update') judgeUpdate(row, then, scratchId, verdict);
      else if (row.kind === 'remove') judgeRemoval(row, then, scratchId, verdict);
    }
    judgeInserts(inserts, then, verdict);
  }
  return verdict;
}

function thenOf(step: CopiedStep, scratchAt: ScratchAt): Then {
  const { now, head, copies, width } = step;
  // What was not copied says nothing about whose row it is.
  const at = (row: number, column: number): Seen =>
    isCopied(step, column) ? scratchAt(copies.get(row) ?? -1, column) : { value: null, computed: true };
  const headers = Array.from({ length: Math.max(width, now.columnCount) }, (_, column) =>
    isCopied(step, column) ? String(scratchAt(head, column).value ?? '') : (now.headers[column] ?? ''),
  );
  const keyIndexes = step.keyIndexes.map((index) => {
    const header = now.headers[index] ?? '';
    return headers[index] === header ? index : headers.indexOf(header);
  });
  return { step, headers, keyIndexes: keyIndexes.includes(-1) ? renamedKeys(step, headers, at) : keyIndexes, at };
}

/** The key columns where a header was renamed in that very moment: by the keys that stand in them. */
function renamedKeys({ now, keyIndexes, rows }: CopiedStep, headers: readonly string[], at: Then['at']): number[] {
  const unknown = headers.flatMap((header, i) => (header === '' || !now.headers.includes(header) ? [i] : []));
  return keyIndexes.map((index, nth) => {
    const same = headers.indexOf(now.headers[index] ?? '');
    if (same >= 0) return same;
    const hits = (column: number): number =>
      rows.filter((row) => {
        if (row.kind === 'insert' || row.goal.id.key === '') return false;
        return row.goal.id.key.split('\u001f')[nth] === String(at(row.row, column).value ?? '');
      }).length;
    const best = unknown.toSorted((a, b) => hits(b) - hits(a) || Math.abs(a - index) - Math.abs(b - index))[0];
    return best ?? index;
  });
}

type Updated = Extract<PlacedRow, { kind: 'update' }>;
type Removed = Extract<PlacedRow, { kind: 'remove' }>;
type Inserted = Extract<PlacedRow, { kind: 'insert' }>;

const keyThen = ({ keyIndexes, at }: Then, row: number): string =>
  keyOf(keyIndexes.map((column) => at(row, column).value));

function isSameRow({ goal, row }: Updated | Removed, then: Then): boolean {
  const { id } = goal;
  if (keyThen(then, row) !== id.key) return false;
  if (id.content === undefined || (goal.kind === 'update' && id.key !== '')) return true;
  if (holds(id.content, then.headers, (column) => then.at(row, column))) return true;
  return (
    goal.repairs !== undefined &&
    holdsValues(
      id.content,
      then.headers.map((_, column) => then.at(row, column).value),
    )
  );
}

function judgeUpdate(row: Updated, then: Then, scratchId: number, verdict: Verdict): void {
  const { goal } = row;
  const isMeant = isSameRow(row, then);
  const again: GoalCell[] = [];
  const back: PlacedCell[] = [];
  for (const placed of row.cells) {
    const { column, cell } = placed;
    const seen = then.at(row.row, column);
    const header = then.headers[column] ?? '';
    // Of columns without a header only what they hold tells one from the other.
    const isOwnColumn =
      header === (then.step.now.headers[column] ?? '') && (header !== '' || seen.value === cell.before);
    const isUnchanged = seen.value === cell.before && !seen.computed;
    const isThere = seen.value === cell.after.value && !seen.computed && !cell.after.copy;
    if (isMeant && isOwnColumn && (isUnchanged || isThere)) {
      verdict.written.cells += goal.repairs ? 0 : 1;
      continue;
    }
    if (isMeant && isOwnColumn) {
      if (!goal.repairs) verdict.held.push({ tab: goal.tab, reason: seen.computed ? 'formula' : 'cell changed' });
      verdict.repairs.push(...(cell.decisions ?? []).map(without));
    } else again.push(cell);
    back.push(placed);
  }
  if (again.length > 0) verdict.again.push({ ...goal, cells: again });
  if (back.length > 0) verdict.repairs.push(cellsBack(row, back, then, scratchId));
}

/** The decision is removed again: its cell was not written. */
const without = ({ sheetId, tab, keyColumns, key }: InsertGoal): RemoveGoal => ({
  kind: 'remove',
  sheetId,
  tab,
  keyColumns,
  id: { key, row: 1 },
  repairs: { headers: [] },
});

const headersOf = (columns: readonly number[], { headers }: Then): string[] => columns.map((i) => headers[i] ?? '');

/**
 * Puts the cells of a row back as the copies have them. The row is known by what it holds now: with our cells in it.
 */
function cellsBack(row: Updated, back: readonly PlacedCell[], then: Then, scratchId: number): UpdateGoal {
  const { step, headers, keyIndexes } = then;
  const ours = new Map(row.cells.map(({ column, cell }) => [column, cell.after.value]));
  const now = (column: number): Raw => (ours.has(column) ? (ours.get(column) ?? null) : then.at(row.row, column).value);
  const key = keyOf(keyIndexes.map(now));
  const content: Record<string, Raw> = {};
  headers.forEach((header, column) => {
    const value = now(column);
    const isTyped = ours.has(column) || !then.at(row.row, column).computed;
    if (value !== null && isTyped) content[isOwn(headers, column) ? header : `\u0000${column}`] = value;
  });
  return {
    kind: 'update',
    sheetId: step.now.sheetId,
    tab: step.now.title,
    keyColumns: headersOf(keyIndexes, then),
    id: { key, row: row.row, ...(key === '' && { content }) },
    repairs: { headers },
    cells: back.map(({ column, cell }): GoalCell => {
      const { value } = then.at(row.row, column);
      const copy = { sheetId: scratchId, row: step.copies.get(row.row) ?? 0, column };
      return { column: headers[column] ?? '', index: column, before: cell.after.value, after: { value, copy } };
    }),
  };
}

function judgeRemoval(row: Removed, then: Then, scratchId: number, verdict: Verdict): void {
  const { goal } = row;
  if (isSameRow(row, then)) {
    verdict.written.removals += goal.repairs ? 0 : 1;
    return;
  }
  const { step, headers, keyIndexes } = then;
  const key = keyThen(then, row.row);
  const isChanged = key !== '' && key === goal.id.key;
  if (!isChanged) verdict.again.push(goal);
  else {
    if (!goal.repairs) verdict.held.push({ tab: goal.tab, reason: 'row changed' satisfies HeldReason });
    verdict.repairs.push(...(goal.decisions ?? []).map(without));
  }
  const cells = headers.flatMap((header, column): (GoalCell & { readonly index: number })[] => {
    const { value } = then.at(row.row, column);
    const copy = { sheetId: scratchId, row: step.copies.get(row.row) ?? 0, column };
    return isCopied(step, column) && (header !== '' || value !== null)
      ? [{ column: header, index: column, before: null, after: { value, copy } }]
      : [];
  });
  if (cells.every(({ after }) => after.value === null)) return;
  const { sheetId, title: tab } = step.now;
  verdict.repairs.push({
    kind: 'insert',
    sheetId,
    tab,
    keyColumns: headersOf(keyIndexes, then),
    key,
    cells,
    repairs: { headers },
  });
}

/**
 * New rows lie in rows of their own; but a column may have moved, so that their cells are in the wrong ones: out, and
 * in again.
 */
function judgeInserts(rows: readonly Inserted[], then: Then, verdict: Verdict): void {
  const { step, headers } = then;
  const { now, insertAt, keyIndexes } = step;
  const used = new Set([...keyIndexes, ...rows.flatMap(({ columns }) => columns)].filter((column) => column >= 0));
  const moved = [...used].some((column) => (headers[column] ?? '') !== (now.headers[column] ?? ''));
  rows.forEach(({ goal, columns }, i) => {
    if (!moved) {
      verdict.written.inserts += goal.repairs ? 0 : 1;
      return;
    }
    verdict.again.push(goal);
    const content: Content = Object.fromEntries(
      goal.cells.map(({ after }, nth) => [headers[columns[nth] ?? -1] ?? '', after.value]),
    );
    // A later run knows the key alone.
    const isKnown = goal.cells.length > 0 && !('' in content) && !goal.cells.some(({ after }) => after.copy);
    if (goal.key === '' && !isKnown) return;
    verdict.repairs.push({
      kind: 'remove',
      sheetId: now.sheetId,
      tab: now.title,
      keyColumns: headersOf(keyIndexes, then),
      id: { key: goal.key, row: insertAt + i, ...(isKnown && { content }) },
      repairs: { headers },
    });
  });
}

/** Whether nothing was hit wrongly, by the part of the copies that the answer shows. */
export const isClean = ({ again, repairs }: Verdict): boolean => again.length + repairs.length === 0;
