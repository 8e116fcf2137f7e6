/**
 * Death, power cuts and people's edits at every single operation of a commit and of its recovery, on a disk in memory.
 */
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Disk } from '../../../../lib/core/disk.ts';
import { ChangedUnderneath, commitFiles, recover } from '../../../../lib/workbook/csv/commit/journal.ts';
import { casesOf } from '../../../support/thorough.ts';
import {
  died,
  dyingAt,
  EDITS,
  type Edit,
  editOf,
  type Files,
  fill,
  leftovers,
  type Operation,
  staged,
  TARGETS,
  watched,
} from './fixture.ts';
import { MemoryDisk } from './memory-disk.ts';
import { sideOf } from './whole.ts';

const FOLDER = resolve('/workbook');

/** Operations that change something: a death between two others leaves what the death before it left. */
const CHANGING = ['write', 'copy', 'link', 'imitate', 'rename', 'renameIf', 'unlink'];

/** How many operations a commit of OLD to NEW takes, and how many of its deaths leave a different state behind. */
const DISKS: [string, { linkless: boolean }, { operations: number; states: number }][] = [
  ['with hard links', { linkless: false }, { operations: 66, states: 17 }],
  ['without hard links', { linkless: true }, { operations: 72, states: 21 }],
];

/** Calls `attempt` with 1, 2, 3… until no process dies; returns how often one did. */
async function forEveryOperation(attempt: (n: number) => Promise<boolean>): Promise<number> {
  for (let n = 1; ; n++) {
    if (!(await attempt(n))) return n - 1;
  }
}

/** A disk on which a person edits a file ahead of one operation, and what they then expect to find. */
function editing(disk: Disk, through: Disk, at: number, target: string, edit: Edit) {
  const edits: Files = {};
  let reached = false;
  const edited = watched(through, async ({ n }) => {
    if (n !== at) return;
    reached = true;
    Object.assign(edits, await editOf(disk, FOLDER, target, edit));
  });
  return { edited, edits, reached: () => reached };
}

