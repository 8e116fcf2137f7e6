/** All or nothing, and every person's edit kept, over random sets of files and random misfortunes in a row. */
import { resolve } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Disk } from '../../../../lib/core/disk.ts';
import { ChangedUnderneath, commitFiles, recover } from '../../../../lib/workbook/csv/commit/journal.ts';
import { Dead, dyingAt, EDITS, editOf, type Files, fill, staged, watched } from './fixture.ts';
import { MemoryDisk } from './memory-disk.ts';
import { sideOf } from './whole.ts';

const FOLDER = resolve('/workbook');

const content = fc.option(fc.string({ maxLength: 5 }), { nil: null });
const files = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  fc.record({ old: content, fresh: content }),
  {
    minKeys: 1,
  },
);

const edit = fc.record({
  at: fc.nat(60),
  target: fc.nat(5),
  style: fc.constantFrom(...Object.keys(EDITS)),
});

const column = (entries: Record<string, { old: string | null; fresh: string | null }>, side: 'old' | 'fresh'): Files =>
  Object.fromEntries(Object.entries(entries).map(([name, sides]) => [name, sides[side]]));

it('any files, any deaths and power cuts in a row: all are old or all are new', async () => {
  const seen = new Set<string>();
  const property = fc.asyncProperty(
    files,
    fc.array(fc.record({ dieAt: fc.integer({ min: 1, max: 80 }), survives: fc.infiniteStream(fc.boolean()) }), {
      maxLength: 4,
    }),
    fc.boolean(),
    async (entries, deaths, linkless) => {
      const [old, fresh] = [column(entries, 'old'), column(entries, 'fresh')];
      const disk = new MemoryDisk({ linkless });
      await fill(disk, FOLDER, old);
      disk.cutPower(() => true);
      const changes = await staged(disk, FOLDER, fresh);
      let work = (through: Disk): Promise<unknown> => commitFiles(FOLDER, changes, { disk: through });
      for (const { dieAt, survives } of deaths) {
        await work(dyingAt(dieAt, disk)).catch((error: unknown) => expect(error).toBeInstanceOf(Dead));
        disk.cutPower(() => survives.next().value === true);
        work = (through) => recover(FOLDER, { disk: through });
      }
      await work(disk);
      seen.add(await sideOf(disk, FOLDER, {}, [old, fresh]));
    },
  );
  await fc.assert(property, { numRuns: 300 });
  expect(seen).toEqual(new Set(['old', 'new']));
});

it('any files, any deaths, a person who edits at any moment: their edit stands, the other files are all old or all new', async () => {
  const seen = new Set<string>();
  const death = fc.integer({ min: 1, max: 80 });
  const property = fc.asyncProperty(
    files,
    fc.array(death, { maxLength: 3 }),
    edit,
    fc.boolean(),
    async (entries, deaths, by, linkless) => {
      const [old, fresh] = [column(entries, 'old'), column(entries, 'fresh')];
      const disk = new MemoryDisk({ linkless });
      await fill(disk, FOLDER, old);
      const changes = await staged(disk, FOLDER, fresh);
      const target = Object.keys(entries)[by.target % Object.keys(entries).length] ?? '';
      const edits: Files = {};
      let operations = 0;
      const edited = watched(disk, async () => {
        if (++operations === by.at)
          Object.assign(edits, await editOf(disk, FOLDER, target, EDITS[by.style] ?? expect.fail()));
      });
      let work = (through: Disk): Promise<unknown> => commitFiles(FOLDER, changes, { disk: through });
      for (const dieAt of deaths) {
        await work(dyingAt(dieAt, edited)).catch((error: unknown) =>
          expect(error instanceof Dead || error instanceof ChangedUnderneath).toBe(true),
        );
        work = (through) => recover(FOLDER, { disk: through });
      }
      await work(edited).catch((error: unknown) => expect(error).toBeInstanceOf(ChangedUnderneath));
      seen.add(await sideOf(disk, FOLDER, edits, [old, fresh]));
    },
  );
  await fc.assert(property, { numRuns: 300 });
  expect(seen).toEqual(new Set(['old', 'new']));
});
