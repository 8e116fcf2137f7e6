/**
 * Makes a CSV file that has a header and no rows yet, for `splice` to put rows in.
 */
import { writeFile } from 'node:fs/promises';
import { type Delimiter, encodeCell } from './cell.ts';
import type { LineEnd } from './header.ts';
import { type CsvFile, openCsv } from './sniff.ts';

export interface CreateOptions {
  readonly delimiter: Delimiter;
  readonly lineEnd: LineEnd;
  /** Whether to begin with a byte order mark, by which Excel knows UTF-8. */
  readonly bom: boolean;
}

/**
 * Writes the header, in UTF-8, over what may be there, and opens the new file. Rejects where the columns are no header.
 */
export async function createCsv(
  columns: readonly string[],
  outPath: string,
  { delimiter, lineEnd, bom }: CreateOptions,
): Promise<CsvFile> {
  const header = columns.map((name) => encodeCell(name, delimiter)).join(delimiter);
  await writeFile(outPath, `${bom ? '\uFEFF' : ''}${header}${lineEnd}`);
  return openCsv(outPath);
}
