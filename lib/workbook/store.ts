/**
 * What a run asks of a workbook's store, for files, sheets and datasets alike: a consistent reading, and one atomic
 * commit. A store knows tables, headers and cells; it knows no job, no rule and no engine.
 */
import { NightshiftError } from '../core/errors.ts';
import type { TableName } from '../core/tables.ts';
import type { Recognised } from './recognised.ts';
import type { RemoteTable } from './remote-table.ts';
import type { TableText } from './table-text.ts';

/** The folder of export files, beside the workbook's own. */
export const EXPORTS = 'exports';

/** A table of a workbook: its columns, and how the engine gets at its rows. */
export interface SourceTable {
  readonly table: TableName;
  /** What people call it: `contacts.csv`, `tab "contacts"`. */
  readonly label: string;
  readonly headers: readonly string[];
  /** Header texts by the column that they stand for. */
  readonly headerOf: ReadonlyMap<string, string>;
  /** The headers under which columns are added that the table lacks, where they are not called as the columns are. */
  readonly newHeaders?: ReadonlyMap<string, string>;
  /**
   * Makes the rows readable; only what a run needs is opened. `carefully`: record by record, where the engine could
   * not read it.
   */
  readonly open: (carefully?: boolean) => Promise<TableText>;
  /** It is outside the workbook, in files that the run does not own: it is only read. */
  readonly isOutside?: true;
  /** Facts that stay in a warehouse and are asked there. */
  readonly remote?: RemoteTable;
  /** What this account may not write, because it is protected: the whole table, or the columns under these headers. */
  readonly closed?: 'whole' | ReadonlySet<string>;
  /** Contacts in another tool's shape. */
  readonly recognised?: Recognised;
  /** Facts whose file is in another tool's shape, so that its columns are not found: what it looks like. */
  readonly looksLike?: string;
  /** SQL over the text's cells for columns that no header alone stands for; given by the snapshot. */
  readonly derived?: ReadonlyMap<string, string>;
  /** Columns by which a person may have refused mail, so that any broken row may. */
  readonly mayRefuse?: boolean;
}

/** A consistent copy of a workbook. */
export interface Reading {
  readonly tables: readonly SourceTable[];
  /**
   * Files that say in another tool's shape who wants or gets no mail (Mailchimp's cleaned and unsubscribed exports,
   * suppression lists).
   */
  readonly foreign: readonly ForeignFile[];
  /** The names of CSV files in the folder that are no table of ours, and left alone. */
  readonly leftAlone?: readonly string[];
  /** Files and tabs of another tool whose events or purchases only an import takes. */
  readonly notTaken?: readonly NotTaken[];
  /** The names of what a person changed since it was read; empty where the reading is still true. */
  readonly changedSince: () => Promise<readonly string[]>;
}

export interface NotTaken {
  readonly label: string;
  /** What people read: "a Shopify orders export". */
  readonly looksLike: string;
}

/** A file or tab in another tool's shape whose rows join a table while the workbook is read. */
export interface ForeignFile {
  readonly label: string;
  readonly recognised: Recognised;
  readonly headers: readonly string[];
  readonly open: SourceTable['open'];
}

/**
 * What is to be written to one table: a CSV file without header, in UTF-8 and with the table's own delimiter, of
 * records `op,row,key,CELL…`. `op` is `u` (set cells of row `row`, counted from 0 in the order of the reading), `d`
 * (take the row away) or `i` (add a row); u and d stand first, by row. An empty cell in a `u` record leaves the
 * cell as it is; `""` empties it. `key` is what the row's key cell must hold.
 */
export interface TablePatch {
  readonly table: TableName;
  readonly path: string;
  /**
   * The file holds rows alone, without `op,row,key`, for the table's end; only where the store's `rowHeaders` allows
   * it.
   */
  readonly isRows?: true;
  /**
   * The file is the table as it begins: `columns` as its header, and rows; only where the store's `rowHeaders` are
   * none.
   */
  readonly isWhole?: true;
  readonly columns: readonly string[];
  readonly rows: { readonly update: number; readonly remove: number; readonly insert: number };
}

export type Patches = Iterable<TablePatch> | AsyncIterable<TablePatch>;

/**
 * A tab beside the workbook's tables that a job fills: what stands under its columns is just these rows, all of them
 * texts.
 */
