/**
 * Tells whether a file is still the one that was read, from what the file system says of it. It never looks at the
 * content.
 */
import { type BigIntStats, fstatSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CsvError } from './csv-error.ts';

/** Times are in nanoseconds; they and the inode are decimal text, so that an identity survives JSON. */
export interface Identity {
  readonly size: number;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
  readonly ino: string;
}

/**
 * The identity of the file at a path. Rejects with the file system's own error (ENOENT, EACCES) where there is none.
 */
export async function identity(path: string): Promise<Identity> {
  return fromStats(await stat(path, { bigint: true }));
}

/** The identity of an open file. */
export function openIdentity(fd: number): Identity {
  return fromStats(fstatSync(fd, { bigint: true }));
}

export function sameIdentity(a: Identity, b: Identity): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.ino === b.ino;
}

/** The error for a file that is another than the one that was opened. */
export function changedError(path: string): CsvError {
  return new CsvError('changed', path, 'it changed since it was read. Nothing was written; read it again.');
}

function fromStats(stats: BigIntStats): Identity {
  return {
    size: Number(stats.size),
    mtimeNs: String(stats.mtimeNs),
    ctimeNs: String(stats.ctimeNs),
    ino: String(stats.ino),
  };
}
