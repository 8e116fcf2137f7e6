/**
 * A CSV file's rows for the engine, with the hash that the ledger keeps (lib/workbook/csv/readable.ts).
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { CsvText } from '../table-text.ts';
import type { RowMarks } from './marks.ts';
import { readable } from './readable.ts';
import type { CsvFile } from './sniff.ts';

/**
 * Opens a file's rows; copies go to `scratch`. `carefully`: record by record, where the engine could not read the
 * file. `isOnlyRead`: nothing is ever written back, so that empty cells beyond the header may be cut.
 */
export async function csvText(
  file: CsvFile,
  scratch: string,
  carefully = false,
  isOnlyRead = false,
): Promise<CsvText & { readonly marks: RowMarks | null }> {
  const copyPath = join(scratch, `${randomBytes(4).toString('hex')}.csv`);
  const { sha256, ...text } = await readable(file, { copyPath, carefully, isOnlyRead });
  return { ...text, hash: sha256 };
}
