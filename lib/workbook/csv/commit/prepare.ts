/**
 * Everything before a commit is decided: the new content made durable, every target found as it was when it was read,
 * the old content kept. It changes no target; what it leaves when it fails may be deleted.
 */
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Disk } from '../../../core/disk.ts';
import { type FileIdentity, sameContent, untouched } from '../../../core/file-identity.ts';
import type { Places } from './places.ts';
import type { Entry } from './record.ts';

/** One file that is to be written. */
export interface CommitFile {
  /** The file, relative to the folder. A symbolic link stays one: the file that it leads to is replaced. */
  target: string;
  /** The path of the finished new content, in the folder's staging folder; null: the target is to be deleted. */
  staged: string | null;
  /** The target as it was when it was read; null: it must not exist. */
  expected: FileIdentity | null;
}

/** A file whose target has been found: `path` is absolute, symbolic links followed. */
export type Located = CommitFile & { path: string };

/** A commit, ready to be decided. */
export interface Prepared {
  entries: Entry[];
  /** Targets that are no longer as expected; where there is one, nothing may be written. */
  changed: string[];
}

/** Computes the entries of a commit and makes the files that they name durable. */
export async function prepare(disk: Disk, places: Places, located: readonly Located[]): Promise<Prepared> {
  const changed = await changedTargets(disk, located);
  if (changed.length > 0) return { entries: [], changed };

  await disk.makeFolder(places.kept);
  const entries: Entry[] = [];
  for (const [index, file] of located.entries()) {
    const after = file.staged === null ? null : await makeDurable(disk, file.staged, file.expected && file.path);
    const kept = file.expected === null ? null : join(places.kept, `${index}-${basename(file.path)}`);
    const { target, path, staged, expected } = file;
    entries.push({ target, path, staged, after, kept, before: expected, keptAs: expected });
  }
  for (const entry of entries) {
    if (entry.staged === null || entry.kept === null) continue;
    const asExpected = await keep(disk, entry, entry.kept).catch(async (error: unknown) => {
      const isGone = (await disk.identity(entry.path)) === null;
      if (isGone) return false;
      throw error;
    });
    if (!asExpected) changed.push(entry.target);
  }
  for (const folder of [places.kept, places.staged, places.folder]) await disk.flushFolder(folder);
  return { entries, changed };
}

/** Finds where each target really is, and refuses what could not be written in full. Changes nothing. */
export async function locate(disk: Disk, places: Places, changes: readonly CommitFile[]): Promise<Located[]> {
  const located: Located[] = [];
  for (const change of changes) {
    const { target } = change;
    if (isAbsolute(target) || target.split(/[\\/]/).includes('..')) {
      throw new RangeError(
        `"${target}" is outside ${places.folder}: a commit names its files relative to their folder.`,
      );
    }
    const staged = change.staged === null ? null : await disk.resolve(change.staged);
    if (staged !== null && dirname(staged) !== places.staged) {
      throw new RangeError(`The new content of "${target}" is at ${staged}; it must be in ${places.staged}.`);
    }
    const path = await disk.resolve(join(places.folder, target));
    const twin = located.find((other) => other.path === path);
    if (twin) throw new RangeError(`"${twin.target}" and "${target}" are the same file: it can be written only once.`);
    located.push({ ...change, staged, path });
  }
  return located;
}

async function changedTargets(disk: Disk, files: readonly Located[]): Promise<string[]> {
  const changed: string[] = [];
  for (const { target, path, expected } of files) {
    if (!untouched(await disk.identity(path), expected)) changed.push(target);
  }
  return changed;
}

/** Gives new content the old file's mode and owner, and flushes it. */
async function makeDurable(disk: Disk, staged: string, like: string | null): Promise<FileIdentity> {
  if (like !== null) await disk.imitate(staged, like);
  await disk.flush(staged);
  const after = await disk.identity(staged);
  if (after === null) throw new Error(`The new content at ${staged} is gone; something else deleted it.`);
  return after;
}

/**
 * Keeps the old content of a target: by a second name, so that even a program that holds the file open and writes into
 * it after it was replaced writes into what we keep; else by a copy. False if the file changed meanwhile.
 */
async function keep(disk: Disk, entry: Entry, kept: string): Promise<boolean> {
  const linked = await disk.link(entry.path, kept);
  if (!linked) {
    await disk.copy(entry.path, kept);
    await disk.imitate(kept, entry.path);
    await disk.flush(kept);
  }
  const found = await disk.identity(entry.path);
  const asExpected = linked ? sameContent(found, entry.before) : untouched(found, entry.before);
  entry.before = found;
  entry.keptAs = await disk.identity(kept);
  return asExpected;
}
