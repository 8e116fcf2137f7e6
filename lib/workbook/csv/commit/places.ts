/**
 * Where a commit keeps its state: everything in FOLDER/.nightshift/, on the same disk as the folder's files, so that a
 * rename is one step. Between commits only `lock.db` (and empty folders) stand there.
 */
import { join, resolve } from 'node:path';

export type Places = Readonly<ReturnType<typeof placesIn>>;

/** The places of one folder. */
export function placesIn(folder: string) {
  const root = resolve(folder);
  const state = join(root, '.nightshift');
  return {
    /** The folder whose files are written. */
    folder: root,
    /** FOLDER/.nightshift */
    state,
    /** New content, finished, waiting to be written. */
    staged: join(state, 'staged'),
    /** Old content, kept until all of the new is written. */
    kept: join(state, 'kept'),
    /** What a person wrote into a file that was replaced meanwhile: never deleted by us. */
    rescued: join(state, 'rescued'),
    /** The journal of a commit that goes forward: once it is there, the commit is decided. */
    forward: join(state, 'forward.json'),
    /** The same journal, renamed: the commit is being rolled back, and no later open may change its mind. */
    back: join(state, 'back.json'),
    /** The file whose lock in the operating system says that the folder is in use. */
    lock: join(state, 'lock.db'),
    /** Who holds that lock. */
    holder: join(state, 'holder.json'),
  };
}
