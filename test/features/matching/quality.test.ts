/** The figures that the matching must reach, on public files and on invented tables of other shapes. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { invent, inventShops } from '../../../bench/matching/invented.ts';
import { loadInvented, measure, publicFiles } from '../../../bench/matching/run.ts';
import { shapes } from '../../../bench/matching/shapes.ts';
import { loadCsv } from '../../../lib/features/matching/read-file.ts';
import { openDatabase } from '../../support/database.ts';

const db = await openDatabase();

/** Least F1 and precision for each file, from the project's goals. */
const goals: Readonly<Record<string, { f1: number; precision: number }>> = {
  febrl1: { f1: 0.999, precision: 0.999 },
  'febrl1 without soc_sec_id': { f1: 0.98, precision: 0.98 },
  febrl2: { f1: 0.998, precision: 0.998 },
  'febrl2 without soc_sec_id': { f1: 0.98, precision: 0.98 },
  RLdata500: { f1: 0.96, precision: 0.98 },
  fake_1000: { f1: 0.92, precision: 0.98 },
};
/** What is measured by the bench alone, for it takes long. */
const tested = publicFiles.filter(({ name }) => name in goals);

describe('public files', () => {
  for (const { name, path, truth, leaveOut } of tested) {
    it.skipIf(!existsSync(path))(
      `${name} reaches its goal, and nothing is merged wrongly (skipped: no data)`,
      async () => {
        await loadCsv(db, path, 'input', tmpdir());
        const quality = await measure(db, truth, leaveOut);
        expect(quality.f1).toBeGreaterThanOrEqual(goals[name]?.f1 ?? 1);
        expect(quality.precision).toBeGreaterThanOrEqual(goals[name]?.precision ?? 1);
        expect(quality.wrong).toBe(0);
      },
      120_000,
    );
  }
});

describe('invented tables', () => {
  for (const shape of [...shapes.map((each) => invent(each, 400, 21)), inventShops(400, 5)]) {
    it(`${shape.name}: relatives, twins, branches and namesakes stay apart`, async () => {
      await loadInvented(db, shape);
      const quality = await measure(db, 'truth', ['truth']);
      expect(quality.precision).toBeGreaterThanOrEqual(0.9);
      expect(quality.recall).toBeGreaterThanOrEqual(shape.name === 'almost no duplicates' ? 0 : 0.85);
      expect(quality.wrong).toBe(0);
    }, 120_000);
  }
});
