/**
 * The workbook as a dataset of BigQuery: tables are tables, read as of one moment, and written by one transaction that
 * leaves what others changed since. Each step is a job with an id of the run and its number, so that a request may be
 * repeated, and BigQuery's own record of the job says whether it was done. It keeps nothing on this machine but a run's
 * temporary files.
 */
import { join } from 'node:path';
import { type TableName, tableNames, tableOf } from '../../core/tables.ts';
import type { WorkbookRules } from '../../core/workbook-rules.ts';
import { openEngine } from '../../engine/duckdb.ts';
import { besideOf, hasOtherFacts, tableShape } from '../beside.ts';
import { ConsentQuestion } from '../consent-question.ts';
import { WorkbookError } from '../csv/discover.ts';
import { placeId } from '../csv/workbook-id.ts';
import { normalHeader } from '../headers.ts';
import { inRunFolder, type RunFolder, type StoreOptions } from '../run-folder.ts';
import {
  ChangedMeanwhile,
  type ForeignFile,
  type Held,
  type Marker,
  type NotTaken,
  nothingHeld,
  type Patches,
  type Reading,
  type SourceTable,
  type Store,
  type TablePatch,
  type WarehouseCapability,
} from '../store.ts';
import type { CsvText } from '../table-text.ts';
import { addressOf, type Place } from './address.ts';
import { type BigQueryClient, bigQueryClient } from './client.ts';
import { addColumns, heldRows, markerQuery, type Target, transaction } from './commit.ts';
import { BigQueryError, isConflict, isGone, unlessReason } from './errors.ts';
import { DatasetFacts, STAYING } from './facts.ts';
import { findingsOf } from './findings.ts';
import { forgetRows } from './forget.ts';
import { type KeptDays, markerTable, tableToMake } from './layout.ts';
import { type Field, MARKER_TABLE, type Outline } from './outline.ts';
import { type Staged, stagePatch } from './stage.ts';
import { Steps } from './steps.ts';

export interface BigQueryStoreOptions extends StoreOptions {
  readonly client: BigQueryClient;
  /** Of DATETIME columns; UTC, unless given. */
  readonly timeZone?: string;
  /** Facts' tables are made with this expiry. */
  readonly keptDays?: KeptDays;
  /** Gets a line for what takes long. */
  readonly progress?: (line: string) => void;
}

/** Opens a dataset under the rules: with limits to what it may cost, and the days that facts are kept. */
export function openDatasetStore(
  place: Place,
  { keepDays, ...limits }: WorkbookRules['bigquery'],
  options: Omit<BigQueryStoreOptions, 'client' | 'keptDays'>,
): Promise<Store> {
  const { progress } = options;
  const client = bigQueryClient(place, { limits, ...(progress && { progress }) });
  return openBigQueryStore({ ...options, client, keptDays: keepDays });
}

/** How often a transaction is begun again that others kept from its tables. */
const TRANSACTIONS = 5;

/**
 * Opens a dataset as a workbook: one run at a time on this machine; a transaction that a killed run left at work is
 * waited for. @throws LockError, BigQueryError
 */
export const openBigQueryStore = (options: BigQueryStoreOptions): Promise<Store> =>
  inRunFolder(options.folder, options, async (run) => {
    const steps = new Steps(options.client, options.run, run.scratch);
    const waited = await options.client.awaitJobs(`${steps.prefix}commit_`);
    if (waited > 0) options.progress?.('a transaction of an earlier run was still at work, and has ended');
    return new BigQueryStore({ ...options, ...run, steps });
  });

/** A table of the last reading. */
interface Known {
  readonly outline: Outline;
  readonly source: SourceTable;
  text?: Promise<CsvText>;
}

interface Opened extends BigQueryStoreOptions, RunFolder {
  readonly steps: Steps;
}

