/**
 * Old ledger entries, a month of a job in one file: `LEDGER/JOB/2026-03.jsonl`, one entry a line. A year of hourly runs
 * is twelve files instead of nine thousand, and not a word is lost: a line is the entry as its own file held it.
 * A month is put together once, when it is well past, so that git keeps each file once.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../core/atomic-file.ts';
import { type LedgerEntry, LedgerError, parseEntry, readEntry } from './ledger-entry.ts';

export const ARCHIVE = '.jsonl';

/** Months that stay as single files, beside the running one. */
const KEPT_MONTHS = 2;

/** The month in which a run started, from its id: `20260314T…` → `2026-03`; null for an id of another shape. */
const monthOf = (run: string): string | null => {
  const found = /^(\d{4})(\d{2})\d{2}T/.exec(run);
  return found ? `${found[1]}-${found[2]}` : null;
};

export interface LedgerArchive {
  readonly entry: (job: string, period: string, run: string) => Promise<LedgerEntry | null>;
  /** A job's newest archived entries, oldest first. */
  readonly newest: (job: string, most: number) => Promise<LedgerEntry[]>;
}

export function ledgerArchive(folder: string): LedgerArchive {
  const read = new Map<string, Promise<LedgerEntry[]>>();
  const month = (job: string, file: string): Promise<LedgerEntry[]> => {
    const path = join(folder, job, file);
    const entries = read.get(path) ?? readMonth(path);
    read.set(path, entries);
    return entries;
  };
  return {
    entry: async (job, period, run) => {
      const file = `${monthOf(run)}${ARCHIVE}`;
      if (!existsSync(join(folder, job, file))) return null;
      return (await month(job, file)).find((each) => each.run === run && each.period === period) ?? null;
    },
    newest: async (job, most) => {
      const found: LedgerEntry[] = [];
      for (const file of (await archives(join(folder, job))).reverse()) {
        if (found.length >= most) break;
        found.unshift(...(await month(job, file)));
      }
      return found.slice(-most);
    },
  };
}

async function archives(folder: string): Promise<string[]> {
  return existsSync(folder) ? (await readdir(folder)).filter((name) => name.endsWith(ARCHIVE)).sort() : [];
}

async function readMonth(path: string): Promise<LedgerEntry[]> {
  if (!existsSync(path)) return [];
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line, i) => {
    try {
      return parseEntry(JSON.parse(line), `${path}, line ${i + 1}`);
    } catch (error) {
      if (error instanceof SyntaxError) throw new LedgerError(`${path}, line ${i + 1}`, 'it is no JSON');
      throw error;
    }
  });
}

/** Paths below the ledger's folder: what a compaction wrote, and what it made superfluous. */
export interface Compaction {
  readonly write: readonly string[];
  readonly remove: readonly string[];
}

/** Puts months that lie well behind `now` together. A kill between leaves both forms, and the next one tidies up. */
export async function compactLedger(folder: string, now: Date): Promise<Compaction> {
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - KEPT_MONTHS, 1)).toISOString().slice(0, 7);
  const write: string[] = [];
  const remove: string[] = [];
  for (const job of existsSync(folder) ? (await readdir(folder)).sort() : []) {
    for (const [month, paths] of await loose(folder, job, first)) {
      const archive = `${job}/${month}${ARCHIVE}`;
      const entries = new Map(
        (await readMonth(join(folder, archive))).map((each) => [`${each.run} ${each.period}`, each]),
      );
      for (const path of paths) {
        const entry = await readEntry(join(folder, path));
        entries.set(`${entry.run} ${entry.period}`, entry);
      }
      const sorted = [...entries.values()].sort((a, b) => (a.run < b.run ? -1 : 1));
      await writeFileAtomic(join(folder, archive), `${sorted.map((each) => JSON.stringify(each)).join('\n')}\n`);
      for (const path of paths) await rm(join(folder, path));
      write.push(archive);
      remove.push(...paths);
    }
  }
  return { write, remove };
}

/** A job's single files from before a month, by month. */
async function loose(folder: string, job: string, before: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const entries = await readdir(join(folder, job), { withFileTypes: true }).catch(() => []);
  for (const period of entries.filter((each) => each.isDirectory())) {
    for (const file of await readdir(join(folder, job, period.name))) {
      const month = file.endsWith('.json') ? monthOf(file) : null;
      if (month === null || month >= before) continue;
      found.set(month, [...(found.get(month) ?? []), `${job}/${period.name}/${file}`]);
    }
  }
  return found;
}
