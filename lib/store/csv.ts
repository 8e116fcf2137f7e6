/**
 * The workbook as a folder of CSV files. Reads each file once and strictly, writes only what changes, and lands all
 * files of a run together (lib/landing). Its own state lies in `FOLDER/.nightshift`; nothing else is touched.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { createCsv } from '../csv/create.ts';
import { splice } from '../csv/splice.ts';
import { type FileIdentity, identify, untouched } from '../landing/identity.ts';
import {
  ChangedUnderneath,
  describeRecovery,
  type LandingFile,
  land,
  recover,
  stagingFolder,
} from '../landing/journal.ts';
import { lockFolder } from '../landing/lock.ts';
import { findColumns } from '../workbook/headers.ts';
import { type TableName, tableOf } from '../workbook/tables.ts';
import { csvText } from './csv-text.ts';
import { discover, type Found, WorkbookError } from './discover.ts';
import {
  ChangedMeanwhile,
  type ForeignFile,
  type Held,
  type Marker,
  nothingHeld,
  type Reading,
  type SourceTable,
  type Store,
  type TablePatch,
} from './store.ts';

export interface CsvStoreOptions {
  readonly folder: string;
  readonly aliases: Readonly<Record<string, string>>;
  readonly command: string;
  readonly run: string;
  /** A folder without contacts is a workbook that begins. */
  readonly mayBeEmpty?: boolean;
}

/** How a table that the workbook lacks is begun. */
const NEW_FILE = { delimiter: ',', lineEnd: '\n', bom: false } as const;

/** How a run's folder for temporary files begins. */
const SCRATCH = 'scratch-';

const MARKER = join('.nightshift', 'applied.json');

const markerSchema = z.object({
  run: z.string(),
  entries: z.array(z.object({ job: z.string(), period: z.string(), entry: z.unknown() })),
});

/** Opens a folder as a workbook: takes its lock and settles what a crash left. @throws Held, WorkbookError */
export async function openCsvStore(options: CsvStoreOptions): Promise<Store> {
  const folder = resolve(options.folder);
  const info = await stat(folder).catch(() => null);
  if (!info?.isDirectory()) {
    throw new WorkbookError(
      `${options.folder} is no folder. Name a folder of CSV files with --workbook, or leave it out to use the sample.`,
    );
  }
  const lock = await lockFolder(folder, { command: options.command, run: options.run });
  try {
    const recovered = describeRecovery(await recover(folder));
    const state = join(folder, '.nightshift');
    // What a run that was killed left behind holds cells of the workbook.
    for (const name of await readdir(state)) {
      if (name.startsWith(SCRATCH)) await rm(join(state, name), { recursive: true, force: true });
    }
    const scratch = join(state, `${SCRATCH}${randomBytes(4).toString('hex')}`);
    await mkdir(scratch, { recursive: true });
    return new CsvStore(folder, scratch, recovered, options, async () => {
      await rm(scratch, { recursive: true, force: true });
      await lock.release();
    });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

class CsvStore implements Store {
  readonly kind = 'csv';
  readonly stateFolder: string;
  readonly #folder: string;
  readonly #aliases: Readonly<Record<string, string>>;
  readonly #mayBeEmpty: boolean;
  #found: Found = { tables: new Map(), foreign: [] };
  #read = new Map<string, FileIdentity | null>();
  #sources = new Map<TableName, SourceTable>();

  readonly scratch: string;
  readonly recovered: string | null;
  readonly close: () => Promise<void>;

  constructor(
    folder: string,
    scratch: string,
    recovered: string | null,
    { aliases, mayBeEmpty = false }: CsvStoreOptions,
    close: () => Promise<void>,
  ) {
    this.scratch = scratch;
    this.recovered = recovered;
    this.close = close;
    this.#folder = folder;
    this.stateFolder = join(folder, '.nightshift');
    this.#aliases = aliases;
    this.#mayBeEmpty = mayBeEmpty;
  }

  read = async (): Promise<Reading> => {
    this.#found = await discover(this.#folder, this.#aliases, this.#mayBeEmpty);
    const files = [...this.#found.tables.values(), ...this.#found.foreign.map((each) => each.file)];
    this.#read = new Map(files.map((file) => [file.path, file.identity]));
    const tables = [...this.#found.tables].map(
      ([table, file]): SourceTable => ({
        table,
        label: basename(file.path),
        headers: file.header,
        headerOf: findColumns(table, file.header, table === 'contacts' ? this.#aliases : {}),
        open: (carefully) => csvText(file, this.scratch, carefully),
      }),
    );
    this.#sources = new Map(tables.map((source) => [source.table, source]));
    const foreign = this.#found.foreign.map(
      ({ kind, file }): ForeignFile => ({
        label: basename(file.path),
        kind,
        headers: file.header,
        open: (carefully) => csvText(file, this.scratch, carefully),
      }),
    );
    return { tables, foreign, changedSince: () => this.#changedSince() };
  };

  async #changedSince(): Promise<string[]> {
    const changed: string[] = [];
    for (const [path, before] of this.#read) {
      if (!untouched(before, await identify(path))) changed.push(basename(path));
    }
    return changed;
  }

  delimiterOf = (table: TableName): string => this.#found.tables.get(table)?.delimiter ?? ',';

  land = async (patches: readonly TablePatch[], marker: Marker): Promise<Held> => {
    const staging = await stagingFolder(this.#folder);
    const files: LandingFile[] = [];
    for (const patch of patches) files.push(await this.#stage(patch, staging));
    const markerPath = join(staging, 'applied.json');
    await writeFile(markerPath, `${JSON.stringify(marker, null, 2)}\n`);
    files.push({ target: MARKER, staged: markerPath, expected: await identify(join(this.#folder, MARKER)) });
    try {
      await land(this.#folder, files);
      return nothingHeld;
    } catch (error) {
      throw error instanceof ChangedUnderneath ? new ChangedMeanwhile(error.files) : error;
    }
  };

  async #stage(patch: TablePatch, staging: string): Promise<LandingFile> {
    const existing = this.#found.tables.get(patch.table);
    const staged = join(staging, `${patch.table}.csv`);
    const target = existing ? relative(this.#folder, existing.path) : `${patch.table}.csv`;
    const file = existing ?? (await createCsv(patch.columns, join(this.scratch, `new-${patch.table}.csv`), NEW_FILE));
    const keyColumn = tableOf(patch.table).key[0] ?? '';
    const key = this.#sources.get(patch.table)?.headerOf.get(keyColumn) ?? keyColumn;
    await splice(file, { path: patch.path, columns: patch.columns, key }, staged);
    return { target, staged, expected: existing ? (this.#read.get(existing.path) ?? null) : null };
  }

  marker = async (): Promise<Marker | null> => {
    const path = join(this.#folder, MARKER);
    if (!existsSync(path)) return null;
    const parsed = markerSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    if (parsed.success) return parsed.data as Marker;
    throw new WorkbookError(
      `${path} is not what a run left there. Move it away; the last run's ledger entry may be missing then.`,
    );
  };
}
