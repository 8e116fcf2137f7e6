/**
 * What may be said outside the workbook of a run that went wrong. A message that is meant for people at their own
 * machine may name a header or a tab, and a sheet without a header row has a person's name there: so only the error's
 * kind goes out, with words of our own.
 */

import { allJobs, type NightShift } from '../core/batch.ts';
import type { RunError } from '../core/errors.ts';
import type { Metrics } from '../core/prepare.ts';

const MEANT: Readonly<Record<string, string>> = {
  HeaderError:
    'A table’s header row is not what it should be: a column that is needed is missing, or two have one name.',
  EmptyWorkbook:
    'The workbook, or the table "contacts", holds no rows at all. An empty reading is taken for a fault, never for a mass deletion.',
  NothingReadable: 'The table "contacts" has rows, and none of them can be read. Nothing was done.',
  CsvError: 'A file of the workbook can’t be read as CSV.',
  FileFault:
    'A file or folder can’t be read or written: its access rights, a full disk, or a file where a folder is expected.',
  LockError: 'The workbook’s folder can’t be locked: is it there, and may the night shift write to it?',
  ChangedMeanwhile:
    'People kept changing the workbook while the run tried to write. Nothing was overwritten; the next run tries again.',
  ChangedUnderneath:
    'The workbook was changed while the run was writing. Nothing was overwritten; the next run tries again.',
  WorkbookError: 'The workbook can’t be opened: is its name or id right, and may the night shift see it?',
  LedgerError: 'A file in data/ledger is no ledger entry any more. Restore it from git, or delete it.',
  RulesError: 'The rules in jobs/rules are wrong.',
  GaveUp: 'Google Sheets did not answer in time, or the quota is used up.',
};

export const outward = (error: RunError): RunError => ({
  kind: error.kind,
  message: `${MEANT[error.kind] ?? `An error of the kind ${error.kind.replace(/[^A-Za-z ]/g, '')}.`} Details stay where the data is: run \`npm run batch -- doctor\` on your own machine to see them.`,
});

/** Jobs that read what a job writes, or need it, in the order in which they run. */
export function downstreamOf(nightShift: NightShift, name: string): string[] {
  const jobs = allJobs(nightShift).map(({ job }) => job);
  const from = jobs.find((each) => each.name === name);
  if (!from) return [];
  return jobs
    .filter((each) => each !== from)
    .filter((each) => each.needs?.includes(name) || each.reads.some((table) => from.writes.includes(table)))
    .map((each) => each.name);
}

/** "one, two and three". */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** `2026-11-24 03:17 UTC`. */
export const moment = (at: Date | string): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export const plural = (n: number, word: string): string => `${n.toLocaleString('en-US')} ${word}${n === 1 ? '' : 's'}`;

/** What a job wants looked at: a list of sentences, or sentences by label. */
export const warningsIn = ({ warnings }: Metrics): string[] =>
  typeof warnings === 'object' && warnings !== null ? Object.values(warnings).map(String) : [];
