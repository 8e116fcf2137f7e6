/** A commit that does all there is to do, disks that misbehave at the n-th operation, and people who edit. */
import { join } from 'node:path';
import type { Disk } from '../../../../lib/core/disk.ts';
import { type CommitFile, stagingFolder } from '../../../../lib/workbook/csv/commit/journal.ts';
import { placesIn } from '../../../../lib/workbook/csv/commit/places.ts';

/** File name to content; null: no such file. */
export type Files = Record<string, string | null>;

/** Replaces two files, deletes one, creates one. */
export const OLD: Files = { 'a.csv': 'a, old', 'b.csv': 'b, old and longer', 'gone.csv': 'gone, old', 'new.csv': null };
export const NEW: Files = { 'a.csv': 'a, new', 'b.csv': 'b, new', 'gone.csv': null, 'new.csv': 'new, new' };
export const TARGETS = Object.keys(OLD);

export async function fill(disk: Disk, folder: string, files: Files = OLD): Promise<void> {
  await disk.makeFolder(folder);
  for (const [name, content] of Object.entries(files)) {
    if (content !== null) await disk.write(join(folder, name), content);
  }
}

/** Reads the targets' identities and stages their new content, as a store does. */
export async function staged(disk: Disk, folder: string, files: Files = NEW): Promise<CommitFile[]> {
  const staging = await stagingFolder(folder, { disk });
  const changes: CommitFile[] = [];
  for (const [target, content] of Object.entries(files)) {
    const path = content === null ? null : join(staging, target);
    if (path !== null && content !== null) await disk.write(path, content);
    changes.push({ target, staged: path, expected: await disk.identity(join(folder, target)) });
  }
  return changes;
}

export async function contents(disk: Disk, folder: string, names: readonly string[] = TARGETS): Promise<Files> {
  const files: Files = {};
  for (const name of names) files[name] = await disk.read(join(folder, name));
  return files;
}

/** Every file of ours that stands in FOLDER/.nightshift. */
export async function leftovers(disk: Disk, folder: string): Promise<string[]> {
  const { state, staged: staging, kept, rescued } = placesIn(folder);
  const names = await Promise.all([state, staging, kept, rescued].map((place) => disk.list(place)));
  return names.flat().filter((name) => !['staged', 'kept', 'rescued'].includes(name));
}

export interface Operation {
  /** Counts from 1. */
  n: number;
  name: keyof Disk;
  args: unknown[];
}

/** A disk that calls `before` ahead of every operation. */
export function watched(disk: Disk, before: (operation: Operation) => unknown): Disk {
  let n = 0;
  return new Proxy(disk, {
    get: (target, name: keyof Disk) => {
      const operation = target[name] as (...args: unknown[]) => unknown;
      return async (...args: unknown[]) => {
        await before({ n: ++n, name, args });
        return operation.apply(target, args);
      };
    },
  });
}

export class Dead extends Error {}

/** A disk that dies ahead of the n-th operation, and stays dead; a file being written then is half-written. */
export function dyingAt(n: number, disk: Disk): Disk {
  return watched(disk, async (operation) => {
    if (operation.n < n) return;
    const [path, content] = operation.args;
    if (operation.n === n && operation.name === 'write') {
      await disk.write(String(path), String(content).slice(0, String(content).length / 2));
    }
    throw new Dead(`dead at ${operation.n}: ${operation.name}`);
  });
}

/** Whether it died; any other error is a fault. */
export async function died(operation: Promise<unknown>): Promise<boolean> {
  try {
    await operation;
    return false;
  } catch (error) {
    if (error instanceof Dead) return true;
    throw error;
  }
}

/** A way in which people change a file. */
export type Edit = (disk: Disk, path: string) => Promise<void>;

export const EDITS: Record<string, Edit> = {
  async 'writes into it'(disk, path) {
    await disk.write(path, `${(await disk.read(path)) ?? ''} + edit`);
  },
  async 'puts another in its place'(disk, path) {
    await disk.write(`${path}.saving`, `${(await disk.read(path)) ?? ''} + edit`);
    await disk.rename(`${path}.saving`, path);
  },
  async 'deletes it'(disk, path) {
    await disk.unlink(path);
  },
};

/** Edits a file; what the person then expects of it. To delete what is not there is no edit. */
export async function editOf(disk: Disk, folder: string, target: string, edit: Edit): Promise<Files> {
  const path = join(folder, target);
  const before = await disk.read(path);
  await edit(disk, path);
  const after = await disk.read(path);
  return before === after ? {} : { [target]: after };
}
