/**
 * The workbook as a Google Sheet: tabs are tables, read narrowly, and written by requests that find each row again by its key
 * while people keep typing (writer.ts). What a person changed meanwhile keeps the person's value and is counted as held. It keeps
 * nothing of the sheet on this machine but a run's temporary files.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ColumnType, type TableName, tableNames, tableOf } from '../../core/tables.ts';
import { checkContacts } from '../beside.ts';
import { contactHeaders } from '../contact-cells.ts';
import { lockFolder } from '../csv/commit/lock.ts';
import { findColumns, normalHeader } from '../headers.ts';
import { type Recognise, shapeOf } from '../recognised.ts';
import {
  CLOSED,
  type ClearedTabs,
  type Held,
  type Marker,
  MOST_CELLS,
  NEARLY_FULL,
  nothingHeld,
  type Patches,
  type Reading,
  type SheetAccess,
  type SheetCapability,
  type SheetFacts,
  type SourceTable,
  type Store,
  type TabFile,
  type TablePatch,
  type Theirs,
} from '../store.ts';
import { type SheetsClient, sheetsClient } from './client.ts';
import { IncompleteRead, Refused } from './errors.ts';
import { type Goal, goalsOf } from './goals.ts';
import { hasMarkers, identityIn, identityRequests, workbookIdOf } from './marker.ts';
import { type HeldPart, isShut } from './place.ts';
import { isColumnClosed, isTabClosed } from './protection.ts';
import { zoneClock } from './serial-time.ts';
import { exportPatch, exportTab, holdsAll } from './sheet-export.ts';
import { closedTabs, factsOf, isCopy } from './sheet-facts.ts';
import { rowsNaming, theirRows } from './sheet-forget.ts';
import { writeInbox } from './sheet-inbox.ts';
import { checkFits, type Made, madeFor, type Room } from './sheet-layout.ts';
import { MARKER_HEADERS, MARKER_TAB, markerPatches, readMarker } from './sheet-marker.ts';
import { insertsIn, tabPatchOf } from './sheet-patch.ts';
import { foreignTabs, labelOf, noContacts, tabsByTable } from './sheet-tabs.ts';
import {
  emptyTab,
  type Reader,
  readSnapshot,
  type SheetSnapshot,
  type TabOutline,
  type TabSnapshot,
} from './snapshot.ts';
import { type SheetPlace, type TabText, writeTabText } from './tab-text.ts';
import { inOrder, withDecisions } from './write-order.ts';
import { SheetWriter, type Written } from './writer.ts';

export interface SheetsStoreOptions {
  readonly spreadsheetId: string;
  /** A folder of this machine for the lock, temporary files and what must outlive a killed run. */
  readonly folder: string;
  readonly aliases: Readonly<Record<string, string>>;
  /** Says what tabs are that are called like no table. */
  readonly recognise: Recognise;
  readonly command: string;
  readonly run: string;
  readonly mayBeEmpty?: boolean;
  readonly client?: SheetsClient;
  /** Gets a line for each wait. */
  readonly progress?: (line: string) => void;
}

const SCRATCH = 'scratch-';

