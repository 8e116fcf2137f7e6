/**
 * The workbook as a folder of CSV files. Reads each file once and strictly, writes only what changes, and commits all
 * files of a run together (lib/workbook/csv/commit). Its own state is in `FOLDER/.nightshift`; nothing else is
 * touched.
 */
import { existsSync } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import * as z from 'zod';
import { type FileIdentity, identify, sameContent, untouched } from '../../core/file-identity.ts';
import { type TableName, tableOf } from '../../core/tables.ts';
import { tableShape } from '../beside.ts';
import type { LayOutJson } from '../recognised.ts';
import { inRunFolder, type StoreOptions } from '../run-folder.ts';
import {
  ChangedMeanwhile,
  type ForeignFile,
  type Held,
  type Marker,
  nothingHeld,
  type Patches,
  type Reading,
  type SourceTable,
  type Store,
  type TablePatch,
} from '../store.ts';
import { appendRows, takesRows } from './append.ts';
import {
  ChangedUnderneath,
  type CommitFile,
  commitFiles,
  describeRecovery,
  recover,
  stagingFolder,
} from './commit/journal.ts';
import { createCsv } from './create.ts';
import { discover, type Found, WorkbookError } from './discover.ts';
import type { RowMarks } from './marks.ts';
import { awaitLanding, isLanding, readingScratch } from './read-only.ts';
import { readable } from './readable.ts';
import { splice } from './splice.ts';
import { folderId } from './workbook-id.ts';

export interface CsvStoreOptions extends StoreOptions {
  /** Reads JSON files that are beside the tables; left out, they are ignored. */
  readonly layOutJson?: LayOutJson;
}

const MARKER = join('.nightshift', 'applied.json');

const markerSchema = z.object({
  run: z.string(),
  entries: z.array(z.object({ job: z.string(), period: z.string(), entry: z.unknown() })),
  sound: z
    .record(z.string(), z.object({ size: z.number(), mtimeNs: z.string(), ctimeNs: z.string(), ino: z.string() }))
    .default({}),
});

/** A file that is ready to be written, and whether it is known to hold no malformed record. */
interface StagedTable extends CommitFile {
  readonly isSound: boolean;
}

/** Opens a folder as a workbook: takes its lock and recovers from a crash. @throws Held, WorkbookError */
export async function openCsvStore(options: CsvStoreOptions): Promise<Store> {
  const folder = await folderOf(options);
  return inRunFolder(folder, options, async ({ scratch, close }) => {
    const recovered = describeRecovery(await recover(folder));
    return new CsvStore(folder, scratch, recovered, options, close);
  });
}

/**
 * Opens a folder as a workbook that is only read: no lock is taken, and a run may write meanwhile. What is read during
 * a landing counts as changed (`changedSince`), so that the reader reads again. @throws WorkbookError
 */
export async function openCsvReader(options: CsvStoreOptions): Promise<Store> {
  const folder = await folderOf(options);
  const recovered = await awaitLanding(folder, options);
  const scratch = await readingScratch(folder);
  const store = new CsvStore(folder, scratch, recovered, options, () => rm(scratch, { recursive: true, force: true }));
  const { read } = store;
  store.read = async () => {
    await awaitLanding(folder, options);
    const reading = await read();
    const changedSince = async () => [
      ...(await reading.changedSince()),
      ...(isLanding(folder) ? ['a run that is writing'] : []),
    ];
    return { ...reading, changedSince };
  };
  store.commit = async () => {
    throw new Error('a workbook that is opened for reading is not written');
  };
  return store;
}

async function folderOf(options: CsvStoreOptions): Promise<string> {
  const folder = resolve(options.folder);
  const info = await stat(folder).catch(() => null);
  if (info?.isDirectory()) return folder;
  throw new WorkbookError(
    `${options.folder} is no folder. Name a folder of CSV files with --workbook, or leave it out to use the sample.`,
  );
}

