/**
 * The ledger: one JSON file per job and run, `LEDGER/JOB/PERIOD/RUN.json`, committed to git. Counts, hashes and names
 * of jobs, columns and reasons; never a cell's value. What is read back is checked again.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomic } from '../core/atomic-file.ts';
import { ARCHIVE, ledgerArchive } from './ledger-archive.ts';

const counts = z.record(z.string(), z.number());

const entrySchema = z.looseObject({
  job: z.string(),
  period: z.string(),
  status: z.enum(['applied', 'unchanged', 'planned', 'blocked', 'failed', 'skipped']),
  plan: z.string().nullable(),
  changes: z.record(z.string(), z.object({ insert: z.number(), update: z.number(), remove: z.number() })),
  reasons: counts,
  guards: z.array(
    z.object({
      guard: z.string(),
      limit: z.number(),
      found: z.number(),
      passed: z.boolean(),
      final: z.literal(true).optional(),
    }),
  ),
  held: counts,
  metrics: z.record(z.string(), z.unknown()),
  seconds: z.number(),
  run: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  asOf: z.string(),
  workbook: z.string(),
  inputs: z.record(z.string(), z.object({ rows: z.number(), hash: z.string() })),
  rules: z.string(),
  commit: z.string().nullable(),
  trigger: z.enum(['schedule', 'dispatch', 'local']),
  /** The hash that a person approved, where a guard would have stopped the plan. */
  approved: z.string().optional(),
  error: z.object({ kind: z.string(), message: z.string() }).optional(),
});

/** One run of one job, as the ledger keeps it. */
export type LedgerEntry = z.infer<typeof entrySchema>;

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

/** A file in the ledger that is not an entry: somebody edited it, or a merge went wrong. */
export class LedgerError extends Error {
  constructor(path: string, what: string) {
    super(`${path} is no ledger entry: ${what}. Restore it from git, or delete it.`);
    this.name = 'LedgerError';
  }
}

/** Checks an entry that comes from a file or a marker. */
export function parseEntry(value: unknown, path: string): LedgerEntry {
  const parsed = entrySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new LedgerError(path, `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
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

export async function readEntry(path: string): Promise<LedgerEntry> {
  const text = await readFile(path, 'utf8');
  try {
    return parseEntry(JSON.parse(text), path);
  } catch (error) {
    if (error instanceof SyntaxError) throw new LedgerError(path, 'it is no JSON');
    throw error;
  }
}
