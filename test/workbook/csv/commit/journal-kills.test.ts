/** Processes that are really killed, on the real disk, at every single operation of a commit and of its recovery. */
import { expect, it } from 'vitest';
import { nodeDisk } from '../../../../lib/core/disk.ts';
import { commitFiles, recover } from '../../../../lib/workbook/csv/commit/journal.ts';
import { ended, startChild } from './child-process.ts';
import { died, dyingAt, leftovers, type Operation, staged, watched } from './fixture.ts';
import { realFolder } from './real-folder.ts';
import { sideOf } from './whole.ts';

async function traceOf(work: (disk: typeof nodeDisk) => Promise<unknown>): Promise<Operation[]> {
  const trace: Operation[] = [];
  await work(watched(nodeDisk, (operation) => trace.push(operation)));
  return trace;
}

async function landingTrace(): Promise<Operation[]> {
  const folder = await realFolder();
  const changes = await staged(nodeDisk, folder);
  return traceOf((disk) => commitFiles(folder, changes, { disk }));
}

/** A folder whose commit died with one file new and the others old. */
async function halfLanded(secondRename: number): Promise<string> {
  const folder = await realFolder();
  expect(
    await died(commitFiles(folder, await staged(nodeDisk, folder), { disk: dyingAt(secondRename, nodeDisk) })),
  ).toBe(true);
  return folder;
}

/** Kills a process in as many folders, each ahead of its own operation, and lets a fresh process settle them. */
async function killAndRecover(mode: string, folders: string[]): Promise<string[]> {
  expect((await ended(startChild([mode, ...folders]))).signal).toBe('SIGKILL');
  const left = await Promise.all(folders.map((folder) => leftovers(nodeDisk, folder)));
  expect(left.filter((names) => names.length > 0).length).toBeGreaterThan(folders.length / 2);
  const { code, output } = await ended(startChild(['recover-all', ...folders]));
  expect({ code, outcomes: output.length }).toEqual({ code: 0, outcomes: folders.length });
  return output;
}

const manyOf = (count: number, folder: () => Promise<string>) => Promise.all(Array.from({ length: count }, folder));

it('a commit killed at any operation is recovered by the next process', async () => {
  const { length } = await landingTrace();
  expect(length).toBe(66);
  const folders = await manyOf(length, () => realFolder());
  const outcomes = await killAndRecover('commit', folders);
  const sides = await Promise.all(folders.map((folder) => sideOf(nodeDisk, folder)));
  expect(sides.join(' ')).toMatch(/^(old )+(new ?)+$/);
  expect([...new Set(outcomes)]).toEqual(['clean', 'rolled forward']);
});

it('a recovery killed at any operation is taken up by the next process', async () => {
  const [, second] = (await landingTrace()).filter(({ name }) => name === 'renameIf');
  const half = () => halfLanded(second?.n ?? 0);
  const folder = await half();
  const { length } = await traceOf((disk) => recover(folder, { disk }));
  expect(length).toBe(35);
  const folders = await manyOf(length, half);
  await killAndRecover('recover', folders);
  const sides = await Promise.all(folders.map((each) => sideOf(nodeDisk, each)));
  expect(new Set(sides)).toEqual(new Set(['new']));
});
