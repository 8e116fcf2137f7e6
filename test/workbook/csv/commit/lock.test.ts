import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LockedByAnotherRun, lockFolder } from '../../../../lib/workbook/csv/commit/lock.ts';
import { placesIn } from '../../../../lib/workbook/csv/commit/places.ts';
import { ended, startChild } from './child-process.ts';
import { realFolder } from './real-folder.ts';

/** Who may write anywhere, but not into the system's own files. */
const isRoot = process.getuid?.() === 0;

const US = { command: 'run nightly', run: 'run-2' };

/** The holder, as the next process reports it. */
async function holderOf(folder: string): Promise<LockedByAnotherRun['holder']> {
  const refused: unknown = await lockFolder(folder, US).catch((error: unknown) => error);
  if (refused instanceof LockedByAnotherRun) return refused.holder;
  throw new Error(`Not held: ${refused}`);
}

async function firstWord(child: ChildProcess): Promise<string> {
  const [output] = await once(child.stdout ?? expect.fail('no output'), 'data');
  return String(output).trim();
}

/** A process that holds the folder. */
async function aHolder(folder: string): Promise<ChildProcess> {
  const child = startChild(['lock', folder, 'run hourly']);
  expect(await firstWord(child)).toBe('locked');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

it('of two processes that come to a new folder at once, exactly one gets it', async () => {
  const folder = await realFolder();
  const children = [1, 2].map((n) => startChild(['lock', folder, `run ${n}`]));
  const answers = await Promise.all(children.map(firstWord));
  expect(answers.filter((word) => word === 'locked').length).toBe(1);
  const winner = children[answers.indexOf('locked')];
  for (const word of answers.filter((each) => each !== 'locked'))
    expect(JSON.parse(word)).toMatchObject({ pid: winner?.pid });
  await Promise.all(children.map(ended));
  expect(await readdir(placesIn(folder).state)).toEqual(['lock.db']);
});

it('a holder that sleeps is never robbed, and one that was killed has let go at once', async () => {
  const folder = await realFolder();
  const { holder, state } = placesIn(folder);
  await mkdir(state);
  await writeFile(holder, 'left by a holder that died {');
  const child = await aHolder(folder);
  expect(await holderOf(folder)).toEqual({
    pid: child.pid,
    host: hostname(),
    since: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    command: 'run hourly',
    run: 'run-1',
  });

  const unknown = { pid: child.pid, host: null, since: null, command: null, run: null };
  const stale = {
    pid: process.pid,
    host: hostname(),
    since: '2026-11-23T05:00:00Z',
    command: 'run long ago',
    run: 'run-0',
  };
  for (const content of ['garbage', '', 'null', '{"pid":"12"}', JSON.stringify(stale)]) {
    await writeFile(holder, content);
    expect(await holderOf(folder)).toEqual(unknown);
  }
  await rm(holder);
  child.kill('SIGSTOP');
  expect(await holderOf(folder)).toEqual(unknown);
  await kill(child);
  await (await lockFolder(folder, US)).release();
});

it('a second open in the same process is refused, by any path, and does not loosen the lock of the first', async () => {
  const folder = await realFolder();
  await symlink(folder, `${folder}-link`);
  const both = await Promise.allSettled([lockFolder(folder, US), lockFolder(`${folder}-link`, US)]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const us = { pid: process.pid, command: 'run nightly', run: 'run-2' };
  expect(await holderOf(folder)).toMatchObject(us);
  const [output = ''] = (await ended(startChild(['lock', folder, 'run weekly']))).output;
  expect(JSON.parse(output)).toMatchObject(us);
  for (const each of both) if (each.status === 'fulfilled') await each.value.release();
  await (await lockFolder(folder, US)).release();
});

it('a lock that was released twice is not taken from the next holder', async () => {
  const folder = await realFolder();
  const first = await lockFolder(folder, US);
  await first.release();
  const second = await lockFolder(folder, US);
  await first.release();
  expect(await holderOf(folder)).toMatchObject({ pid: process.pid });
  await second.release();
  expect(await readdir(placesIn(folder).state)).toEqual(['lock.db']);
});

it('says in one sentence who is in the way', async () => {
  const known = { pid: 4711, host: 'night', since: '2026-11-23T05:00:00.000Z', command: 'run nightly', run: 'run-1' };
  const unknown = { pid: null, host: null, since: null, command: null, run: null };
  expect([known, unknown].map((holder) => new LockedByAnotherRun('/workbook', holder).message)).toMatchInlineSnapshot(`
    [
      "/workbook is in use by "run nightly" (process 4711 on night since 2026-11-23T05:00:00.000Z). Run again when it has ended.",
      "/workbook is in use by another run. Run again when it has ended.",
    ]
  `);
});

it('a folder that cannot be written, or is not there, or has a broken lock file, is distinguished from one in use', async () => {
  const folder = isRoot ? '/sys' : await realFolder();
  if (!isRoot) await chmod(folder, 0o555);
  await expect(lockFolder(folder, US)).rejects.toThrow(`${folder} cannot be written by this user`);
  await expect(lockFolder(join(folder, 'none'), US)).rejects.toThrow(`There is no folder ${join(folder, 'none')}`);

  const broken = await realFolder();
  await mkdir(placesIn(broken).state);
  await writeFile(placesIn(broken).lock, 'no database');
  await expect(lockFolder(broken, US)).rejects.toThrow('delete it while no run is under way');
});
