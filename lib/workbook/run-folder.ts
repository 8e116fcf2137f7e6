/**
 * What a workbook that is elsewhere keeps on this machine: a lock, so that one run at a time works on it here, and a
 * run's temporary files.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFolder } from './csv/commit/lock.ts';

export interface RunFolder {
  /** For what must outlive a run that is killed. */
  readonly state: string;
  /** For temporary files. */
  readonly scratch: string;
  /** Removes the temporary files, and lets the lock go. */
  readonly close: () => Promise<void>;
}

const SCRATCH = 'scratch-';

/** Locks the folder, and clears what killed runs left of their files. @throws LockedByAnotherRun */
export async function openRunFolder(
  folder: string,
  run: { readonly command: string; readonly run: string },
): Promise<RunFolder> {
  const state = join(folder, '.nightshift');
  await mkdir(state, { recursive: true });
  const lock = await lockFolder(folder, run);
  try {
    for (const name of await readdir(state))
      if (name.startsWith(SCRATCH)) await rm(join(state, name), { recursive: true, force: true });
    const scratch = join(state, `${SCRATCH}${randomBytes(4).toString('hex')}`);
    await mkdir(scratch, { recursive: true });
    const close = async (): Promise<void> => {
      await rm(scratch, { recursive: true, force: true });
      await lock.release();
    };
    return { state, scratch, close };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
