/**
 * Reading a folder without its lock, beside a run that may be writing: a look must never keep a run from its work. A
 * landing that a crash left unfinished is completed first, under the lock and only then; one that is under way is
 * waited for.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describeRecovery, recover } from './commit/journal.ts';
import { LockedByAnotherRun, lockFolder } from './commit/lock.ts';
import { placesIn } from './commit/places.ts';

const PAUSE_MS = 50;
/** A landing moves finished files: it takes moments. After this long the reader gives up. */
const LONGEST_WAIT_MS = 60_000;

/** True while files are being moved into their places: some may be new and others old. */
export function isLanding(folder: string): boolean {
  const places = placesIn(folder);
  return existsSync(places.forward) || existsSync(places.back);
}

/**
 * Waits until no landing is under way; completes one that a crash left. Returns what it did about a crash, in words.
 * @throws LockedByAnotherRun where a run is still landing after a minute
 */
export async function awaitLanding(folder: string, holder: { command: string; run: string }): Promise<string | null> {
  const until = performance.now() + LONGEST_WAIT_MS;
  while (isLanding(folder)) {
    try {
      const lock = await lockFolder(folder, holder);
      try {
        return describeRecovery(await recover(folder));
      } finally {
        await lock.release();
      }
    } catch (error) {
      if (!(error instanceof LockedByAnotherRun) || performance.now() > until) throw error;
      await wait(PAUSE_MS);
    }
  }
  return null;
}

/** A reader's folder for temporary files names its process, so that the next reader sees whether that still runs. */
const PREFIX = `reading-${hostname().replaceAll(/[^A-Za-z0-9]/g, '')}-`;

/** Makes a reader's folder for temporary files, and removes those of readers on this machine that were killed. */
export async function readingScratch(folder: string): Promise<string> {
  const { state } = placesIn(folder);
  await mkdir(state, { recursive: true });
  for (const name of await readdir(state)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : Number.NaN;
    if (Number.isInteger(pid) && !isRunning(pid)) await rm(join(state, name), { recursive: true, force: true });
  }
  const scratch = join(state, `${PREFIX}${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(scratch);
  return scratch;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
