/**
 * The few calls to Google Sheets and Drive that a run makes, over the real client. Reads are repeated until they
 * succeed or the budget is spent; a write that may have been done is never repeated here but thrown as UnknownOutcome:
 * its marker has to be looked for first. It keeps no state but counters, and knows no table.
 */
import { drive as driveService } from 'googleapis/build/src/apis/drive/index.js';
import { type sheets_v4, sheets as sheetsService } from 'googleapis/build/src/apis/sheets/index.js';
import { GoogleError } from '../google/errors.ts';
import { accountOf, newSignIn, signIn } from '../google/sign-in.ts';
import { failureOf, GaveUp, IncompleteRead, SCOPES, SIGN_IN, UnknownOutcome, unreachable } from './errors.ts';

export interface ClientOptions {
  /** Address of a local Sheets server; no sign-in is needed then. Default: NIGHTSHIFT_SHEETS_URL. */
  rootUrl?: string | undefined;
  sleep?: (ms: number) => Promise<void>;
  /** From 0 to 1. */
  random?: () => number;
  /** The longest that one client waits between attempts, in all. */
  budgetMs?: number;
  /** The service itself stops after 180 s. */
  timeoutMs?: number;
  /** Gets a line for each wait that takes longer than a moment. */
  progress?: (line: string) => void;
}

export type SheetsClient = ReturnType<typeof sheetsClient>;

function services(rootUrl: string, timeout: number) {
  const auth = rootUrl === '' ? newSignIn(SCOPES) : undefined;
  const where = auth ? { auth } : { rootUrl, noProxy: ['127.0.0.1', 'localhost'] };
  const common = { retry: false, timeout, responseType: 'json' as const, ...where };
  return {
    sheets: sheetsService({ version: 'v4', ...common }),
    drive: driveService({ version: 'v3', ...common }),
    account: async (): Promise<string | undefined> => auth && accountOf(auth),
    signedIn: async (): Promise<void> => auth && signIn(auth, SIGN_IN),
  };
}

/** A client for one spreadsheet. Signs in at the first call: Application Default Credentials. */
export function sheetsClient(spreadsheetId: string, options: ClientOptions = {}) {
  const { rootUrl = process.env.NIGHTSHIFT_SHEETS_URL ?? '', random = Math.random } = options;
  const { budgetMs = 600_000, timeoutMs = 190_000, progress = () => {} } = options;
  const { sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms)) } = options;
  const calls = { reads: 0, writes: 0, drive: 0 };
  let isReached = false;
  let waitedMs = 0;
  const { sheets, drive, account, signedIn } = services(rootUrl, timeoutMs);
  const wait = async (ms: number, what: string): Promise<void> => {
    const jittered = Math.round(ms * (0.75 + 0.5 * random()));
    if (waitedMs + jittered > budgetMs) throw new GaveUp(what, Math.round(waitedMs / 1000));
    waitedMs += jittered;
    if (jittered > QUIET_MS) progress(`waiting ${Math.round(jittered / 1000)} s for Google Sheets: ${what}`);
    await sleep(jittered);
  };
  const call = async <T>(kind: keyof typeof calls, send: () => Promise<{ data: T }>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      calls[kind] += 1;
      try {
        await signedIn();
        const { data } = await send();
        // The client gives the raw text of an answer that is no whole JSON.
        if (typeof data !== 'object' || data === null) throw new IncompleteRead('An answer of Google Sheets was cut.');
        isReached = true;
        return data;
      } catch (thrown) {
        const failure = await failureOf(thrown, { kind, spreadsheetId, account });
        if (failure instanceof GoogleError) throw failure;
        const { what, noNetwork, retryAfterMs } = failure;
        if (failure.kind === 'again' && kind === 'writes') throw new UnknownOutcome(`A write ended with ${what}.`);
        if (noNetwork && !isReached && attempt >= UNREACHED_ATTEMPTS) throw unreachable(noNetwork);
        if (noNetwork && attempt === 1) progress(`Google Sheets can’t be reached (${noNetwork}): trying again`);
        await wait(Math.max(retryAfterMs, delayMs(failure.kind, attempt)), what);
      }
    }
  };
  return {
    spreadsheetId,
    calls,
    /** `spreadsheets.get`. */
    get: (fields: string, ranges?: readonly string[]): Promise<sheets_v4.Schema$Spreadsheet> =>
      call('reads', () => sheets.spreadsheets.get({ spreadsheetId, fields, ...(ranges && { ranges: [...ranges] }) })),
    /** `values.batchGet`, unformatted, dates as serial numbers. */
    values: async (ranges: readonly string[]): Promise<sheets_v4.Schema$ValueRange[]> => {
      const parameters = {
        spreadsheetId,
        ranges: [...ranges],
        valueRenderOption: 'UNFORMATTED_VALUE',
        dateTimeRenderOption: 'SERIAL_NUMBER',
        majorDimension: 'ROWS',
      };
      const { valueRanges = [] } = await call('reads', () => sheets.spreadsheets.values.batchGet(parameters));
      return valueRanges;
    },
    /** `spreadsheets.batchUpdate`, once; repeated only on 429, which is never after the work. Throws UnknownOutcome. */
    write: (requestBody: sheets_v4.Schema$BatchUpdateSpreadsheetRequest, fields: string) =>
      call('writes', () => sheets.spreadsheets.batchUpdate({ spreadsheetId, requestBody, fields })),
    /** Whether this account may change the file, as Drive says; nothing is changed to find out. */
    mayEdit: async (): Promise<boolean> => {
      const fields = 'capabilities(canModifyContent)';
      const { capabilities } = await call('drive', () =>
        drive.files.get({ fileId: spreadsheetId, fields, supportsAllDrives: true }),
      );
      return capabilities?.canModifyContent === true;
    },
    /** The address that a spreadsheet has to be shared with; undefined where the sign-in does not say. */
    account,
    /** Waits before an attempt, 1 for the first, at something that failed; throws GaveUp when the budget is spent. */
    pause: (attempt: number, what: string): Promise<void> => wait(delayMs('again', attempt), what),
  };
}

/** A shorter wait is not reported. */
const QUIET_MS = 8000;
/** Where nothing was ever reached, a wrong address or a firewall is likelier than a fault that passes. */
const UNREACHED_ATTEMPTS = 4;

/** 429: 4, 8, 16, 32, 60 s, so that a full minute has passed at the fourth; else 1, 2, 4 … 32 s. */
function delayMs(kind: 'wait' | 'again', attempt: number): number {
  return kind === 'wait' ? Math.min(60_000, 2000 * 2 ** attempt) : Math.min(32_000, 500 * 2 ** attempt);
}
