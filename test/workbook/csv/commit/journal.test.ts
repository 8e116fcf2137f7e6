import { chmod, chown, open, readFile, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Disk, nodeDisk } from '../../../../lib/core/disk.ts';
import { identify } from '../../../../lib/core/file-identity.ts';
import {
  ChangedUnderneath,
  commitFiles,
  describeRecovery,
  recover,
  stagingFolder,
} from '../../../../lib/workbook/csv/commit/journal.ts';
import { placesIn } from '../../../../lib/workbook/csv/commit/places.ts';
import { contents, died, dyingAt, fill, leftovers, OLD, staged, watched } from './fixture.ts';
import { MemoryDisk } from './memory-disk.ts';
import { realFolder } from './real-folder.ts';
import { sideOf } from './whole.ts';

/** Writes NEW; `before` comes ahead of each operation on the real disk. */
const written = async (folder: string, before: Parameters<typeof watched>[1] = () => undefined) =>
  commitFiles(folder, await staged(nodeDisk, folder), { disk: watched(nodeDisk, before) });

/** What an operation throws. */
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** The number of the n-th rename of a commit. */
async function renameAt(nth: number): Promise<number> {
  const numbers: number[] = [];
  await written(await realFolder(), ({ n, name }) => name === 'renameIf' && numbers.push(n));
  return numbers[nth - 1] ?? 0;
}

/** A folder whose commit died after so many renames. */
async function halfLanded(renames: number): Promise<string> {
  const folder = await realFolder();
  const disk = dyingAt(await renameAt(renames + 1), nodeDisk);
  expect(await died(commitFiles(folder, await staged(nodeDisk, folder), { disk }))).toBe(true);
  return folder;
}

describe('a commit', () => {
  it('replaces, creates and deletes, and leaves nothing of its own', async () => {
    const folder = await realFolder();
    await written(folder);
    expect(await sideOf(nodeDisk, folder)).toBe('new');
  });

  it('of nothing touches nothing', async () => {
    const folder = await realFolder();
    await commitFiles(folder, []);
    expect(await nodeDisk.list(folder)).not.toContain('.nightshift');
  });

  it('never opens a file to more readers than it had, nor takes it from its owner', async () => {
    const folder = await realFolder();
    await chmod(join(folder, 'a.csv'), 0o640);
    await chmod(join(folder, 'b.csv'), 0o444);
    if (process.getuid?.() === 0) await chown(join(folder, 'a.csv'), 12, 34);
    const before = await stat(join(folder, 'a.csv'));
    await written(folder);
    const after = await stat(join(folder, 'a.csv'));
    expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid]);
    expect((await stat(join(folder, 'b.csv'))).mode & 0o777).toBe(0o444);
  });

  it('writes through a symbolic link instead of replacing it, also where it leads to nothing yet', async () => {
    const [folder, elsewhere] = [await realFolder({}), await realFolder({ 'real.csv': 'old' })];
    await symlink(join(elsewhere, 'real.csv'), join(folder, 'a.csv'));
    await symlink(join(elsewhere, 'later.csv'), join(folder, 'b.csv'));
    await commitFiles(folder, await staged(nodeDisk, folder, { 'a.csv': 'A', 'b.csv': 'B' }));
    expect(await readlink(join(folder, 'a.csv'))).toBe(join(elsewhere, 'real.csv'));
    expect(await contents(nodeDisk, elsewhere, ['real.csv', 'later.csv'])).toEqual({
      'real.csv': 'A',
      'later.csv': 'B',
    });
  });

  it('works in a folder that is itself reached through a symbolic link', async () => {
    const folder = await realFolder();
    await symlink(folder, `${folder}-link`);
    await written(`${folder}-link`);
    expect(await sideOf(nodeDisk, folder)).toBe('new');
  });

  it.each([
    ['outside the folder', '../a.csv', 'outside'],
    ['outside the folder, by an absolute path', resolve('/a.csv'), 'outside'],
  ])('refuses a target %s', async (_, target, why) => {
    const folder = await realFolder();
    await expect(commitFiles(folder, [{ target, staged: null, expected: null }])).rejects.toThrow(why);
  });

  it('refuses new content that is not in the staging folder, and leaves it where it is', async () => {
    const folder = await realFolder();
    const stray = join(folder, 'stray.csv');
    await writeFile(stray, 'mine');
    const commit = commitFiles(folder, [
      { target: 'a.csv', staged: stray, expected: await identify(join(folder, 'a.csv')) },
    ]);
    await expect(commit).rejects.toThrow(RangeError);
    expect(await readFile(stray, 'utf8')).toBe('mine');
  });

  it('refuses one file under two names', async () => {
    const folder = await realFolder();
    await symlink(join(folder, 'a.csv'), join(folder, 'alias.csv'));
    const commit = staged(nodeDisk, folder, { 'a.csv': 'one', 'alias.csv': 'two' }).then((files) =>
      commitFiles(folder, files),
    );
    await expect(commit).rejects.toThrow('"a.csv" and "alias.csv" are the same file');
  });

  it('refuses to start over one that never ended', async () => {
    const folder = await halfLanded(1);
    const next = commitFiles(folder, [{ target: 'a.csv', staged: null, expected: null }]);
    await expect(next).rejects.toThrow("call recover('");
    await recover(folder);
    expect(await sideOf(nodeDisk, folder)).toBe('new');
  });

  it('that the disk refuses half-way is rolled back, and reports the disk’s error', async () => {
    const folder = await realFolder();
    const second = await renameAt(2);
    const full = Object.assign(new Error('EBUSY: b.csv'), { code: 'EBUSY' });
    const refused = written(folder, ({ n }) => {
      if (n === second) throw full;
    });
    await expect(refused).rejects.toBe(full);
    expect(await sideOf(nodeDisk, folder)).toBe('old');
  });

  it('fails whole where new content is missing', async () => {
    const folder = await realFolder();
    const changes = await staged(nodeDisk, folder);
    await rm(join(await stagingFolder(folder), 'b.csv'));
    await expect(commitFiles(folder, changes)).rejects.toThrow();
    expect(await sideOf(nodeDisk, folder)).toBe('old');
  });
});

