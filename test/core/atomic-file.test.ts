import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { writeFileAtomic } from '../../lib/core/atomic-file.ts';
import { nodeDisk } from '../../lib/core/disk.ts';
import { died, dyingAt, watched } from '../workbook/csv/commit/fixture.ts';
import { MemoryDisk } from '../workbook/csv/commit/memory-disk.ts';
import { realFolder } from '../workbook/csv/commit/real-folder.ts';

it('writes a new file and replaces an old one, and leaves nothing beside it', async () => {
  const folder = await realFolder({});
  const path = join(folder, 'entry.json');
  for (const content of ['first', new TextEncoder().encode('second')]) await writeFileAtomic(path, content);
  expect([await nodeDisk.read(path), await nodeDisk.list(folder)]).toEqual(['second', ['entry.json']]);
});

it('leaves the old file and nothing beside it where the disk refuses', async () => {
  const folder = await realFolder({ 'entry.json': 'old' });
  const full = watched(nodeDisk, ({ name }) => {
    if (name === 'flush') throw new Error('ENOSPC');
  });
  await expect(writeFileAtomic(join(folder, 'entry.json'), 'new', full)).rejects.toThrow('ENOSPC');
  expect([await nodeDisk.read(join(folder, 'entry.json')), await nodeDisk.list(folder)]).toEqual([
    'old',
    ['entry.json'],
  ]);
});

it('a reader finds the old content or the new, whole, wherever the power was cut, and the new once it has returned', async () => {
  const path = join(resolve('/ledger'), 'entry.json');
  const found: string[] = [];
  for (let n = 1; ; n++) {
    for (const survives of [true, false]) {
      const disk = new MemoryDisk();
      await writeFileAtomic(path, 'old content', disk);
      const again = await died(writeFileAtomic(path, 'new content', dyingAt(n, disk)));
      disk.cutPower(() => survives);
      found.push(`${again ? n : 'done'}: ${await disk.read(path)}`);
    }
    if (found.at(-1)?.startsWith('done')) break;
  }
  expect(found).toMatchInlineSnapshot(`
    [
      "1: old content",
      "1: old content",
      "2: old content",
      "2: old content",
      "3: old content",
      "3: old content",
      "4: new content",
      "4: old content",
      "done: new content",
      "done: new content",
    ]
  `);
});

it('of two writers at once, one wins whole', async () => {
  const path = join(await realFolder({}), 'entry.json');
  const contents = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(100_000));
  await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
  expect(contents).toContain(await nodeDisk.read(path));
});
