/**
 * The few disk operations of a commit, and the real adapter. It decides nothing: what to do in
 * which order stands in the journal's files, so that a test can put a disk in its place that fails, dies, or lets a
 * person edit a file before any one operation.
 */
import { constants, renameSync, statSync } from 'node:fs';
import {
  chmod,
  chown,
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type FileIdentity, identityOf } from './file-identity.ts';

/** A condition on the file at a path, looked at in the same breath as the move that depends on it. */
export interface Guard {
  path: string;
  holds: (found: FileIdentity | null) => boolean;
}

export interface Disk {
  /** The path with every symbolic link followed, also where the last part does not exist yet. */
  resolve(path: string): Promise<string>;
  /** Follows links; null where there is no file. */
  identity(path: string): Promise<FileIdentity | null>;
  /** A small text file; null where there is none. */
  read(path: string): Promise<string | null>;
  /** The names in a folder; none where there is no folder. */
  list(folder: string): Promise<string[]>;
  makeFolder(folder: string): Promise<void>;
  write(path: string, content: string | Uint8Array): Promise<void>;
  copy(from: string, to: string): Promise<void>;
  /** A second name for the same file. False where this file system knows no such thing. */
  link(from: string, to: string): Promise<boolean>;
  /** Gives a file the mode, and where allowed the owner, of another; leaves it as it is where the other is gone. */
  imitate(path: string, like: string): Promise<void>;
  /** Returns once the file's content would survive a power cut. */
  flush(path: string): Promise<void>;
  /** Returns once the names in the folder would survive a power cut, where the system can promise it. */
  flushFolder(folder: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /**
   * Renames if the guard holds, and says whether it did. Look and move stand side by side: no system call compares and
   * renames in one.
   */
  renameIf(from: string, to: string, guard: Guard): Promise<boolean>;
  /** A file that is gone already is fine. */
  unlink(path: string): Promise<void>;
}

const NO_FILE = ['ENOENT', 'ENOTDIR'];
const NO_LINKS = ['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'];
const NO_FOLDER_FLUSH = ['EPERM', 'EACCES', 'EISDIR', 'EINVAL', 'ENOTSUP', 'EBADF'];
const IN_USE = ['EPERM', 'EACCES', 'EBUSY'];

const onWindows = process.platform === 'win32';

/**
 * On Windows, a virus scanner or an indexer opens a new file for a moment, and no rename passes: we ask again for a
 * second.
 */
const RENAME_TRIES = onWindows ? 20 : 1;
const RENAME_PAUSE_MS = 50;

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** The value, or the fallback where the operation fails with one of the codes. */
async function unless<T, F>(codes: readonly string[], fallback: F, operation: Promise<T>): Promise<T | F> {
  try {
    return await operation;
  } catch (error) {
    if (codes.includes(codeOf(error))) return fallback;
    throw error;
  }
}

async function flushHandle(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function resolvePath(path: string): Promise<string> {
  const real = await unless(['ENOENT'], null, realpath(path));
  if (real !== null) return real;
  const leadsTo = await unless(['ENOENT', 'EINVAL'], null, readlink(path));
  if (leadsTo !== null) return resolvePath(resolve(dirname(path), leadsTo));
  return join(await realpath(dirname(path)), basename(path));
}

function identityNow(path: string): FileIdentity | null {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : identityOf(stats);
}

async function renameIf(from: string, to: string, guard: Guard): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    if (!guard.holds(identityNow(guard.path))) return false;
    try {
      renameSync(from, to);
      return true;
    } catch (error) {
      if (tries >= RENAME_TRIES || !IN_USE.includes(codeOf(error))) throw error;
      await wait(RENAME_PAUSE_MS);
    }
  }
}

/**
 * The disk of this machine. Keeps mode and owner of replaced files, not their access control lists or extended
 * attributes.
 */
export const nodeDisk: Disk = {
  resolve: resolvePath,
  async identity(path) {
    const stats = await unless(NO_FILE, null, stat(path, { bigint: true }));
    return stats === null ? null : identityOf(stats);
  },
  read: (path) => unless(NO_FILE, null, readFile(path, 'utf8')),
  list: (folder) => unless(NO_FILE, [], readdir(folder)),
  async makeFolder(folder) {
    await mkdir(folder, { recursive: true });
  },
  write: (path, content) => writeFile(path, content),
  copy: (from, to) => copyFile(from, to, constants.COPYFILE_FICLONE),
  async link(from, to) {
    return (await unless(NO_LINKS, false, link(from, to))) !== false;
  },
  async imitate(path, like) {
    if (onWindows) return;
    const is = await stat(path);
    const wanted = await unless(NO_FILE, is, stat(like));
    if (is.uid !== wanted.uid || is.gid !== wanted.gid)
      await unless(['EPERM'], null, chown(path, wanted.uid, wanted.gid));
    await chmod(path, wanted.mode & 0o7777);
  },
  flush: (path) => flushHandle(path, onWindows ? 'r+' : 'r'),
  async flushFolder(folder) {
    await unless(NO_FOLDER_FLUSH, null, flushHandle(folder, 'r'));
  },
  rename: (from, to) => rename(from, to),
  renameIf,
  async unlink(path) {
    await unless(NO_FILE, null, unlink(path));
  },
};
