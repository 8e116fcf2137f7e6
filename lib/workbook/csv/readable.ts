/**
 * A CSV file as DuckDB may read it: the file itself where that is safe (see `howToRead`), else a strict copy of its
 * well-formed records.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { CsvText } from '../table-text.ts';
import { howToRead } from './how-to-read.ts';
import type { RowMarks } from './marks.ts';
import type { CsvFile } from './sniff.ts';
import { strictCopy } from './strict-copy.ts';

/** `path` is what to read, by `options`; `hash` is always the file's own. */
export interface Readable extends CsvText {
  /** For `splice`; null where a copy is read. */
  readonly marks: RowMarks | null;
}

export interface ReadableOptions {
  /** The folder for a copy, if one is needed. */
  readonly scratch: string;
  /** Copies in any case, record by record: DuckDB did not find in the file what stands in it. */
  readonly carefully?: boolean | undefined;
  /** Receives the number of the file's bytes scanned so far. */
  readonly onBytes?: (bytes: number) => void;
  /** Nothing is ever written back to the file: empty cells beyond the header may be cut. */
  readonly isOnlyRead?: boolean;
}

/** Rejects with a CsvError where the file changed since it was opened. */
export async function readable(
  file: CsvFile,
  { scratch, carefully, onBytes, isOnlyRead }: ReadableOptions,
): Promise<Readable> {
  const care = carefully ? null : await howToRead(file, onBytes);
  if (care?.copy === null) {
    const { options, rows, hash, marks } = care;
    return { path: file.path, options, rows, hash, marks, malformed: [] };
  }
  const copyPath = join(scratch, `${randomBytes(4).toString('hex')}.csv`);
  return { marks: null, ...(await strictCopy(file, copyPath, onBytes, isOnlyRead)) };
}
