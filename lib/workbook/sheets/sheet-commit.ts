/**
 * A commit into a spreadsheet: which tabs it fills, what has to be made there, all goals in their order, and around
 * them the record of the run. The writer reaches them; what it left is counted here.
 */
import { type TableName, tableOf } from '../../core/tables.ts';
import { findColumns, normalHeader } from '../headers.ts';
import {
  CLOSED,
  type Held,
  type Marker,
  type SourceTable,
  type Store,
  type TabFile,
  type TablePatch,
} from '../store.ts';
import type { SheetsClient } from './client.ts';
import type { Goal, GoalCell } from './goals.ts';
import { isFilledWhole, topsOf } from './look.ts';
import { identityIn, identityRequests } from './marker.ts';
import type { TabOutline } from './outline.ts';
import { type HeldPart, isShut } from './place.ts';
import { exportGoals, exportTab } from './sheet-export.ts';
import { checkFits, type Made, madeFor, type Room } from './sheet-layout.ts';
import { MARKER_HEADERS, MARKER_TAB, markerGoals } from './sheet-marker.ts';
import { goalsOfPatch } from './sheet-patch.ts';
import { emptyTab, type SheetSnapshot, type TabSnapshot } from './snapshot.ts';
import type { TabText } from './tab-text.ts';
import { inOrder, LAST, withDecisions } from './write-order.ts';
import { SheetWriter, type Written } from './writer.ts';

/** A table of the last reading. */
export interface ReadTable {
  readonly tab: TabOutline;
  readonly source: SourceTable;
}

interface Commit {
  readonly client: SheetsClient;
  readonly snapshot: SheetSnapshot;
  readonly tables: ReadonlyMap<TableName, ReadTable>;
  /** Which write of its run this is. */
  readonly nth: number;
  readonly patches: readonly TablePatch[];
  readonly files: readonly TabFile[];
  readonly marker: Marker;
  readonly afterClosed: Parameters<Store['commit']>[3];
}

/** What the run calls a tab, and how it will be. */
type Named = Pick<Target, 'name' | 'tab'>;

/** A tab that is filled, with its rows as they were read, or none where rows are only added. */
interface Target extends Made {
  /** What the run calls it. */
  readonly name: string;
  readonly rows: TabSnapshot;
}

/** Commits; gives what was left to people. @throws WorkbookError where it does not fit, SheetsError */
export async function commitTo(given: Commit): Promise<Held> {
  const { client, snapshot, tables, nth, patches, files, marker, afterClosed } = given;
  const target = async (room: Room, isRead: boolean): Promise<Target> => {
    const made = madeFor(room, room.tab ? snapshot.loaded(room.tab) : undefined);
    const read = isRead && room.tab ? await snapshot.load(room.tab) : emptyTab(made.tab);
    return { ...made, name: room.title, rows: { ...read, headers: made.tab.headers } };
  };
  const changesRows = ({ rows }: TablePatch): boolean => rows.update + rows.remove > 0;
  const byTable = new Map<TableName, Target>();
  const onlyRead = await filledTabs(client, tables, patches);
  for (const patch of patches) {
    const { table, columns } = patch;
    const known = tables.get(table)?.tab;
    const tab = known ?? snapshot.tabs.find(({ title }) => normalHeader(title) === table) ?? null;
    const headers = tab && onlyRead.has(tab) ? [] : columns;
    byTable.set(table, await target({ tab, title: table, headers }, known !== undefined && changesRows(patch)));
  }
  const goalsOf = async (those: readonly TablePatch[]): Promise<Parameters<typeof withDecisions>[0]> => {
    const found = new Map<TableName, { goals: Goal[]; headerOf: ReadonlyMap<string, string> }>();
    for (const patch of those) {
      const source = tables.get(patch.table)?.source;
      const tab = byTable.get(patch.table)?.rows;
      if (!tab) continue;
      const places = source && changesRows(patch) ? ((await source.open()) as TabText).places : [];
      const headerOf = source?.headerOf ?? findColumns(patch.table, tab.headers);
      found.set(patch.table, { goals: goalsOfPatch(patch, { tab, headerOf, places }, snapshot.clock), headerOf });
    }
    return found;
  };
  const filled: Goal[] = [];
  const targets = [...byTable.values()];
  for (const file of files) {
    const room = { tab: exportTab(file, snapshot), title: file.title, headers: file.columns, exportOf: file.name };
    const to = await target(room, true);
    targets.push(to);
    filled.push(...exportGoals(file, to.rows));
  }
  const markerTab = snapshot.tabs.find(({ title }) => title === MARKER_TAB) ?? null;
  const kept = await target({ tab: markerTab, title: MARKER_TAB, headers: MARKER_HEADERS, hidden: true }, true);

  const { first, last } = inOrder(withDecisions(await goalsOf(patches)), filled);
  const record = markerGoals(kept.rows, marker, nth);
  const inOneStep = [...last, ...record.after(marker.entries, false)];
  const named = targets.map(({ name, tab }): Named => ({ name, tab }));
  const made = [...targets, kept].map(({ tab, requests }): Made => ({ tab, requests }));
  const tabs = made.map(({ tab }) => tab);
  const writer = new SheetWriter(client, tabs);
  checkFits(snapshot.tabs, tabs, [...record.before, ...first, ...inOneStep], writer);
  // The goals hold what is to be written: what was read is not needed any more, but for what says how a run ended.
  for (const table of byTable.keys()) if (!LAST.includes(table)) byTable.delete(table);
  targets.length = 0;
  snapshot.release();
  const after = async (result: Written): Promise<Goal[]> => {
    const held = heldByTable(result, named);
    const isClosed = [...held.values()].some((reasons) => Object.values(CLOSED).some((reason) => reason in reasons));
    if (!isClosed || !afterClosed) return [...last, ...record.after(marker.entries, true)];
    const { patches: again, entries } = await afterClosed(held);
    const changed: TablePatch[] = [];
    for await (const patch of again) changed.push(patch);
    const { last: now } = inOrder(withDecisions(await goalsOf(changed)), []);
    return [...now.map((goal) => withoutMissing(goal, named)), ...record.after(entries, true)];
  };
  const identity = identityRequests(snapshot.spreadsheetId, identityIn(snapshot.metadata));
  const rooms = [...made.map(({ requests }) => requests), identity].filter(({ length }) => length > 0);
  return heldByTable(await writer.write(first, rooms, { inOneStep, before: record.before, after }), named);
}

