/**
 * The journal as a file: what a commit means to do, written before it does any of it. One version; what cannot be read
 * whole counts as never written. It moves no file of the folder.
 */
import { createHash } from 'node:crypto';
import { relative, resolve } from 'node:path';
import { writeFileAtomic } from '../../../core/atomic-file.ts';
import type { Disk } from '../../../core/disk.ts';
import type { FileIdentity } from '../../../core/file-identity.ts';
import type { Places } from './places.ts';

/** One file of a commit. */
export interface Entry {
  /** As the caller named it. */
  target: string;
  /** Where it really is: absolute, symbolic links followed. */
  path: string;
  /** The target as it was when the journal was written; null: there was none. */
  before: FileIdentity | null;
  /** The path of the new content, to be renamed over the target; null: the target is to go. */
  staged: string | null;
  /** The new content; null: the target is to go. */
  after: FileIdentity | null;
  /**
   * The path of the old content: a second name (or a copy) of a target to be replaced, the place to go for one to be
   * deleted; null: there was none.
   */
  kept: string | null;
  /** The kept content. */
  keptAs: FileIdentity | null;
}

const VERSION = 1;

const checksum = (entries: unknown): string => {
  const text = JSON.stringify(entries) ?? '';
  return createHash('sha256').update(text).digest('hex');
};

const withPaths = (entry: Entry, change: (path: string) => string): Entry => ({
  ...entry,
  path: change(entry.path),
  staged: entry.staged === null ? null : change(entry.staged),
  kept: entry.kept === null ? null : change(entry.kept),
});

/**
 * Writes the journal durably: once this returns, the commit is decided. Its paths are relative, so that a folder may be
 * moved after a crash.
 */
export async function writeRecord(disk: Disk, places: Places, entries: readonly Entry[]): Promise<void> {
  const portable = entries.map((entry) => withPaths(entry, (path) => relative(places.folder, path)));
  const text = JSON.stringify({ version: VERSION, sha256: checksum(portable), entries: portable }, null, 1);
  await writeFileAtomic(places.forward, `${text}\n`, disk);
}

/**
 * Reads one of a folder's two journals.
 *
 * @returns null where there is none, or one that was not written to its end
 * @throws where it is of another version: only the program that wrote it knows what it means
 */
export async function readRecord(disk: Disk, places: Places, path: string): Promise<Entry[] | null> {
  const record = parsed(await disk.read(path));
  if (record === null) return null;
  if (record.version !== VERSION) {
    throw new Error(
      `${path} is a journal of version ${record.version}; this program reads version ${VERSION}. ` +
        'An interrupted run waits there: open the folder once with the version of Nightshift that wrote it.',
    );
  }
  if (record.sha256 !== checksum(record.entries)) return null;
  return record.entries.map((entry) => withPaths(entry, (path) => resolve(places.folder, path)));
}

function parsed(text: string | null): { version: number; sha256: string; entries: Entry[] } | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    const isRecord = typeof value === 'object' && value !== null && 'version' in value;
    return isRecord ? (value as { version: number; sha256: string; entries: Entry[] }) : null;
  } catch {
    return null;
  }
}
