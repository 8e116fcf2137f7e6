/** Makes a CSV file that has a header and no rows yet, for `splice` to put rows in. */
import { writeFile } from 'node:fs/promises';
import { encodeCell } from './cell.ts';
import { type CsvFile, openCsv } from './sniff.ts';

/** Writes the header, in UTF-8 with commas and LF, over what may be there. Rejects where the columns are no header. */
export async function createCsv(columns: readonly string[], path: string): Promise<CsvFile> {
  await writeFile(path, `${columns.map((name) => encodeCell(name, ',')).join(',')}\n`);
  return openCsv(path);
}