/** Null for what is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

class CsvStore implements Store {
  readonly kind = 'csv';
  readonly stateFolder: string;
  readonly workbookId: string;
  readonly #folder: string;
  readonly #options: CsvStoreOptions;
  #found: Found = { tables: new Map(), foreign: [], leftAlone: [], notTaken: [] };
  #read = new Map<string, FileIdentity | null>();
  #sources = new Map<TableName, SourceTable>();
  /** Of each file that the engine reads itself, where its rows begin. */
  #marks = new Map<string, RowMarks | null>();
  /** The files that are as an earlier commit left them and hold no malformed record. */
  #sound: ReadonlyMap<string, FileIdentity> = new Map();

  readonly scratch: string;
  readonly recovered: string | null;
  readonly close: () => Promise<void>;

  constructor(
    folder: string,
    scratch: string,
    recovered: string | null,
    options: CsvStoreOptions,
    close: () => Promise<void>,
  ) {
    this.scratch = scratch;
    this.recovered = recovered;
    this.close = close;
    this.#folder = folder;
    this.workbookId = folderId(folder);
    this.stateFolder = join(folder, '.nightshift');
    this.#options = options;
  }

  read = async (): Promise<Reading> => {
    this.#sound = new Map(Object.entries((await this.#applied())?.sound ?? {}));
    this.#found = await discover(this.#folder, { mayBeEmpty: false, ...this.#options, scratch: this.scratch });
    const files = [...this.#found.tables.values(), ...this.#found.foreign.map(({ file, origin = file }) => origin)];
    this.#marks.clear();
    this.#read = new Map(files.map((file) => [file.path, file.identity]));
    const tables = [...this.#found.tables].map(
      ([table, file]): SourceTable => ({
        table,
        label: basename(file.path),
        headers: file.header,
        ...tableShape(table, { name: file.name, label: file.name, headers: file.header }, this.#options),
        open: async (carefully) => {
          const text = await readable(file, { scratch: this.scratch, carefully });
          this.#marks.set(file.path, text.marks);
          return text;
        },
      }),
    );
    this.#sources = new Map(tables.map((source) => [source.table, source]));
    const foreign = this.#found.foreign.map(
      ({ recognised, file }): ForeignFile => ({
        label: file.name,
        recognised,
        headers: file.header,
        open: (carefully) => readable(file, { scratch: this.scratch, carefully, isOnlyRead: true }),
      }),
    );
    const { leftAlone, notTaken } = this.#found;
    return { tables, foreign, leftAlone, notTaken, changedSince: () => this.#changedSince() };
  };

  async #changedSince(): Promise<string[]> {
    const changed: string[] = [];
    for (const [path, before] of this.#read) {
      if (!untouched(before, await identify(path))) changed.push(basename(path));
    }
    return changed;
  }

  delimiterOf = (table: TableName): string => this.#found.tables.get(table)?.delimiter ?? ',';

  commit = async (patches: Patches, marker: Marker): Promise<Held> => {
    const staging = await stagingFolder(this.#folder);
    const tables = await this.#stageAll(patches, staging);
    if (tables.length === 0) return nothingHeld;
    const markerPath = join(staging, 'applied.json');
    const sound = await this.#soundAfter(tables);
    await writeFile(markerPath, `${JSON.stringify({ ...marker, sound }, null, 2)}\n`);
    const expected = await identify(join(this.#folder, MARKER));
    try {
      await commitFiles(this.#folder, [...tables, { target: MARKER, staged: markerPath, expected }]);
      return nothingHeld;
    } catch (error) {
      throw error instanceof ChangedUnderneath ? new ChangedMeanwhile(error.files) : error;
    }
  };

  /**
   * Each file is made while the patch of the next one is. What was begun ends before anything fails, so that nothing is
   * left to write.
   */
  async #stageAll(patches: Patches, staging: string): Promise<StagedTable[]> {
    const begun: Promise<StagedTable>[] = [];
    try {
      for await (const patch of patches) {
        const stage = this.#stage(patch, staging);
        stage.catch(() => {}); // reported at the end, when everything that was started has ended
        begun.push(stage);
      }
    } finally {
      await Promise.allSettled(begun);
    }
    return Promise.all(begun);
  }

  async #stage(patch: TablePatch, staging: string): Promise<StagedTable> {
    const existing = this.#found.tables.get(patch.table);
    const staged = join(staging, `${patch.table}.csv`);
    const target = existing ? relative(this.#folder, existing.path) : `${patch.table}.csv`;
    const expected = existing ? (this.#read.get(existing.path) ?? null) : null;
    if (patch.isWhole) {
      await rename(patch.path, staged);
      return { target, staged, expected, isSound: true };
    }
    const file = existing ?? (await createCsv(patch.columns, join(this.scratch, `new-${patch.table}.csv`)));
    if (patch.isRows) {
      await appendRows(file, patch.path, staged);
      return { target, staged, expected, isSound: true };
    }
    const keyColumn = tableOf(patch.table).key[0] ?? '';
    const key = this.#sources.get(patch.table)?.headerOf.get(keyColumn) ?? keyColumn;
    const marks = this.#marks.get(file.path) ?? null;
    const { malformed } = await splice(file, { path: patch.path, columns: patch.columns, key }, staged, marks);
    return { target, staged, expected, isSound: malformed === 0 };
  }

  /** Every file that is as a commit left it, and sound: the staged ones, and those of earlier commits. */
  async #soundAfter(tables: readonly StagedTable[]): Promise<Record<string, FileIdentity>> {
    const sound = new Map(this.#sound);
    for (const { target, staged, isSound } of tables) {
      const now = isSound && staged !== null ? await identify(staged) : null;
      if (now) sound.set(target, now);
      else sound.delete(target);
    }
    return Object.fromEntries(sound);
  }

  rowHeaders = (table: TableName): readonly string[] | null => {
    const file = this.#found.tables.get(table);
    if (!file) return [];
    const known = this.#sound.get(relative(this.#folder, file.path)) ?? null;
    return takesRows(file) && sameContent(known, file.identity) ? file.header : null;
  };

  marker = async (): Promise<Marker | null> => {
    const applied = await this.#applied();
    return applied && { run: applied.run, entries: applied.entries };
  };

  async #applied(): Promise<z.infer<typeof markerSchema> | null> {
    const path = join(this.#folder, MARKER);
    if (!existsSync(path)) return null;
    const parsed = markerSchema.safeParse(jsonOf(await readFile(path, 'utf8')));
    if (parsed.success) return parsed.data;
    throw new WorkbookError(
      `${path} is damaged: it is not what a run left there. Restore a copy of it, or move it away and run ` +
        `again; the last run's ledger entry may be missing then.`,
    );
  }
}
