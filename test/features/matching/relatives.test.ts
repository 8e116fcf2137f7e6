/**
 * Pairs of records that are two people, or that may be: relatives, twins, seniors and juniors, titles, initials, offices. All of
 * them stand in one table, each in a household of its own, in German or in English; the matching looks at it once.
 */
import { expect, it } from 'vitest';
import { inventHouseholds } from '../../../bench/matching/households.ts';
import { loadInvented } from '../../../bench/matching/run.ts';
import { matchTable } from '../../../lib/features/matching/match-table.ts';
import { readRows } from '../../../lib/features/matching/read-rows.ts';
import { openDatabase } from '../../support/database.ts';

type Cells = Record<string, string>;
interface Pair {
  title: string;
  left: Cells;
  right: Cells;
}

/** What the two share: NAME is the surname of the pair, and N its number. */
const households: Cells[] = [
  { phone: '+49691234N', address: 'Amselweg N', city: 'Sandfurt', postal_code: '60311', last_name: 'NAME' },
  { phone: '+44161496N', address: 'N Mill Lane', city: 'Harford', postal_code: 'M1 4AN', last_name: 'NAME' },
];
const offices: Cells[] = [
  { company: 'NAME GmbH', phone: '+49405550N', address: 'Hafenstr. N', city: 'Altberg', last_name: 'NAME' },
  { company: 'NAME Ltd', phone: '+44113496N', address: 'N Dock Street', city: 'Leaford', last_name: 'NAME' },
];

const pairs: Pair[] = [];
const both = (title: string, shared: Cells, left: Cells, right: Cells): void => {
  pairs.push({ title, left: { ...shared, ...left }, right: { ...shared, ...right } });
};

const names: [string, string][] = [
  ...(['Michael/Michaela', 'Robert/Roberta', 'Jan/Jana', 'Christian/Christiane', 'Andrea/Andreas', 'Tim/Tom'] as const),
  ...(['Anna/Anne', 'Anna/Hanna', 'Maria/Mia', 'Elisabeth/Lisa', 'Bob/Rob', 'Toni/Tony', 'Lena/Lea'] as const),
  ...([
    'Max/Maxi',
    'Eric/Erica',
    'Louis/Louise',
    'Юлия/Юлиан',
    'Jose/Joseph',
    'M./Maria',
    'M/M',
    '/Maria',
    '/',
  ] as const),
].map((two) => two.split('/') as [string, string]);
for (const [nth, [first, second]] of names.entries()) {
  const home = households[nth % 2] ?? {};
  const left = { first_name: first };
  const right = { first_name: second };
  const names = `"${first}" and "${second}"`;
  const family = { email: 'familie.NAME@post.example' };
  const birth = { birth_date: '1998-05-06' };
  both(`${names} at the mailbox of a family`, { ...home, ...family }, left, right);
  both(`${names}, twins at one mailbox`, { ...home, ...birth, email: 'NAME@post.example' }, left, right);
  const mailbox = { email: `${first || 'x'}.NAME@post.example`.toLowerCase().replace('name', 'NAME') };
  both(`${names} at the mailbox of the first`, { ...home, ...mailbox }, left, right);
  both(`${names} at the switchboard`, { ...offices[nth % 2], email: 'info@NAME.example' }, left, right);
}

const suffixes = [
  'Sr|Jr',
  '|Jr.',
  'Sr.|III',
  'II|III',
  'sen.|jun.',
  '|d. J.',
  '|Filho',
  'père|fils',
  '|IV',
  '|Junior',
  '|2nd',
  '|Segundo',
  'V|IV',
  '|VI',
  'aîné|cadet',
  'il vecchio|il giovane',
  'de oude|de jonge',
  'nuorempi|vanhempi',
  '|Bisneto',
];
for (const [nth, suffix] of suffixes.entries()) {
  const [left = '', right = ''] = suffix.split('|').map((each) => `NAME ${each}`.trim());
  const shared = { ...households[nth % 2], first_name: 'Robert' };
  for (const email of ['robert.NAME@post.example', 'NAME@post.example'])
    both(`suffixes ${suffix} at ${email}`, { ...shared, email }, { last_name: left }, { last_name: right });
}

