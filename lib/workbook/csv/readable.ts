/**
 * A CSV file as DuckDB may read it: the file itself where that is safe (see `howToRead`), else a strict copy of its
 * well-formed records.
 */
import { howToRead } from './how-to-read.ts';
import type { RowMarks } from './marks.ts';
import type { CsvFile } from './sniff.ts';
import { type StrictCopy, strictCopy } from './strict-copy.ts';

/** `path` is what to read, by `options`; `sha256` is always the file's own. */
export interface Readable extends StrictCopy {
  readonly path: string;
  /** For `splice`; null where a copy is read. */
  readonly marks: RowMarks | null;
}

export interface ReadableOptions {
  /** Where a copy goes, if one is needed. */
  readonly copyPath: string;
  /** Copies in any case: DuckDB did not find in the file what stands in it. */
  readonly carefully?: boolean;
  /** Receives the number of the file's bytes scanned so far. */
  readonly onBytes?: (bytes: number) => void;
  /** Nothing is ever written back to the file: empty cells beyond the header may be cut. */
  readonly isOnlyRead?: boolean;
}

/** Rejects with a CsvError where the file changed since it was opened. */
export async function readable(
  file: CsvFile,
  { copyPath, carefully, onBytes, isOnlyRead }: ReadableOptions,
): Promise<Readable> {
  const care = carefully ? null : await howToRead(file, onBytes);
  if (care?.copy === null) {
    const { options, rows, sha256, marks } = care;
    return { path: file.path, options, rows, sha256, marks, malformed: [] };
  }
  return { path: copyPath, marks: null, ...(await strictCopy(file, copyPath, onBytes, isOnlyRead)) };
}
