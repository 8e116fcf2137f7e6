/** Tables of the worst kinds: the matching ends, stays bounded, and says what it left out. */
import { expect, it } from 'vitest';
import { type MatchResult, matchTable } from '../../../lib/features/matching/match-table.ts';
import { readRows } from '../../../lib/features/matching/read-rows.ts';
import { openDatabase } from '../../support/database.ts';

const db = await openDatabase();

/** Matches the rows of a query, every column as text. */
async function match(query: string, id?: string): Promise<MatchResult> {
  await db.run(`create or replace table hostile as select columns(*)::varchar from (${query})`);
  return matchTable(db, { table: 'hostile', ...(id ? { id } : {}) });
}

const values = (rows: readonly (readonly string[])[], columns: string): string =>
  `select * from (values ${rows.map((row) => `(${row.map((cell) => `'${cell.replaceAll("'", "''")}'`).join(', ')})`).join(', ')}) t(${columns})`;

it('ends on 12,000 rows that share one mailbox', async () => {
  const result = await match(
    `select i as id, 'info@example.com' as email, 'name' || (hash(i) % 9000) as last_name, 'given' || ` +
      '(hash(i + 1) % 500) as first_name from range(12000) t(i)',
    'id',
  );
  expect(result.rows).toBe(12_000);
  expect(result.candidates).toBeLessThan(700_000);
  expect(result.ignored).toEqual([{ column: 'email', reason: 'has one value in every row' }]);
}, 180_000);

it('does not chain 5,000 people together through one mailbox among others', async () => {
  const result = await match(
    `select i as id, case when i % 5 < 4 then 'office@example.com' else 'p' || i || '@example.org' end as email,
       'name' || (hash(i) % 4000) as last_name, 'given' || (hash(i + 1) % 500) as first_name from range(5000) t(i)`,
    'id',
  );
  const [largest] = await readRows<{ n: number }>(
    db,
    'select count(*)::integer as n from match_clusters group by cluster_id order by n desc limit 1',
  );
  expect(largest?.n).toBeLessThan(6);
  expect(result.certainPairs).toBe(0);
}, 120_000);

it('leaves out a column of constants and an empty one, and says so', async () => {
  const result = await match(
    `select 'Sandford' as same, '' as nothing, 'Name' || (i // 2) as surname, 'p' || (i // 2) || ` +
      `'@example.com' as email from range(40) t(i)`,
  );
  expect(result.ignored).toEqual([
    { column: 'same', reason: 'has one value in every row' },
    { column: 'nothing', reason: 'is empty' },
  ]);
});

it('takes a table of no rows, of one row, and of no columns worth comparing', async () => {
  expect(await match(`select 'a' as first_name, 'b' as email where false`)).toMatchObject({
    rows: 0,
    clusters: 0,
    pairs: 0,
  });
  expect(await match(`select 'Ann' as first_name, 'ann@example.com' as email`)).toMatchObject({
    rows: 1,
    clusters: 1,
    pairs: 0,
  });
  expect(await match(`select '' as a, '' as b from range(3)`)).toMatchObject({ rows: 3, clusters: 3, pairs: 0 });
});

it('takes 300 columns, and compares those that say most', async () => {
  const columns = Array.from({ length: 298 }, (_, n) => `'w' || (hash(i + ${n}) % 50) as extra${n}`);
  const result = await match(
    `select 'Name' || (i % 60) as last_name, 'p' || (i % 60) || '@example.com' as email, ${columns.join(', ')} from range(80) t(i)`,
  );
  expect(result.compared.length).toBeLessThanOrEqual(16);
  expect(result.compared.map(({ column }) => column)).toEqual(expect.arrayContaining(['last_name', 'email']));
  expect(result.compared.length + result.ignored.length).toBe(300);
}, 120_000);

it('matches names in Arabic, Chinese and Cyrillic', async () => {
  const people = [
    ['محمد', 'العلي', 'm.ali@example.com'],
    ['王', '小明', 'wang@example.com'],
    ['Александр', 'Петров', 'petrov@example.org'],
    ['李', '娜', 'lina@example.org'],
    ['فاطمة', 'حسن', 'fatima@example.net'],
  ];
  const noise = Array.from({ length: 60 }, (_, n) => [`Ann${n % 7}`, `Stone${n}`, `a${n}@example.net`]);
  const again = people.map(([given = '', surname = '', email = '']) => [
    given.replace('Александр', 'Саша'),
    `${surname} `,
    email.toUpperCase(),
  ]);
  await match(values([...people, ...noise, ...again], 'first_name, last_name, email'));
  for (let n = 1; n <= people.length; n++) {
    const rows = await readRows<{ cluster_id: string }>(
      db,
      `select distinct cluster_id from match_clusters where id in ('${n}', '${people.length + noise.length + n}')`,
    );
    expect(rows.length, people[n - 1]?.join(' ')).toBe(1);
  }
});

it('refuses an id column that repeats, and says how often', async () => {
  await expect(match(`select 1 as id, 'Ann' as name from range(3)`, 'id')).rejects.toThrow(
    '0 rows have none and 2 repeat one',
  );
  await expect(match(`select 1 as id, 'Ann' as name from range(3)`, 'nr')).rejects.toThrow('the columns are: id, name');
});
