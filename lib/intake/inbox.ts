/**
 * The inbox: a folder beside the workbook's files in which providers and people drop what is to be taken in. Each file
 * is taken in once, by its content, as a job of its own ahead of a batch; what was taken stands in the table `runs`.
 * Files are never moved or changed. A spreadsheet has a tab for it.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScheduledJob } from '../core/batch.ts';
import type { Engine } from '../core/engine.ts';
import { atMost } from '../core/guard.ts';
import { sql } from '../core/sql.ts';
import { type ImportReport, type ImportRequest, importJob, newlyMarked } from './import-job.ts';

const FOLDER = 'inbox';

/** The files in a workbook's inbox, lists of people ahead of feeds about them; none where there is no inbox. */
export async function inboxFiles(workbookFolder: string): Promise<string[]> {
  const folder = join(workbookFolder, FOLDER);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && !/\.rejects\.csv$/i.test(entry.name))
    .map((entry) => entry.name)
    .sort((a, b) => Number(isFeed(a)) - Number(isFeed(b)) || (a < b ? -1 : 1));
  return names.map((name) => join(folder, name));
}

const isFeed = (name: string): boolean => /\.(json|jsonl|ndjson)$/i.test(name);

/** Nobody is asked, so a file that would mark many people waits for a person. */
const guards = [atMost({ share: 0.02, count: 500, from: 1000 }, 'contacts', 'newly suppressed by a file', newlyMarked)];

/** The job that takes one file in. `hash` is of its content, and makes the period its own. */
export const inboxJob = (
  request: Omit<ImportRequest, 'name' | 'map' | 'overwrite' | 'guards'>,
  done: (report: ImportReport, engine: Engine) => Promise<void>,
  day: string,
  hash: string,
): ScheduledJob => ({
  job: importJob({ ...request, name: 'inbox', map: {}, overwrite: new Set(), guards }, done),
  cadence: 'nightly',
  period: `${day}-${hash}`,
  once: hash,
});

/** The same for a tab: what can't be taken stands in a tab beside it, by row and column. */
export const withRejectsTab = (scheduled: ScheduledJob): ScheduledJob => ({
  ...scheduled,
  job: {
    ...scheduled.job,
    files: () => [
      {
        name: 'inbox-rejects',
        tab: 'inbox rejects',
        key: 'where',
        mayBeMissing: true,
        query: sql`select concat_ws(', ', 'row ' || line, nullif("column", '')) as "where",
            string_agg(distinct reason, '; ' order by reason) as reason, min(value) as value
            from import_rejects group by line, "column" order by line, "column"`,
      },
    ],
  },
});