describe.each(DISKS)('on a disk %s', (_, kind, expected) => {
  async function aDisk(): Promise<MemoryDisk> {
    const disk = new MemoryDisk(kind);
    await fill(disk, FOLDER);
    disk.cutPower(() => true);
    return disk;
  }

  /** Commits on the disk, through another that misbehaves. */
  const written = async (disk: Disk, through: Disk) =>
    commitFiles(FOLDER, await staged(disk, FOLDER), { disk: through });

  /** A disk whose commit died ahead of the n-th operation. */
  async function aDeath(n: number): Promise<MemoryDisk> {
    const disk = await aDisk();
    expect(await died(written(disk, dyingAt(n, disk)))).toBe(true);
    return disk;
  }

  async function traced(): Promise<Operation[]> {
    const trace: Operation[] = [];
    const disk = await aDisk();
    await written(
      disk,
      watched(disk, (operation) => trace.push(operation)),
    );
    return trace;
  }

  /** The deaths that leave different states. */
  async function deaths(): Promise<number[]> {
    const trace = await traced();
    const after = trace.filter(({ name }) => CHANGING.includes(name)).map(({ n }) => n + 1);
    return after.filter((n) => n <= trace.length);
  }

  it('a commit that dies at any operation leaves all files old, and from one operation on all new', async () => {
    const sides: string[] = [];
    const count = await forEveryOperation(async (n) => {
      const disk = await aDisk();
      if (!(await died(written(disk, dyingAt(n, disk))))) return false;
      await recover(FOLDER, { disk });
      sides.push(await sideOf(disk, FOLDER));
      expect((await recover(FOLDER, { disk })).outcome).toBe('clean');
      return true;
    });
    expect(count).toBe(expected.operations);
    expect(sides.join(' ')).toMatch(/^(old )+(new ?)+$/);
  });

  it('a recovery that dies at any operation, after a commit that died at any, is taken up by the next', async () => {
    const states = await deaths();
    expect(states.length).toBe(expected.states);
    let recoveries = 0;
    for (const n of states) {
      const undisturbed = await aDeath(n);
      await recover(FOLDER, { disk: undisturbed });
      const side = await sideOf(undisturbed, FOLDER);
      recoveries += await forEveryOperation(async (m) => {
        const disk = await aDeath(n);
        const again = await died(recover(FOLDER, { disk: dyingAt(m, disk) }));
        await recover(FOLDER, { disk });
        expect(await sideOf(disk, FOLDER)).toBe(side);
        return again;
      });
    }
    expect(recoveries).toBeGreaterThan(15 * states.length);
  });

  /**
   * A disk that once refuses the last rename of a commit, so that it is rolled back; and the number of that operation.
   */
  async function refusing(disk: Disk): Promise<{ refusal: number; through: Disk }> {
    const refusal = (await traced()).findLast(({ name }) => name === 'renameIf')?.n ?? 0;
    const through = watched(disk, ({ n }) => {
      if (n === refusal) throw new Error('refused');
    });
    return { refusal, through };
  }

  it('a roll back that dies at any operation is taken up by the next open, and never turned forward', async () => {
    const sides: string[] = [];
    const count = await forEveryOperation(async (m) => {
      const disk = await aDisk();
      const { refusal, through } = await refusing(disk);
      const failure: unknown = await written(disk, dyingAt(refusal + m, through)).catch((error: unknown) => error);
      expect(String(failure)).toBe('Error: refused');
      const unfinished = (await leftovers(disk, FOLDER)).length > 0;
      if (m % 2 === 0) disk.cutPower(() => false);
      const recovery = await recover(FOLDER, { disk });
      expect(recovery.outcome).not.toBe('conflict');
      sides.push(await sideOf(disk, FOLDER));
      return unfinished;
    });
    expect(count).toBeGreaterThan(25);
    expect(sides.join(' ')).toMatch(/^(new ){2}(old ?)+$/);
  });

  it("a person's edit at any moment of a roll back is never lost", async () => {
    for (const target of TARGETS) {
      for (const edit of Object.values(EDITS)) {
        const count = await forEveryOperation(async (gap) => {
          const disk = await aDisk();
          const { refusal, through } = await refusing(disk);
          const { edited, edits, reached } = editing(disk, through, refusal + gap, target, edit);
          const failure: unknown = await written(disk, edited).catch((error: unknown) => error);
          expect(String(failure)).toBe('Error: refused');
          expect(await sideOf(disk, FOLDER, edits)).toBe('old');
          return reached();
        });
        expect(count).toBeGreaterThan(25);
      }
    }
  });

  it("a person's edit at any moment of a commit is never lost, and the other files are all old or all new", async () => {
    for (const target of TARGETS) {
      for (const edit of Object.values(EDITS)) {
        const count = await forEveryOperation(async (gap) => {
          const disk = await aDisk();
          const { edited, edits, reached } = editing(disk, disk, gap, target, edit);
          const failure: unknown = await written(disk, edited).catch((error: unknown) => error);
          if (failure !== undefined) expect(failure).toBeInstanceOf(ChangedUnderneath);
          expect(await sideOf(disk, FOLDER, edits)).toBe(failure === undefined ? 'new' : 'old');
          return reached();
        });
        expect(count).toBeGreaterThanOrEqual(expected.operations);
      }
    }
  });

  it("a person's edit between a death and the next open is never lost", async () => {
    const outcomes = new Set<string>();
    for (const n of await deaths()) {
      for (const target of TARGETS) {
        for (const edit of Object.values(EDITS)) {
          const disk = await aDeath(n);
          const edits = await editOf(disk, FOLDER, target, edit);
          const { outcome } = await recover(FOLDER, { disk });
          const side = await sideOf(disk, FOLDER, edits);
          if (outcome !== 'clean') expect(outcome).toBe(side === 'new' ? 'rolled forward' : 'rolled back');
          outcomes.add(outcome);
        }
      }
    }
    expect([...outcomes].sort()).toEqual(['clean', 'rolled back', 'rolled forward']);
  });

  it('a power cut at any operation, losing any changes that were not flushed, leaves all files old or all new', async () => {
    const sides: string[] = [];
    const count = await forEveryOperation(async (n) => {
      const again: boolean[] = [];
      for (let luck = 0; luck < LUCKS; luck++) {
        const disk = await aDisk();
        again.push(await died(written(disk, dyingAt(n, disk))));
        disk.cutPower(coin(luck));
        await recover(FOLDER, { disk });
        const side = await sideOf(disk, FOLDER);
        if (luck === 0) sides.push(side);
      }
      return again[0] === true;
    });
    expect(count).toBe(expected.operations);
    const trace = await traced();
    const journal = trace.findIndex(({ name }) => name === 'rename');
    const decided = trace.findIndex(({ name }, index) => index > journal && name === 'flushFolder');
    expect(sides.indexOf('new'), 'lost nothing that was decided, although all was lost that could be').toBe(
      decided + 1,
    );
    expect(sides.join(' ')).toMatch(/^(old )+(new ?)+$/);
  });

  it('a power cut at any operation of a recovery leaves all files old or all new', async () => {
    let count = 0;
    for (const n of await deaths()) {
      count += await forEveryOperation(async (m) => {
        const again: boolean[] = [];
        for (let luck = 0; luck < LUCKS_OF_A_RECOVERY; luck++) {
          const disk = await aDeath(n);
          again.push(await died(recover(FOLDER, { disk: dyingAt(m, disk) })));
          const side = again[luck] ? null : await sideOf(disk, FOLDER);
          disk.cutPower(coin(luck));
          await recover(FOLDER, { disk });
          expect([side, 'old', 'new']).toContain(await sideOf(disk, FOLDER));
        }
        return again[0] === true;
      });
    }
    expect(count).toBeGreaterThan(15 * expected.states);
  });
});

/** How many different losses each power cut is tried with. */
const LUCKS = casesOf(8);
const LUCKS_OF_A_RECOVERY = casesOf(3);

/** All heads, all tails, or a mix that the seed decides. */
function coin(seed: number): () => boolean {
  let state = seed * 2654435761;
  return () => {
    if (seed < 2) return seed === 1;
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state > 0x7fffffff;
  };
}
