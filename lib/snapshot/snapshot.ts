/**
 * One consistent copy of a workbook in the engine: read, typed, checked. The one place where tables come in; every
 * job of the batch sees what stands here, and later what the jobs before it left.
 */

import type { Engine } from '../core/engine.ts';
import { NightshiftError } from '../core/errors.ts';
import { sql } from '../core/sql.ts';
import { declaredIn, type TableName } from '../core/tables.ts';
import type { WorkbookRules } from '../core/workbook-rules.ts';
import { HeaderError, normalHeader, requireColumns } from '../workbook/headers.ts';
import type { Resolved } from '../workbook/remote-table.ts';
import type { Reading, SourceTable } from '../workbook/store.ts';
import type { TableText } from '../workbook/table-text.ts';
import { createUnreadBounces } from './bounces.ts';
import { type CellSettings, defineReading } from './cells.ts';
import { checkTable, createAside, quarantineCells, seekTwice } from './check.ts';
import { createConsentViews } from './consent.ts';
import type { ConsentReading } from './consent-reading.ts';
import { withConsent } from './contact-source.ts';
import { addContactReports, addEventReports, addForeignFile, eventsReport, refusalsOfNoContact } from './foreign.ts';
import { createWholeRows } from './full-contacts.ts';
import { createContactRefs, identifyContacts } from './identity.ts';
import { type LoadedText, type LoadOptions, loadTable } from './load.ts';
import { firstUnreadable, NothingReadable } from './nothing-readable.ts';
import { underOwnHeaders } from './own-headers.ts';
import { findOwners, OWNED } from './owners.ts';
import { attachFacts, quarantineRemote } from './remote-facts.ts';
import { hasOtherReports, needsReader, remoteOf } from './remote-rows.ts';
import { createSpellings } from './spellings.ts';
import { addMalformedHints, addUnclearAddresses } from './unreadable-rows.ts';

export interface SnapshotOptions {
  /** How cells are read; what columns say of consent; names of contacts' columns; where derived columns go. */
  readonly rules: CellSettings & Partial<Pick<WorkbookRules, 'consent' | 'aliases' | 'derived'>>;
  readonly asOf: Date;
  /** The clock at the start of the run: a moment more than a day after it (and after as-of) is in the future. */
  readonly now: Date;
  /** The tables that the batch's jobs read or write. */
  readonly tables: ReadonlySet<TableName>;
  readonly extraColumns: ReadonlySet<string>;
  /** The tables that the batch's jobs write. */
  readonly written?: ReadonlySet<TableName>;
  /** No contacts are no error: the first ones are about to come in. */
  readonly mayBeEmpty?: boolean;
}

export interface TableInput {
  readonly rows: number;
  /** A hash of what was read; empty where there was no such table. */
  readonly hash: string;
}

export interface Snapshot {
  readonly inputs: Readonly<Partial<Record<TableName, TableInput>>>;
  readonly quarantined: number;
  /** Rows in quarantine by `table: reason`. */
  readonly quarantine: Readonly<Record<string, number>>;
  /** What the contacts' columns say of consent; null where they have only a status of ours. */
  readonly consent: ConsentReading | null;
  /** Lines of the contacts that are no rows, and are ignored: totals, the header once more. */
  readonly otherLines: number;
  /** Addresses that left or complained by files beside the contacts, and are no contact's. */
  readonly ofNoContact: number;
  /** Cells that can't be read, and count as unknown, by table, column and reason. */
  readonly unreadable: Readonly<Record<string, number>>;
  /**
   * The columns that a table has, by each name that a rule may use: its SQL name, and its header as `normalHeader`
   * gives it.
   */
  readonly columns: (table: TableName) => ReadonlyMap<string, string>;
  readonly sources: ReadonlyMap<TableName, SourceTable>;
}

const DAY_MS = 86_400_000;
const futureAfter = ({ asOf, now }: SnapshotOptions): Date =>
  new Date(Math.max(asOf.getTime(), now.getTime()) + DAY_MS);

/** Facts come after the tables that say whom they are about. */
const ORDER: readonly TableName[] = ['merges', 'archive', 'contacts', 'suppressions', 'bounces', 'events', 'purchases'];
/**
 * The largest files come in last: each is looked through while the engine takes in the one before it, and nothing waits
 * for the first.
 */
const LARGEST: readonly TableName[] = ['events', 'contacts'];
const ALWAYS: readonly TableName[] = ['merges', 'archive', 'contacts', 'suppressions', 'bounces'];

/** A workbook whose contacts can't be there, or can't be all there. */
export class EmptyWorkbook extends NightshiftError {
  override name = 'EmptyWorkbook';

  constructor(label: string) {
    super(
      `${label} holds no contacts. A workbook without any row looks like a cut or filtered read, so nothing ` +
        'was done. Put the rows back, or name another workbook with --workbook.',
    );
  }

