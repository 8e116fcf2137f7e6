/**
 * A CSV file's rows for the engine: the file itself where the engine reads it as it is written, else a strict copy of its
 * well-formed records.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { howToRead } from '../csv/how-to-read.ts';
import type { CsvFile } from '../csv/sniff.ts';
import { strictCopy } from '../csv/strict-copy.ts';
import type { CsvText } from './store.ts';

/** Opens a file's rows; copies go to `scratch`. `carefully`: record by record, where the engine could not read the file. */
export async function csvText(file: CsvFile, scratch: string, carefully = false): Promise<CsvText> {
  const care = carefully ? null : await howToRead(file);
  if (care && care.copy === null) {
    return { path: file.path, options: care.options, rows: care.rows, hash: care.sha256, malformed: [] };
  }
  const path = join(scratch, `${randomBytes(4).toString('hex')}.csv`);
  const { rows, malformed, sha256, options } = await strictCopy(file, path);
  return { path, options, rows, hash: sha256, malformed };
}
