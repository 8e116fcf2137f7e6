/** Laws of the matching on invented tables: what must hold no matter the order, the copies or the columns. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Invented, invent } from '../../../bench/matching/invented.ts';
import { loadInvented } from '../../../bench/matching/run.ts';
import { shapes } from '../../../bench/matching/shapes.ts';
import { matchTable } from '../../../lib/features/matching/match-table.ts';
import { readRows } from '../../../lib/features/matching/read-rows.ts';
import { openDatabase } from '../../support/database.ts';

const db = await openDatabase();

const shape = (name: string) => {
  const found = shapes.find((each) => each.name === name);
  if (!found) throw new Error(`no shape ${name}`);
  return found;
};

/** Matches a table; gives for each row, by `keys`, its cluster id and probability. */
async function clustersOf(table: Invented, keys: readonly string[]): Promise<Map<string, string>> {
  await loadInvented(db, table);
  await matchTable(db, { table: 'input', id: 'match_row', leaveOut: ['truth'] });
  const rows = await readRows<{ id: string; cluster_id: string; probability: number }>(
    db,
    'select * from match_clusters',
  );
  return new Map(
    rows.map(({ id, cluster_id, probability }) => [keys[Number(id) - 1] ?? '', `${cluster_id} ${probability}`]),
  );
}

const reordered = (table: Invented, order: readonly number[]): Invented => ({
  ...table,
  rows: order.map((index) => table.rows[index] ?? []),
  truth: order.map((index) => table.truth[index] ?? -1),
});

describe('the matching', () => {
  const table = invent(shape('kunden'), 130, 3);
  const names = table.rows.map((_, index) => `row ${index}`);
  let before: Map<string, string>;
  beforeAll(async () => {
    before = await clustersOf(table, names);
  });

  it('gives the same clusters, ids and probabilities no matter the order of the rows', async () => {
    expect(new Set([...before.values()].map((value) => value.split(' ')[0])).size).toBeLessThan(names.length);
    const order = fc.shuffledSubarray([...names.keys()], { minLength: names.length, maxLength: names.length });
    await fc.assert(
      fc.asyncProperty(order, async (shuffled) => {
        const after = await clustersOf(
          reordered(table, shuffled),
          shuffled.map((index) => names[index] ?? ''),
        );
        expect(after).toEqual(before);
      }),
      { numRuns: 2, seed: 1 },
    );
  }, 120_000);

  it('gives the same clusters with one thread as with four', async () => {
    await db.run('set threads = 4');
    expect(await clustersOf(table, names)).toEqual(before);
    await db.run('set threads = 1');
  }, 60_000);

  it('never splits a cluster because a copy of a row was added', async () => {
    const some = fc.uniqueArray(fc.nat({ max: names.length - 1 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(some, async (copied) => {
        const grown = reordered(table, [...names.keys(), ...copied]);
        const after = await clustersOf(grown, [...names, ...copied.map((index) => `copy ${index}`)]);
        const cluster = (of: Map<string, string>, name: string): string => of.get(name)?.split(' ')[0] ?? '';
        for (const a of names) {
          for (const b of names) {
            if (cluster(before, a) === cluster(before, b)) expect(cluster(after, a)).toBe(cluster(after, b));
          }
        }
      }),
      { numRuns: 2, seed: 2 },
    );
  }, 120_000);
});
