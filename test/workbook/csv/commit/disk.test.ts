/** What a commit relies on, held by the real disk and, alike, by the one in memory that stands in for it. */
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Disk, nodeDisk } from '../../../../lib/core/disk.ts';
import { sameContent, untouched } from '../../../../lib/core/file-identity.ts';
import { MemoryDisk } from './memory-disk.ts';
import { realFolder } from './real-folder.ts';

const DISKS: [string, () => Promise<{ disk: Disk; folder: string }>][] = [
  ['real disk', async () => ({ disk: nodeDisk, folder: await realFolder({}) })],
  ['disk in memory', async () => ({ disk: new MemoryDisk(), folder: resolve('/folder') })],
];

/**
 * A disk with the file `one`, and the paths `one` and `two`; long enough ago for the next change to show in its times.
 */
async function aFile(make: (typeof DISKS)[number][1]) {
  const { disk, folder } = await make();
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  await disk.write(one, 'content');
  await wait(20);
  return { disk, folder, one, two, before: await disk.identity(one) };
}

describe.each(DISKS)('on the %s', (_, make) => {
  it('a rename keeps the content of what it moves, and takes the place of what was there', async () => {
    const { disk, folder, one, two, before } = await aFile(make);
    await disk.write(two, 'other');
    await disk.rename(one, two);
    expect(sameContent(await disk.identity(two), before)).toBe(true);
    expect([await disk.read(one), await disk.read(two), await disk.list(folder)]).toEqual([null, 'content', ['two']]);
  });

  it('a second name is the same file, and touches its time of change but not its content', async () => {
    const { disk, one, two, before } = await aFile(make);
    expect(await disk.link(one, two)).toBe(true);
    const after = await disk.identity(one);
    expect([sameContent(after, before), untouched(after, before), untouched(after, await disk.identity(two))]).toEqual([
      true,
      false,
      true,
    ]);
    await disk.write(one, 'changed');
    expect(await disk.read(two)).toBe('changed');
  });

  it('a copy is another file', async () => {
    const { disk, one, two, before } = await aFile(make);
    await disk.copy(one, two);
    await disk.write(one, 'changed');
    expect(await disk.read(two)).toBe('content');
    expect(sameContent(await disk.identity(two), before)).toBe(false);
  });

  it('writing over a file shows, even with as many bytes', async () => {
    const { disk, one, before } = await aFile(make);
    await disk.write(one, 'CONTENT');
    expect(sameContent(await disk.identity(one), before)).toBe(false);
  });

  it('a guarded rename moves only what its guard allows', async () => {
    const { disk, one, two, before } = await aFile(make);
    expect(await disk.renameIf(one, two, { path: two, holds: (found) => found !== null })).toBe(false);
    expect(await disk.renameIf(one, two, { path: one, holds: (found) => untouched(found, before) })).toBe(true);
    expect([await disk.read(one), await disk.read(two)]).toEqual([null, 'content']);
  });

  it('what is not there reads as nothing, and can be deleted again', async () => {
    const { disk, folder, two } = await aFile(make);
    await disk.unlink(two);
    expect([await disk.read(two), await disk.identity(two), await disk.list(join(folder, 'none'))]).toEqual([
      null,
      null,
      [],
    ]);
    await expect(disk.rename(two, join(folder, 'three'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('flushing keeps everything as it is', async () => {
    const { disk, folder, one, before } = await aFile(make);
    await disk.flush(one);
    await disk.flushFolder(folder);
    expect(untouched(await disk.identity(one), before)).toBe(true);
  });
});
