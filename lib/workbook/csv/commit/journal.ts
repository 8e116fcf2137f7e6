/**
 * Several files of a folder are written together or not at all, despite crashes and concurrent edits: the new content
 * is staged, the old kept, a journal written (write-ahead: from then on the commit is decided), and then each file
 * renamed into place. At the next open, `recover` completes or rolls back what a crash left undone. It knows files and
 * folders, not what is in them; one process at a time (see lock.ts). Not covered: a program that keeps an old file open
 * and writes into it after the commit has ended, and a file replaced by another in the microseconds between our last
 * look at it and our rename.
 */

import { join } from 'node:path';
import { UNFINISHED } from '../../../core/atomic-file.ts';
import { type Disk, nodeDisk } from '../../../core/disk.ts';
import { NightshiftError } from '../../../core/errors.ts';
import { type Places, placesIn } from './places.ts';
import { type CommitFile, type Located, locate, prepare } from './prepare.ts';
import { type Entry, readRecord, writeRecord } from './record.ts';
import { decideBack, forget, type Recovered, rollBack, rollForward } from './recover.ts';

export type { CommitFile } from './prepare.ts';

export interface CommitOptions {
  /** Default: the disk of this machine. */
  disk?: Disk;
}

/** A person changed files between our reading and our writing: their edit stands, and none of ours is written. */
export class ChangedUnderneath extends NightshiftError {
  override name = 'ChangedUnderneath';
  readonly files: readonly string[];
  /** How the commit was rolled back; null where nothing had been written. */
  readonly recovered: Recovered | null;

  constructor(files: readonly string[], recovered: Recovered | null = null) {
    const what = `Changed since it was read: ${files.join(', ')}. The change was kept`;
    const all = `${what}, and nothing was written: read again, and plan again.`;
    super(recovered?.outcome === 'conflict' ? `${what}. ${describeRecovery(recovered)}` : all);
    this.files = files;
    this.recovered = recovered;
  }

  override readonly outward =
    'The workbook was changed while the run was writing. Nothing was overwritten; the next run tries again.';
}

/** The folder to put new content into before `commitFiles`: made if needed, on the folder's own disk. */
export async function stagingFolder(folder: string, { disk = nodeDisk }: CommitOptions = {}): Promise<string> {
  const { staged } = placesIn(await disk.resolve(folder));
  await disk.makeFolder(staged);
  return staged;
}

/**
 * Writes all files or none, durably, and uses up the staged ones either way (but for a RangeError). The caller holds
 * the folder's lock and has called `recover`. Modes and, where allowed, owners of replaced files are kept.
 *
 * @throws ChangedUnderneath where a target is not as expected: none is written
 * @throws RangeError where a target or its staged file is in the wrong place
 * @throws the disk's own error: none is written, or, where even the roll-back failed, the next `recover` completes it
 */
export async function commitFiles(
  folder: string,
  changes: readonly CommitFile[],
  options: CommitOptions = {},
): Promise<void> {
  const { disk = nodeDisk } = options;
  const places = placesIn(await disk.resolve(folder));
  if (changes.length === 0) return;
  await refuseUnrecovered(disk, places);

  const entries = await decide(disk, places, await locate(disk, places, changes));
  const stoppedBy = await rollForward(disk, places, entries).then(
    (forward) => forward.stoppedBy,
    async (error: unknown) => {
      await rollBackAll(disk, places, entries).catch(() => undefined);
      throw error;
    },
  );
  if (stoppedBy.length > 0) throw new ChangedUnderneath(stoppedBy, await rollBackAll(disk, places, entries));
  await forget(disk, places, entries);
}

/**
 * Prepares and writes the journal. Before the journal is complete, any failure is cleaned up and nothing has happened.
 */
async function decide(disk: Disk, places: Places, files: readonly Located[]): Promise<Entry[]> {
  try {
    const { entries, changed } = await prepare(disk, places, files);
    if (changed.length > 0) throw new ChangedUnderneath(changed);
    await writeRecord(disk, places, entries);
    return entries;
  } catch (error) {
    await discardStaged(disk, places, files).catch(() => undefined);
    throw error;
  }
}

