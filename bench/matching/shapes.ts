/** Shapes of tables that hold invented people: other headers and languages, other slips, more or fewer duplicates. */
import { type Dice, givenEnglish, givenGerman, givenSpanish, type Person, pick, roads } from './people.ts';

export interface Slips {
  /** Chance of a slip in a cell, of an empty one, of a moved person, and of swapped names. */
  typo: number;
  empty: number;
  moved: number;
  swapped: number;
}

export interface Shape {
  name: string;
  header: string[];
  given: readonly string[];
  families: number;
  duplicates: number;
  slips: Slips;
  cells: (p: Person, random: Dice, row: number) => string[];
}

const two = (n: number): string => String(n).padStart(2, '0');
const iso = ([y, m, d]: Person['birth']): string => `${y}-${two(m)}-${two(d)}`;
const dotted = ([y, m, d]: Person['birth']): string => `${two(d)}.${two(m)}.${y}`;
const american = ([y, m, d]: Person['birth']): string => `${m}/${d}/${y}`;
const title = (text: string): string => text.replace(/(^|[ -])\p{L}/gu, (start) => start.toUpperCase());

export const shapes: readonly Shape[] = [
  {
    name: 'kunden',
    header: ['Kundennr', 'Vorname', 'Nachname', 'E-Mail', 'Telefon', 'Straße', 'PLZ', 'Ort', 'Geburtsdatum'],
    given: givenGerman,
    families: 0.3,
    duplicates: 0.25,
    slips: { typo: 0.08, empty: 0.08, moved: 0.1, swapped: 0.02 },
    cells: (p, _, row) => [
      `K${10_000 + row}`,
      title(p.given),
      title(p.surname),
      p.email,
      p.phone,
      `${title(p.street)}straße ${p.number}`,
      p.postcode,
      title(p.city),
      dotted(p.birth),
    ],
  },
  {
    name: 'crm without birth dates',
    header: [
      'contact_id',
      'email',
      'first_name',
      'last_name',
      'phone',
      'company',
      'job_title',
      'website',
      'city',
      'country',
      'created_at',
      'status',
    ],
    given: givenEnglish,
    families: 0.1,
    duplicates: 0.3,
    slips: { typo: 0.06, empty: 0.15, moved: 0.05, swapped: 0.02 },
    cells: (p, random, row) => [
      `c-${row}`,
      random() < 0.05 ? `info@${p.site.slice(4)}` : p.email,
      title(p.given),
      title(p.surname),
      random() < 0.03 ? '555-5555' : p.phone,
      title(p.company),
      pick(random, ['CEO', 'Sales', 'Marketing Manager', 'Engineer', 'n/a', '']),
      p.site,
      title(p.city),
      pick(random, ['US', 'US', 'GB']),
      `2024-0${1 + Math.floor(random() * 9)}-11T08:00:00Z`,
      pick(random, ['subscribed', 'unsubscribed']),
    ],
  },
  {
    name: 'one name, birth date, zip',
    header: ['Name', 'DOB', 'ZIP'],
    given: givenEnglish,
    families: 0.3,
    duplicates: 0.2,
    slips: { typo: 0.08, empty: 0.03, moved: 0.05, swapped: 0.04 },
    cells: (p) => [title(`${p.given} ${p.surname}`), american(p.birth), p.postcode],
  },
  {
    name: 'clientes',
    header: ['nombre', 'apellidos', 'correo', 'teléfono', 'dirección', 'ciudad'],
    given: givenSpanish,
    families: 0.4,
    duplicates: 0.3,
    slips: { typo: 0.1, empty: 0.1, moved: 0.08, swapped: 0.03 },
    cells: (p, random) => [
      title(p.given),
      title(p.surname),
      p.email,
      random() < 0.5 ? p.phone : `+34 ${p.phone.slice(1)}`,
      `calle ${p.street} ${p.number}`,
      p.city,
    ],
  },
  {
    name: 'heavy slips',
    header: ['id', 'fname', 'lname', 'addr', 'town', 'zipcode', 'born', 'mobile'],
    given: givenEnglish,
    families: 0,
    duplicates: 1.5,
    slips: { typo: 0.22, empty: 0.12, moved: 0, swapped: 0.06 },
    cells: (p, _, row) => [
      String(row + 1),
      p.given,
      p.surname,
      `${p.number} ${p.street} ${roads[p.number % roads.length]}`,
      p.city,
      p.postcode,
      iso(p.birth).replaceAll('-', ''),
      p.phone,
    ],
  },
  {
    name: 'headers that say nothing',
    header: ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7'],
    given: givenEnglish,
    families: 0.2,
    duplicates: 0.3,
    slips: { typo: 0.08, empty: 0.05, moved: 0.05, swapped: 0.02 },
    cells: (p, _, row) => [
      `${900_000 + row}`,
      title(p.given),
      title(p.surname),
      `${p.number} ${p.street} ${roads[p.number % roads.length]}`,
      p.city,
      iso(p.birth),
      p.email,
    ],
  },
  {
    name: 'almost no duplicates',
    header: ['First Name', 'Last Name', 'Email Address', 'Phone Number', 'Address', 'City', 'Zip'],
    given: givenEnglish,
    families: 0.5,
    duplicates: 0.01,
    slips: { typo: 0.08, empty: 0.15, moved: 0.1, swapped: 0.02 },
    cells: (p, random) => [
      title(p.given),
      title(p.surname),
      random() < 0.2 ? '' : p.email,
      p.phone,
      `${p.number} ${title(p.street)} ${roads[p.number % roads.length]}`,
      title(p.city),
      p.postcode,
    ],
  },
];
