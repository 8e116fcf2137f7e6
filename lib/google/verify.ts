/**
 * Did an attempt hit what it meant? Answered from the copies that the attempt itself made in the same atomic request.
 * What it hit wrongly (somebody sorted, inserted, moved or edited between the second look and the write) becomes goals
 * that put the old content back, wherever the rows are by now; what a person has changed since stays. Pure.
 */
import { trackColumn } from './columns.ts';
import { type Goal, type InsertGoal, keyOf, type RemoveGoal, type UpdateGoal } from './goals.ts';
import type { TabStep } from './place.ts';
import type { Raw } from './snapshot.ts';
import { keyAt, sameSeen, type TabNow } from './tab-now.ts';
import type { Intent, Left } from './undo-log.ts';

/** Whether a tab was, at the moment of the write, as it was at the second look, in all that mattered. */
export function isAsSeen({ now, cells, removals }: TabStep, image: TabNow | undefined): boolean {
  if (image === undefined || image.headers.join('\u001f') !== now.headers.join('\u001f')) return false;
  const sameRow = (row: number): boolean =>
    now.headers.every((_, column) => sameSeen(image.at(row, column), now.at(row, column)));
  return (
    cells.every(({ row, column, goal }) => {
      if (goal.id.key === '' && !sameRow(row)) return false;
      return (
        keyAt(image, row, goal.keyColumns) === keyAt(now, row, goal.keyColumns) &&
        sameSeen(image.at(row, column), now.at(row, column))
      );
    }) && removals.every(({ row }) => sameRow(row))
  );
}

export interface Verdict {
  /** Names of the goals, or cells of goals, that were hit as meant (see `nameOf`). */
  readonly right: ReadonlySet<string>;
  readonly repairs: readonly Goal[];
}

/** Judges an attempt by what it left. An intent whose copy is gone counts as right: nothing can be told any more. */
export function judge({ intents, images }: Pick<Left, 'intents' | 'images'>): Verdict {
  const right = new Set<string>();
  const repairs: Goal[] = [];
  const seen = new Map(intents.flatMap(({ sheetId, headers }) => (headers ? [[sheetId, headers] as const] : [])));
  for (const meant of intents) {
    const image = images.get(meant.sheetId);
    const intent = { ...meant, keyColumns: keysIn(meant, image, seen.get(meant.sheetId)) };
    const repair = image === undefined ? undefined : JUDGES[intent.kind](intent, image, right);
    if (image === undefined) for (const [, header] of intent.cells) right.add(nameOf(intent, header));
    if (image === undefined) right.add(nameOf(intent));
    if (repair !== undefined) repairs.push(repair);
  }
  return { right, repairs };
}

const JUDGES = { update: judgeUpdate, insert: judgeInsert, remove: judgeRemoval };

/** What tells one goal, or one of its cells, from all others; a row without key goes by its place in the attempt. */
export function nameOf(one: Pick<Intent, 'kind' | 'sheetId' | 'key' | 'row'>, header = ''): string {
  return JSON.stringify([one.kind, one.sheetId, one.key, one.key === '' ? one.row : 0, header]);
}

function base(intent: Intent, image: TabNow) {
  return {
    sheetId: intent.sheetId,
    tab: intent.tab,
    keyColumns: intent.keyColumns,
    repair: true,
    headersThen: image.headers,
  };
}

/**
 * The key columns as they were called at the moment of the write. Where one can't be found again, none: rows can then only be
 * told by all that they hold.
 */
function keysIn(
  { keyColumns }: Intent,
  image: TabNow | undefined,
  seen: readonly string[] | undefined,
): readonly string[] {
  if (image === undefined || seen === undefined) return keyColumns;
  const then = keyColumns.map((header) => image.headers[trackColumn(seen, image.headers, seen.indexOf(header))] ?? '');
  return then.includes('') ? [] : then;
}

function judgeUpdate(intent: Intent, image: TabNow, right: Set<string>): UpdateGoal | undefined {
  const rowRight =
    intent.key !== '' || intent.content === undefined
      ? keyAt(image, intent.row, intent.keyColumns) === intent.key
      : holds(image, intent.row, intent.content);
  const wrong = intent.cells.filter(([column, header, before]) => {
    const old = image.at(intent.row, column);
    const hit = rowRight && image.headers[column] === header && old.value === before && old.formula === undefined;
    if (hit) right.add(nameOf(intent, header));
    return !hit;
  });
  if (wrong.length === 0) return undefined;
  const content = contentAfter(intent, image);
  const cells = wrong.map(([index, , , write]) => {
    const { value, formula } = image.at(intent.row, index);
    return {
      column: image.headers[index] ?? '',
      index,
      before: write.value,
      after: { value, ...(formula !== undefined && { formula }) },
    };
  });
  return {
    ...base(intent, image),
    kind: 'update',
    id: { key: keyIn(content, intent.keyColumns), content, near: intent.row },
    cells,
  };
}

function judgeInsert(intent: Intent, image: TabNow, right: Set<string>): RemoveGoal | undefined {
  if (intent.cells.every(([column, header]) => image.headers[column] === header)) {
    right.add(nameOf(intent));
    return undefined;
  }
  const content = new Map(intent.cells.map(([column, , , write]) => [image.headers[column] ?? '', write.value]));
  return {
    ...base(intent, image),
    kind: 'remove',
    id: { key: keyIn(content, intent.keyColumns), content, near: intent.row },
  };
}

function judgeRemoval(intent: Intent, image: TabNow, right: Set<string>): InsertGoal | undefined {
  const rowRight =
    keyAt(image, intent.row, intent.keyColumns) === intent.key && holds(image, intent.row, intent.content ?? []);
  if (rowRight) {
    right.add(nameOf(intent));
    return undefined;
  }
  const cells = Array.from({ length: image.columnCount }, (_, index) => ({
    index,
    ...image.at(intent.row, index),
  })).filter((cell) => cell.value !== null || cell.formula !== undefined);
  if (cells.length === 0) return undefined;
  const after = cells.map(({ index, value, formula }) => ({
    column: image.headers[index] ?? '',
    index,
    after: { value, ...(formula !== undefined && { formula }) },
  }));
  return { ...base(intent, image), kind: 'insert', key: keyAt(image, intent.row, intent.keyColumns), cells: after };
}

/** A row of the copy with the attempt's cells laid over it: what the row held right after the write. */
function contentAfter(intent: Intent, image: TabNow): Map<string, Raw> {
  const content = new Map<string, Raw>();
  image.headers.forEach((header, column) => {
    if (header === '' || content.has(header)) return;
    const written = intent.cells.find(([index]) => index === column);
    content.set(header, written === undefined ? image.at(intent.row, column).value : written[3].value);
  });
  return content;
}

function keyIn(content: ReadonlyMap<string, Raw>, keyColumns: readonly string[]): string {
  return keyOf(keyColumns.map((header) => content.get(header) ?? null));
}

function holds(image: TabNow, row: number, content: NonNullable<Intent['content']>): boolean {
  const expected = new Map(content);
  return image.headers.every((header, column) => {
    return (
      header === '' ||
      image.headers.indexOf(header) !== column ||
      image.at(row, column).value === (expected.get(header) ?? null)
    );
  });
}
