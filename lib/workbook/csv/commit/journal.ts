/**
 * Several files of a folder land together or not at all, whatever dies and whoever edits meanwhile: the new content is
 * staged, the old kept, a journal written (write-ahead: from then on the landing is decided), and then each file renamed
 * into place. `recover` settles at the next open what a crash left undone. It knows files and folders, not what is in
 * them; one process at a time (see lock.ts). Not covered: a program that keeps an old file open and writes into it after
 * the landing has ended, and a file replaced by another in the microseconds between our last look at it and our rename.
 */

import { join } from 'node:path';
import { UNFINISHED } from '../../../core/atomic-file.ts';
import { type Disk, nodeDisk } from '../../../core/disk.ts';
import { NightshiftError } from '../../../core/errors.ts';
import { type Places, placesIn } from './places.ts';
import { type LandingFile, type Located, locate, prepare } from './prepare.ts';
import { type Entry, readRecord, writeRecord } from './record.ts';
import { decideBack, forget, rollBack, rollForward, type Settled } from './recover.ts';

export type { LandingFile } from './prepare.ts';

export interface LandingOptions {
  /** Default: the disk of this machine. */
  disk?: Disk;
}

/** A person changed files between our reading and our writing: their edit stands, and none of ours has landed. */
export class ChangedUnderneath extends NightshiftError {
  override name = 'ChangedUnderneath';
  readonly files: readonly string[];
  /** How what had landed was taken back; null where nothing had. */
  readonly settled: Settled | null;

  constructor(files: readonly string[], settled: Settled | null = null) {
    const what = `Changed since it was read: ${files.join(', ')}. The change was kept`;
    const all = `${what}, and nothing was written: read again, and plan again.`;
    super(settled?.outcome === 'conflict' ? `${what}. ${describeRecovery(settled)}` : all);
    this.files = files;
    this.settled = settled;
  }

  override get outward(): string {
    return 'The workbook was changed while the run was writing. Nothing was overwritten; the next run tries again.';
  }
}

/** The folder to put new content into before `land`: made if needed, on the folder's own disk. */
export async function stagingFolder(folder: string, { disk = nodeDisk }: LandingOptions = {}): Promise<string> {
  const { staged } = placesIn(await disk.resolve(folder));
  await disk.makeFolder(staged);
  return staged;
}

/**
 * Lands all files or none, durably, and uses up the staged ones either way (but for a RangeError). The caller holds the
 * folder's lock and has called `recover`. Modes and, where allowed, owners of replaced files are kept.
 *
 * @throws ChangedUnderneath where a target is not as expected: none has landed
 * @throws RangeError where a target or its staged file is in the wrong place
 * @throws whatever the disk says: none has landed, or, where the disk did not even allow that, the next `recover` settles it
 */
export async function land(
  folder: string,
  changes: readonly LandingFile[],
  options: LandingOptions = {},
): Promise<void> {
  const { disk = nodeDisk } = options;
  const places = placesIn(await disk.resolve(folder));
  if (changes.length === 0) return;
  await refuseUnsettled(disk, places);

  const entries = await decide(disk, places, await locate(disk, places, changes));
  const stoppedBy = await rollForward(disk, places, entries).then(
    (forward) => forward.stoppedBy,
    async (error: unknown) => {
      await takeBack(disk, places, entries).catch(() => undefined);
      throw error;
    },
  );
  if (stoppedBy.length > 0) throw new ChangedUnderneath(stoppedBy, await takeBack(disk, places, entries));
  await forget(disk, places, entries);
}

/** Prepares and writes the journal. Until that stands whole, whatever went wrong is swept away and nothing has happened. */
async function decide(disk: Disk, places: Places, files: readonly Located[]): Promise<Entry[]> {
  try {
    const { entries, changed } = await prepare(disk, places, files);
    if (changed.length > 0) throw new ChangedUnderneath(changed);
    await writeRecord(disk, places, entries);
    return entries;
  } catch (error) {
    await undecide(disk, places, files).catch(() => undefined);
    throw error;
  }
}

async function undecide(disk: Disk, places: Places, files: readonly Located[]): Promise<void> {
  await disk.unlink(places.forward);
  await sweep(disk, places.kept);
  for (const { staged } of files) if (staged !== null) await disk.unlink(staged);
}

async function takeBack(disk: Disk, places: Places, entries: readonly Entry[]): Promise<Settled> {
  await decideBack(disk, places);
  const settled = await rollBack(disk, places, entries);
  await forget(disk, places, entries);
  return settled;
}

async function refuseUnsettled(disk: Disk, places: Places): Promise<void> {
  for (const journal of [places.forward, places.back]) {
    if ((await disk.read(journal)) !== null) {
      throw new Error(`${journal} speaks of a landing that never ended: call recover('${places.folder}') first.`);
    }
  }
  await sweep(disk, places.kept);
}

async function sweep(disk: Disk, folder: string, ending = ''): Promise<void> {
  for (const name of await disk.list(folder)) {
    if (name.endsWith(ending)) await disk.unlink(join(folder, name));
  }
}

/** What `recover` found and did. `clean`: no landing had been decided, so nothing had happened; leftovers were removed. */
export type Recovery = { outcome: 'clean' } | Settled;

/**
 * Settles what a crash left undone. To be called at every open, under the folder's lock, before anything is read or
 * staged. Forward where every file that has not landed is still as it was; else back. May itself die anywhere: the next
 * call goes on from there. An error of the disk leaves the journal for the next call.
 */
export async function recover(folder: string, { disk = nodeDisk }: LandingOptions = {}): Promise<Recovery> {
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
    // Whoever wrote the journal may have died before it was sure to stay; nothing may move ahead of it.
    await disk.flushFolder(places.state);
    recovery = await settle(disk, places, entries, goingBack !== null);
  }
  await sweep(disk, places.kept);
  await sweep(disk, places.staged);
  await sweep(disk, places.state, UNFINISHED);
  return recovery;
}

async function settle(disk: Disk, places: Places, entries: Entry[], goingBack: boolean): Promise<Settled> {
  if (!goingBack) {
    const { stoppedBy, edited } = await rollForward(disk, places, entries);
    if (stoppedBy.length > 0) return takeBack(disk, places, entries);
    await forget(disk, places, entries);
    const files = entries.map((entry) => entry.target);
    return { outcome: 'rolled forward', files, edited, unrestored: [], rescued: [] };
  }
  const settled = await rollBack(disk, places, entries);
  await forget(disk, places, entries);
  return settled;
}

/** Says in sentences what `recover` did; null where there is nothing to tell. */
export function describeRecovery(recovery: Recovery): string | null {
  if (recovery.outcome === 'clean') return null;
  const { outcome, files, edited, unrestored, rescued } = recovery;
  const names = (list: readonly string[]) => list.join(', ');
  const end = {
    'rolled forward': 'the rest has been written now.',
    'rolled back': 'what it had written has been taken back.',
    conflict: `what it had written has been taken back, but not in ${names(unrestored)}: compare with the other files, and mend by hand.`,
  };
  const parts = [`A run was interrupted while it wrote ${names(files)}; ${end[outcome]}`];
  if (edited.length > 0) parts.push(`Changed by someone meanwhile, and kept as it is: ${names(edited)}.`);
  if (rescued.length > 0) parts.push(`Written into a file after it was replaced, and kept beside: ${names(rescued)}.`);
  return parts.join(' ');
}
