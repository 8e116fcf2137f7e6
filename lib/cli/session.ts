/**
 * What every command needs before it can work: which workbook, which ledger, which moment. The one place of the
 * command line that reads the clock and the environment.
 */
import { existsSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NightShift } from '../core/batch.ts';
import { localDay, parseAsOf } from '../core/calendar/period.ts';
import { printable } from '../core/text/printable.ts';
import { folderLedger, type Ledger } from '../run/ledger.ts';
import { identify, type RunIdentity } from '../run/run-identity.ts';
import { openCsvStore } from '../workbook/csv/store.ts';
import { spreadsheetIdOf } from '../workbook/sheets/spreadsheet-id.ts';
import type { Store } from '../workbook/store.ts';
import { type Options, UsageError } from './options.ts';
import { layOutSample } from './sample/lay-out.ts';

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
    /** The folder of files; of a Google Sheet, the folder on this machine that keeps its state, inbox and exports. */
    readonly folder: string;
    readonly label: string;
    readonly isSample: boolean;
    readonly spreadsheetId: string | null;
  };
  /** Tells what is being done, and where that is known how much of it: 0 to 1. */
  readonly progress: (line: string, share?: number) => void;
  readonly elapsed: () => number;
  readonly open: (command: string, mayBeEmpty?: boolean) => Promise<Store>;
}

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
      `--as-of: "${options.asOf}" lies outside of the years ${FIRST_YEAR} to ${LAST_YEAR}, for which a workbook can be read.`,
    );
  }
  const named = options.workbook ?? process.env.NIGHTSHIFT_WORKBOOK;
  const isSample = named === undefined || named === '';
  const spreadsheetId = isSample ? null : spreadsheetIdOf(named, Boolean(process.env.NIGHTSHIFT_SHEETS_URL));
  const folder = isSample
    ? join(sampleFolder, 'workbook')
    : spreadsheetId
      ? stateFolder(spreadsheetId)
      : resolve(named);
  if (isSample) {
    await mkdir(sampleFolder, { recursive: true });
    // The sample's world ends at the beginning of its last day in UTC.
    await layOutSample(join(root, 'data', 'sample'), folder, localDay(now, 'UTC'));
  }
  const identity = identify(spreadsheetId ?? folder, now, process.env);
  const ledgerFolder = options.ledger ?? (isSample ? join(sampleFolder, 'ledger') : join(root, 'data', 'ledger'));
  if (existsSync(ledgerFolder) && !statSync(ledgerFolder).isDirectory())
    throw new UsageError(`--ledger: ${ledgerFolder} is a file. Name the folder where runs are recorded.`);
  const progress = progressTo(process.stderr);
  return {
    nightShift,
    options,
    asOf,
    identity,
    ledger: folderLedger(resolve(ledgerFolder)),
    ledgerFolder: resolve(ledgerFolder),
    workbook: { folder, label: isSample ? 'the embedded sample' : named, isSample, spreadsheetId },
    progress,
    elapsed: () => (performance.now() - start) / 1000,
    open: async (command, mayBeEmpty = false) => {
      const { aliases, sources } = nightShift.workbook;
      const common = { folder, aliases, command, run: identity.run, mayBeEmpty };
      // Google's client is only loaded for a workbook that needs it.
      const store =
        spreadsheetId === null
          ? await openCsvStore(common)
          : await (await import('../workbook/sheets/store.ts')).openSheetsStore({
              ...common,
              spreadsheetId,
              progress: (line) => progress(line),
            });
      // The sample is whole in itself.
      if (isSample || Object.keys(sources).length === 0) return store;
      return (await import('../workbook/external/tables.ts')).withOutsideTables(store, sources, root);
    },
  };
}

/** Where this machine keeps what belongs to a spreadsheet: its lock, temporary files, inbox and exports. Never in the repository. */
function stateFolder(spreadsheetId: string): string {
  const state = process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  return join(state, 'nightshift', spreadsheetId);
}

/** One line that is written over on a terminal, with a bar where the share is known; plain lines elsewhere, at each tenth of it. */
export function progressTo(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>,
): (line: string, share?: number) => void {
  if (!stream.isTTY) {
    let last = '';
    return (line, share) => {
      const said =
        share === undefined ? printable(line) : `${printable(line)}: ${Math.min(100, Math.floor(share * 10) * 10)} %`;
      if (said !== last) stream.write(`${said}\n`);
      last = said;
    };
  }
  process.once('exit', () => stream.write('\r\x1b[K'));
  return (line, share) => {
    const said = share === undefined ? printable(line) : `${printable(line)}  ${bar(share)}`;
    stream.write(`\r\x1b[K${said.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}`);
  };
}

/** `██████░░░░  60 %`. */
function bar(share: number): string {
  const full = Math.min(20, Math.round(share * 20));
  return `${'█'.repeat(full)}${'░'.repeat(20 - full)} ${String(Math.min(100, Math.round(share * 100))).padStart(3)} %`;
}