/** Opens a spreadsheet as a workbook: one run at a time on this machine; repairs what a killed run left. @throws LockError, SheetsError */
export async function openSheetsStore(options: SheetsStoreOptions): Promise<Store> {
  const { folder, spreadsheetId, progress } = options;
  const state = join(folder, '.nightshift');
  await mkdir(state, { recursive: true });
  const lock = await lockFolder(folder, { command: options.command, run: options.run });
  try {
    for (const name of await readdir(state)) {
      if (name.startsWith(SCRATCH)) await rm(join(state, name), { recursive: true, force: true });
    }
    const scratch = join(state, `${SCRATCH}${randomBytes(4).toString('hex')}`);
    await mkdir(scratch, { recursive: true });
    const client = options.client ?? sheetsClient(spreadsheetId, progress ? { progress } : {});
    const reader = readerOf(options.aliases);
    let first: SheetSnapshot | null = await readSnapshot(client, reader);
    let recovered: string | null = null;
    if (first.hasScratch || hasMarkers(first.metadata)) {
      recovered = await recover(client, isCopy(first));
      first = null;
    }
    return new SheetsStore({ ...options, client, reader, scratch, recovered, first }, async () => {
      await rm(scratch, { recursive: true, force: true });
      await lock.release();
    });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** What a run left that was killed while it wrote; a copy has it from the workbook that it was made of. */
async function recover(client: SheetsClient, isOfOther: boolean): Promise<string | null> {
  const { repaired } = await new SheetWriter(client, []).recover(isOfOther);
  if (isOfOther) return null;
  const done =
    repaired > 0
      ? `${repaired} cells and rows that people moved at that moment were put right`
      : 'all that it wrote is in its place';
  return `an earlier run ended while it wrote: ${done}. This run goes on from there.`;
}

/** How tabs are read: the keys of a table tell its rows apart, and its numbers are never dates. */
function readerOf(aliases: Readonly<Record<string, string>>): Reader {
  const columnsOf = (tab: TabOutline, wanted: (table: TableName, column: string) => boolean): number[] => {
    const table = tableNames.find((each) => each === normalHeader(tab.title));
    if (!table) return [];
    const headers = findColumns(table, tab.headers, table === 'contacts' ? aliases : {});
    return [...headers].flatMap(([column, header]) => (wanted(table, column) ? [tab.headers.indexOf(header)] : []));
  };
  return {
    keyed: (tab) => {
      const keys = columnsOf(tab, (table, column) => tableOf(table).key.includes(column) || column === 'email');
      return keys.length > 0 ? keys : tab.columnCount > 0 ? [0] : [];
    },
    numeric: (tab) => new Set(columnsOf(tab, (table, column) => tableOf(table).columns[column]?.type === 'number')),
    always: ({ title, exportOf }) => exportOf !== null || title === MARKER_TAB,
  };
}

/** A table of the last reading. */
interface Known {
  readonly tab: TabOutline;
  readonly source: SourceTable;
  text?: Promise<TabText>;
}

interface Opened extends SheetsStoreOptions {
  readonly client: SheetsClient;
  readonly reader: Reader;
  readonly scratch: string;
  readonly recovered: string | null;
  /** A snapshot that no reading was made of yet. */
  readonly first: SheetSnapshot | null;
}

class SheetsStore implements Store {
  readonly kind = 'sheets';
  readonly scratch: string;
  readonly stateFolder: string;
  readonly recovered: string | null;
  readonly workbookId: string;
  readonly close: () => Promise<void>;
  readonly #options: Opened;
  readonly #client: SheetsClient;
  #fresh: SheetSnapshot | null;
  #last: SheetSnapshot | null = null;
  #tables = new Map<TableName, Known>();
  #writes = 0;
  /** Tabs that changed too much to be read; the run reads all of it again. */
  #unsettled = new Set<string>();

  constructor(options: Opened, close: () => Promise<void>) {
    this.#options = options;
    this.#client = options.client;
    this.#fresh = options.first;
    this.scratch = options.scratch;
    this.stateFolder = join(options.folder, '.nightshift');
    this.recovered = options.recovered;
    this.workbookId = workbookIdOf(options.spreadsheetId);
    this.close = close;
  }

  read = async (): Promise<Reading> => {
    const snapshot = await this.#now();
    this.#fresh = null;
    this.#last = snapshot;
    this.#unsettled = new Set();
    const cells = snapshot.tabs.reduce((sum, { rowCount, columnCount }) => sum + rowCount * columnCount, 0);
    if (cells > NEARLY_FULL * MOST_CELLS) {
      const share = Math.floor((100 * cells) / MOST_CELLS);
      this.#options.progress?.(
        `the spreadsheet holds ${share} % of the cells that Google allows; "doctor" lists what helps`,
      );
    }
    const place = { clock: zoneClock(snapshot.timeZone), locale: snapshot.locale };
    this.#tables = new Map(
      tabsByTable(snapshot).map(([table, tab]) => [table, this.#known(table, tab, place, snapshot)]),
    );
    if (!this.#tables.has('contacts') && !this.#options.mayBeEmpty) throw noContacts(snapshot);
    const beside = await foreignTabs(snapshot, this.#options.recognise);
    return {
      tables: [...this.#tables.values()].map(({ source }) => source),
      notTaken: beside.notTaken,
      foreign: beside.foreign.map(({ recognised, tab }) => ({
        label: labelOf(tab),
        recognised,
        headers: tab.headers,
        open: async () => writeTabText(await snapshot.load(tab), () => undefined, place, this.#newPath()),
      })),
      // People who edit meanwhile are no reason to read again: the writer finds what moved, and leaves what a person changed.
      changedSince: async () => [...this.#unsettled],
    };
  };

  #newPath = (): string => join(this.scratch, `${randomBytes(4).toString('hex')}.csv`);

  /** The snapshot that nothing was read of yet. */
  async #now(): Promise<SheetSnapshot> {
    this.#fresh ??= await readSnapshot(this.#client, this.#options.reader);
    return this.#fresh;
  }

  #known(table: TableName, tab: TabOutline, place: SheetPlace, snapshot: SheetSnapshot): Known {
    const { aliases, recognise } = this.#options;
    const found = recognise({ name: tab.title, label: labelOf(tab), headers: tab.headers });
    if (table === 'contacts') checkContacts(labelOf(tab), tab.headers, found);
    const recognised = found && !('unclear' in found) && (table !== 'contacts' || found.contacts) ? found : undefined;
    const headerOf =
      table === 'contacts'
        ? contactHeaders(tab.headers, recognised?.contacts, aliases)
        : findColumns(table, tab.headers);
    const columnOf = new Map([...headerOf].map(([column, header]) => [header, column]));
    const typeOf = (header: string): ColumnType | undefined => tableOf(table).columns[columnOf.get(header) ?? '']?.type;
    const known: Known = {
      tab,
      source: {
        table,
        label: labelOf(tab),
        headers: tab.headers,
        headerOf,
        ...closedPart(tab),
        ...shapeOf(table, recognised),
        open: () => {
          const loading = snapshot.load(tab).catch((error: unknown) => {
            if (error instanceof IncompleteRead || error instanceof Refused) this.#unsettled.add(labelOf(tab));
            throw error;
          });
          known.text ??= loading.then((rows) => writeTabText(rows, typeOf, place, this.#newPath()));
          return known.text;
        },
      },
    };
    return known;
  }

  readonly #facts = async (): Promise<SheetFacts | null> => {
    const tables = [...this.#tables.values()].map(({ tab, source }) => ({ tab, headerOf: source.headerOf }));
    return this.#last ? factsOf(this.#client, this.#last, tables) : null;
  };

  readonly #access = async (): Promise<SheetAccess> => ({
    mayEdit: await this.#client.mayEdit(),
    account: await this.#client.account(),
    closed: await closedTabs(this.#client, new Set([...this.#tables.values()].map(({ tab }) => tab.sheetId))),
  });

  delimiterOf = (): string => ',';

  rowHeaders = (): null => null;

  marker = async (): Promise<Marker | null> => {
    const snapshot = await this.#now();
    const tab = snapshot.tabs.find(({ title }) => title === MARKER_TAB);
    return tab && !isCopy(snapshot) ? readMarker(await snapshot.load(tab)) : null;
  };

  readonly #inbox = async (): Promise<string | null> => writeInbox(await this.#now(), this.scratch);

  readonly #clearTabs = async (person: Theirs, tables: boolean): Promise<ClearedTabs> => {
    const snapshot = await readSnapshot(this.#client, this.#options.reader);
    const patches = await theirRows(snapshot, person, tables);
    const clock = zoneClock(snapshot.timeZone);
    await new SheetWriter(this.#client, snapshot.tabs).write(patches.flatMap((patch) => goalsOf(patch, clock)));
    const after = patches.length > 0 ? await readSnapshot(this.#client, this.#options.reader) : snapshot;
    return {
      cut: patches.map(({ tab, removals }) => ({ tab, rows: removals.length })),
      left: await rowsNaming(after, person),
    };
  };

  readonly #tabHolds = (file: TabFile): boolean => {
    const tab = exportTab(file, this.#read);
    return holdsAll(file, tab && this.#read.loaded(tab));
  };

  readonly sheet: SheetCapability = {
    tabHolds: this.#tabHolds,
    inbox: this.#inbox,
    clearTabs: this.#clearTabs,
    facts: this.#facts,
    access: this.#access,
  };

  get #read(): SheetSnapshot {
    if (!this.#last) throw new Error('A spreadsheet has to be read before anything can be written into it.');
    return this.#last;
  }

  commit: Store['commit'] = async (given, marker, files = [], afterClosed) => {
    const patches = await allOf(given);
    if (patches.length + files.length === 0) return nothingHeld;
    const snapshot = this.#read;
    this.#writes += 1;
    const made = madeFor(await this.#rooms(patches, files));
    const [tables, exports] = [made.slice(0, patches.length), made.slice(patches.length, -1)];
    const { first, last } = await this.#goals(patches, tables, files, exports);
    const record = await this.#record(marker, made.at(-1));
    const writer = new SheetWriter(
      this.#client,
      made.map(({ tab }) => tab),
    );
    const inOneStep = [...last, ...record.after(marker.entries, false)];
    const comings = [...patches.map(insertsIn), ...files.map(({ rows }) => rows.length), inOneStep.length];
    const scratch = writer.scratchSize([...record.before, ...first, ...inOneStep]);
    checkFits(snapshot.tabs, made, comings, scratch.rows * scratch.columns);
    const names = [...patches.map(({ table }) => table), ...files.map(({ title }) => title)];
    const after = async (result: Written): Promise<Goal[]> => {
      const held = heldByTable(result, names, made);
      const isClosed = [...held.values()].some((reasons) => Object.values(CLOSED).some((reason) => reason in reasons));
      if (!isClosed || !afterClosed) return [...last, ...record.after(marker.entries, true)];
      const now = await afterClosed(held);
      const again = await allOf(now.patches);
      const rooms = again.flatMap(({ table }) => tables[patches.findIndex((patch) => patch.table === table)] ?? []);
      const goals = (await this.#goals(again, rooms, [], [])).last.map((goal) => withoutMissing(goal, rooms));
      return [...goals, ...record.after(now.entries, true)];
    };
    const identity = identityRequests(snapshot.spreadsheetId, identityIn(snapshot.metadata));
    const rooms = [...made.map(({ requests }) => requests), identity].filter(({ length }) => length > 0);
    const written = await writer.write(first, rooms, { inOneStep, before: record.before, after });
    this.#fresh = null;
    return heldByTable(written, names, made);
  };

  /** What has to stand in the spreadsheet: the tables' tabs, those of exports, and last that of the record. */
  async #rooms(patches: readonly TablePatch[], files: readonly TabFile[]): Promise<Room[]> {
    const snapshot = this.#read;
    const rooms: Omit<Room, 'rows'>[] = patches.map(({ table, columns }) => {
      const empty = snapshot.tabs.find(({ title }) => normalHeader(title) === table);
      return { tab: this.#tables.get(table)?.tab ?? empty ?? null, title: table, headers: columns };
    });
    for (const file of files) {
      rooms.push({ tab: exportTab(file, snapshot), title: file.title, headers: file.columns, exportOf: file.name });
    }
    const tab = snapshot.tabs.find(({ title }) => title === MARKER_TAB) ?? null;
    rooms.push({ tab, title: MARKER_TAB, headers: MARKER_HEADERS, hidden: true });
    return rooms.map((room) => ({ ...room, rows: room.tab ? snapshot.loaded(room.tab) : undefined }));
  }

  /** All goals, in the order in which they are to be reached. */
  async #goals(
    patches: readonly TablePatch[],
    tables: readonly Made[],
    files: readonly TabFile[],
    exports: readonly Made[],
  ): Promise<ReturnType<typeof inOrder>> {
    const clock = zoneClock(this.#read.timeZone);
    const byTable = new Map<TableName, { goals: Goal[]; headerOf: ReadonlyMap<string, string> }>();
    for (const [i, patch] of patches.entries()) {
      const known = this.#tables.get(patch.table);
      const made = tables[i];
      if (!made) continue;
      const isRead = patch.rows.update + patch.rows.remove > 0;
      const rows = await this.#rowsOf(isRead ? (known?.tab ?? null) : null, made);
      const places = known && isRead ? (await (known.source.open() as Promise<TabText>)).places : [];
      const headerOf = known?.source.headerOf ?? findColumns(patch.table, made.tab.headers);
      byTable.set(patch.table, {
        goals: goalsOf(tabPatchOf(patch, { tab: rows, headerOf, places }, clock), clock),
        headerOf,
      });
    }
    const filled: Goal[] = [];
    for (const [i, file] of files.entries()) {
      const made = exports[i];
      const rows = made && (await this.#rowsOf(exportTab(file, this.#read), made));
      if (rows) filled.push(...goalsOf(exportPatch(file, rows), clock));
    }
    return inOrder(withDecisions(byTable), filled);
  }

  /** The rows of a tab as it was read, under the headers that it will have; of none, where rows are only added. */
  async #rowsOf(tab: TabOutline | null, { tab: made }: Made): Promise<TabSnapshot> {
    const rows = tab && (await this.#read.load(tab));
    const { headers } = made;
    if (rows) return { ...rows, headers };
    return emptyTab({ ...made, merges: [], closed: [], exportOf: null, isLaidOut: false });
  }

  /** The run's record: before its goals what a run that is killed leaves, after them what it did. */
  async #record(
    marker: Marker,
    made: Made | undefined,
  ): Promise<{ before: Goal[]; after: (entries: Marker['entries'], hasBefore: boolean) => Goal[] }> {
    if (!made) throw new Error('The record of a run has no tab.');
    const snapshot = this.#read;
    const clock = zoneClock(snapshot.timeZone);
    const tab = snapshot.tabs.find(({ title }) => title === MARKER_TAB) ?? null;
    const { before, after } = markerPatches(await this.#rowsOf(tab, made), marker, this.#writes);
    return { before: goalsOf(before, clock), after: (...given) => goalsOf(after(...given), clock) };
  }
}

/** A new row without the cells for which its tab has no column. */
function withoutMissing(goal: Goal, made: readonly Made[]): Goal {
  const headers = made.find(({ tab }) => tab.sheetId === goal.sheetId)?.tab.headers ?? [];
  return goal.kind === 'insert'
    ? { ...goal, cells: goal.cells.filter(({ column }) => headers.includes(column)) }
    : goal;
}

async function allOf(given: Patches): Promise<TablePatch[]> {
  const patches: TablePatch[] = [];
  for await (const patch of given) patches.push(patch);
  return patches;
}

/** What this account may not write of a tab. */
function closedPart(tab: TabOutline): Pick<SourceTable, 'closed'> {
  if (isTabClosed(tab)) return { closed: 'whole' };
  const headers = tab.headers.filter((_, column) => isColumnClosed(tab, column));
  return headers.length > 0 ? { closed: new Set(headers) } : {};
}

/** Held parts in counts; where nothing at all was written into a tab, the reason says that it is closed. */
function heldByTable({ held, tabs }: Written, names: readonly string[], made: readonly Made[]): Held {
  const found = new Map<string, Record<string, number>>();
  for (const [i, table] of names.entries()) {
    const tab = made[i]?.tab;
    const own = held.filter((part) => part.tab === tab?.title);
    const isClosed = !tabs.has(tab?.sheetId ?? -1) && own.every(isShut);
    const reasons: Record<string, number> = {};
    for (const { reason } of own) {
      const called = (isClosed && SHUT[reason]) || reason;
      reasons[called] = (reasons[called] ?? 0) + 1;
    }
    if (own.length > 0) found.set(table, reasons);
  }
  return found;
}

const SHUT: Readonly<Partial<Record<HeldPart['reason'], string>>> = {
  protected: CLOSED.isProtected,
  'tab gone': CLOSED.isGone,
};
