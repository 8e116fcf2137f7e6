/**
 * The ledger: one JSON file per job and run, `LEDGER/JOB/PERIOD/RUN.json`, committed to git. Counts, hashes and names
 * of jobs, columns and reasons; never a cell's value. What is read back is checked again.
 */

import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../core/atomic-file.ts';
import { ARCHIVE, ledgerArchive } from './ledger-archive.ts';
import { type LedgerEntry, readEntry } from './ledger-entry.ts';

/** Where runs are recorded. A dry run is given one that keeps nothing. */
export interface Ledger {
  readonly add: (entry: LedgerEntry) => Promise<void>;
  /** How a run of a job ended, as it stands here; null where it doesn't. */
  readonly statusOf: (job: string, period: string, run: string) => Promise<LedgerEntry['status'] | null>;
  /** The jobs that have entries here. */
  readonly jobs: () => Promise<string[]>;
  /** A job's newest entries (at most `most`), oldest first. */
  readonly recent: (job: string, most: number) => Promise<LedgerEntry[]>;
}

/** The ledger in a folder. What it has read it keeps: a run asks for the same entries many times. */
export function folderLedger(folder: string): Ledger {
  const entriesRead = new Map<string, Promise<LedgerEntry>>();
  const entryAt = (path: string): Promise<LedgerEntry> => {
    const entry = entriesRead.get(path) ?? readEntry(path);
    entriesRead.set(path, entry);
    return entry;
  };
  const pathOf = (job: string, period: string, run: string): string => join(folder, job, period, `${run}.json`);
  const archive = ledgerArchive(folder);
  return {
    add: async (entry) => {
      const path = pathOf(entry.job, entry.period, entry.run);
      await mkdir(join(folder, entry.job, entry.period), { recursive: true });
      await writeFileAtomic(path, `${JSON.stringify(entry, null, 2)}\n`);
      entriesRead.delete(path);
    },
    statusOf: async (job, period, run) => {
      const path = pathOf(job, period, run);
      if (existsSync(path)) return (await entryAt(path)).status;
      return (await archive.entry(job, period, run))?.status ?? null;
    },
    jobs: () => names(folder),
    recent: async (job, most) => {
      const files: { run: string; path: string }[] = [];
      for (const period of await names(join(folder, job))) {
        for (const file of await names(join(folder, job, period))) {
          if (file.endsWith('.json')) files.push({ run: file, path: join(folder, job, period, file) });
        }
      }
      const newest = files.sort((a, b) => (a.run < b.run ? -1 : 1)).slice(-most);
      const entries = await Promise.all(newest.map(({ path }) => entryAt(path)));
      if (entries.length === most) return entries;
      const older = await archive.newest(job, most - entries.length);
      return [...older, ...entries].sort((a, b) => (a.run < b.run ? -1 : 1));
    },
  };
}

/** Reads another ledger, and keeps nothing. */
export const readOnlyLedger = (ledger: Ledger): Ledger => ({ ...ledger, add: async () => {} });

/** What a folder holds, but for what a compaction has put together. */
async function names(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  return (await readdir(folder)).filter((name) => !name.endsWith(ARCHIVE)).sort();
}
