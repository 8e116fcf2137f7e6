/**
 * What every command needs before it can work: which workbook, which ledger, which moment. The one place of the
 * command line that reads the clock and the environment.
 */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allJobs, type NightShift } from '../core/batch.ts';
import { localDay, parseAsOf } from '../core/calendar/period.ts';
import type { Sources } from '../core/workbook-rules.ts';
import { recogniseWith } from '../intake/formats/registry.ts';
import { layOutJson } from '../intake/json-as-csv.ts';
import { type History, historyOf as ofLedger } from '../run/history.ts';
import { folderLedger, type Ledger } from '../run/ledger.ts';
import { identify, type RunIdentity } from '../run/run-identity.ts';
import { addressOf, isDatasetAddress, type Place, placeOf } from '../workbook/bigquery/address.ts';
import type { DatasetSource } from '../workbook/bigquery/source.ts';
import type { BigQueryStoreOptions } from '../workbook/bigquery/store.ts';
import { openCsvReader, openCsvStore } from '../workbook/csv/store.ts';
import { folderId, placeId } from '../workbook/csv/workbook-id.ts';
import { spreadsheetIdOf } from '../workbook/sheets/spreadsheet-id.ts';
import type { Store } from '../workbook/store.ts';
import { type Options, UsageError } from './options.ts';
import { layOutSample } from './sample/lay-out.ts';
import { type Progress, progressTo } from './terminal.ts';

/** The repository's own folder. */
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const sampleFolder = join(root, 'sample');

/** Beyond these, days and time zones can't be reckoned in the same way everywhere. */
const [FIRST_YEAR, LAST_YEAR] = [1970, 2199];

export interface Session {
  readonly nightShift: NightShift;
  readonly options: Options;
  readonly asOf: Date;
  readonly identity: RunIdentity;
  readonly ledger: Ledger;
  readonly ledgerFolder: string;
  /** How people call the workbook: a folder as they typed it, or "the embedded sample". */
  readonly workbook: {
    /** The folder of files; else the folder on this machine that keeps the state, inbox and exports of a workbook. */
    readonly folder: string;
    readonly label: string;
    readonly isSample: boolean;
    /** Not another one than NIGHTSHIFT_WORKBOOK names. */
    readonly isUsual: boolean;
    readonly spreadsheetId: string | null;
    /** The dataset of BigQuery that it is. */
    readonly dataset: Place | null;
    readonly kind: Store['kind'];
  };
  /** Shows what is being done, and where that is known how much of it: 0 to 1. */
  readonly progress: Progress;
  readonly elapsed: () => number;
  readonly open: (command: string, mayBeEmpty?: boolean) => Promise<Store>;
  /** Opens the workbook for a look: takes no lock, and keeps no run from its work. */
  readonly openForReading: (command: string) => Promise<Store>;
}

/** The newest ledger entries of this session's workbook, by job of the night shift. */
export const historyOf = ({ ledger, nightShift, identity }: Session): Promise<History> =>
  ofLedger(
    ledger,
    allJobs(nightShift).map(({ job }) => job.name),
    identity.workbook,
  );

/** Prepares a session. Lays the sample out where no workbook is named. @throws UsageError */
export async function startSession(nightShift: NightShift, options: Options, start: number): Promise<Session> {
  const now = new Date();
  const { timeZone } = nightShift.workbook;
  const asOf = options.asOf === undefined ? now : parseAsOf(options.asOf, timeZone);
  if (!asOf) {
    throw new UsageError(
      `--as-of: "${options.asOf}" is no moment. Expected 2026-11-23T05:00:00Z, or a date such as 2026-11-23.`,
    );
  }
  const year = asOf.getUTCFullYear();
  if (year < FIRST_YEAR || year > LAST_YEAR) {
    throw new UsageError(
      `--as-of: "${options.asOf}" is outside of the years ${FIRST_YEAR} to ${LAST_YEAR}, for which a workbook can be read.`,
    );
  }
  refuseAheadOfTime(options, asOf, now, timeZone);
  const named = options.workbook ?? process.env.NIGHTSHIFT_WORKBOOK;
  const isSample = named === undefined || named === '';
  const dataset = !isSample && isDatasetAddress(named) ? placeOf(named) : null;
  const spreadsheetId = isSample || dataset ? null : spreadsheetIdOf(named, Boolean(process.env.NIGHTSHIFT_SHEETS_URL));
  const elsewhere = dataset ? addressOf(dataset) : spreadsheetId;
  const folder = isSample
    ? join(sampleFolder, 'workbook')
    : elsewhere
      ? stateFolder(dataset ? `${dataset.project}.${dataset.dataset}` : elsewhere)
      : resolve(named);
  if (isSample) {
    await mkdir(sampleFolder, { recursive: true });
    // The sample's world ends at the beginning of its last day in UTC.
    await layOutSample(join(root, 'data', 'sample'), folder, localDay(now, 'UTC'));
  }
  const usual = process.env.NIGHTSHIFT_WORKBOOK;
  const isUsual = options.workbook === undefined || !usual || options.workbook === usual;
  if (!isSample && elsewhere === null) refuseCheckout(named, folder, process.env);
  const identity = identify(elsewhere ? placeId(elsewhere) : folderId(folder), now, process.env);
  const ledgerFolder = options.ledger ?? (isSample ? join(sampleFolder, 'ledger') : join(root, 'data', 'ledger'));
  if (existsSync(ledgerFolder) && !statSync(ledgerFolder).isDirectory())
    throw new UsageError(`--ledger: ${ledgerFolder} is a file. Name the folder where runs are recorded.`);
  const progress = progressTo(process.stderr);
  const openStore = async (command: string, mayBeEmpty: boolean, openFolder: typeof openCsvStore): Promise<Store> => {
    const { aliases, sources } = nightShift.workbook;
    const common = {
      folder,
      aliases,
      recognise: recogniseWith(aliases),
      layOutJson,
      command,
      run: identity.run,
      mayBeEmpty,
    };
    // Google's client is only loaded for a workbook that needs it.
    const store = dataset
      ? await openDataset(dataset, nightShift, { ...common, progress: (line) => progress(line) })
      : spreadsheetId === null
        ? await openFolder(common)
        : await (await import('../workbook/sheets/store.ts')).openSheetsStore({
            ...common,
            spreadsheetId,
            progress: (line) => progress(line),
          });
    // The sample is whole in itself.
    if (isSample || Object.keys(sources).length === 0) return store;
    return withSources(store, nightShift, identity.run, progress);
  };
  return {
    nightShift,
    options,
    asOf,
    identity,
    ledger: folderLedger(resolve(ledgerFolder)),
    ledgerFolder: resolve(ledgerFolder),
    workbook: {
      folder,
      label: isSample ? 'the embedded sample' : named,
      isSample,
      isUsual,
      spreadsheetId,
      dataset,
      kind: dataset ? 'bigquery' : spreadsheetId ? 'sheets' : 'csv',
    },
    progress,
    elapsed: () => (performance.now() - start) / 1000,
    open: (command, mayBeEmpty = false) => openStore(command, mayBeEmpty, openCsvStore),
    openForReading: (command) => openStore(command, false, openCsvReader),
  };
}

