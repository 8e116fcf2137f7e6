/**
 * What may be said of an error outside the workbook: its kind, and its message only where we wrote it ourselves and
 * know that no cell's value is in it. Everything else (the engine's words quote cells) is kept back.
 */

import { fileFault } from './file-faults.ts';
import { printable, printableLines } from './text/printable.ts';

export interface RunError {
  readonly kind: string;
  readonly message: string;
}

/** Errors whose messages are written for people and hold headers, table names and row numbers at most. */
const FOR_PEOPLE = new Set([
  'HeaderError',
  'EmptyWorkbook',
  'NothingReadable',
  'CsvError',
  'LockError',
  'ChangedMeanwhile',
  'ChangedUnderneath',
  'WorkbookError',
  'ConsentQuestion',
  'LedgerError',
  'RulesError',
  'JobError',
  'SheetsError',
  'NotSignedIn',
  'NotShared',
  'ScopeMissing',
  'SpreadsheetNotFound',
  'ApiNotEnabled',
  'GaveUp',
  'Refused',
  'UnknownOutcome',
  'IncompleteRead',
  'NoSuchTab',
]);

export const isForPeople = (error: unknown): error is Error => error instanceof Error && FOR_PEOPLE.has(error.name);

/** A job that can't be done, in words that hold no cell's value. */
export class JobError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'JobError';
  }
}

/** An error in words that may leave the workbook. */
export function describeError(error: unknown): RunError {
  if (isForPeople(error)) return { kind: error.name, message: printableLines(error.message) };
  debugError(error);
  const fault = fileFault(error);
  if (fault) return { kind: 'FileFault', message: printable(fault) };
  const kind = error instanceof Error ? error.name : 'Error';
  const engineKind =
    error instanceof Error ? /([A-Z][A-Za-z]+(?: [A-Z][a-z]+)? Error):/.exec(error.message)?.[1] : undefined;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return {
    kind: engineKind ?? kind,
    message: `${engineKind ?? kind}${code}. Its details may quote cells and are kept back; run again on your own machine with NIGHTSHIFT_DEBUG=1 to see them.`,
  };
}

/** Prints an error whole, for a developer at their own machine who asked for it; never into a log that others read. */
function debugError(error: unknown): void {
  if (process.env.NIGHTSHIFT_DEBUG === '1' && process.env.GITHUB_ACTIONS !== 'true') console.error(error);
}
