/** Tells whether a file is still the one that was opened, by what the file system says of it, never by its content. */
import { stat } from 'node:fs/promises';
import { identityOf, untouched } from '../../core/file-identity.ts';
import { CsvError } from './csv-error.ts';
import type { CsvFile } from './sniff.ts';

/** The error for a file that is another than the one that was opened. */
export const changedError = (path: string): CsvError =>
  new CsvError('changed', path, 'it changed since it was read. Nothing was written; read it again.');

/** @throws CsvError for a file that changed since it was opened; the file system's own error for one that is gone */
export async function checkUnchanged({ path, identity }: CsvFile): Promise<void> {
  if (!untouched(identity, identityOf(await stat(path, { bigint: true })))) throw changedError(path);
}
