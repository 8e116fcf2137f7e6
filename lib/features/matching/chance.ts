/**
 * How records that have nothing to do with each other agree by chance: counted, never fitted.
 * Equal values exactly, over all pairs; likenesses on a fixed sample of pairs, smoothed.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { compareSql, countPatterns } from './compare.ts';
import { isCompany } from './headers.ts';
import { type Compared, levelsOfKind } from './kinds.ts';
import { readRows } from './read-rows.ts';
import { v } from './record-columns.ts';

export interface Chance {
  /** Pairs in the whole table where both have a value, and those with the same value. */
  known: number;
  same: number;
  /** Share of pairs on each level, given that they are not the same, from level 2 on. */
  rest: number[];
  /** Share of pairs with the same value, given that the parent column agrees; undefined where there is no parent. */
  withParent?: number;
}

const samplePairs = 50_000;
const smoothing = 20;

/** Pairs of records that stand apart by fixed distances in the order of the digests: random, but the same each time. */
function sampleSql(records: number): string {
  const steps = Math.max(1, Math.min(records - 1, Math.ceil(samplePairs / Math.max(1, records))));
  const take = Math.min(records, samplePairs);
  return `(select record as l, ((record + 1 + (step * 7919) % ${Math.max(1, records - 1)}) % ${records})::integer as r
    from match_records, range(${steps}) s(step) where record < ${take})`;
}

/** Counts of pairs with the same value, of all columns in one statement. */
async function sameCounts(db: DuckDBConnection, compared: readonly Compared[]): Promise<Chance[]> {
  if (compared.length === 0) return [];
  const queries = compared.map(({ parent }, index) => {
    const [mine, of] = [v(index), parent === undefined ? 'null' : v(parent)];
    const known = parent === undefined ? `${mine} is not null` : `${mine} is not null and ${of} is not null`;
    const joint =
      parent === undefined
        ? 'select 0 as together, 0 as one'
        : `select coalesce(sum(same), 0) as together, coalesce(sum(m * (m - 1) / 2), 0) as one from (
             select sum(n) as m, sum(n * (n - 1) / 2) as same from (
               select ${of} as p, count(*)::double as n from match_records where ${known} group by ${of}, ${mine}) group by p)`;
    return `select ${index}::integer as nth, known, same, together::double as together, one::double as one from (
      select coalesce(sum(n), 0)::double as known, coalesce(sum(n * (n - 1) / 2), 0)::double as same
      from (select count(*)::double as n from match_records where ${mine} is not null group by ${mine})), (${joint})`;
  });
  const rows = await readRows<{ known: number; same: number; together: number; one: number }>(
    db,
    `${queries.join(' union all ')} order by nth`,
  );
  return rows.map(({ known, same, together, one }, index) => ({
    known: (known * (known - 1)) / 2,
    same,
    rest: [],
    ...(compared[index]?.parent !== undefined && { withParent: (together + 1) / (one + 2) }),
  }));
}

/**
 * Values that go together in people who have nothing to do with each other: first names with surnames (of one language),
 * both with a place, a surname with the firm that bears it. How often several of them agree at once is counted, and not
 * taken from each by itself.
 */
export interface Together {
  /** Places of the columns with first name, surname, town and firm; each is a bit of a mask, in this order. */
  columns: readonly number[];
  /** By mask: pairs in the whole table with values in all of its columns, and those that have the same in all of them. */
  known: readonly number[];
  same: readonly number[];
}

/** Counts how often values agree together; undefined where fewer than two of the columns are there. */
export async function measureTogether(
  db: DuckDBConnection,
  compared: readonly Compared[],
): Promise<Together | undefined> {
  const columns = (['given', 'surname', 'locality', 'company'] as const)
    .map((of) => compared.findIndex((column) => column.kind === of || (of === 'company' && isCompany(column))))
    .filter((index) => index >= 0);
  if (columns.length < 2) return undefined;
  const masks = Array.from({ length: 2 ** columns.length }, (_, mask) => columns.filter((_, bit) => mask & (1 << bit)));
  const counts = masks.flatMap((of, mask) => {
    if (of.length < 2) return [];
    const [known, values] = [of.map((index) => `${v(index)} is not null`), of.map(v)];
    return `select ${mask}::integer as mask, coalesce(sum(n), 0)::double as known,
      coalesce(sum(n * (n - 1) / 2), 0)::double as same
      from (select count(*)::double as n from match_records where ${known.join(' and ')} group by ${values.join(', ')})`;
  });
  const rows = await readRows<{ mask: number; known: number; same: number }>(db, counts.join(' union all '));
  const found = masks.map((_, mask) => rows.find((row) => row.mask === mask) ?? { known: 0, same: 0 });
  return { columns, known: found.map(({ known }) => (known * (known - 1)) / 2), same: found.map(({ same }) => same) };
}

/** Chance agreement of every compared column. */
export async function measureChance(
  db: DuckDBConnection,
  compared: readonly Compared[],
  records: number,
): Promise<Chance[]> {
  const chances = await sameCounts(db, compared);
  await db.run(`create or replace temp table match_random as ${compareSql(compared, [], sampleSql(records))}`);
  const patterns = await countPatterns(db, 'match_random', compared.length);
  await db.run('drop table match_random');
  for (const [index, column] of compared.entries()) {
    const levels = levelsOfKind[column.kind];
    const counts = levels.map((level) => smoothing * level.chance);
    for (const { levels: found, pairs } of patterns) {
      const level = found[index] ?? 0;
      if (level > 1) counts[level - 1] = (counts[level - 1] ?? 0) + pairs;
    }
    const total = counts.slice(1).reduce((sum, n) => sum + n, 0);
    const chance = chances[index];
    if (chance) chance.rest = counts.slice(1).map((n) => n / total);
  }
  return chances;
}
