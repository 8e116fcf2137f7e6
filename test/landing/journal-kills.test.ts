/** Processes that are really killed, on the real disk, at one operation of every kind and at every rename. */
import { expect, it } from 'vitest';
import { nodeDisk } from '../../lib/landing/disk.ts';
import { land, recover } from '../../lib/landing/journal.ts';
import { ended, startChild } from './child-process.ts';
import { died, dyingAt, type Operation, sideOf, staged, watched } from './fixture.ts';
import { realFolder } from './real-folder.ts';

/** The machine has few cores: so many children at once. */
const AT_ONCE = 3;

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const turns = Array.from({ length: AT_ONCE }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  });
  await Promise.all(turns);
}

/** The first operation of each kind, and every rename. */
function sample(trace: readonly Operation[]): number[] {
  const isFirst = ({ name }: Operation, index: number) => trace.findIndex((other) => other.name === name) === index;
  return trace
    .filter((operation, index) => isFirst(operation, index) || /rename/.test(operation.name))
    .map(({ n }) => n);
}

async function landingTrace(): Promise<Operation[]> {
  const trace: Operation[] = [];
  const folder = await realFolder();
  await land(folder, await staged(nodeDisk, folder), { disk: watched(nodeDisk, (operation) => trace.push(operation)) });
  return trace;
}

/** A folder whose landing died with one file new and the others old. */
async function halfLanded(trace: readonly Operation[]): Promise<string> {
  const folder = await realFolder();
  const [, second] = trace.filter(({ name }) => name === 'renameIf');
  expect(await died(land(folder, await staged(nodeDisk, folder), { disk: dyingAt(second?.n ?? 0, nodeDisk) }))).toBe(
    true,
  );
  return folder;
}

async function kill(mode: string, folder: string, n: number): Promise<string> {
  expect((await ended(startChild([mode, folder, String(n)]))).signal).toBe('SIGKILL');
  return folder;
}

it('a landing killed at an operation of any kind is settled by the next process', async () => {
  const points = sample(await landingTrace());
  expect(points.length).toBe(17);
  const folders: string[] = [];
  await inTurns(points, async (n) => {
    folders.push(await kill('land', await realFolder(), n));
  });
  const { said, code } = await ended(startChild(['recover-all', ...folders]));
  expect(code).toBe(0);
  expect(new Set(said)).toEqual(new Set(['clean', 'rolled forward']));
  const sides = await Promise.all(folders.map((folder) => sideOf(nodeDisk, folder)));
  expect(new Set(sides)).toEqual(new Set(['old', 'new']));
});

it('a recovery killed at an operation of any kind is taken up by the next process', async () => {
  const landing = await landingTrace();
  const trace: Operation[] = [];
  await recover(await halfLanded(landing), { disk: watched(nodeDisk, (operation) => trace.push(operation)) });
  const points = sample(trace);
  expect(points.length).toBe(10);
  const folders: string[] = [];
  await inTurns(points, async (n) => {
    folders.push(await kill('recover', await halfLanded(landing), n));
  });
  expect((await ended(startChild(['recover-all', ...folders]))).code).toBe(0);
  for (const folder of folders) expect(await sideOf(nodeDisk, folder)).toBe('new');
});

it('on the real disk, too, a landing that dies at any operation leaves all files old or all new', async () => {
  const { length } = await landingTrace();
  for (let n = 1; n <= length; n++) {
    const folder = await realFolder();
    expect(await died(land(folder, await staged(nodeDisk, folder), { disk: dyingAt(n, nodeDisk) }))).toBe(true);
    await recover(folder);
    await sideOf(nodeDisk, folder);
  }
  expect(length).toBe(67);
});
