/**
 * What makes a file the same file, untouched: its size, its times and its inode. Never its content: hashing a million
 * contacts at every look would cost more than writing them.
 */
import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * A file as it was at one look. The times (nanoseconds since 1970) and the inode are decimal text, so that JSON keeps
 * them.
 */
export interface FileIdentity {
  size: number;
  mtimeNs: string;
  ctimeNs: string;
  ino: string;
}

/**
 * File systems stamp times in ticks (10 ms at most on Linux): two writes within one tick carry the same time. Twice
 * that, so that a write after our look always shows.
 */
const TICK_MS = 20;

/** The identity in what the system says of a file. */
export function identityOf(stats: BigIntStats): FileIdentity {
  return {
    size: Number(stats.size),
    mtimeNs: String(stats.mtimeNs),
    ctimeNs: String(stats.ctimeNs),
    ino: String(stats.ino),
  };
}

/**
 * Takes a file's identity before its content is read, to pass to `commitFiles` as `expected`. Waits one tick (20 ms)
 * where the file was written this very moment, because the next write could not be distinguished from that one.
 *
 * @returns null where there is no such file
 */
export async function identify(path: string): Promise<FileIdentity | null> {
  const look = () => stat(path, { bigint: true });
  try {
    const found = await look();
    const ageMs = Date.now() - Number(found.mtimeNs / 1_000_000n);
    if (ageMs < 0 || ageMs >= TICK_MS) return identityOf(found);
    await wait(TICK_MS - ageMs);
    return identityOf(await look());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** True for a file that was not touched between two reads; also where there was none at either. */
export function untouched(one: FileIdentity | null, other: FileIdentity | null): boolean {
  return sameContent(one, other) && one?.ctimeNs === other?.ctimeNs;
}

/**
 * True for the same file with the same content. A rename or a hard link moves ctime without touching the content, so
 * ctime is left out.
 */
export function sameContent(one: FileIdentity | null, other: FileIdentity | null): boolean {
  return one?.ino === other?.ino && one?.size === other?.size && one?.mtimeNs === other?.mtimeNs;
}
