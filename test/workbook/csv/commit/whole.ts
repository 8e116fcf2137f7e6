/** What every commit must preserve, however it ended. */
import { expect } from 'vitest';
import type { Disk } from '../../../../lib/core/disk.ts';
import { contents, type Files, leftovers, NEW, OLD } from './fixture.ts';

/** Which side all files are on, but for those that a person edited, which are as the person left them. */
export async function sideOf(
  disk: Disk,
  folder: string,
  edits: Files = {},
  [old, fresh] = [OLD, NEW],
): Promise<'old' | 'new'> {
  const names = Object.keys({ ...old, ...fresh });
  const found = await contents(disk, folder, names);
  expect([
    { ...old, ...edits },
    { ...fresh, ...edits },
  ]).toContainEqual(found);
  expect(await leftovers(disk, folder)).toEqual([]);
  return names.every((name) => name in edits || found[name] === old[name]) ? 'old' : 'new';
}