describe('a person who edits between our reading and our writing', () => {
  it('reports which files, all at once, and nothing is written', async () => {
    const folder = await realFolder();
    const changes = await staged(nodeDisk, folder);
    await writeFile(join(folder, 'b.csv'), 'edited b');
    await writeFile(join(folder, 'new.csv'), 'a new one');
    const failure = await failureOf(commitFiles(folder, changes));
    expect(failure).toBeInstanceOf(ChangedUnderneath);
    expect(failure).toMatchObject({ files: ['b.csv', 'new.csv'], recovered: null });
    expect(String(failure)).toMatchInlineSnapshot(
      `"ChangedUnderneath: Changed since it was read: b.csv, new.csv. The change was kept, and nothing was written: read again, and plan again."`,
    );
    expect(await sideOf(nodeDisk, folder, { 'b.csv': 'edited b', 'new.csv': 'a new one' })).toBe('old');
  });

  it('keeps a change of the mode alone, too', async () => {
    const folder = await realFolder();
    await identify(join(folder, 'a.csv'));
    const changes = await staged(nodeDisk, folder);
    await chmod(join(folder, 'a.csv'), 0o600);
    await expect(commitFiles(folder, changes)).rejects.toThrow(ChangedUnderneath);
  });

  it('reports which file stays new, where they edited one that was written and one that was not', async () => {
    const folder = await realFolder();
    const second = await renameAt(2);
    const commit = written(folder, async ({ n }) => {
      if (n === second) await fill(nodeDisk, folder, { 'a.csv': 'edited a', 'b.csv': 'edited b' });
    });
    expect(String(await failureOf(commit))).toMatchInlineSnapshot(
      `"ChangedUnderneath: Changed since it was read: b.csv. The change was kept. A run was interrupted while it wrote a.csv, b.csv, gone.csv, new.csv; what it had written has been rolled back, but not in a.csv: compare with the other files, and fix it by hand. Changed by someone meanwhile, and kept as it is: a.csv, b.csv."`,
    );
    expect(await sideOf(nodeDisk, folder, { 'a.csv': 'edited a', 'b.csv': 'edited b' })).toBe('old');
  });

  it('keeps what a program wrote that held the file open while it was replaced', async () => {
    const folder = await realFolder();
    const changes = await staged(nodeDisk, folder);
    const handle = await open(join(folder, 'a.csv'), 'a');
    const last = await renameAt(4);
    const disk = watched(nodeDisk, ({ n }) => n === last && handle.write(' + edit'));
    await expect(commitFiles(folder, changes, { disk })).rejects.toMatchObject({ files: ['a.csv'] });
    await handle.close();
    expect(await sideOf(nodeDisk, folder, { 'a.csv': 'a, old + edit' })).toBe('old');
  });
});

