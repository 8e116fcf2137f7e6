/**
 * Everything after a commit is decided: forward until every file is new, or back until every file is old again. Each
 * step can be taken twice and after a crash at any point, because what is left to do is read from the disk alone.
 * A file that a person changed is never written over, in either direction.
 */
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { Disk, Guard } from '../../../core/disk.ts';
import { sameContent, untouched } from '../../../core/file-identity.ts';
import type { Places } from './places.ts';
import type { Entry } from './record.ts';

/** How a commit ended, by the targets' names. */
export interface Recovered {
  /**
   * `rolled forward`: every file is new. `rolled back`: every file is old. `conflict`: all are old but those in
   * `unrestored`. A person's edits stand in every case.
   */
  outcome: 'rolled forward' | 'rolled back' | 'conflict';
  /** All files of the commit. */
  files: string[];
  /** Those that a person changed meanwhile; they are as the person left them. */
  edited: string[];
  /**
   * Those that stay new although the others are old again, because restoring them would have lost a person's edit (or
   * their old content was gone).
   */
  unrestored: string[];
  /** Where we put what a program wrote into the old content of a file in `unrestored`. */
  rescued: string[];
}

/**
 * Where a file of the commit stands:
 * - `waiting`: the target is as it was, the new content ready
 * - `old`: the content is as it was, but cannot go forward: the new content is gone, the mode was changed, or it was
 *   rolled back
 * - `changed`: a person changed it before its turn
 * - `written`: it is what we made it
 * - `overwritten`: it was written, and then a person changed it
 */
type State = 'waiting' | 'old' | 'changed' | 'written' | 'overwritten';

async function stateOf(disk: Disk, entry: Entry): Promise<State> {
  const { before, after } = entry;
  const found = await disk.identity(entry.path);
  if (sameContent(found, after)) return 'written';
  const staged = entry.staged === null ? null : await disk.identity(entry.staged);
  const kept = entry.kept === null ? null : await disk.identity(entry.kept);
  const moved = entry.staged === null ? kept !== null : staged === null;
  if (!moved && untouched(found, before) && sameContent(staged, after)) return 'waiting';
  const movedBack = moved && entry.staged !== null && entry.kept !== null && kept === null;
  if (movedBack || sameContent(found, before)) return 'old';
  return moved ? 'overwritten' : 'changed';
}

/** True where a program that had the old file open wrote into it after it was replaced. */
async function writtenThrough(disk: Disk, entry: Entry): Promise<boolean> {
  const kept = entry.kept === null ? null : await disk.identity(entry.kept);
  return kept !== null && !sameContent(kept, entry.keptAs);
}

async function flushFolders(disk: Disk, places: Places, entries: readonly Entry[]): Promise<void> {
  const folders = new Set([...entries.map((entry) => dirname(entry.path)), places.staged, places.kept]);
  for (const folder of folders) await disk.flushFolder(folder);
}

/**
 * Writes every file that is not written yet.
 *
 * @returns `stoppedBy`: the files because of which the commit must be rolled back (none: all is written);
 *   `edited`: those that a person changed after they were written
 */
export async function rollForward(disk: Disk, places: Places, entries: readonly Entry[]) {
  const edited: string[] = [];
  const stoppedBy: string[] = [];
  const waiting: Entry[] = [];
  for (const entry of entries) {
    const state = await stateOf(disk, entry);
    if (state === 'overwritten') edited.push(entry.target);
    else if (state === 'waiting') waiting.push(entry);
    else if (state !== 'written') stoppedBy.push(entry.target);
  }
  if (stoppedBy.length > 0) return { stoppedBy, edited };

  for (const entry of waiting) {
    if (!(await moveForward(disk, entry))) return { stoppedBy: [entry.target], edited };
  }
  await flushFolders(disk, places, entries);
  for (const entry of entries) {
    if (await writtenThrough(disk, entry)) stoppedBy.push(entry.target);
  }
  return { stoppedBy, edited };
}

async function moveForward(disk: Disk, entry: Entry): Promise<boolean> {
  const asBefore: Guard = { path: entry.path, holds: (found) => untouched(found, entry.before) };
  if (entry.staged !== null) return disk.renameIf(entry.staged, entry.path, asBefore);
  return entry.kept === null || disk.renameIf(entry.path, entry.kept, asBefore);
}

/**
 * Decides, for this open and all later ones, that the commit is rolled back. A rename: it needs no room on a full disk.
 */
export async function decideBack(disk: Disk, places: Places): Promise<void> {
  await disk.rename(places.forward, places.back);
  await disk.flushFolder(places.state);
}

/** Rolls back every file that is written and is still what we made it. */
export async function rollBack(disk: Disk, places: Places, entries: readonly Entry[]): Promise<Recovered> {
  const files = entries.map((entry) => entry.target);
  const recovered: Recovered = { outcome: 'rolled back', files, edited: [], unrestored: [], rescued: [] };
  for (const entry of entries) {
    const state = await stateOf(disk, entry);
    const edited = state === 'changed' || state === 'overwritten' || (await writtenThrough(disk, entry));
    const restored = state === 'written' ? await moveBack(disk, entry) : state !== 'overwritten';
    if (edited) recovered.edited.push(entry.target);
    if (restored) continue;
    recovered.outcome = 'conflict';
    recovered.unrestored.push(entry.target);
    if (entry.kept !== null && (await writtenThrough(disk, entry)))
      recovered.rescued.push(await rescue(disk, places, entry.kept));
  }
  await flushFolders(disk, places, entries);
  return recovered;
}

/** Puts a written file back as it was; false where that cannot be, or would write over a person's edit. */
async function moveBack(disk: Disk, entry: Entry): Promise<boolean> {
  const asLanded: Guard = { path: entry.path, holds: (found) => sameContent(found, entry.after) };
  if (entry.kept === null) return entry.staged === null || disk.renameIf(entry.path, entry.staged, asLanded);
  const keptIsGone = (await disk.identity(entry.kept)) === null;
  if (keptIsGone) return entry.after === null;
  return disk.renameIf(entry.kept, entry.path, asLanded);
}

async function rescue(disk: Disk, places: Places, kept: string): Promise<string> {
  const rescued = join(places.rescued, `${randomUUID()}-${basename(kept)}`);
  await disk.makeFolder(places.rescued);
  await disk.rename(kept, rescued);
  await disk.flushFolder(places.rescued);
  return rescued;
}

/** Ends a recovered commit: the journal goes first, then what only it gave a meaning. */
export async function forget(disk: Disk, places: Places, entries: readonly Entry[]): Promise<void> {
  await disk.unlink(places.forward);
  await disk.unlink(places.back);
  await disk.flushFolder(places.state);
  for (const { staged, kept } of entries) {
    if (staged !== null) await disk.unlink(staged);
    if (kept !== null) await disk.unlink(kept);
  }
}