class BigQueryStore implements Store {
  readonly kind = 'bigquery';
  readonly scratch: string;
  readonly stateFolder: string;
  readonly recovered = null;
  readonly workbookId: string;
  readonly warehouse: WarehouseCapability;
  readonly #options: Opened;
  readonly #client: BigQueryClient;
  readonly #steps: Steps;
  #outlines: readonly Outline[] = [];
  #known = new Map<TableName, Known>();

  constructor(options: Opened) {
    this.#options = options;
    this.#client = options.client;
    this.#steps = options.steps;
    this.scratch = options.scratch;
    this.stateFolder = options.stateFolder;
    this.workbookId = placeId(addressOf(options.client.place));
    this.warehouse = {
      spent: options.client.spent,
      findings: () => findingsOf(this.#client, [...this.#known.values()]),
      clearRows: (person) => {
        const ours = new Set([...this.#known.values()].map(({ outline }) => outline));
        return forgetRows(this.#steps, this.#outlines, ours, person);
      },
    };
  }

  close = async (): Promise<void> => {
    await this.#steps.end();
    await this.#options.close();
  };

  read = async (): Promise<Reading> => {
    this.#outlines = await this.#steps.begin();
    this.#known = new Map();
    const others: Outline[] = [];
    for (const outline of this.#outlines) {
      const table = tableNames.find((each) => each === normalHeader(outline.id));
      if (!table) others.push(outline);
      else if (this.#known.has(table))
        throw new WorkbookError(`Two tables of ${addressOf(this.#client.place)} are ${table}. Rename one.`);
      else this.#known.set(table, this.#knownOf(table, outline));
    }
    const ids = this.#outlines.map(({ id }) => `"${id}"`).join(', ');
    if (!this.#known.has('contacts') && !this.#options.mayBeEmpty)
      throw new WorkbookError(
        `The dataset ${addressOf(this.#client.place)} has no table "contacts". Its tables are: ${ids || 'none'}. ` +
          'Rename the one with your contacts to "contacts", or run "nightshift init".',
      );
    const tables = [...this.#known.values()].map(({ source }) => source);
    return { tables, ...(await this.#beside(others)), changedSince: async () => [...this.#steps.gone] };
  };

  #knownOf(table: TableName, outline: Outline): Known {
    const { headers } = outline;
    const label = `table "${outline.id}"`;
    const shape = tableShape(table, { name: outline.id, label, headers }, this.#options);
    const { headerOf } = shape;
    const keys = tableOf(table).key.flatMap((key) => headerOf.get(key) ?? []);
    const known: Known = {
      outline,
      source: {
        table,
        label,
        ...(STAYING.has(table) && {
          remote: new DatasetFacts(this.#steps, { table, headerOf, outline }, (text) => {
            known.text = Promise.resolve(text);
          }),
        }),
        headers,
        ...shape,
        open: () => {
          known.text ??= this.#steps.read(outline, keys);
          return known.text;
        },
      },
    };
    return known;
  }

  /**
   * What the dataset's other tables say of consent.
   * @throws ConsentQuestion where one may refuse mail and is not known
   */
  async #beside(others: readonly Outline[]): Promise<{ foreign: ForeignFile[]; notTaken: NotTaken[] }> {
    const foreign: ForeignFile[] = [];
    const notTaken: NotTaken[] = [];
    for (const outline of others) {
      const { id, headers } = outline;
      const label = `table "${id}"`;
      const recognised = this.#options.recognise({ name: id, label, headers });
      const kind = besideOf(recognised);
      if (!recognised || kind === 'nothing' || kind === 'addresses') continue;
      if ('unclear' in recognised) {
        // A row without any address is about no one.
        if (recognised.addressUnknown && !(await this.#steps.holdsAddress(outline))) continue;
        throw new ConsentQuestion(recognised.unclear);
      }
      if (kind === 'reports' || kind === 'never agreed')
        foreign.push({ label, recognised, headers, open: () => this.#steps.read(outline, []) });
      if (hasOtherFacts(recognised)) notTaken.push({ label, looksLike: recognised.label });
    }
    return { foreign, notTaken };
  }

  delimiterOf = (): string => ',';

  rowHeaders = (): null => null;

  marker = async (): Promise<Marker | null> => {
    const reading = this.#steps.rows('marker', markerQuery(this.#steps.table(MARKER_TABLE)), 'reading the marker');
    const [row] = (await reading.catch(unlessReason('notFound'))) ?? [];
    return row ? { run: row[0] ?? '', entries: JSON.parse(row[1] ?? '[]') as Marker['entries'] } : null;
  };

  commit = async (patches: Patches, marker: Marker): Promise<Held> => {
    const staged = await this.#stage(patches);
    if (staged.length === 0) return nothingHeld;
    await this.#client.createTable(markerTable);
    const targets: Target[] = [];
    for (const each of staged) targets.push(await this.#target(each));
    return this.#write(targets, marker);
  };

  async #stage(patches: Patches): Promise<Staged[]> {
    const engine = await openEngine({ spillFolder: join(this.scratch, 'spill'), timeZone: 'UTC', threads: 1 });
    try {
      const staged: Staged[] = [];
      for await (const patch of patches) {
        const known = this.#known.get(patch.table);
        const text = known && patch.rows.update + patch.rows.remove > 0 ? await known.source.open() : null;
        const columns = known?.outline.headers.length ?? 0;
        staged.push(await stagePatch(engine, patch, text as CsvText | null, columns, this.scratch));
      }
      return staged;
    } finally {
      engine.close();
    }
  }

  /** Makes sure of a table and its columns, and puts the staged rows beside it. */
  async #target(staged: Staged): Promise<Target> {
    const { patch } = staged;
    const known = this.#known.get(patch.table);
    const id = known?.outline.id ?? patch.table;
    const table = this.#steps.table(id);
    const before = known?.outline.fields ?? [];
    const missing = newFields(patch, before);
    if (!known)
      await this.#client.createTable(tableToMake(patch.table, this.#options.keptDays?.[patch.table], patch.columns));
    else if (missing.length > 0) {
      const statement = addColumns(table, missing);
      await this.#client.query(this.#steps.id('columns'), statement, `adding columns to ${id}`);
    }
    const texts = ['op', ...before.map((_, i) => `seen_${i}`), ...patch.columns.map((_, i) => `new_${i}`)];
    const name = await this.#steps.stage(patch.table, texts);
    for (const path of staged.files) await this.#client.load(this.#steps.id('load'), name, path);
    const { timeZone = 'UTC' } = this.#options;
    const stagedIn = this.#steps.table(name);
    return { staged, id, table, stagedIn, before, now: [...before, ...missing], timeZone };
  }

  async #write(targets: readonly Target[], marker: Marker): Promise<Held> {
    const what = 'writing';
    for (let attempt = 1; ; attempt += 1) {
      try {
        const [row = []] = await this.#steps.rows(
          'commit',
          transaction(this.#steps.table(MARKER_TABLE), targets, marker),
          what,
        );
        const counts = row.map(Number);
        const held = targets.map(({ staged }, i) => {
          const reasons = heldRows(staged, counts[2 * i] ?? 0, counts[2 * i + 1] ?? 0);
          return [staged.patch.table, reasons] as const;
        });
        return new Map(held.filter(([, reasons]) => Object.keys(reasons).length > 0));
      } catch (error) {
        const fault = error instanceof BigQueryError ? error.fault : null;
        if (!fault || !(isConflict(fault) || isGone(fault))) throw error;
        if (attempt === TRANSACTIONS || isGone(fault))
          throw new ChangedMeanwhile(targets.map(({ id }) => `table "${id}"`));
        this.#options.progress?.('another program wrote to the same tables: trying again');
      }
    }
  }
}

/** The columns of a patch that the table lacks, with our types. */
function newFields({ table, columns }: TablePatch, before: readonly Field[]): Field[] {
  const there = new Set(before.map(({ name }) => name));
  const made = tableToMake(table, undefined, columns).schema?.fields ?? [];
  return made.filter(({ name }) => !there.has(name));
}
