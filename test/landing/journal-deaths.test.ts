/** Death, power cuts and people's edits at every single operation of a landing and of its recovery, on a disk in memory. */
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Disk } from '../../lib/landing/disk.ts';
import { ChangedUnderneath, land, recover } from '../../lib/landing/journal.ts';
import {
  Dead,
  died,
  dyingAt,
  EDITS,
  type Edit,
  editOf,
  type Files,
  fill,
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

/** How many operations a landing of OLD to NEW takes, and how many of its deaths leave a different state behind. */
const DISKS: [string, { linkless: boolean }, { operations: number; states: number }][] = [
  ['with hard links', { linkless: false }, { operations: 67, states: 17 }],
  ['without hard links', { linkless: true }, { operations: 73, states: 21 }],
];

/** Calls `attempt` with 1, 2, 3… until it says that nobody died; returns how often somebody did. */
async function forEveryOperation(attempt: (n: number) => Promise<boolean>): Promise<number> {
  for (let n = 1; ; n++) {
    if (!(await attempt(n))) return n - 1;
  }
}

const [WRITES] = Object.values(EDITS) as [Edit];

describe.each(DISKS)('on a disk %s', (_, kind, expected) => {
  async function aDisk(): Promise<MemoryDisk> {
    const disk = new MemoryDisk(kind);
    await fill(disk, FOLDER);
    disk.cutPower(() => true);
    return disk;
  }

  /** Lands on the disk, through another that misbehaves. */
  const landed = async (disk: Disk, through: Disk) => land(FOLDER, await staged(disk, FOLDER), { disk: through });

  /** A disk whose landing died ahead of the n-th operation. */
  async function aDeath(n: number): Promise<MemoryDisk> {
    const disk = await aDisk();
    expect(await died(landed(disk, dyingAt(n, disk)))).toBe(true);
    return disk;
  }

  async function traced(): Promise<Operation[]> {
    const trace: Operation[] = [];
    const disk = await aDisk();
    await landed(
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

  it('a landing that dies at any operation leaves all files old, and from one operation on all new', async () => {
    const sides: string[] = [];
    const count = await forEveryOperation(async (n) => {
      const disk = await aDisk();
      if (!(await died(landed(disk, dyingAt(n, disk))))) return false;
      await recover(FOLDER, { disk });
      sides.push(await sideOf(disk, FOLDER));
      expect((await recover(FOLDER, { disk })).outcome).toBe('clean');
      return true;
    });
    expect(count).toBe(expected.operations);
    expect(sides.join(' ')).toMatch(/^(old )+(new ?)+$/);
  });

  it('a recovery that dies at any operation, after a landing that died at any, is taken up by the next', async () => {
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

  it('a roll back that dies at any operation is taken up by the next open, and never turned forward', async () => {
    const editAt = (await traced()).findLast(({ name }) => name === 'renameIf')?.n ?? 0;
    const count = await forEveryOperation(async (m) => {
      const disk = await aDisk();
      const edits: Files = {};
      const edited = watched(dyingAt(editAt + m, disk), async ({ n }) => {
        if (n === editAt) Object.assign(edits, await editOf(disk, FOLDER, 'new.csv', WRITES));
      });
      const failure: unknown = await landed(disk, edited).catch((error: unknown) => error);
      await recover(FOLDER, { disk });
      expect(await sideOf(disk, FOLDER, edits)).toBe('old');
      if (failure instanceof ChangedUnderneath) expect(failure.files).toEqual(['new.csv']);
      return failure instanceof Dead;
    });
    expect(count).toBeGreaterThan(25);
  });

  it("a person's edit at any moment of a landing is never lost, and the other files are all old or all new", async () => {
    let count = 0;
    for (const target of TARGETS) {
      for (const edit of Object.values(EDITS)) {
        count += await forEveryOperation(async (gap) => {
          const disk = await aDisk();
          const edits: Files = {};
          let reached = false;
          const edited = watched(disk, async ({ n }) => {
            if (n !== gap) return;
            reached = true;
            Object.assign(edits, await editOf(disk, FOLDER, target, edit));
          });
          const failure: unknown = await landed(disk, edited).catch((error: unknown) => error);
          if (failure !== undefined) expect(failure).toBeInstanceOf(ChangedUnderneath);
          expect(await sideOf(disk, FOLDER, edits)).toBe(failure === undefined ? 'new' : 'old');
          return reached;
        });
      }
    }
    expect(count).toBeGreaterThan(TARGETS.length * Object.keys(EDITS).length * 40);
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
    const count = await forEveryOperation(async (n) => {
      const again: boolean[] = [];
      for (let luck = 0; luck < LUCKS; luck++) {
        const disk = await aDisk();
        again.push(await died(landed(disk, dyingAt(n, disk))));
        disk.cutPower(coin(luck));
        await recover(FOLDER, { disk });
        const side = await sideOf(disk, FOLDER);
        if (!again[luck]) expect(side, 'what land has promised').toBe('new');
      }
      return again[0] === true;
    });
    expect(count).toBe(expected.operations);
  });

  it('a power cut at any operation of a recovery leaves all files old or all new', async () => {
    let count = 0;
    for (const n of await deaths()) {
      count += await forEveryOperation(async (m) => {
        const again: boolean[] = [];
        for (let luck = 0; luck < LUCKS / 8; luck++) {
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
const LUCKS = 48;

/** All heads, all tails, or a mix that the seed decides. */
function coin(seed: number): () => boolean {
  let state = seed * 2654435761;
  return () => {
    if (seed < 2) return seed === 1;
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state > 0x7fffffff;
  };
}
