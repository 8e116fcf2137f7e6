/** How two values agree, one rule at a time; and which columns say nothing of a person. */
import { expect, it } from 'vitest';
import { loadInvented } from '../../../bench/matching/run.ts';
import { conflictSql } from '../../../lib/features/matching/certain.ts';
import { missingPairsSql } from '../../../lib/features/matching/cluster.ts';
import { evidenceSql } from '../../../lib/features/matching/evidence.ts';
import { type Compared, type Kind, type LevelName, levelsOfKind } from '../../../lib/features/matching/kinds.ts';
import { levelsSql } from '../../../lib/features/matching/levels.ts';
import { matchTable } from '../../../lib/features/matching/match-table.ts';
import { fitModel } from '../../../lib/features/matching/model.ts';
import { readRows } from '../../../lib/features/matching/read-rows.ts';
import { defaultMatchingRules } from '../../../lib/features/matching/rules.ts';
import { judgeColumns } from '../../../lib/features/matching/uninformative.ts';
import { literal } from '../../../lib/features/matching/values.ts';
import { openDatabase } from '../../support/database.ts';

const db = await openDatabase();

/** A value and on how many records of the table it stands. */
type Value = readonly [text: string | null, records?: number];
const column = (kind: Kind, more: Partial<Compared> = {}): Compared => ({
  name: kind,
  kind,
  filled: 9,
  distinct: 9,
  ...more,
});
const sorted = (text: string): string => text.split(' ').sort().join(' ');

/** Query of one record with its values; `x` holds the words in order, as for a company or a text. */
const recordSql = (values: readonly Value[]): string =>
  `select '' as gen, ${values
    .map(([text, records = 1], index) => {
      const [value, words] = [text, text && sorted(text)].map((each) =>
        each === null ? 'null::varchar' : literal(each),
      );
      const codes = `list_transform(string_split(${value}, ' '), c -> (hash(c) % 1000000007)::bigint * 1000 + 100)`;
      return `${value} as v${index}, ${words} as x${index}, ${records} as n${index}, ${codes} as w${index},
        100 * len(string_split(${value}, ' ')) as wt${index}`;
    })
    .join(', ')}`;

/** The level of each column between two records. */
async function levelsOf(compared: Compared[], left: Value[], right: Value[]): Promise<(LevelName | undefined)[]> {
  const [row] = await readRows<Record<string, bigint>>(
    db,
    levelsSql(compared, `(${recordSql(left)}) a, (${recordSql(right)}) b`),
  );
  return compared.map(({ kind }, index) => levelsOfKind[kind][Number(row?.[`l${index}`]) - 1]?.name);
}
const level = async (kind: Kind, left: Value, right: Value, more: Partial<Compared> = {}) =>
  (await levelsOf([column(kind, more)], [left], [right]))[0];

it('two surnames that both are common are no slips of each other, a rare one may be', async () => {
  expect(await level('surname', ['schmitt', 30], ['schmidt', 40])).toBe('alike');
  expect(await level('surname', ['schmitt', 1], ['schmidt', 40])).toBe('near');
});

it('names are swapped with a slip in one, but Frank Peters is not Peter Frank where all three are common', async () => {
  const names = [column('given', { partner: 1 }), column('surname', { partner: 0 })];
  const frank: Value[] = [['frank'], ['petersen', 40]];
  expect(await levelsOf(names, frank, [['peterson'], ['frank']])).toEqual(['swapped', undefined]);
  const [given] = await levelsOf(
    names,
    [
      ['frank', 40],
      ['peters', 40],
    ],
    [
      ['peter', 40],
      ['frank', 40],
    ],
  );
  expect(given).toBe('other');
  expect((await levelsOf(names, [['frank'], ['petersen']], [['petersen'], [null]]))[0]).toBe('swapped');
});

it('two dates with two of three parts are the same in part, and still two dates of birth', async () => {
  const compared = [column('date', { name: 'birth_date', personal: true })];
  for (const other of ['19900617', '19900523', '19920517'])
    expect(await levelsOf(compared, [['19900517']], [[other]]), other).not.toEqual(['other']);
  const [part] = await levelsOf(compared, [['19900517']], [['19900529']]);
  expect(part).toBe('partly');
  const [row] = await readRows<{ evidence: string; conflict: boolean }>(
    db,
    `select ${evidenceSql(compared)} as evidence, ${conflictSql(compared, defaultMatchingRules)} as conflict
     from (select ${levelsOfKind.date.findIndex(({ name }) => name === 'partly') + 1} as l0), (select '' as gen) a, (select '' as gen) b`,
  );
  expect(row).toEqual({ evidence: 'birth date: the same in part', conflict: true });
});

it('a text is nearly the same with its words in another order', async () => {
  expect(await level('text', ['old wine and cheese shop'], ['cheese shop and old wine'])).toBe('near');
});

it('another year is another year of a thing, of a person it may be a slip', async () => {
  expect(await level('year', ['1994'], ['1995'])).toBe('near');
  expect(await level('year', ['1994'], ['1995'], { things: true })).toBe('other');
});

