/**
 * The workbook as a Google Sheet: tabs are tables, read narrowly, and written by requests that find each row again by
 * its key while people keep typing (writer.ts). What a person changed meanwhile keeps the person's value and is
 * counted as held. It keeps nothing of the sheet on this machine but a run's temporary files.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { type ColumnType, type TableName, tableNames, tableOf } from '../../core/tables.ts';
import { tableShape } from '../beside.ts';
import { findColumns, normalHeader } from '../headers.ts';
import { inRunFolder, type RunFolder, type StoreOptions } from '../run-folder.ts';
import type * as store from '../store.ts';
import { MOST_CELLS, NEARLY_FULL, nothingHeld, type SourceTable, type Store, type TablePatch } from '../store.ts';
import { type SheetsClient, sheetsClient } from './client.ts';
import { IncompleteRead, Refused } from './errors.ts';
import { hasMarkers, workbookIdOf } from './marker.ts';
import { isColumnClosed, isTabClosed, type TabOutline } from './outline.ts';
import { commitTo, type ReadTable } from './sheet-commit.ts';
import { exportTab, holdsAll } from './sheet-export.ts';
import { cellsOf, factsOf, isCopy } from './sheet-facts.ts';
import { rowsNaming, theirRows } from './sheet-forget.ts';
import { MARKER_TAB, readMarker } from './sheet-marker.ts';
import { foreignTabs, labelOf, noContacts, tabsByTable } from './sheet-tabs.ts';
import { type Reader, readSnapshot, type SheetSnapshot } from './snapshot.ts';
import { type TabText, writeInbox, writeTabText } from './tab-text.ts';
import { SheetWriter } from './writer.ts';

export interface SheetsStoreOptions extends StoreOptions {
  readonly spreadsheetId: string;
  readonly client?: SheetsClient;
  /** Gets a line for each wait. */
  readonly progress?: (line: string) => void;
}

/**
 * Node clears away old objects when they are four times what is in use. Each request of a large sheet leaves some tens
 * of megabytes: cleared at one and a half times, a run takes half the memory, for some more processor time.
 */
const CLEAR_EARLY = '--heap-growing-percent=50';

/**
 * Opens a spreadsheet as a workbook: one run at a time on this machine; repairs what a killed run left. @throws
 * LockError, SheetsError
 */
export const openSheetsStore = (options: SheetsStoreOptions): Promise<Store> =>
  inRunFolder(options.folder, options, async (run) => {
    setFlagsFromString(CLEAR_EARLY);
    const { spreadsheetId, progress } = options;
    const client = options.client ?? sheetsClient(spreadsheetId, progress ? { progress } : {});
    const reader = readerOf(options.aliases);
    const first = await readSnapshot(client, reader);
    const isLeft = first.hasScratch || hasMarkers(first.metadata);
    const recovered = isLeft ? await recover(client, isCopy(first)) : null;
    const opened = new SheetsStore({ ...options, ...run, client, reader }, isLeft ? null : first);
    return Object.assign(opened, run, { kind: 'sheets' as const, recovered, workbookId: workbookIdOf(spreadsheetId) });
  });

