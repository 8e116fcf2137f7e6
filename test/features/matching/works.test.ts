/** Lists of works (books, papers): authors in any style, editions of one title, years beside their cell. */
import { expect, it } from 'vitest';
import { loadInvented } from '../../../bench/matching/run.ts';
import { Random } from '../../../data/generator/random.ts';
import { matchTable } from '../../../lib/features/matching/match-table.ts';
import { readRows } from '../../../lib/features/matching/read-rows.ts';
import { literal, valueSql } from '../../../lib/features/matching/values.ts';
import { openDatabase } from '../../support/database.ts';

const db = await openDatabase();

const surnames = 'Kingswell Ashgrove Merrick Holloway Stanbridge Westcott Larkfield Thornbury Penhale Redwood'.split(
  ' ',
);
const given = 'Amelia Basil Clara Dorian Edith Felix Greta Hugo Irma Jonas'.split(' ');
const adjectives = 'robust adaptive sparse distributed lazy incremental parallel recursive'.split(' ');
const nouns = 'indexes learners grammars schedules proofs caches lattices automata parsers streams'.split(' ');
const purposes = 'for moving objects,under noisy answers,in large networks,with bounded memory,on slow disks'.split(
  ',',
);

/** 60 papers, each cited twice in two styles; every fourth also as the journal version of another year. */
function inventPapers(seed: number) {
  const random = new Random(seed, 3, 0);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.fraction() * from.length)] as T;
  const rows: string[][] = [];
  const truth: number[] = [];
  const cite = (names: string[][], title: string, venue: string, pages: string, year: number): void => {
    const full = names.map(([first, last]) => `${first} ${last}`).join(' and ');
    const short = names.map(([first, last]) => `${last}, ${first?.[0]}.`).join(', ');
    rows.push([full, `${title}.`, `in proceedings of the ${venue}`, `pages ${pages}`, String(year)]);
    rows.push([short, `${title} (${year})`, `proc. ${venue}`, `pp. ${pages}`, '']);
    const number = (truth.at(-1) ?? 0) + 1;
    truth.push(number, number);
  };
  for (let nth = 0; nth < 60; nth++) {
    const names = [0, 1].slice(nth % 2).map(() => [pick(given), pick(surnames)]);
    const title = `On ${pick(adjectives)} ${pick(nouns)} and ${pick(adjectives)} ${pick(nouns)} ${pick(purposes)}`;
    const [year, page] = [1990 + (nth % 12), 10 + 7 * nth];
    cite(names, title, `${pick(nouns)} symposium`, `${page}-${page + 9}`, year);
    if (nth % 4 === 0)
      cite(names, title, `journal of ${pick(nouns)} research`, `${500 + page}-${530 + page}`, year + 2);
  }
  return { name: 'papers', header: ['author', 'title', 'venue', 'pages', 'year'], rows, truth };
}

it('reads the same authors out of every style in which they are cited', async () => {
  const cited = [
    'Ada Stone, Ben A. Field-Moor and Cy Lake',
    'stone, a., field-moor, b. a., & lake, c.',
    'A. Stone; B.A. Field-moor; C. Lake (eds.)',
    'Stone A., Field- Moor B. and Lake C.:',
  ];
  const [row] = await readRows<Record<string, string>>(
    db,
    `select ${cited.map((cell, nth) => `${valueSql('authors', literal(cell), 'day first')} as c${nth}`).join(', ')}`,
  );
  expect(new Set(Object.values(row ?? {}))).toEqual(new Set(['fieldmoor lake stone']));
});

it('finds a paper cited in two styles, and keeps its journal version apart', async () => {
  const papers = inventPapers(5);
  await loadInvented(db, papers);
  const { compared } = await matchTable(db, { table: 'input', id: 'match_row', leaveOut: ['truth'] });
  expect(Object.fromEntries(compared.map(({ column, kind }) => [column, kind]))).toMatchObject({
    ...{ author: 'authors', title: 'fullname', pages: 'text', year: 'year' },
  });
  const rows = await readRows<{ truth: string; cluster_id: string }>(
    db,
    'select truth, cluster_id from input join match_clusters on id = match_row::varchar',
  );
  const pairsOf = (key: (row: { truth: string; cluster_id: string }) => string): number => {
    const sizes = new Map<string, number>();
    for (const each of rows) sizes.set(key(each), (sizes.get(key(each)) ?? 0) + 1);
    return [...sizes.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  };
  const right = pairsOf((each) => `${each.truth} ${each.cluster_id}`);
  expect(right / pairsOf((each) => each.cluster_id)).toBeGreaterThanOrEqual(0.9);
  expect(right / pairsOf((each) => each.truth)).toBeGreaterThanOrEqual(0.9);
});
