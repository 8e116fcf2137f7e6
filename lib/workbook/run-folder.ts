/** What a run keeps on this machine while it has a workbook open: the lock, and a folder for temporary files. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFolder } from './csv/commit/lock.ts';
import type { Recognise } from './recognised.ts';

const SCRATCH = 'scratch-';

/** What a workbook of any kind is opened with. */
export interface StoreOptions {
  /** Of this machine: for the lock, temporary files and what must outlive a killed run. */
  readonly folder: string;
  readonly aliases: Readonly<Record<string, string>>;
  /** Says what tables are that are called like no table of ours. */
  readonly recognise: Recognise;
  readonly command: string;
  readonly run: string;
  /** A workbook without contacts is one that begins. */
  readonly mayBeEmpty?: boolean;
}

export interface RunFolder {
  /** For temporary files; gone once the workbook is closed. */
  readonly scratch: string;
  readonly stateFolder: string;
  readonly close: () => Promise<void>;
}

/**
 * Takes the lock of a folder, clears up what a killed run left there, and opens a workbook with it. @throws LockError;
 * what `open` throws
 */
export async function inRunFolder<T>(
  folder: string,
  { command, run }: Parameters<typeof lockFolder>[1],
  open: (run: RunFolder) => Promise<T>,
): Promise<T> {
  const stateFolder = join(folder, '.nightshift');
  await mkdir(stateFolder, { recursive: true });
  const lock = await lockFolder(folder, { command, run });
  try {
    // What a run that was killed left behind holds cells of the workbook.
    for (const name of await readdir(stateFolder))
      if (name.startsWith(SCRATCH)) await rm(join(stateFolder, name), { recursive: true, force: true });
    const scratch = join(stateFolder, `${SCRATCH}${randomBytes(4).toString('hex')}`);
    await mkdir(scratch);
    const close = async (): Promise<void> => {
      await rm(scratch, { recursive: true, force: true });
      await lock.release();
    };
    return await open({ scratch, stateFolder, close });
  } catch (error) {
    await lock.release();
    throw error;
  }
}
