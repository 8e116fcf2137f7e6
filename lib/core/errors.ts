/**
 * Faults described for the person who can correct them, and what may be shown of any error outside the workbook.
 *
 * A NightshiftError's message holds headers, names of tables, files and tabs, and row numbers at most: it may stand on
 * a terminal and in a local ledger. Its `outward` sentence names nothing of the workbook: it may stand in an issue.
 * Every other error's message may quote a cell (the engine's do), so only its kind leaves.
 */
import { fileFault } from './file-faults.ts';
import { noteOf, placeOfError, placeText } from './source-place.ts';
import { printable, printableLines } from './text/printable.ts';

/** 1 a job failed · 2 the command, the settings or the rules are wrong · 4 another run holds the workbook. */
export type FaultCode = 1 | 2 | 4;

/**
 * The base of every error that Nightshift raises on purpose. A subclass sets its `name`, which is the ledger's error
 * kind.
 */
export abstract class NightshiftError extends Error {
  /** The exit code of a command that ends with this error. */
  readonly exitCode: FaultCode = 1;
  /** One sentence for places outside the workbook, such as an issue; its kind alone is named, unless given. */
  readonly outward?: string;
}

/** An error as the ledger keeps it. `outward` is for issues and summaries of the same run; the ledger leaves it out. */
export interface RunError {
  readonly kind: string;
  readonly message: string;
  readonly outward?: string;
}

/** What is shown outside of an error of which nothing but its kind may leave. */
export const outwardOf = (kind: string): string => `An error of the kind ${kind.replace(/[^A-Za-z ]/g, '')}.`;

/** A job that can't be carried out, in words that hold no cell's value. */
export class JobError extends NightshiftError {
  override name = 'JobError';
}

const FILE_FAULT =
  'A file or folder can’t be read or written: its access rights, a full disk, or a file where a folder is expected.';

/** The kind and the message of any error, without a cell's value. */
export function describeError(error: unknown): RunError {
  if (error instanceof NightshiftError)
    return {
      kind: error.name,
      message: printableLines(error.message),
      outward: error.outward ?? outwardOf(error.name),
    };
  debugError(error);
  const fault = fileFault(error);
  if (fault) return { kind: 'FileFault', message: printable(fault), outward: FILE_FAULT };
  const kind = error instanceof Error ? error.name : 'Error';
  const engineKind =
    error instanceof Error ? /([A-Z][A-Za-z]+(?: [A-Z][a-z]+)? Error):/.exec(error.message)?.[1] : undefined;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  // Names of the source and no value: of a property that is read, the name may be a cell.
  const [ofSource] =
    error instanceof ReferenceError
      ? [error.message]
      : error instanceof TypeError
        ? (/^Cannot read properties of (?:undefined|null)(?= \(reading )/.exec(error.message) ?? [])
        : [];
  if (ofSource !== undefined)
    return { kind, message: `${ofSource}${whereOf(error as Error, false)}.`, outward: outwardOf(kind) };
  const at = error instanceof Error ? whereOf(error, engineKind !== undefined) : '';
  return {
    kind: engineKind ?? kind,
    message:
      `${engineKind ?? kind}${code}${at}. Its details may quote cells and are kept back; run again on your own ` +
      'machine with NIGHTSHIFT_DEBUG=1 to see them.',
    outward: outwardOf(engineKind ?? kind),
  };
}

/**
 * In which part of which job an error came, or at which line of a source: " in jobs/a-job.ts:12, update of contacts".
 */
function whereOf(error: Error, isEngines: boolean): string {
  const note = noteOf(error);
  if (note !== undefined) return ` in ${note}`;
  const place = isEngines ? undefined : placeOfError(error);
  return place ? ` at ${placeText(place)}` : '';
}

/**
 * Prints an error in full, for a developer at their own machine who asked for it; never into a log that others read.
 */
function debugError(error: unknown): void {
  if (process.env.NIGHTSHIFT_DEBUG === '1' && process.env.GITHUB_ACTIONS !== 'true') console.error(error);
}
