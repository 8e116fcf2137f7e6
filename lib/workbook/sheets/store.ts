/**
 * The workbook as a Google Sheet: tabs are tables, one consistent reading, and landings by the writer that finds each row
 * again by its key while people keep typing (lib/workbook/sheets). What a person changed meanwhile keeps the person's value and is
 * counted as held. It keeps nothing of the sheet on this machine but a run's temporary files.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ColumnType, type TableName, tableOf } from '../../core/tables.ts';
import { contactHeaders } from '../contact-cells.ts';
import { lockFolder } from '../csv/commit/lock.ts';
import { findColumns, normalHeader } from '../headers.ts';
import { type Recognise, shapeOf } from '../recognised.ts';
import {
  type ClearedTabs,
  type Held,
  type Marker,
  nothingHeld,
  type Patches,
  type Reading,
  type SheetAccess,
  type SheetFacts,
  type SourceTable,
  type Store,
  type TabFile,
  type TablePatch,
  type Theirs,
} from '../store.ts';
import { applyPatches, sheetWriter } from './apply.ts';
import { type SheetsClient, sheetsClient } from './client.ts';
import type { TabPatch } from './patch.ts';
import { type ZoneClock, zoneClock } from './serial-time.ts';
import { exportPatch, exportTab, holdsAll } from './sheet-export.ts';
import { closedTabs, factsOf } from './sheet-facts.ts';
import { rowsNaming, theirRows } from './sheet-forget.ts';
import { writeInbox } from './sheet-inbox.ts';
import { checkFits, makeRoom, type Room } from './sheet-layout.ts';
import { MARKER_HEADERS, MARKER_TAB, markerPatch, readMarker } from './sheet-marker.ts';
import { insertsIn, type SheetTable, tabPatchOf } from './sheet-patch.ts';
import { foreignTabs, labelOf, noContacts, tabsByTable } from './sheet-tabs.ts';
import { readSnapshot, type SheetSnapshot, type TabSnapshot } from './snapshot.ts';
import { type TabText, writeTabText } from './tab-text.ts';

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
}

const SCRATCH = 'scratch-';

/** Opens a spreadsheet as a workbook: one run at a time on this machine; puts right what a killed run left. @throws Held, SheetsError */
export async function openSheetsStore(options: SheetsStoreOptions): Promise<Store> {
  const { folder, spreadsheetId } = options;
  const state = join(folder, '.nightshift');
  await mkdir(state, { recursive: true });
  const lock = await lockFolder(folder, { command: options.command, run: options.run });
  try {
    for (const name of await readdir(state)) {
      if (name.startsWith(SCRATCH)) await rm(join(state, name), { recursive: true, force: true });
    }
    const scratch = join(state, `${SCRATCH}${randomBytes(4).toString('hex')}`);
    await mkdir(scratch, { recursive: true });
    const client = options.client ?? sheetsClient(spreadsheetId);
    const first = await readSnapshot(client);
    const recovered = first.unfinished.length > 0 ? await putRight(client) : null;
    return new SheetsStore(options, client, scratch, recovered === null ? first : null, recovered, async () => {
      await rm(scratch, { recursive: true, force: true });
      await lock.release();
    });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function putRight(client: SheetsClient): Promise<string> {
  const { repaired, takenBack } = await sheetWriter(client).recover();
  const done = [
    ...(repaired > 0 ? [`${repaired} rows that people moved at that moment were put right`] : []),
    ...(takenBack > 0 ? [`${takenBack} rows that it had written of an unfinished landing were taken back`] : []),
  ];
  return `an earlier run was killed while it wrote: ${done.join(', ') || 'all that it wrote is in its place'}.`;
}

/** A table of the last reading. */
interface Known {
  readonly tab: TabSnapshot;
  readonly source: SourceTable;
  text?: Promise<TabText>;
}

class SheetsStore implements Store {
  readonly kind = 'sheets';
  readonly scratch: string;
  readonly stateFolder: string;
  readonly recovered: string | null;
  readonly close: () => Promise<void>;
  readonly #options: SheetsStoreOptions;
  readonly #client: SheetsClient;
  /** A snapshot that no reading was made of yet. */
  #fresh: SheetSnapshot | null;
  #last: SheetSnapshot | null = null;
  #tables = new Map<TableName, Known>();
  #landings = 0;

  constructor(
    options: SheetsStoreOptions,
    client: SheetsClient,
    scratch: string,
    first: SheetSnapshot | null,
    recovered: string | null,
    close: () => Promise<void>,
  ) {
    this.#options = options;
    this.#client = client;
    this.#fresh = first;
    this.scratch = scratch;
    this.stateFolder = join(options.folder, '.nightshift');
    this.recovered = recovered;
    this.close = close;
  }

  read = async (): Promise<Reading> => {
    const snapshot = this.#fresh ?? (await readSnapshot(this.#client));
    this.#fresh = null;
    this.#last = snapshot;
    const clock = zoneClock(snapshot.timeZone);
    this.#tables = new Map(tabsByTable(snapshot).map(([table, tab]) => [table, this.#known(table, tab, clock)]));
    if (!this.#tables.has('contacts') && !this.#options.mayBeEmpty) throw noContacts(snapshot);
    return {
      tables: [...this.#tables.values()].map(({ source }) => source),
      foreign: foreignTabs(snapshot, this.#options.recognise).map(({ recognised, tab }) => ({
        label: labelOf(tab),
        recognised,
        headers: tab.headers,
        open: () => writeTabText(tab, () => undefined, clock, this.#newPath()),
      })),
      // Who edits meanwhile is no reason to read again: the writer finds what moved, and leaves what a person changed.
      changedSince: async () => [],
    };
  };

  #newPath = (): string => join(this.scratch, `${randomBytes(4).toString('hex')}.csv`);

  #known(table: TableName, tab: TabSnapshot, clock: ZoneClock): Known {
    const { aliases, recognise } = this.#options;
    const found = recognise({ name: tab.title, headers: tab.headers });
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
        ...shapeOf(table, recognised),
        open: () => {
          known.text ??= writeTabText(tab, typeOf, clock, this.#newPath());
          return known.text;
        },
      },
    };
    return known;
  }

  facts = (): SheetFacts | null =>
    this.#last
      ? factsOf(
          this.#last,
          [...this.#tables.values()].map(({ tab, source }) => ({ tab, headerOf: source.headerOf })),
        )
      : null;

  access = async (): Promise<SheetAccess> => ({
    mayEdit: await this.#client.mayEdit(),
    account: await this.#client.account(),
    closed: await closedTabs(this.#client, new Set([...this.#tables.values()].map(({ tab }) => tab.sheetId))),
  });

  delimiterOf = (): string => ',';

  rowHeaders = (): null => null;

  marker = async (): Promise<Marker | null> => {
    this.#fresh ??= await readSnapshot(this.#client);
    const tab = this.#fresh.tabs.find(({ title }) => title === MARKER_TAB);
    return tab ? readMarker(tab) : null;
  };

  inbox = async (): Promise<string | null> => {
    this.#fresh ??= await readSnapshot(this.#client);
    return writeInbox(this.#fresh, this.scratch);
  };

  clearTabs = async (person: Theirs, tables: boolean): Promise<ClearedTabs> => {
    const snapshot = await readSnapshot(this.#client);
    const marker = { job: 'erase', period: this.#options.run, plan: tables ? 'tables' : 'tabs' };
    const patches = theirRows(snapshot, person, tables);
    await applyPatches(this.#client, snapshot, patches, marker);
    const after = patches.length > 0 ? await readSnapshot(this.#client) : snapshot;
    return {
      cut: patches.map(({ tab, removals }) => ({ tab, rows: removals.length })),
      left: rowsNaming(after, person),
    };
  };

  tabHolds = (file: TabFile): boolean => holdsAll(file, exportTab(file, this.#read.tabs));

  get #read(): SheetSnapshot {
    if (!this.#last) throw new Error('A spreadsheet has to be read before anything can land in it.');
    return this.#last;
  }

  land = async (given: Patches, marker: Marker, files: readonly TabFile[] = []): Promise<Held> => {
    const patches: TablePatch[] = [];
    for await (const patch of given) patches.push(patch);
    if (patches.length + files.length === 0) return nothingHeld;
    const snapshot = this.#read;
    // Decisions go first and the marker last: a killed run may leave a decision twice, but never a change without one.
    const ordered = patches.toSorted((a, b) => rank(a.table) - rank(b.table));
    const rooms = ordered.map((patch): Room => {
      const empty = snapshot.tabs.find(({ title }) => normalHeader(title) === patch.table);
      const tab = this.#tables.get(patch.table)?.tab ?? empty ?? null;
      return { tab, title: patch.table, headers: patch.columns };
    });
    const markerTab = snapshot.tabs.find(({ title }) => title === MARKER_TAB) ?? null;
    const exports = files.map((file): Room => {
      return { tab: exportTab(file, snapshot.tabs), title: file.title, headers: file.columns, exportOf: file.name };
    });
    const all = [
      ...rooms,
      ...exports,
      { tab: markerTab, title: MARKER_TAB, headers: MARKER_HEADERS, hidden: true as const },
    ];
    checkFits(snapshot.tabs, all, [...ordered.map(insertsIn), ...files.map(({ rows }) => rows.length)]);
    const tabs = await makeRoom(this.#client, all);
    const clock = zoneClock(snapshot.timeZone);
    const tables: TabPatch[] = [];
    for (const [i, patch] of ordered.entries()) {
      const tab = tabs[i];
      if (tab) tables.push(tabPatchOf(patch, await this.#sheetTable(patch.table, tab), clock));
    }
    const filled = files.flatMap((file, i) => {
      const tab = tabs[ordered.length + i];
      return tab ? [exportPatch(file, tab)] : [];
    });
    // What says that a run is over comes after all that it did.
    const done = ordered.findIndex(({ table }) => LAST.includes(table));
    const tabPatches = tables.toSpliced(done < 0 ? tables.length : done, 0, ...filled);
    const last = tabs.at(-1);
    const patched = last ? [...tabPatches, markerPatch(last, marker, ++this.#landings)] : tabPatches;
    const widened: SheetSnapshot = {
      ...snapshot,
      tabs,
      tab: (title) => tabs.find((tab) => tab.title === title) ?? snapshot.tab(title),
    };
    const plan = await hashOf(
      ordered.map(({ path }) => path),
      files,
    );
    const writer = sheetWriter(this.#client);
    const { held } = await writer.apply(widened, patched, {
      job: 'landing',
      period: marker.run,
      plan: `${plan}-${this.#landings}`,
    });
    await writer.finish();
    this.#fresh = null;
    return heldByTable(held, [...ordered.map(({ table }) => table), ...files.map(({ title }) => title)], tabs);
  };

  async #sheetTable(table: TableName, tab: TabSnapshot): Promise<SheetTable> {
    const known = this.#tables.get(table);
    if (!known) return { tab, headerOf: findColumns(table, tab.headers), places: [] };
    const { places } = await (known.text ?? known.source.open().then(() => known.text as Promise<TabText>));
    return { tab, headerOf: known.source.headerOf, places };
  }
}

const LAST: readonly TableName[] = ['quarantine', 'runs'];

function rank(table: TableName): number {
  return table === 'changes' ? 0 : 1 + LAST.indexOf(table) + 1;
}

async function hashOf(paths: readonly string[], files: readonly TabFile[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(files));
  for (const path of paths) for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex').slice(0, 12);
}

function heldByTable(
  held: readonly { readonly tab: string; readonly reason: string; readonly count: number }[],
  names: readonly string[],
  tabs: readonly TabSnapshot[],
): Held {
  const found = new Map<string, Record<string, number>>();
  for (const { tab, reason, count } of held) {
    const table = names[tabs.findIndex(({ title }) => title === tab)];
    if (table) found.set(table, { ...found.get(table), [reason]: (found.get(table)?.[reason] ?? 0) + count });
  }
  return found;
}