  override readonly outward =
    'The workbook, or the table "contacts", holds no rows at all. An empty reading is taken for a fault, never for a mass deletion.';
}

/** Loads a reading into the engine and checks its rows. */
export async function takeSnapshot(engine: Engine, reading: Reading, given: SnapshotOptions): Promise<Snapshot> {
  const { rules } = given;
  const options = { ...given, settings: rules, futureAfter: futureAfter(given) };
  requireAllColumns(reading.tables);
  const sources = new Map(reading.tables.map((source) => [source.table, underOwnHeaders(source, rules.derived)]));
  const wanted = new Set([...ALWAYS, ...options.tables]);
  const events = sources.get('events');
  // A departure among the events refuses mail, also where no job of the batch asks for events.
  if (events && !wanted.has('events') && (await eventsReport(engine, events))) wanted.add('events');
  for (const table of wanted) {
    const { remote, ...source } = sources.get(table) ?? {};
    // Reports of other files are distinguished from the table's own by their ids, so the table is read with them.
    const isJoined = table === 'bounces' && hasOtherReports(reading);
    if (remote && (isJoined || (await needsReader(table, remote, options)))) sources.set(table, source as SourceTable);
  }
  // Facts of a warehouse stay there; a statement that asks for their rows fetches them all.
  const isRemote = (table: TableName): boolean => wanted.has(table) && sources.get(table)?.remote !== undefined;
  const tables = [
    ...ORDER.filter((table) => wanted.has(table)),
    ...[...wanted].filter((table) => !ORDER.includes(table)),
  ];
  const inputs: Partial<Record<TableName, TableInput>> = {};
  let quarantined = 0;
  let otherLines = 0;
  await createAside(engine);
  defineReading(engine, rules);
  const loading = [
    ...tables.filter((table) => !LARGEST.includes(table)),
    ...LARGEST.filter((table) => wanted.has(table)),
  ].filter((table) => !isRemote(table));
  openAhead(sources, loading);
  const consent = await readConsentOf(engine, sources, rules);
  const { texts, seeking } = await loadTables(engine, loading, sources, options);
  const remotes = tables.filter(isRemote).map((table) => remoteOf(engine, table, sources, options));
  const resolve = attachFacts(engine, remotes, { ...options, timeZone: rules.timeZone });
  const resolved = new Map<TableName, Resolved>();
  const counted: Record<string, number> = {};
  const unread: Record<string, number> = {};
  for (const table of tables) {
    if (isRemote(table)) {
      const found = await resolve(table);
      resolved.set(table, found);
      let faults = 0;
      for (const { reason, rows } of found.faults) {
        counted[`${table}: ${reason}`] = (counted[`${table}: ${reason}`] ?? 0) + rows;
        faults += rows;
      }
      for (const { column, reason, rows } of found.unreadable) unread[`${table}, column "${column}": ${reason}`] = rows;
      quarantined += faults;
      inputs[table] = { rows: found.rows + faults, hash: found.hash };
      if (table === 'bounces') await createUnreadBounces(engine);
      continue;
    }
    const source = sources.get(table) ?? null;
    const loaded = texts.get(table) ?? null;
    if (loaded && OWNED.has(table)) await findOwners(engine, table);
    const checked = await checkTable(engine, table, loaded, options.asOf, seeking.get(table), source?.headers);
    const { rows, faults } = checked;
    otherLines += checked.otherLines;
    quarantined += faults;
    inputs[table] = { rows: rows + faults, hash: loaded?.hash ?? '' };
    if (table === 'bounces') quarantined += await addForeignBounces(engine, reading, texts, options);
    if (table === 'contacts') {
      if (rows === 0 && faults > 0 && loaded && !options.mayBeEmpty)
        throw new NothingReadable(source?.label ?? 'The workbook', faults, await firstUnreadable(engine, loaded));
      if (rows === 0 && !options.mayBeEmpty) throw new EmptyWorkbook(source?.label ?? 'The workbook');
      if (source && loaded) createWholeRows(engine, source, loaded, rules);
      // Where another tool's column says who left, any broken row may.
      if (source?.mayRefuse && loaded) await addMalformedHints(engine, 'contacts', loaded.malformed, 'unsubscribed');
      await identifyContacts(engine);
      await createContactRefs(engine);
    }
  }
  if (sources.has('events') && wanted.has('events')) await addEventReports(engine);
  await createSpellings(engine);
  await createConsentViews(engine);
  await addUnclearAddresses(engine);
  const quarantine = { ...(await countQuarantine(engine)), ...counted };
  for (const [table, found] of resolved) await quarantineRemote(engine, table, found);
  const ofNoContact = reading.foreign.length > 0 ? await refusalsOfNoContact(engine) : 0;
  let unreadable: Record<string, number> = unread;
  for (const [table, text] of texts)
    if (text) unreadable = { ...unreadable, ...(await quarantineCells(engine, table, text)) };
  return {
    inputs,
    quarantined,
    consent,
    quarantine,
    otherLines,
    ofNoContact,
    unreadable,
    columns: (table) => columnsOf(table, sources.get(table)),
    sources,
  };
}