const eva = { first_name: 'Eva' };
for (const [nth, role] of [
  'info',
  'kontakt',
  'sales.nord',
  'team-eva',
  'empfang',
  'praxis',
  'hr',
  'accueil',
  'vendite',
  'zamowienia',
  'kontor',
].entries()) {
  const elsewhere = { company: '', phone: '+49151111N', address: '', city: 'Kreuzau' };
  both(`namesakes at ${role}@`, { ...offices[nth % 2], ...eva, email: `${role}@NAME.example` }, {}, elsewhere);
}
for (const home of households) {
  for (const title of [
    'Familie',
    'Herr',
    'Dr. med.',
    'Mrs',
    'Prof.',
    'Pani',
    'Kunde',
    'Peter und Petra',
    'Herr und Frau',
  ])
    both(`${title} twice`, { ...home, first_name: title, email: 'NAME@post.example' }, {}, {});
  both(
    'namesakes at one address with births of their own',
    { ...home, ...eva, email: 'eva.NAME@post.example' },
    ...births(),
  );
  both('namesakes at one address', { ...home, ...eva }, {}, {});
  both(
    'one of two first names',
    { ...home, email: 'NAME@post.example' },
    { first_name: 'Hans Peter' },
    { first_name: 'Hans' },
  );
}
for (const office of offices) {
  const [one, other] = [{ email: 'eva.NAME1@NAME.example' }, { email: 'eva.NAME2@NAME.example' }];
  both('namesakes with numbers in their mailboxes', { ...office, ...eva }, one, other);
}
function births(): [Cells, Cells] {
  return [{ birth_date: '1950-01-02' }, { birth_date: '1983-10-11' }];
}
for (const [nth, home] of households.entries()) {
  const [postcode, office] = [{ postal_code: '' }, { ...offices[nth], ...eva, email: 'info@NAME.example' }];
  for (const family of ['familie.NAME', 'familieNAME', 'rodzina.NAME', 'NAME.perhe'])
    both(`one name at ${family}`, { ...home, ...eva, email: `${family}@post.example` }, {}, postcode);
  both(
    'one name at a mailbox of a firm that holds no name',
    { ...office, email: 'xyz@NAME.example' },
    {},
    { city: '' },
  );
  both('one name at a role mailbox of one firm', office, {}, { city: '' });
}
for (const [nth, [first, second]] of (
  [
    ['Aleksandr', 'Aleksandra'],
    ['Ibrahim', 'Ibrahima'],
    ['Szymon', 'Simona'],
    ['Γιάννης', 'Γιάννα'],
    ['Giovanni', 'Giovanna'],
    ['François', 'Françoise'],
    ['João', 'Joana'],
    ['Nguyen', 'Nguyet'],
  ] as const
).entries()) {
  const mailbox = { email: 'NAME.family@post.example', birth_date: '1991-02-03' };
  const [left, right] = [{ first_name: first }, { first_name: second }];
  both(`${first} and ${second} at one address`, { ...households[nth % 2], ...mailbox }, left, right);
}
for (const home of households) {
  const jose = { ...home, first_name: 'José' };
  both('father and son of one name, a birth date of one', jose, births()[0], {});
  both('brothers with double surnames', jose, { last_name: 'NAME Ruiz' }, { last_name: 'NAME Ortega', ...births()[0] });
  const assistant = { ...offices[0], email: 'sekretariat.NAME@NAME.example' };
  both('two at the mailbox of an assistant', assistant, { first_name: 'Georg' }, { first_name: 'Gregor' });
  const married = { ...home, ...eva, email: 'familie@NAME.example' };
  both('married, at the mailbox of a family', married, { last_name: 'NAME-Holm' }, { last_name: 'NAME' });
  const passedOn = { address: '', city: 'Kreuzau', postal_code: '', phone: '+49151111N' };
  both(
    'a mailbox passed on to a namesake elsewhere',
    { ...home, ...eva, email: 'eva.NAME@post.example' },
    {},
    passedOn,
  );
}
const strangers = pairs.length;

for (const home of households) {
  const moved = { phone: '', address: '', city: 'Altberg', postal_code: '30111' };
  both('one mailbox under one name, moved', { ...home, ...eva, email: 'eva.NAME@post.example' }, {}, moved);
  for (const mailbox of ['eva.NAME', 'e.NAME', 'NAME'])
    both(`a copy, ${mailbox}`, { ...home, ...eva, email: `${mailbox}@post.example` }, {}, {});
  both(
    'one person by birth date and address',
    { ...home, ...eva, birth_date: '1971-03-04' },
    {},
    { email: 'en@post.example' },
  );
  both(
    'one person under two surnames',
    { ...home, ...eva, email: 'eva@post.example', birth_date: '1971-03-04' },
    {},
    { last_name: 'Holm' },
  );
}

const columns = [
  'email',
  'first_name',
  'last_name',
  'phone',
  'birth_date',
  'company',
  'address',
  'city',
  'postal_code',
];
const starts = 'Korn Ahl Bruck Tann Eller Voss Lind Moor Stern Wald Rehm Falk'.split(' ');
const ends = 'reich wart ner haus bek berg mann hardt sen feld'.split(' ');

/** The cells of a record of pair `nth`, whose surname and number nothing else in the table has. */
function cellsOf(cells: Cells, nth: number): string[] {
  const surname = `${starts[nth % 12]}${ends[Math.floor(nth / 12) % 10]}${nth < 120 ? '' : 'er'}`;
  return columns.map((column) => {
    const text = cells[column] ?? '';
    const name = column === 'email' ? surname.toLowerCase() : surname;
    return text
      .replaceAll('NAME', name)
      .replace(/N(?=$| [A-Z])/, String(column === 'phone' ? 1000 + nth * 37 : nth + 1));
  });
}

const db = await openDatabase();

it(`of ${strangers} pairs that are or may be two people none is merged without asking, and people who are one are`, async () => {
  const others = (['German', 'English'] as const).flatMap((language) =>
    inventHouseholds(language, 80, 77).rows.map((row) => row.slice(0, columns.length)),
  );
  const rows = pairs.flatMap(({ left, right }, nth) => [cellsOf(left, nth), cellsOf(right, nth)]);
  await loadInvented(db, { name: 'pairs', header: columns, rows: [...rows, ...others], truth: [] });
  await matchTable(db, { table: 'input', id: 'match_row', leaveOut: ['truth'] });
  const certain = await readRows<{ l: number; r: number }>(
    db,
    `select least(left_id::int, right_id::int) - 1 as l, greatest(left_id::int, right_id::int) - 1 as r from match_pairs
     where certain and least(left_id::int, right_id::int) <= ${rows.length} order by l, r`,
  );
  const found = certain.map(({ l, r }) =>
    l % 2 === 0 && r === l + 1 ? pairs[l / 2]?.title : `rows ${rows[l]?.join()} and ${rows[r]?.join()} of two pairs`,
  );
  expect(found).toEqual(pairs.slice(strangers).map(({ title }) => title));
}, 120_000);