export interface TabFile {
  /** What fills it: an export's name. */
  readonly name: string;
  readonly title: string;
  readonly columns: readonly string[];
  /** The column by which a row is known again; no two rows are alike in it. */
  readonly key: string;
  readonly rows: readonly (readonly string[])[];
  /** Without rows, the tab need not be there. */
  readonly mayBeMissing: boolean;
}

/** The record of what was applied last, kept inside the workbook and written in the same atomic step as the data. */
export interface Marker {
  readonly run: string;
  /** The ledger entries of the commit's jobs, complete: what a crash kept from the ledger is repaired from here. */
  readonly entries: readonly MarkerEntry[];
  /**
   * What the ledger is to say of the jobs where the run ends before the last request; a store that writes in one step
   * needs none.
   */
  readonly interrupted?: readonly MarkerEntry[];
}

export interface MarkerEntry {
  readonly job: string;
  readonly period: string;
  readonly entry: unknown;
}

/**
 * What a commit left to the person who changed it, by table (or tab) and reason: "cell changed", "row gone", "formula"
 * … Where nothing at all could be written to it, the reason is one of `CLOSED`.
 */
export type Held = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** Why nothing can be written to a tab. */
export const CLOSED = { isProtected: 'tab protected', isGone: 'tab gone' } as const;

export const nothingHeld: Held = new Map();

/** By what a row is one person's. */
export interface Theirs {
  /** Whether a text names the person. */
  readonly names: (text: string) => boolean;
  /** In lower case. */
  readonly addresses: ReadonlySet<string>;
  readonly ids: ReadonlySet<string>;
}

/** Rows that went, and rows (the header is row 1) that a person has to look at. */
export interface ClearedTabs {
  readonly cut: readonly { readonly tab: string; readonly rows: number }[];
  readonly left: readonly { readonly tab: string; readonly rows: readonly number[] }[];
}

/** The same of a warehouse's tables, where rows have no numbers. */
export interface ClearedRows {
  readonly cut: readonly { readonly table: string; readonly rows: number }[];
  readonly left: readonly { readonly table: string; readonly rows: number }[];
}

/** Google's limit for all tabs of a spreadsheet; empty cells of their grids count. */
export const MOST_CELLS = 10_000_000;
/** From this share of them on, a run and `doctor` warn. */
export const NEARLY_FULL = 0.7;

/** What `doctor` says of a spreadsheet beyond its tables. */
export interface SheetFacts {
  readonly timeZone: string;
  /** Of `MOST_CELLS`. */
  readonly cells: number;
  /** Tabs that are no table of ours, and left alone. */
  readonly others: readonly string[];
  /** Tabs that exports fill. */
  readonly exports: readonly string[];
  readonly hasInbox: boolean;
  /** Tabs with merged cells: only the first of them holds the value. */
  readonly merged: readonly string[];
  /** Headers of a tab that stand for one column; only the first of each counts. */
  readonly twice: readonly { readonly tab: string; readonly headers: readonly string[] }[];
  /** Columns of text in which cells hold numbers, so that leading zeros are gone. */
  readonly numbers: readonly { readonly tab: string; readonly column: string; readonly cells: number }[];
  /** Columns that a formula fills (ARRAYFORMULA, IMPORTRANGE, QUERY): read, never written. */
  readonly computed: readonly { readonly tab: string; readonly columns: readonly string[] }[];
  /** The spreadsheet is a copy of another workbook, and begins its own history with the first run that writes. */
  readonly isCopy: boolean;
}

/** What an account may do in a spreadsheet. */
export interface SheetAccess {
  readonly mayEdit: boolean;
  /** The account's address; undefined where the sign-in does not say. */
  readonly account: string | undefined;
  /** Tables' tabs that are protected, whole or in part, against this account. */
  readonly closed: readonly string[];
}

/** What a spreadsheet offers beyond tables. */
export interface SheetCapability {
  /**
   * Whether a tab holds just what it should.
   * @throws WorkbookError where a tab of that name was not made by an export
   */
  readonly tabHolds: (tab: TabFile) => boolean;
  /** What people pasted into the tab "inbox", as a CSV file in `scratch`; null where there is nothing. */
  readonly inbox: () => Promise<string | null>;
  /**
   * Removes a person's rows from the inbox and the tabs that exports fill and, with `tables`, those of the tables that
   * are in quarantine; and looks for others that name them.
   */
  readonly clearTabs: (person: Theirs, tables: boolean) => Promise<ClearedTabs>;
  /** Of the last reading; null before the first. */
  readonly facts: () => Promise<SheetFacts | null>;
  /** Changes nothing to find out. */
  readonly access: () => Promise<SheetAccess>;
}

