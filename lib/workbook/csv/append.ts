/**
 * Makes a new CSV file of an old one and rows for its end, both copied byte for byte and never looked through: for
 * tables to which millions of rows are added and none is changed. Only for a file without malformed records: an open
 * quote in one would swallow the new rows. It decides nothing and makes nothing durable, like `splice`.
 */
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { checkUnchanged } from './same-file.ts';
import type { CsvFile } from './sniff.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Whether rows in UTF-8 with LF may be put behind this file's as they are. */
export const takesRows = (file: CsvFile): boolean => file.encoding === 'utf-8' && file.lineEnd === '\n';

/**
 * Writes the longer file to `outPath`. The rows are whole records of the file's columns, in its delimiter and for a
 * file that `takesRows`. Rejects with a CsvError where the file is not the one that was opened.
 */
export async function appendRows(file: CsvFile, rowsPath: string, outPath: string): Promise<void> {
  await copyFile(file.path, outPath, constants.COPYFILE_FICLONE);
  await checkUnchanged(file);
  const out = createWriteStream(outPath, { flags: 'a', highWaterMark: CHUNK_BYTES });
  if (!file.endsWithLineEnd) out.write(file.lineEnd);
  await pipeline(createReadStream(rowsPath, { highWaterMark: CHUNK_BYTES }), out);
}
