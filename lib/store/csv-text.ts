/**
 * A CSV file's rows for the engine, with the hash that the ledger keeps (lib/csv/readable.ts).
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { RowMarks } from '../csv/marks.ts';
import { readable } from '../csv/readable.ts';
import type { CsvFile } from '../csv/sniff.ts';
import type { CsvText } from './store.ts';

/** Opens a file's rows; copies go to `scratch`. `carefully`: record by record, where the engine could not read the file. */
export async function csvText(
  file: CsvFile,
  scratch: string,
  carefully = false,
): Promise<CsvText & { readonly marks: RowMarks | null }> {
  const copyPath = join(scratch, `${randomBytes(4).toString('hex')}.csv`);
  const { sha256, ...text } = await readable(file, { copyPath, carefully });
  return { ...text, hash: sha256 };
}