/** What a warehouse did for a run. */
export interface Spent {
  /** Statements, dry runs not counted. */
  readonly queries: number;
  readonly bytesBilled: number;
  readonly slotMs: number;
  /** Results that came here, in cells' bytes and in rows. */
  readonly bytesRead: number;
  readonly rowsRead: number;
  /** Files that were loaded there. */
  readonly bytesWritten: number;
}

/** What a warehouse offers beyond tables. */
export interface WarehouseCapability {
  /** Since the store was opened. */
  readonly spent: Spent;
  /** What `doctor` says of rights, location, columns and cost. Changes nothing to find out. */
  readonly findings: () => Promise<readonly { readonly level: 'OK' | 'review' | 'fix'; readonly text: string }[]>;
  /** Removes a person's rows that no job takes away, and counts the rows that name them elsewhere. */
  readonly clearRows: (person: Pick<Theirs, 'addresses' | 'ids'>) => Promise<ClearedRows>;
}

export interface Store {
  readonly kind: 'csv' | 'sheets' | 'bigquery';
  /** What a crash left behind and what was done about it, in words; null where all was well. */
  readonly recovered: string | null;
  readonly read: () => Promise<Reading>;
  /** The delimiter that a patch of a table must use. */
  readonly delimiterOf: (table: TableName) => string;
  /**
   * The headers of the cells that rows alone must have to be put at a table's end (see `TablePatch.isRows`): none
   * where the table is yet to be begun, with headers of the patch's own; null where a patch has to say what it does.
   */
  readonly rowHeaders: (table: TableName) => readonly string[] | null;
  /**
   * Everything or nothing, but for cells and rows that a person changed meanwhile in a store that can tell: those are
   * left and counted. No patches and no tabs, nothing happens. Throws `ChangedMeanwhile` where a person changed what
   * was read, and nothing was written. Patches may come one by one: a store may prepare one while the next is still
   * being made.
   * `afterClosed`: where tabs could not be written, gives the patches of `runs` and `quarantine`, and the entries, that say so.
   */
  readonly commit: (
    patches: Patches,
    marker: Marker,
    tabs?: readonly TabFile[],
    afterClosed?: (held: Held) => Promise<{ patches: Patches; entries: Marker['entries'] }>,
  ) => Promise<Held>;
  readonly marker: () => Promise<Marker | null>;
  /** What only a spreadsheet can do; a folder of files has none of it. */
  readonly sheet?: SheetCapability;
  /** What only a warehouse can do. */
  readonly warehouse?: WarehouseCapability;
  /**
   * The workbook's own identity, which a copy of it does not share; ledger entries carry it as `workbook`. A
   * spreadsheet keeps it in its metadata, a folder of files in `.nightshift/workbook.json`.
   */
  readonly workbookId?: string;
  /** A folder for this run's temporary files, on the same disk; removed by `close`. */
  readonly scratch: string;
  /** A folder for what must outlive a run that is killed, on this machine. */
  readonly stateFolder: string;
  readonly close: () => Promise<void>;
}

/**
 * A job's tab is protected against the account, or was deleted while the run wrote: that job fails, the others go on.
 */
export class TabClosed extends NightshiftError {
  override name = 'TabClosed';

  constructor(label: string, reason: (typeof CLOSED)[keyof typeof CLOSED]) {
    super(
      reason === CLOSED.isGone
        ? `The ${label} was deleted while the run wrote, so that these changes are missing. In the sheet, File, ` +
            'Version history brings it back; or run again, and it is made again where a job needs it.'
        : `The ${label} is protected against the account that runs the jobs, so that nothing was written there. In ` +
            'the sheet, Data, Protect sheets and ranges: add the account to those who may edit, and run again.',
    );
  }

  override readonly outward =
    'A tab that the job writes is protected against the account, or was deleted. "nightshift doctor" names it.';
}

/** A person changed the workbook between the reading and the commit: nothing was written; read and plan again. */
export class ChangedMeanwhile extends NightshiftError {
  override name = 'ChangedMeanwhile';
  readonly names: readonly string[];

  constructor(names: readonly string[]) {
    super(`changed while the run was working: ${names.join(', ')}`);
    this.names = names;
  }

  override readonly outward =
    'People kept changing the workbook while the run tried to write. Nothing was overwritten; the next run tries again.';
}
