/**
 * One run at a time per folder. The lock is the operating system's own, taken by opening FOLDER/.nightshift/lock.db
 * with DuckDB: a process that dies, by any cause, releases it at once; a live holder cannot lose it; and there is no
 * stale lock file. It holds between processes, between containers that share the folder, and over network drives that
 * pass on locks. `holder.json` beside it only says who; it decides nothing. The lock file is never deleted, replaced or
 * read by other means: to close any other handle of this process on it would let the lock go.
 */

import { randomUUID } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { copyFile, link, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import * as z from 'zod';
import { UNFINISHED } from '../../../core/atomic-file.ts';
import { nodeDisk } from '../../../core/disk.ts';
import { NightshiftError } from '../../../core/errors.ts';
import { type Places, placesIn } from './places.ts';

const text = z.string().nullable();
/** Who holds a folder; null where it cannot be known. `since` is ISO 8601, UTC; `command` what it was asked to do. */
const holderSchema = z.object({ pid: z.number().nullable(), host: text, since: text, command: text, run: text });
type Holder = z.infer<typeof holderSchema>;

/** The folder is in use by another run. */
export class LockedByAnotherRun extends NightshiftError {
  override name = 'LockedByAnotherRun';
  readonly holder: Holder;

  constructor(folder: string, holder: Holder) {
    const { pid, host, since, command } = holder;
    const facts = [pid && `process ${pid}`, host && `on ${host}`, since && `since ${since}`].filter(Boolean).join(' ');
    super(
      `${folder} is in use by ${command ? `"${command}"` : 'another run'}${facts && ` (${facts})`}. Run again when it has ended.`,
    );
    this.holder = holder;
  }

  override readonly exitCode = 4;
}

/** The folder cannot be locked at all; says why, and what to do. */
class LockError extends NightshiftError {
  override name = 'LockError';
  override readonly outward =
    'The workbook’s folder can’t be locked: is it there, and may the night shift write to it?';
}

export interface Lock {
  /** Lets the folder go. May be called twice. */
  release(): Promise<void>;
}

interface HeldLock {
  holder: Holder;
  /** Set once the lock is ours. Kept here because a collected instance would let it go. */
  instance?: DuckDBInstance;
}

/** The locks of this process, by real path: the operating system tells processes apart, not two opens within one. */
const heldHere = new Map<string, HeldLock>();

/**
 * Takes the folder for this run, or fails at once.
 *
 * @throws LockedByAnotherRun where another run, in this or another process, has it
 * @throws LockError where the folder is missing, cannot be written, or is on a file system without locks
 */
export async function lockFolder(folder: string, { command, run }: { command: string; run: string }): Promise<Lock> {
  const root = await realpath(folder).catch((error: unknown) => {
    throw new LockError(`There is no folder ${folder}, or this user may not enter it. (${error})`, { cause: error });
  });
  const here = heldHere.get(root);
  if (here) throw new LockedByAnotherRun(folder, here.holder);
  const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString(), command, run };
  const lock: HeldLock = { holder };
  heldHere.set(root, lock);
  const places = placesIn(root);
  const release = async () => {
    if (heldHere.get(root) !== lock) return;
    if (lock.instance) await rm(places.holder, { force: true });
    lock.instance?.closeSync();
    heldHere.delete(root);
  };
  try {
    await makeLockFile(places);
    lock.instance = await openDatabase(places.lock);
    await writeFile(places.holder, `${JSON.stringify(holder)}\n`);
    return { release };
  } catch (error) {
    await release();
    throw await explained(error, folder, places);
  }
}

/** One thread, read-write: DuckDB then takes an exclusive lock on the file, and writes nothing to it. */
function openDatabase(path: string): Promise<DuckDBInstance> {
  return DuckDBInstance.create(path, { threads: '1', access_mode: 'READ_WRITE' });
}

/**
 * Makes the lock file where there is none yet, whole at once: an opener that came upon a half-made one would call it
 * broken.
 */
async function makeLockFile(places: Places): Promise<void> {
  await mkdir(places.state, { recursive: true });
  if (existsSync(places.lock)) return;
  const unfinished = join(places.state, `${randomUUID()}${UNFINISHED}`);
  try {
    (await openDatabase(unfinished)).closeSync();
    await nodeDisk.flush(unfinished);
    await link(unfinished, places.lock);
  } catch (error) {
    // Another run made it first, or this file system knows no hard links.
    if (!existsSync(places.lock))
      await copyFile(unfinished, places.lock, constants.COPYFILE_EXCL).catch(() => {
        throw error;
      });
  } finally {
    await rm(unfinished, { force: true });
  }
}

const IN_USE = /conflicting lock|used by another process|already open/i;
const NO_ACCESS = /EACCES|EPERM|EROFS|permission denied|read-only|access is denied/i;

/** Turns the system’s error into one that a person can act on. */
async function explained(error: unknown, folder: string, places: Places): Promise<Error> {
  const message = error instanceof Error ? error.message : String(error);
  if (IN_USE.test(message)) return new LockedByAnotherRun(folder, await whoHolds(places, message));
  const problem = NO_ACCESS.test(message)
    ? `${folder} cannot be written by this user, and a run keeps its lock and its journal there. Give write ` +
      `access to the folder and to ${places.state}.`
    : `${folder} cannot be locked. Its file system must know file locks; if ${places.lock} is broken, delete it while no run is under way.`;
  return new LockError(`${problem} (${message})`, { cause: error });
}

const CLAIM_TRIES = 5;
const CLAIM_PAUSE_MS = 20;

/**
 * Who holds the lock: what holder.json claims, if the system names the same process. It may still speak of a holder
 * that died, while the new one is about to write its own; so we look a few times, and prefer an unknown holder to a
 * wrong one. Where the system cannot see the process (another container, Windows) the claim stands as it is.
 */
async function whoHolds(places: Places, message: string): Promise<Holder> {
  const pid = Number(/\(PID (\d+)\)/.exec(message)?.[1] ?? 0) || null;
  for (let tries = 1; tries <= CLAIM_TRIES; tries++) {
    const claim = await readClaim(places.holder);
    if (claim !== null && (pid === null || claim.pid === pid)) return claim;
    await wait(CLAIM_PAUSE_MS);
  }
  return { pid, host: null, since: null, command: null, run: null };
}

async function readClaim(path: string): Promise<Holder | null> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}
