/**
 * Writes one file whole: a reader sees the old content or the new, never a part, and so does the next start after a
 * power cut. For one file only; several together are the journal's business.
 */
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { type Disk, nodeDisk } from './disk.ts';

/** How the unfinished files of this module end: the owner of the folder may delete those that a crash left. */
export const UNFINISHED = '.unfinished';

/**
 * Lets `write` make a file beside the path, flushes it, renames it into place and flushes the folder. The folder must
 * exist. Of two writers of one path at once, the one that renames last wins, whole.
 */
export async function replaceFile(
  path: string,
  write: (unfinished: string) => Promise<unknown>,
  disk: Disk = nodeDisk,
): Promise<void> {
  const unfinished = join(dirname(path), `.${basename(path)}.${randomUUID()}${UNFINISHED}`);
  try {
    await write(unfinished);
    await disk.flush(unfinished);
    await disk.rename(unfinished, path);
  } catch (error) {
    await disk.unlink(unfinished).catch(() => undefined);
    throw error;
  }
  await disk.flushFolder(dirname(path));
}

/** The same, of a content that is there. */
export const writeFileAtomic = (path: string, content: string | Uint8Array, disk: Disk = nodeDisk): Promise<void> =>
  replaceFile(path, (unfinished) => disk.write(unfinished, content), disk);
