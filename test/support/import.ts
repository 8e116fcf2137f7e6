/**
 * Imports files into a workbook in a folder, as the command line does, but for its words and questions.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseAsOf } from '../../lib/core/calendar/period.ts';
import { sql } from '../../lib/core/sql.ts';
import { type ImportReport, type ImportRequest, importJob } from '../../lib/intake/import-job.ts';
import { fedTables } from '../../lib/intake/read-files.ts';
import type { JobResult } from '../../lib/run/result.ts';
import { type Night, night } from './night.ts';
import { asOf as endOfToday, type Row } from './workbook.ts';

export interface Imported {
  readonly result: JobResult;
  readonly report: ImportReport;
  readonly rejects: readonly Row[];
}

let runs = 0;

/**
 * Imports files, given by name and content, on the workbook in `folder`. The files lie beside it, in `FOLDER-files`.
 */
export async function bringIn(
  folder: string,
  files: Readonly<Record<string, string>>,
  given: Partial<ImportRequest> & { readonly night?: Night } = {},
): Promise<Imported> {
  const beside = join(folder, '.nightshift', 'test-files');
  mkdirSync(beside, { recursive: true });
  const paths = Object.entries(files).map(([name, content]) => {
    const path = join(beside, name);
    writeFileSync(path, content);
    return path;
  });
  const asOf = given.night?.asOf ?? endOfToday;
  const moment = parseAsOf(asOf, 'UTC');
  if (!moment) throw new Error(`"${asOf}" is no moment`);
  let report: ImportReport | undefined;
  let rejects: Row[] = [];
  const job = importJob(
    {
      name: 'import',
      paths,
      feeds: await fedTables(paths, given),
      scratch: beside,
      map: {},
      progress: () => {},
      settings: { timeZone: 'UTC' },
      overwrite: new Set(),
      asOf: moment,
      eraseKey: undefined,
      ...given,
    },
    async (found, engine) => {
      report = found;
      const rows = await engine.rows(sql`select * from import_rejects order by file, line, "column"`);
      rejects = rows.map((row) => ({
        file: basename(paths[Number(row.file)] ?? ''),
        row: String(row.line),
        column: String(row.column ?? ''),
        reason: String(row.reason),
        value: String(row.value ?? ''),
      }));
    },
  );
  const period = `${asOf.slice(0, 10)}-${(++runs).toString(16).padStart(8, '0')}`;
  const done = await night(folder, { ...given.night, asOf, jobs: [{ job, cadence: 'nightly', period }] });
  const [result] = done.jobs;
  if (!result || result.error || !report) throw new Error(result?.error?.message ?? 'the import did not run');
  return { result, report, rejects };
}

/** One import whose outcome several tests look at. */
export const once = <T>(importAll: () => Promise<T>): (() => Promise<T>) => {
  let imported: Promise<T> | undefined;
  return () => {
    imported ??= importAll();
    return imported;
  };
};