it('a firm is like one whose name holds all of its words, a person is not', async () => {
  const two: [Value, Value] = [['fenix'], ['fenix at the argyle']];
  expect(await level('fullname', ...two, { things: true })).toBe('alike');
  expect(await level('company', ...two)).toBe('alike');
  expect(await level('fullname', ...two)).toBe('other');
});

it('hundreds of rows of one firm hold together, other firms stay apart', async () => {
  const firms = 'Quarzwerk Nordlicht Bergwald Seeadler Kupferhof Steinbruch'.split(' ');
  const made = 'lamps chairs pumps books boats tents locks pianos'.split(' ');
  const rows = Array.from({ length: 300 }, (_, nth) => {
    const firm = nth < 60 ? 0 : 1 + (nth % 200);
    const name = firm === 0 ? 'Quarzwerk AG' : `${firms[firm % 6]} ${firm * 37} GmbH`;
    return [name, `${made[nth % 8]} ${made[(nth * 3 + 1) % 8]} ${made[(nth * 5) % 7]} ${nth}`];
  });
  await loadInvented(db, { name: 'firms', header: ['company', 'description'], rows, truth: [] });
  await matchTable(db, { table: 'input', id: 'match_row', leaveOut: ['truth'] });
  const clusters = await readRows<{ n: number; names: number }>(
    db,
    `select count(*)::integer as n, count(distinct company)::integer as names
     from match_clusters join input on match_row::varchar = id group by cluster_id order by n desc`,
  );
  expect(clusters[0]).toEqual({ n: 60, names: 1 });
}, 60_000);

it('groups of more than 40 rows are completed too, as long as their pairs stay few', async () => {
  await db.run(`create or replace temp table match_groups as
    select i::integer as record, (case when i < 50 then 0 else 50 end)::integer as part from range(1000) t(i)`);
  await db.run('create or replace temp table match_scored as select 0 as l, 1 as r');
  const [row] = await readRows<{ n: number }>(db, `select count(*)::integer as n from ${missingPairsSql}`);
  expect(row?.n).toBe((50 * 49) / 2 - 1);
});

/** The places of the columns that say nothing, beside a first name, a surname and an e-mail address; 1,000 records. */
function judged(
  kind: Kind,
  pairs: { one: [same: number, differ: number]; two: [same: number, differ: number] },
): number[] {
  const compared = [column('given'), column('surname'), column('email'), column(kind)];
  const chances = compared.map((each) => ({
    known: 500_000,
    same: each.kind === kind ? (500_000 * pairs.two[0]) / (pairs.two[0] + pairs.two[1]) : 1000,
    rest: levelsOfKind[each.kind].slice(1).map(({ chance }) => chance),
  }));
  const differ = compared.map((each) => levelsOfKind[each.kind].length);
  const patterns = [pairs.one, pairs.two].flatMap(([same, other], nth) => {
    const names = nth === 0 ? [1, 1, 1] : differ.slice(0, 3);
    return [
      { levels: [...names, 1], pairs: same, pattern: BigInt(2 * nth) },
      { levels: [...names, differ[3] ?? 0], pairs: other, pattern: BigInt(2 * nth + 1) },
    ];
  });
  const fitting = { compared, chances, patterns, records: 1000, people: true };
  return judgeColumns(fitModel(fitting), fitting, () => false).uninformative;
}

it('a group that agrees no better than chance says nothing; a text that seldom agrees, but then of one person, does', () => {
  expect(judged('category', { one: [25, 75], two: [2500, 7500] })).toEqual([3]);
  expect(judged('text', { one: [20, 380], two: [10, 9990] })).toEqual([]);
});

it('of two columns that make each other look useless the worst goes, and the other is judged again without it', () => {
  const compared = [column('given'), column('surname'), column('code', { name: 'a' }), column('code', { name: 'b' })];
  const chances = compared.map(({ kind }) => ({
    known: 500_000,
    same: 500_000 * (kind === 'code' ? 0.25 : 0.002),
    rest: levelsOfKind[kind].slice(1).map(({ chance }) => chance),
  }));
  const [g = 0, s = 0, a = 0, b = 0] = compared.map(({ kind }) => levelsOfKind[kind].length);
  const counted: [levels: number[], pairs: number][] = [
    [[g, s, 1, 1], 625],
    [[1, 1, 1, b], 20],
    [[g, s, 1, b], 1875],
    [[1, 1, a, 1], 20],
    [[g, s, a, 1], 1875],
    [[1, 1, a, b], 40],
    [[g, s, a, b], 5625],
  ];
  const patterns = counted.map(([levels, pairs], nth) => ({ levels, pairs, pattern: BigInt(nth) }));
  const fitting = { compared, chances, patterns, records: 1000, people: true };
  expect(judgeColumns(fitModel(fitting), fitting, () => false).uninformative).toEqual([2]);
});
