/**
 * What an import found in its files, and the rows that it could not take, kept beyond the run's engine: the rejects go
 * into a file beside each input.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Engine } from '../core/engine.ts';
import { literal, sql } from '../core/sql.ts';
import { ERASE_KEY } from '../intake/forgotten.ts';
import { type ImportReport, rejectsOf } from '../intake/import-job.ts';
import type { GivenFile } from '../intake/unpack.ts';
import type { Store } from '../workbook/store.ts';
import { UsageError } from './options.ts';
import type { Session } from './session.ts';

const REJECTS = '.rejects.csv';

/** The rejects of an earlier import are not imported, so that `import *.csv` may be repeated. */
export const isRejects = (path: string): boolean => path.toLowerCase().endsWith(REJECTS);

export class Taken {
  report: ImportReport | null = null;
  readonly #files: readonly GivenFile[];
  readonly #store: Pick<Store, 'scratch'>;
  #rejected: number[] = [];

  constructor(files: readonly GivenFile[], store: Pick<Store, 'scratch'>) {
    this.#files = files;
    this.#store = store;
  }

  #file = (i: number): string => join(this.#store.scratch, `rejects-${i}-${basename(this.#files[i]?.path ?? '')}.csv`);

  keep = async (report: ImportReport, engine: Engine): Promise<void> => {
    this.report = report;
    const files = await engine.rows(sql`select distinct file from import_rejects order by file`);
    this.#rejected = files.map((row) => Number(row.file));
    for (const i of this.#rejected) {
      await engine.run(sql`copy (${rejectsOf(i)}) to ${literal(this.#file(i))} (format csv, header true)`);
    }
  };

  /**
   * Puts each file's rejects beside it, as `FILE.rejects.csv`, and takes away those of an earlier import; returns the
   * paths.
   */
  layBeside = async (): Promise<string[]> => {
    const laid: string[] = [];
    if (!this.report) return laid;
    for (const [i, { origin }] of this.#files.entries()) {
      const path = `${origin}${REJECTS}`;
      if (!this.#rejected.includes(i)) {
        await rm(path, { force: true });
        continue;
      }
      await copyFile(this.#file(i), path);
      laid.push(path);
    }
    return laid;
  };
}

/** What every import is given: how the team's rules say that files and cells are read, and where there is room. */
export const readingOf = (
  { nightShift: { workbook }, progress, asOf }: Session,
  { scratch }: Pick<Store, 'scratch'>,
) => ({
  ...{ aliases: workbook.aliases, consent: workbook.consent, settings: workbook },
  ...{ scratch, progress, asOf, eraseKey: process.env[ERASE_KEY] },
});

/** The first digits of a hash of the files' contents: what makes an import's period its own. @throws UsageError */
export async function contentHash(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    try {
      for await (const chunk of createReadStream(path)) hash.update(chunk);
    } catch {
      throw new UsageError(`There is no file ${path}, or this user may not read it.`);
    }
  }
  return hash.digest('hex').slice(0, 8);
}