/** Tabs that lack columns of a patch and get none: a typed header would be in the way of the formula that fills them. */
async function filledTabs(
  client: SheetsClient,
  tables: Commit['tables'],
  patches: readonly TablePatch[],
): Promise<ReadonlySet<TabOutline>> {
  const lacking = patches.flatMap(({ table, columns }) => {
    const { tab, source } = tables.get(table) ?? {};
    return tab && source && columns.some((column) => !tab.headers.includes(column)) ? [{ table, tab, source }] : [];
  });
  const tops = await topsOf(
    client,
    lacking.map(({ tab }) => tab),
  );
  const isFilled = ({ table, tab, source }: (typeof lacking)[number]): boolean => {
    const now = tops.get(tab.sheetId);
    const key = tableOf(table).key.map((column) => now?.headers.indexOf(source.headerOf.get(column) ?? column) ?? -1);
    return now !== undefined && isFilledWhole(now, key);
  };
  return new Set(lacking.filter(isFilled).map(({ tab }) => tab));
}

/** A new row without the cells for which its tab has no column. */
function withoutMissing(goal: Goal, targets: readonly Named[]): Goal {
  const headers = targets.find(({ tab }) => tab.sheetId === goal.sheetId)?.tab.headers ?? [];
  const isThere = ({ index }: GoalCell): boolean => headers.includes(goal.headers[index] ?? '');
  return goal.kind === 'insert' ? { ...goal, cells: goal.cells.filter(isThere) } : goal;
}

/** Held parts in counts; where nothing at all was written into a tab, the reason says that it is closed. */
function heldByTable({ held, tabs }: Written, targets: readonly Named[]): Held {
  const found = new Map<string, Record<string, number>>();
  for (const { name, tab: written } of targets) {
    const own = held.filter(({ tab }) => tab === written.title);
    const isClosed = !tabs.has(written.sheetId) && own.every(isShut);
    const reasons: Record<string, number> = {};
    for (const { reason } of own) {
      const called = (isClosed && SHUT[reason]) || reason;
      reasons[called] = (reasons[called] ?? 0) + 1;
    }
    if (own.length > 0) found.set(name, reasons);
  }
  return found;
}

const SHUT: Readonly<Partial<Record<HeldPart['reason'], string>>> = {
  protected: CLOSED.isProtected,
  'tab gone': CLOSED.isGone,
};
