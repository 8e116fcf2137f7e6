/** What columns are taken for: by their cells first, and a column that says nothing changes nothing. */
import { beforeAll, expect, it } from 'vitest';
import { type Invented, invent } from '../../../bench/matching/invented.ts';
import { loadInvented } from '../../../bench/matching/run.ts';
import { shapes } from '../../../bench/matching/shapes.ts';
import { headerHint } from '../../../lib/features/matching/headers.ts';
import { type MatchResult, matchTable } from '../../../lib/features/matching/match-table.ts';
import { readRows } from '../../../lib/features/matching/read-rows.ts';
import { openDatabase } from '../../support/database.ts';

const db = await openDatabase();

const shape = shapes.find(({ name }) => name === 'headers that say nothing');
if (!shape) throw new Error('no such shape');
const base = invent(shape, 260, 4);
/** c2 given name, c3 surname, c4 street, c5 city, c6 birth date, c7 email. */
const cell = (row: readonly string[], header: string): string => row[base.header.indexOf(header)] ?? '';

async function match(table: Invented): Promise<MatchResult & { clusters_: string }> {
  await loadInvented(db, table);
  const result = await matchTable(db, { table: 'input', id: 'match_row', leaveOut: ['truth'] });
  const rows = await readRows<{ one: string }>(
    db,
    "select string_agg(id, ' ' order by length(id), id) as one from match_clusters group by cluster_id order by 1",
  );
  return { ...result, clusters_: rows.map(({ one }) => one).join('\n') };
}

let plain: Awaited<ReturnType<typeof match>>;
beforeAll(async () => {
  plain = await match(base);
});

const kindsOf = ({ compared }: MatchResult): Record<string, string> =>
  Object.fromEntries(compared.map(({ column, kind }) => [column, kind]));

const withColumns = (columns: Record<string, (row: readonly string[], index: number) => string>): Invented => ({
  ...base,
  header: [...base.header, ...Object.keys(columns)],
  rows: base.rows.map((row, index) => [...row, ...Object.values(columns).map((make) => make(row, index))]),
});

it('joins year, month and day of birth in any order under headers that say nothing', async () => {
  const part = (from: number, to: number) => (row: readonly string[]) =>
    /^\d{4}-\d\d-\d\d$/.test(cell(row, 'c6')) ? String(Number(cell(row, 'c6').slice(from, to))) : '';
  const split = withColumns({ p: part(8, 10), q: part(5, 7), r: part(0, 4) });
  const without = {
    ...split,
    header: split.header.filter((header) => header !== 'c6'),
    rows: split.rows.map((row) => row.filter((_, index) => split.header[index] !== 'c6')),
  };
  expect(kindsOf(await match(without))).toMatchObject({ 'r + q + p': 'date' });
}, 60_000);

it('is changed neither by a full name beside its parts nor by columns about the record', async () => {
  const more = await match(
    withColumns({
      'Full name': (row) => `${cell(row, 'c2')} ${cell(row, 'c3')}`.trim(),
      last_order: (_, index) => `2024-0${1 + (index % 9)}-1${index % 10}`,
      'Contact owner': (_, index) => ['Ann Archer', 'Ben Baker', 'Cleo Carter'][index % 3] ?? '',
      'Join date': (_, index) => `202${index % 5}-0${1 + (index % 8)}-15`,
    }),
  );
  expect(more.ignored.map(({ column }) => column)).toEqual(
    expect.arrayContaining(['Full name', 'last_order', 'Contact owner', 'Join date']),
  );
  expect(more.clusters_).toBe(plain.clusters_);
  expect(more.certainPairs).toBe(plain.certainPairs);
}, 60_000);

it('is not changed by random numbers, which agree no better than chance', async () => {
  const more = await match(withColumns({ zahl: (_, index) => String(10_000 + ((index * 7919) % 60) * 1311) }));
  expect(more.ignored.map(({ column }) => column)).toContain('zahl');
  expect(more.clusters_).toBe(plain.clusters_);
}, 60_000);

it('takes "NA" for a missing value where it fills many rows', async () => {
  const result = await match(withColumns({ 'second name 2': () => 'NA' }));
  expect(result.ignored).toContainEqual({ column: 'second name 2', reason: 'is empty' });
}, 60_000);

it('takes a place of birth for a place, a birth name for a name, and a year of birth for a year, in many languages', () => {
  const places = ['birth_place', 'Geburtsort', 'lieu de naissance', 'luogo di nascita', 'lugar de nacimiento'];
  expect(places.map(headerHint)).toEqual(places.map(() => 'locality'));
  expect(['birth name', 'nom de naissance', 'Geburtsname'].map(headerHint)).toEqual(['maiden', 'maiden', 'maiden']);
  expect(['birth_year', 'Geburtsjahr', 'año de nacimiento'].map(headerHint)).toEqual(['year', 'year', 'year']);
  expect(['Contact owner', 'Join date', 'last_order', 'Bestelldatum'].map(headerHint)).toEqual(
    Array.from({ length: 4 }, () => 'record'),
  );
});

it('takes few first names and surnames of a short list for names, and is certain of its copies', async () => {
  const [given, surnames] = ['Anna Ben Carla David Eva Finn', 'Miller Smith Garcia Berg'].map((all) => all.split(' '));
  const people = Array.from({ length: 120 }, (_, nth) => {
    const [first = '', last = ''] = [given?.[nth % 6], surnames?.[Math.floor(nth / 6) % 4]];
    return [`${first}.${last}${nth}@firm${nth % 36}.example`.toLowerCase(), first, last];
  });
  const rows = [...people, ...people.slice(0, 5)];
  const header = ['email', 'first_name', 'last_name'];
  const result = await match({ name: 'list', header, rows, truth: rows.map((_, nth) => nth % 120) });
  expect(kindsOf(result)).toMatchObject({ first_name: 'given', last_name: 'surname' });
  expect(result.certainPairs).toBe(5);
}, 60_000);
