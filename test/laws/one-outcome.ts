/**
 * What two runs of one night must agree in, however they came about: every file of the workbook but for run ids, times
 * of day and durations; one completed entry in the ledger for each job; and nothing left lying about.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCsv } from '../support/workbook.ts';

/** Cells that say when and by which run, and so differ between two runs of one night. */
const ofTheRun: Readonly<Record<string, readonly string[]>> = {
  'runs.csv': ['started_at', 'seconds'],
  'changes.csv': ['run'],
};

/** The workbook's files by name: their bytes, or their rows without the cells that a run marks as its own. */
export function workbookOf(folder: string): Record<string, unknown> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.csv'));
  return Object.fromEntries(
    files.map((name) => {
      const hidden = ofTheRun[name];
      if (!hidden) return [name, readFileSync(join(folder, name), 'latin1')];
      const rows = readCsv(folder, name.replace('.csv', ''));
      return [name, rows.map((row) => Object.fromEntries(Object.entries(row).filter(([at]) => !hidden.includes(at))))];
    }),
  );
}

/** Every file below the folder. */
export const filesBelow = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
        .sort()
    : [];

/** The entries of a ledger, by `job period status`, and how many there are of each. */
export function entriesByOutcome(ledger: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const file of filesBelow(ledger).filter((path) => path.endsWith('.json'))) {
    const { job, period, status } = JSON.parse(readFileSync(join(ledger, file), 'utf8'));
    counts[`${job} ${period} ${status}`] = (counts[`${job} ${period} ${status}`] ?? 0) + 1;
  }
  return counts;
}

/**
 * What is in a workbook's own state folder between runs, beside the lock, the marker and a test's ledger (and what a
 * death leaves there).
 */
export const leftovers = (folder: string): string[] => {
  const state = join(folder, '.nightshift');
  const known =
    /^(lock\.db|applied\.json|workbook\.json|test-ledger\/[^/]+\/[^/]+\/[^.][^/]*\.json|test-ledger\/.*\.unfinished)$/;
  const scratch = readdirSync(state).filter((name) => name.startsWith('scratch-'));
  return [...scratch, ...filesBelow(state).filter((path) => !known.test(path))];
};