async function discardStaged(disk: Disk, places: Places, files: readonly Located[]): Promise<void> {
  await disk.unlink(places.forward);
  await sweep(disk, places.kept);
  for (const { staged } of files) if (staged !== null) await disk.unlink(staged);
}

async function rollBackAll(disk: Disk, places: Places, entries: readonly Entry[]): Promise<Recovered> {
  await decideBack(disk, places);
  const recovered = await rollBack(disk, places, entries);
  await forget(disk, places, entries);
  return recovered;
}

async function refuseUnrecovered(disk: Disk, places: Places): Promise<void> {
  for (const journal of [places.forward, places.back]) {
    if ((await disk.read(journal)) !== null) {
      throw new Error(`${journal} records a commit that never ended: call recover('${places.folder}') first.`);
    }
  }
  await sweep(disk, places.kept);
}

async function sweep(disk: Disk, folder: string, ending = ''): Promise<void> {
  for (const name of await disk.list(folder)) {
    if (name.endsWith(ending)) await disk.unlink(join(folder, name));
  }
}

/** What `recover` found and did. `clean`: no commit had been decided, so nothing had happened. */
export type Recovery = { outcome: 'clean' } | Recovered;

/**
 * Recovers what a crash left undone. To be called at every open, under the folder's lock, before anything is read or
 * staged. Forward where every file that is not written is still as it was; else back. May itself die anywhere: the next
 * call goes on from there. An error of the disk leaves the journal for the next call.
 */
export async function recover(folder: string, { disk = nodeDisk }: CommitOptions = {}): Promise<Recovery> {
  const places = placesIn(await disk.resolve(folder));
  const goingBack = await readRecord(disk, places, places.back);
  const entries = goingBack ?? (await readRecord(disk, places, places.forward));
  let recovery: Recovery = { outcome: 'clean' };
  if (entries === null) {
    await disk.unlink(places.forward);
    await disk.unlink(places.back);
  } else {
    await disk.makeFolder(places.kept);
    await disk.makeFolder(places.staged);
    // The writer of the journal may have died before the journal was durable; no file may move before it is.
    await disk.flushFolder(places.state);
    recovery = await finish(disk, places, entries, goingBack !== null);
  }
  await sweep(disk, places.kept);
  await sweep(disk, places.staged);
  await sweep(disk, places.state, UNFINISHED);
  return recovery;
}

async function finish(disk: Disk, places: Places, entries: Entry[], goingBack: boolean): Promise<Recovered> {
  if (!goingBack) {
    const { stoppedBy, edited } = await rollForward(disk, places, entries);
    if (stoppedBy.length > 0) return rollBackAll(disk, places, entries);
    await forget(disk, places, entries);
    const files = entries.map((entry) => entry.target);
    return { outcome: 'rolled forward', files, edited, unrestored: [], rescued: [] };
  }
  const recovered = await rollBack(disk, places, entries);
  await forget(disk, places, entries);
  return recovered;
}

/** Describes what `recover` did; null where there is nothing to report. */
export function describeRecovery(recovery: Recovery): string | null {
  if (recovery.outcome === 'clean') return null;
  const { outcome, files, edited, unrestored, rescued } = recovery;
  const names = (list: readonly string[]) => list.join(', ');
  const end = {
    'rolled forward': 'the rest has been written now.',
    'rolled back': 'what it had written has been rolled back.',
    conflict:
      `what it had written has been rolled back, but not in ${names(unrestored)}: compare with the other ` +
      'files, and fix it by hand.',
  };
  const parts = [`A run was interrupted while it wrote ${names(files)}; ${end[outcome]}`];
  if (edited.length > 0) parts.push(`Changed by someone meanwhile, and kept as it is: ${names(edited)}.`);
  if (rescued.length > 0) parts.push(`Written into a file after it was replaced, and kept beside: ${names(rescued)}.`);
  return parts.join(' ');
}
