/**
 * Invented tables with known truth, of shapes that differ from one another: other headers and languages, other slips,
 * families, twins, colleagues, shared mailboxes, placeholders. Every row comes from a seed; no person in them exists.
 * They hold the general behaviour: the engine is never tuned to one of them alone.
 */

export interface Invented {
  name: string;
  header: string[];
  rows: string[][];
  /** For each row the number of the entity it stands for. */
  truth: number[];
}

type Dice = () => number;

function dice(seed: number): Dice {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

const pick = <T>(random: Dice, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
/** Common things first: names follow a power law. */
const pickCommon = <T>(random: Dice, from: readonly T[]): T => from[Math.floor(from.length * random() ** 2.5)] as T;

const givenEnglish = (
  'james mary robert patricia john jennifer michael linda david elizabeth william barbara richard susan joseph jessica thomas sarah ' +
  'christopher karen charles lisa daniel nancy matthew betty anthony sandra mark ashley donald emily steven kimberly andrew margaret ' +
  'paul donna joshua michelle kenneth carol kevin amanda brian melissa george deborah timothy stephanie ronald rebecca jason laura ' +
  'edward helen jeffrey sharon ryan cynthia jacob kathleen gary amy nicholas angela eric shirley jonathan brenda stephen emma larry ' +
  'olivia justin anna scott nicole brandon samantha benjamin katherine samuel christine gregory frank rachel alexander carolyn ' +
  'raymond janet patrick maria jack heather dennis diane jerry virginia tyler julie aaron joyce jose victoria adam kelly nathan ' +
  'priya wei fatima kofi yuki ingrid sven aoife siobhan imogen keira harley tahlia jayden brodie'
).split(' ');
const givenGerman = (
  'peter ursula wolfgang maria michael andrea werner monika klaus petra thomas sabine manfred renate helmut helga jürgen karin heinz ' +
  'brigitte gerhard ingrid andreas erika hans christa josef gisela günter claudia dieter susanne horst gabriele walter christine frank ' +
  'birgit bernd barbara karl angelika franz heike martin elke uwe martina stefan anke jörg silke björn anna lukas leonie jonas mia'
).split(' ');
const givenSpanish = (
  'maría carmen josé antonio ana manuel isabel francisco laura juan lucía david marta javier paula daniel elena carlos sara jesús ' +
  'raquel alejandro cristina miguel pilar rafael rosa pedro teresa ángel silvia pablo irene sergio julia fernando inés jorge nuria'
).split(' ');
const syllables =
  'ba ber bo cal car da den der dor el fen far gar gran hal har hol is jan kel kir lan lin lor mar mer mil mor nel nor pen per ra ren ros sal san sel ta ter tor val ver vin wal wen wil wor zan'.split(
    ' ',
  );
const endings = 'son ton ley field man er s ford ham well by berg mann stein ez ini ski ova sen ard'.split(' ');
const domains = 'example.com example.org example.net mail.example.com post.example.org web.example.net'.split(' ');
const trades = 'bakery steel software logistics media foods consulting garden print energy optics travel'.split(' ');
const roads = 'street road avenue lane drive close crescent court'.split(' ');

function inventWords(random: Dice, count: number): string[] {
  const words = new Set<string>();
  while (words.size < count) {
    const middle = random() < 0.5 ? pick(random, syllables) : '';
    words.add(pick(random, syllables) + middle + pick(random, endings));
  }
  return [...words];
}

const letters = 'abcdefghijklmnopqrstuvwxyz';
const keep = <T>(value: T): T => value;

/** One slip of a typist: a letter lost, doubled, changed, or two turned round. */
function slip(random: Dice, text: string): string {
  if (text.length < 2) return text;
  const at = Math.floor(random() * (text.length - 1));
  const other = /[0-9]/.test(text[at] ?? '') ? String(Math.floor(random() * 10)) : letters[Math.floor(random() * 26)];
  const kinds = [
    text.slice(0, at) + text.slice(at + 1),
    text.slice(0, at) + text[at] + text.slice(at),
    text.slice(0, at) + other + text.slice(at + 1),
    text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2),
  ];
  return pick(random, kinds);
}

interface Person {
  given: string;
  surname: string;
  birth: [year: number, month: number, day: number];
  street: string;
  number: number;
  city: string;
  postcode: string;
  phone: string;
  email: string;
  company: string;
  site: string;
}

interface World {
  random: Dice;
  given: readonly string[];
  surnames: string[];
  streets: string[];
  cities: { name: string; postcode: string }[];
  companies: { name: string; site: string }[];
}

function world(seed: number, given: readonly string[], size: number): World {
  const random = dice(seed);
  const surnames = inventWords(random, Math.max(150, Math.min(8000, Math.floor(size / 3))));
  const cities = inventWords(random, Math.max(25, Math.min(3000, Math.floor(size / 25)))).map((name) => ({
    name,
    postcode: String(10_000 + Math.floor(random() * 89_000)),
  }));
  const streets = inventWords(random, Math.max(100, Math.min(6000, Math.floor(size / 4))));
  const companies = inventWords(random, Math.max(20, Math.min(5000, Math.floor(size / 8)))).map((name) => ({
    name: `${name} ${pick(random, trades)} ${pick(random, ['ltd', 'gmbh', 'inc', 'llc'])}`,
    site: `www.${name}.example.com`,
  }));
  return { random, given, surnames, streets, cities, companies };
}

const digits = (random: Dice, count: number): string =>
  Array.from({ length: count }, () => Math.floor(random() * 10)).join('');

function person(w: World): Person {
  const { random } = w;
  const city = pickCommon(random, w.cities);
  const company = pickCommon(random, w.companies);
  const [given, surname] = [pick(random, w.given), pickCommon(random, w.surnames)];
  const mailbox = pick(random, [
    `${given}.${surname}`,
    `${given[0]}${surname}`,
    `${given}${digits(random, 2)}`,
    `${surname}.${given[0]}`,
  ]);
  return {
    given,
    surname,
    birth: [1935 + Math.floor(random() * 70), 1 + Math.floor(random() * 12), 1 + Math.floor(random() * 28)],
    street: pick(random, w.streets),
    number: 1 + Math.floor(random() * 150),
    city: city.name,
    postcode: city.postcode,
    phone: `0${2 + Math.floor(random() * 7)}${digits(random, 8)}`,
    email: `${mailbox.normalize('NFD').replace(/[^a-z0-9.]/g, '')}${random() < 0.5 ? digits(random, 2) : ''}@${pick(random, domains)}`,
    company: company.name,
    site: company.site,
  };
}

/** People with relatives at the same address, twins among them. */
function people(w: World, count: number, families: number): Person[] {
  const all: Person[] = [];
  while (all.length < count) {
    const head = person(w);
    all.push(head);
    if (w.random() >= families) continue;
    for (let members = 1 + Math.floor(w.random() * 3); members > 0; members--) {
      const twin = w.random() < 0.1 ? all[all.length - 1] : undefined;
      const other = person(w);
      if (all.slice(-members - 4).some((p) => p.surname === head.surname && p.given === other.given)) continue;
      all.push({
        ...other,
        surname: head.surname,
        street: head.street,
        number: head.number,
        city: head.city,
        postcode: head.postcode,
        birth: twin?.birth ?? other.birth,
        phone: w.random() < 0.6 ? head.phone : other.phone,
      });
    }
  }
  return all.slice(0, count);
}

interface Slips {
  /** Chance of a slip in a cell, of an empty one, of a moved person, and of swapped names. */
  typo: number;
  empty: number;
  moved: number;
  swapped: number;
}

interface Shape {
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

function spoil(w: World, p: Person, { moved, swapped }: Slips): Person {
  const { random } = w;
  let copy = p;
  if (random() < moved) {
    const there = person(w);
    copy = {
      ...copy,
      street: there.street,
      number: there.number,
      city: there.city,
      postcode: there.postcode,
      phone: random() < 0.5 ? there.phone : p.phone,
    };
  }
  if (random() < 0.25)
    copy = { ...copy, email: person(w).email.replace(/^[^@]*/, `${p.surname.slice(0, 6)}${p.given[0]}`) };
  if (random() < swapped) copy = { ...copy, given: copy.surname, surname: copy.given };
  return copy;
}

/** A table of a shape with `count` people, in a shuffled order. The same seed gives the same table. */
export function invent(shape: Shape, count: number, seed = 7): Invented {
  const w = world(seed, shape.given, count);
  const { random } = w;
  const made: { cells: string[]; entity: number }[] = [];
  const ids =
    shape.header.length > 5 &&
    shape.cells(person(w), random, 12_345).findIndex((cell) => /12345|912345|12346|22345/.test(cell));
  for (const [entity, p] of people(w, count, shape.families).entries()) {
    made.push({ cells: shape.cells(p, random, made.length), entity });
    for (let more = shape.duplicates; more > 0 && random() < more; more -= 0.5) {
      const cells = shape.cells(spoil(w, p, shape.slips), random, made.length);
      const spoiled = cells.map((cell, index) => {
        if (index === ids) return cell;
        if (random() < shape.slips.empty) return '';
        return random() < shape.slips.typo ? slip(random, cell) : keep(cell);
      });
      made.push({ cells: spoiled, entity });
    }
  }
  for (let last = made.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [made[last], made[other]];
    if (a && b) [made[last], made[other]] = [b, a];
  }
  return {
    name: shape.name,
    header: shape.header,
    rows: made.map(({ cells }) => cells),
    truth: made.map(({ entity }) => entity),
  };
}

/**
 * Shops and firms: branches of one firm in several towns, shops that share a building, names written in several ways.
 */
export function inventShops(count: number, seed = 11): Invented {
  const w = world(seed, givenEnglish, count * 2);
  const { random } = w;
  const kinds = 'american italian french chinese steakhouse seafood cafe delis mexican thai'.split(' ');
  const patterns = [
    (s: string) => `${s}'s`,
    (s: string) => `cafe ${s}`,
    (s: string) => `${s} grill`,
    (s: string) => `the ${s} house`,
    (s: string) => `${s} & sons`,
    (s: string) => `ristorante ${s}`,
  ];
  const rows: string[][] = [];
  const truth: number[] = [];
  let before: string[] = [];
  for (let entity = 0; entity < count; entity++) {
    const p = person(w);
    const branch = random() < 0.1 && before.length > 0;
    const name = branch ? (before[0] ?? '') : pick(random, patterns)(p.surname);
    const shares = !branch && random() < 0.05 && before.length > 0;
    const street = shares
      ? (before[1] ?? '')
      : `${p.number} ${pick(random, ['n. ', 'e. ', '', ''])}${p.street} ${pick(random, ['st.', 'ave.', 'blvd.'])}`;
    const cells = [
      name,
      street,
      shares ? (before[2] ?? '') : p.city,
      `${p.phone.slice(0, 3)}/${p.phone.slice(3, 6)}-${p.phone.slice(6)}`,
      pick(random, kinds),
    ];
    rows.push(cells);
    truth.push(entity);
    before = cells;
    if (random() >= 0.2) continue;
    const [called, at = '', city = '', phone = '', kind = ''] = cells;
    const other =
      random() < 0.4 ? slip(random, called ?? '') : random() < 0.3 ? `${called} restaurant` : (called ?? '');
    const longer = at.replace('st.', 'street').replace('ave.', 'avenue').replace('n. ', 'north ');
    const lost = random() < 0.15 ? slip(random, phone) : phone.replace('/', '-');
    rows.push([
      other,
      random() < 0.5 ? longer : at,
      random() < 0.1 ? slip(random, city) : city,
      lost,
      random() < 0.4 ? pick(random, kinds) : kind,
    ]);
    truth.push(entity);
  }
  return { name: 'shops', header: ['name', 'addr', 'city', 'phone', 'type'], rows, truth };
}