/** Names every table whose columns are missing at once. @throws HeaderError */
function requireAllColumns(tables: readonly SourceTable[]): void {
  const faults = tables.flatMap(({ table, label, headers, headerOf, looksLike }) => {
    try {
      requireColumns(table, label, headers, headerOf, looksLike);
      return [];
    } catch (error) {
      if (error instanceof HeaderError) return [error.message];
      throw error;
    }
  });
  if (faults.length > 0) throw new HeaderError(faults.join('\n'));
}

/** Reads the contacts' columns of consent before any table is loaded. @throws ConsentQuestion */
async function readConsentOf(
  engine: Engine,
  sources: Map<TableName, SourceTable>,
  { consent = {}, aliases = {} }: SnapshotOptions['rules'],
): Promise<ConsentReading | null> {
  const contacts = sources.get('contacts');
  if (!contacts) return null;
  const { source, reading } = await withConsent(engine, contacts, consent, aliases);
  sources.set('contacts', source);
  return reading;
}

/** Loads the tables in turn; the keys of each are compared while the next one comes in. */
async function loadTables(
  engine: Engine,
  tables: readonly TableName[],
  sources: ReadonlyMap<TableName, SourceTable>,
  options: SnapshotOptions & Pick<LoadOptions, 'settings' | 'futureAfter'>,
): Promise<{ texts: Map<TableName, LoadedText | null>; seeking: Map<TableName, Promise<number>> }> {
  const texts = new Map<TableName, LoadedText | null>();
  const seeking = new Map<TableName, Promise<number>>();
  try {
    for (const table of tables) {
      const extraColumns = table === 'contacts' ? options.extraColumns : new Set<string>();
      const isWritten = options.written?.has(table) ?? false;
      const text = await loadTable(engine, table, sources.get(table) ?? null, { ...options, extraColumns, isWritten });
      texts.set(table, text);
      if (!text) continue;
      const sought = seekTwice(engine, table);
      // A rejection is handled where it is awaited; the empty catch prevents an unhandled rejection.
      sought.catch(() => {});
      seeking.set(table, sought);
    }
    return { texts, seeking };
  } finally {
    await Promise.allSettled(seeking.values());
  }
}

/** While the engine loads one table, the next one's file is looked through: the two take different threads. */
function openAhead(sources: Map<TableName, SourceTable>, tables: readonly TableName[]): void {
  const queue = tables.flatMap((table) => sources.get(table) ?? []);
  queue.forEach((source, i) => {
    let opened: ReturnType<SourceTable['open']> | undefined;
    const next = (): void => {
      const after = queue[i + 1];
      if (after)
        sources
          .get(after.table)
          ?.open()
          .catch(() => {});
    };
    sources.set(source.table, {
      ...source,
      open: (carefully) => {
        if (carefully) return source.open(true);
        const isFirst = opened === undefined;
        opened ??= source.open();
        if (isFirst) opened.then(next, () => {});
        return opened;
      },
    });
  });
}

function columnsOf(table: TableName, source: SourceTable | undefined): ReadonlyMap<string, string> {
  const known = [...(source?.headerOf ?? [])];
  const columnOf = new Map(known.map(([column, header]) => [header, column]));
  const headers = (source?.headers ?? []).map((header) => [normalHeader(header), columnOf.get(header)] as const);
  return new Map([
    ...headers.map(([header, column]): [string, string] => [header, column ?? header]),
    ...[...known.map(([column]) => column), ...declaredIn(table)].map((column): [string, string] => [column, column]),
  ]);
}

/** Returns how many rows are in quarantine. */
async function addForeignBounces(
  engine: Engine,
  reading: Reading,
  texts: ReadonlyMap<TableName, TableText | null>,
  { rules, asOf, futureAfter }: SnapshotOptions & Pick<LoadOptions, 'futureAfter'>,
): Promise<number> {
  let quarantined = 0;
  for (const file of reading.foreign)
    quarantined += await addForeignFile(engine, file, rules, futureAfter, rules.consent);
  const contacts = reading.tables.find(({ table }) => table === 'contacts');
  const text = texts.get('contacts');
  if (contacts && text) await addContactReports(engine, contacts, text, rules);
  // A job sees facts up to as-of and no later.
  if (reading.foreign.length > 0) await engine.run(sql`delete from bounces where occurred_at > ${asOf}`);
  return quarantined;
}

async function countQuarantine(engine: Engine): Promise<Record<string, number>> {
  const rows = await engine.rows(
    sql`select "table" || ': ' || reason as label, count(*) as n from quarantine_now group by 1 order by 1`,
  );
  return Object.fromEntries(rows.map((row) => [String(row.label), Number(row.n)]));
}
