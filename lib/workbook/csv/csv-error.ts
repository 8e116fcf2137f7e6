/**
 * The one error of the CSV file level: which file, what was found, what was expected, what to do. It never carries a
 * cell's value.
 */

import { basename } from 'node:path';
import { NightshiftError } from '../../core/errors.ts';
import { printable } from '../../core/text/printable.ts';

/**
 * `unreadable`: the file must be fixed; `changed`: it is not what was read, read it again; `patch`: the caller's patch
 * is wrong.
 */
export type CsvErrorKind = 'unreadable' | 'changed' | 'patch';

export class CsvError extends NightshiftError {
  override name = 'CsvError';
  readonly kind: CsvErrorKind;
  /** The file's path as it was given. */
  readonly path: string;

  /** @param sentence what was found, what was expected and what to do, without the file's name */
  constructor(kind: CsvErrorKind, path: string, sentence: string) {
    super(`${printable(basename(path))}: ${sentence}`);
    this.kind = kind;
    this.path = path;
  }

  override readonly outward = 'A file of the workbook can’t be read as CSV.';
}
