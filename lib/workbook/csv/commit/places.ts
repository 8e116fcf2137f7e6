/**
 * Where a commit keeps its state: everything in FOLDER/.nightshift/, on the same disk as the folder's files, so that a
 * rename is one step. Between commits only `lock.db` (and empty folders) stand there.
 */
import { join, resolve } from 'node:path';

export interface Places {
  /** The folder whose files are written. */
  folder: string;
  /** FOLDER/.nightshift */
  state: string;
  /** New content, finished, waiting to be written. */
  staged: string;
  /** Old content, kept until all of the new is written. */
  kept: string;
  /** What a person wrote into a file that was replaced under their hands: never deleted by us. */
  rescued: string;
  /** The journal of a commit that goes forward: once it is there, the commit is decided. */
  forward: string;
  /** The same journal, renamed: the commit is being rolled back, and no later open may change its mind. */
  back: string;
  /** The file whose lock in the operating system says that the folder is in use. */
  lock: string;
  /** Who holds that lock. */
  holder: string;
}

/** The places of one folder. */
export function placesIn(folder: string): Places {
  const root = resolve(folder);
  const state = join(root, '.nightshift');
  return {
    folder: root,
    state,
    staged: join(state, 'staged'),
    kept: join(state, 'kept'),
    rescued: join(state, 'rescued'),
    forward: join(state, 'forward.json'),
    back: join(state, 'back.json'),
    lock: join(state, 'lock.db'),
    holder: join(state, 'holder.json'),
  };
}