/** Where the report page is written unless `--out` says otherwise: beside the ledger. */
export const defaultPage = ({ ledgerFolder }: Pick<Session, 'ledgerFolder'>): string =>
  join(dirname(ledgerFolder), 'report.html');

/** Facts that the rules keep elsewhere: in files, or in a warehouse. */
async function withSources(
  store: Store,
  { workbook: { sources, bigquery } }: NightShift,
  run: string,
  progress: (line: string) => void,
): Promise<Store> {
  const inFiles: Record<string, unknown> = {};
  const inDatasets: Record<string, DatasetSource> = {};
  for (const [table, rule] of Object.entries(sources)) {
    if (rule && isDatasetAddress(rule.files)) inDatasets[table] = { address: rule.files, columns: rule.columns };
    else inFiles[table] = rule;
  }
  const { withOutsideTables } = await import('../workbook/external/tables.ts');
  const withFiles = Object.keys(inFiles).length > 0 ? withOutsideTables(store, inFiles as Sources, root) : store;
  if (Object.keys(inDatasets).length === 0) return withFiles;
  const { withDatasetTables } = await import('../workbook/bigquery/source.ts');
  const { keepDays: _, ...limits } = bigquery;
  return withDatasetTables(withFiles, inDatasets, run, { limits, progress });
}

async function openDataset(
  place: Place,
  { workbook: { bigquery: rules, timeZone } }: NightShift,
  options: Omit<BigQueryStoreOptions, 'client' | 'keptDays'>,
): Promise<Store> {
  const { openDatasetStore } = await import('../workbook/bigquery/store.ts');
  return openDatasetStore(place, rules, { ...options, timeZone });
}

/** Commands that write to a workbook. */
const WRITING = new Set(['run', 'shift', 'import', 'undo', 'export', 'erase']);

/**
 * A run as of a moment that has not come would count as done what was never done. Today's date stands for today.
 * @throws UsageError
 */
function refuseAheadOfTime({ command, asOf: typed, dryRun }: Options, asOf: Date, now: Date, timeZone: string): void {
  if (asOf <= now || dryRun || !WRITING.has(command ?? '')) return;
  const isDate = typed !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(typed.trim());
  if (isDate && localDay(asOf, timeZone) === localDay(now, timeZone)) return;
  throw new UsageError(
    `--as-of: "${typed}" is after now (${now.toISOString()}). Nothing was written. Check the year, or add ` +
      '--dry-run to see what a run would do then.',
  );
}

/**
 * A runner of GitHub's own is thrown away after the job: what a run changes in a folder of its checkout would be lost,
 * night after night, with a green mark. @throws UsageError
 */
function refuseCheckout(named: string, folder: string, variables: Readonly<Record<string, string | undefined>>): void {
  const checkout = hostedCheckout(variables);
  if (!checkout) return;
  const inside = relative(realPath(checkout), realPath(folder));
  if (inside.startsWith('..') || isAbsolute(inside)) return;
  throw new UsageError(
    `The workbook ${named} is a folder of this checkout, and GitHub's runner is thrown away after the run: ` +
      'every change would be lost. Use a Google Sheet, or a runner of your own with a folder outside of the ' +
      'checkout.',
  );
}

/** The checkout of a runner that is thrown away after the run; undefined elsewhere. */
export function hostedCheckout(variables: Readonly<Record<string, string | undefined>>): string | undefined {
  const { GITHUB_ACTIONS: onActions, RUNNER_ENVIRONMENT: runner, GITHUB_WORKSPACE: workspace } = variables;
  return onActions === 'true' && runner !== 'self-hosted' ? workspace : undefined;
}

const realPath = (path: string): string => (existsSync(path) ? realpathSync(path) : resolve(path));

/**
 * Where this machine keeps what belongs to a spreadsheet or a dataset: its lock, temporary files, inbox and exports.
 * Never in the repository.
 */
function stateFolder(name: string): string {
  const state = process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  return join(state, 'nightshift', name);
}