/** What a run left that was killed while it wrote; a copy has it from the workbook that it was made of. */
async function recover(client: SheetsClient, isOfOther: boolean): Promise<string | null> {
  const { repaired } = await new SheetWriter(client, []).recover(isOfOther);
  const moved = `${repaired} cells and rows that people moved at that moment were put right`;
  const done = repaired > 0 ? moved : 'all that it wrote is in its place';
  return isOfOther ? null : `an earlier run ended while it wrote: ${done}. This run goes on from there.`;
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

interface Opened extends SheetsStoreOptions, RunFolder {
  readonly client: SheetsClient;
  readonly reader: Reader;
}

class SheetsStore implements Omit<Store, 'kind' | 'recovered' | keyof RunFolder> {
  readonly #options: Opened;
  /** A snapshot that no reading was made of yet. */
  #fresh: SheetSnapshot | null;
  #last: SheetSnapshot | null = null;
  #tables = new Map<TableName, ReadTable>();
  #writes = 0;
  /** Tabs that changed too much to be read; the run reads all of it again. */
  #unsettled = new Set<string>();

  constructor(options: Opened, first: SheetSnapshot | null) {
    this.#options = options;
    this.#fresh = first;
  }

  read = async (): Promise<store.Reading> => {
    const snapshot = await this.#now();
    this.#fresh = null;
    this.#last = snapshot;
    this.#unsettled = new Set();
    const cells = cellsOf(snapshot);
    const share = `${Math.floor((100 * cells) / MOST_CELLS)} % of the cells that Google allows`;
    if (cells > NEARLY_FULL * MOST_CELLS)
      this.#options.progress?.(`the spreadsheet holds ${share}; "doctor" lists what helps`);
    this.#tables = new Map(tabsByTable(snapshot).map(([table, tab]) => [table, this.#known(table, tab, snapshot)]));
    if (!this.#tables.has('contacts') && !this.#options.mayBeEmpty) throw noContacts(snapshot);
    const { foreign, notTaken } = await foreignTabs(snapshot, this.#options.recognise);
    return {
      tables: [...this.#tables.values()].map(({ source }) => source),
      notTaken,
      foreign: foreign.map(({ recognised, tab }) => ({
        label: labelOf(tab),
        recognised,
        headers: tab.headers,
        open: async () => writeTabText(await snapshot.load(tab), () => undefined, snapshot, this.#newPath()),
      })),
      // People who edit meanwhile are no reason to read again: the writer finds what moved, and leaves what they changed.
      changedSince: async () => [...this.#unsettled],
    };
  };

  #newPath = (): string => join(this.#options.scratch, `${randomBytes(4).toString('hex')}.csv`);

  /** The snapshot that nothing was read of yet. */
  async #now(): Promise<SheetSnapshot> {
    this.#fresh ??= await readSnapshot(this.#options.client, this.#options.reader);
    return this.#fresh;
  }

  #known(table: TableName, tab: TabOutline, snapshot: SheetSnapshot): ReadTable {
    const label = labelOf(tab);
    const shape = tableShape(table, { name: tab.title, label, headers: tab.headers }, this.#options);
    const columnOf = new Map([...shape.headerOf].map(([column, header]) => [header, column]));
    const typeOf = (header: string): ColumnType | undefined => tableOf(table).columns[columnOf.get(header) ?? '']?.type;
    const read = async (): Promise<TabText> => {
      const rows = await snapshot.load(tab).catch((error: unknown) => {
        if (error instanceof IncompleteRead || error instanceof Refused) this.#unsettled.add(label);
        throw error;
      });
      return writeTabText(rows, typeOf, snapshot, this.#newPath());
    };
    let text: Promise<TabText> | undefined;
    const open = (): Promise<TabText> => {
      text ??= read();
      return text;
    };
    return { tab, source: { table, label, headers: tab.headers, ...shape, ...closedPart(tab), open } };
  }

  delimiterOf = (): string => ',';

  rowHeaders = (): null => null;

  marker = async (): Promise<store.Marker | null> => {
    const snapshot = await this.#now();
    const tab = snapshot.tabs.find(({ title }) => title === MARKER_TAB);
    return tab && !isCopy(snapshot) ? readMarker(await snapshot.load(tab)) : null;
  };

  readonly sheet: store.SheetCapability = {
    tabHolds: (file) => {
      const tab = exportTab(file, this.#read);
      return holdsAll(file, tab && this.#read.loaded(tab));
    },
    inbox: async () => writeInbox(await this.#now(), this.#options.scratch),
    clearTabs: async (person, tables) => {
      const { client, reader } = this.#options;
      const snapshot = await readSnapshot(client, reader);
      const found = await theirRows(snapshot, person, tables);
      await new SheetWriter(client, snapshot.tabs).write(found.flat());
      const after = found.length > 0 ? await readSnapshot(client, reader) : snapshot;
      return {
        cut: found.map((rows) => ({ tab: rows[0]?.tab ?? '', rows: rows.length })),
        left: await rowsNaming(after, person),
      };
    },
    facts: async () => (this.#last ? factsOf(this.#options.client, this.#last, [...this.#tables.values()]) : null),
    access: async () => ({
      mayEdit: await this.#options.client.mayEdit(),
      account: await this.#options.client.account(),
      closed: [...this.#tables.values()].flatMap(({ tab }) => (tab.closed.length > 0 ? [tab.title] : [])),
    }),
  };

  get #read(): SheetSnapshot {
    if (!this.#last) throw new Error('A spreadsheet has to be read before anything can be written into it.');
    return this.#last;
  }

  commit: Store['commit'] = async (given, marker, files = [], afterClosed) => {
    const patches: TablePatch[] = [];
    for await (const patch of given) patches.push(patch);
    if (patches.length + files.length === 0) return nothingHeld;
    this.#writes += 1;
    const { client } = this.#options;
    const [snapshot, tables, nth] = [this.#read, this.#tables, this.#writes];
    const held = await commitTo({ client, snapshot, tables, nth, patches, files, marker, afterClosed });
    this.#fresh = null;
    return held;
  };
}

/** What this account may not write of a tab. */
function closedPart(tab: TabOutline): Pick<SourceTable, 'closed'> {
  if (isTabClosed(tab)) return { closed: 'whole' };
  const headers = tab.headers.filter((_, column) => isColumnClosed(tab, column));
  return headers.length > 0 ? { closed: new Set(headers) } : {};
}