describe('recovery', () => {
  const outcome = async (folder: string, disk?: Disk) => describeRecovery(await recover(folder, disk ? { disk } : {}));

  it('of a folder that never saw a commit does nothing', async () => {
    const folder = await realFolder();
    expect(await outcome(folder)).toBe(null);
    expect(await nodeDisk.list(folder)).not.toContain('.nightshift');
  });

  it('finishes what was decided, and says so', async () => {
    const folder = await halfLanded(2);
    expect(await outcome(folder)).toMatchInlineSnapshot(
      `"A run was interrupted while it wrote a.csv, b.csv, gone.csv, new.csv; the rest has been written now."`,
    );
    expect(await sideOf(nodeDisk, folder)).toBe('new');
  });

  it('finishes it also in a folder that was moved meanwhile', async () => {
    const folder = await halfLanded(2);
    await rename(folder, `${folder}-moved`);
    await recover(`${folder}-moved`);
    expect(await sideOf(nodeDisk, `${folder}-moved`)).toBe('new');
  });

  it('keeps a file that was edited after it was written, and finishes the others', async () => {
    const folder = await halfLanded(2);
    await writeFile(join(folder, 'a.csv'), 'edited a');
    expect(await outcome(folder)).toMatchInlineSnapshot(
      `"A run was interrupted while it wrote a.csv, b.csv, gone.csv, new.csv; the rest has been written now. Changed by someone meanwhile, and kept as it is: a.csv."`,
    );
    expect(await sideOf(nodeDisk, folder, { 'a.csv': 'edited a' })).toBe('new');
  });

  it('rolls back what was written where a file not yet written was edited', async () => {
    const folder = await halfLanded(1);
    await writeFile(join(folder, 'b.csv'), 'edited b');
    expect(await outcome(folder)).toMatchInlineSnapshot(
      `"A run was interrupted while it wrote a.csv, b.csv, gone.csv, new.csv; what it had written has been rolled back. Changed by someone meanwhile, and kept as it is: b.csv."`,
    );
    expect(await sideOf(nodeDisk, folder, { 'b.csv': 'edited b' })).toBe('old');
  });

  it('keeps both edits where a written and a waiting file were edited, and says which file stays new', async () => {
    const folder = await halfLanded(2);
    await writeFile(join(folder, 'a.csv'), 'edited a');
    await writeFile(join(folder, 'gone.csv'), 'edited gone');
    expect(await outcome(folder)).toMatchInlineSnapshot(
      `"A run was interrupted while it wrote a.csv, b.csv, gone.csv, new.csv; what it had written has been rolled back, but not in a.csv: compare with the other files, and fix it by hand. Changed by someone meanwhile, and kept as it is: a.csv, gone.csv."`,
    );
    expect(await sideOf(nodeDisk, folder, { 'a.csv': 'edited a', 'gone.csv': 'edited gone' })).toBe('old');
  });

  it('keeps also what was written into the old content of a file that was edited again', async () => {
    const folder = await realFolder();
    const changes = await staged(nodeDisk, folder);
    const handle = await open(join(folder, 'a.csv'), 'a');
    expect(await died(commitFiles(folder, changes, { disk: dyingAt(await renameAt(3), nodeDisk) }))).toBe(true);
    await handle.write(' + through the open file');
    await handle.close();
    await writeFile(join(folder, 'a.csv'), 'edited a');
    const recovery = await recover(folder);
    expect(recovery).toMatchObject({ outcome: 'conflict', unrestored: ['a.csv'], edited: ['a.csv'] });
    const [rescued = ''] = recovery.outcome === 'conflict' ? recovery.rescued : [];
    expect(await readFile(rescued, 'utf8')).toBe('a, old + through the open file');
    expect(await contents(nodeDisk, folder)).toEqual({ ...OLD, 'a.csv': 'edited a' });
  });

  it('rolls all back where new content is gone', async () => {
    const folder = await halfLanded(1);
    await rm(placesIn(folder).staged, { recursive: true });
    expect(await outcome(folder)).toMatchInlineSnapshot(
      `"A run was interrupted while it wrote a.csv, b.csv, gone.csv, new.csv; what it had written has been rolled back."`,
    );
    expect(await sideOf(nodeDisk, folder)).toBe('old');
  });

  it('rolls all back where new content was touched, rather than write what was not checked', async () => {
    const folder = await halfLanded(1);
    await writeFile(join(placesIn(folder).staged, 'b.csv'), 'half a fi');
    expect(await recover(folder)).toMatchObject({ outcome: 'rolled back', edited: [] });
    expect(await sideOf(nodeDisk, folder)).toBe('old');
  });

  it('finishes without the old content, and says what it cannot restore where it would need it', async () => {
    const folders = [await halfLanded(2), await halfLanded(2)] as const;
    for (const folder of folders) await rm(placesIn(folder).kept, { recursive: true });
    await writeFile(join(folders[1], 'gone.csv'), 'edited');
    expect(await outcome(folders[0])).toContain('the rest has been written');
    expect(await sideOf(nodeDisk, folders[0])).toBe('new');
    expect(await recover(folders[1])).toMatchObject({
      outcome: 'conflict',
      unrestored: ['a.csv', 'b.csv'],
      edited: ['gone.csv'],
    });
  });

  it('takes a journal that was not written to its end, or not as we wrote it, for none', async () => {
    const folder = resolve('/workbook');
    const { forward } = placesIn(folder);
    const decided = await renameAt(1);
    let attempts = 0;
    for (let missing = 3; ; missing += 7) {
      const disk = new MemoryDisk();
      await fill(disk, folder);
      expect(await died(commitFiles(folder, await staged(disk, folder), { disk: dyingAt(decided, disk) }))).toBe(true);
      const whole = (await disk.read(forward)) ?? expect.fail('no journal');
      if (missing > whole.length) break;
      const flipped = `${whole.slice(0, missing)}${whole[missing] === '1' ? '2' : '1'}${whole.slice(missing + 1)}`;
      await disk.write(forward, missing % 2 === 0 && missing > 20 ? flipped : whole.slice(0, -missing));
      expect(await recover(folder, { disk })).toEqual({ outcome: 'clean' });
      expect(await sideOf(disk, folder)).toBe('old');
      attempts++;
    }
    expect(attempts).toBeGreaterThan(150);
  });

  it('leaves the journal of another version alone', async () => {
    const folder = await halfLanded(1);
    const { forward } = placesIn(folder);
    const text = (await readFile(forward, 'utf8')).replace('"version": 1', '"version": 2');
    await writeFile(forward, text);
    await expect(recover(folder)).rejects.toThrow('journal of version 2; this program reads version 1');
    expect(await readFile(forward, 'utf8')).toBe(text);
    expect(await leftovers(nodeDisk, folder)).toContain('0-a.csv');
  });
});
