/**
 * Invented households with known truth: relatives with names that are alike, twins, seniors and juniors, namesakes,
 * colleagues at one switchboard, shared mailboxes and landlines; and real duplicates: copies, people who moved,
 * married, or gave a second address. Everything comes from a seed; no person in them exists. The seed also decides how
 * often each of these is met, how often a birth date is known and how often a cell has a slip, so that no two are alike.
 */
import { Random } from '../../data/generator/random.ts';
import type { Invented } from './invented.ts';

export type Language = 'English' | 'German' | 'French' | 'Polish';
export const languages: readonly Language[] = ['English', 'German', 'French', 'Polish'];

interface Words {
  /** First names of which two stand side by side: easily taken for one another. */
  alike: readonly (readonly [string, string])[];
  given: readonly string[];
  surnames: readonly string[];
  streets: readonly string[];
  cities: readonly string[];
  family: string;
  suffixes: readonly [string, string];
  firm: string;
}

const words: Readonly<Record<Language, Words>> = {
  English: {
    alike: [
      ['Michael', 'Michaela'],
      ['Paul', 'Paula'],
      ['Tim', 'Tom'],
      ['Anna', 'Anne'],
      ['Mary', 'Marie'],
      ['Daniel', 'Danielle'],
      ['Elizabeth', 'Liz'],
      ['Robert', 'Rob'],
      ['Christina', 'Christine'],
      ['Joan', 'John'],
    ],
    given:
      'James Linda David Susan Joseph Karen Thomas Nancy Mark Helen Steven Laura Kevin Ruth Brian Emma Peter Julia'.split(
        ' ',
      ),
    surnames:
      'Kingswell Ashgrove Merrick Holloway Stanbridge Westcott Larkfield Thornbury Penhale Redwood Marlow Fairburn'.split(
        ' ',
      ),
    streets: 'Station Road,Mill Lane,Orchard Street,Church Hill,Bridge Street,Garden Avenue,Park Row'.split(','),
    cities: 'Sandford Northam Westbridge Oakhaven Milton'.split(' '),
    family: 'family',
    suffixes: ['Sr', 'Jr'],
    firm: 'Ltd',
  },
  German: {
    alike: [
      ['Michael', 'Michaela'],
      ['Jan', 'Jana'],
      ['Tim', 'Tom'],
      ['Anna', 'Anne'],
      ['Maria', 'Marie'],
      ['Daniel', 'Daniela'],
      ['Elisabeth', 'Lisa'],
      ['Martin', 'Martina'],
      ['Christina', 'Christine'],
      ['Hans', 'Hannes'],
    ],
    given:
      'Peter Ursula Wolfgang Monika Klaus Petra Sabine Helmut Renate Karin Heinz Erika Dieter Gisela Uwe Silke Jonas Lena'.split(
        ' ',
      ),
    surnames:
      'Kornfeld Wolkenbruch Rautenfeld Sanderstein Vogelweid Starenberg Holzapfel Lerchental Bernstorff Brandt Vahl Müller'.split(
        ' ',
      ),
    streets: 'Dorfstraße,Parkweg,Amselweg,Ostring,Gartenweg,Buchenallee,Feldgasse'.split(','),
    cities: 'Sandfurt Altberg Kreuzau Neuhafen Lichtental'.split(' '),
    family: 'familie',
    suffixes: ['sen.', 'jun.'],
    firm: 'GmbH',
  },
  French: {
    alike: [
      ['Michel', 'Michèle'],
      ['Pascal', 'Pascale'],
      ['Louis', 'Louise'],
      ['Frédéric', 'Frédérique'],
      ['Anne', 'Anna'],
      ['Jean', 'Jeanne'],
      ['Claude', 'Claudine'],
      ['Dominique', 'Dominic'],
      ['Marie', 'Marion'],
      ['André', 'Andrée'],
    ],
    given:
      'Pierre Camille Hugo Sylvie Luc Manon Étienne Chloé Rémi Nathalie Julien Odile Bruno Inès Gaël Solène Yves Noémie'.split(
        ' ',
      ),
    surnames:
      'Charpentay Boisvieux Lamontelle Fontenoy Grandval Rochebrune Delacombe Vaucresson Montclair Sauveterre Petit Roux'.split(
        ' ',
      ),
    streets: 'rue du Moulin,avenue des Lilas,rue de la Gare,chemin Vert,place du Marché,rue Haute'.split(','),
    cities: 'Valbois Clairmont Pontvieux Rivelle Sablons'.split(' '),
    family: 'famille',
    suffixes: ['père', 'fils'],
    firm: 'SARL',
  },
  Polish: {
    alike: [
      ['Jan', 'Janina'],
      ['Stanisław', 'Stanisława'],
      ['Maria', 'Marta'],
      ['Adam', 'Ada'],
      ['Paweł', 'Paulina'],
      ['Daniel', 'Daniela'],
      ['Anna', 'Hanna'],
      ['Michał', 'Michalina'],
      ['Karol', 'Karolina'],
      ['Julia', 'Julian'],
    ],
    given:
      'Piotr Ewa Tomasz Agnieszka Marek Zofia Łukasz Beata Rafał Monika Wojciech Iwona Jerzy Danuta Kamil Sylwia Igor Lena'.split(
        ' ',
      ),
    surnames:
      'Brzozowicz Dębowski Jaworzyn Kalinowicz Leszczyn Modrzew Olszanka Sosnowiec Topolski Wierzbicz Nowak Kowal'.split(
        ' ',
      ),
    streets: 'ul. Polna,ul. Leśna,ul. Słoneczna,ul. Krótka,ul. Ogrodowa,ul. Szkolna'.split(','),
    cities: 'Brzeźno Dąbrówka Kamionka Lipowo Zalesie'.split(' '),
    family: 'rodzina',
    suffixes: ['senior', 'junior'],
    firm: 'Sp. z o.o.',
  },
};

interface Person {
  email: string;
  given: string;
  surname: string;
  phone: string;
  birth: string;
  company: string;
  street: string;
  city: string;
  postcode: string;
}

const header = ['email', 'first_name', 'last_name', 'phone', 'birth_date', 'company', 'address', 'city', 'postal_code'];
const cellsOf = (p: Person): string[] => [
  ...[p.email, p.given, p.surname, p.phone, p.birth, p.company, p.street, p.city, p.postcode],
];

const mailName = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('ü', 'ue')
    .normalize('NFD')
    .replace(/[^a-z]/g, '');

class Households {
  readonly rows: string[][] = [];
  readonly truth: number[] = [];
  readonly #random: Random;
  readonly #words: Words;
  readonly #mailboxes = new Set<string>();
  readonly #births: number;
  readonly #slips: number;
  #people = 0;

  constructor(seed: number, language: Language) {
    this.#random = new Random(seed, 20, languages.indexOf(language));
    this.#words = words[language];
    this.#births = this.#random.fraction();
    this.#slips = 0.15 * this.#random.fraction();
  }

  #below = (limit: number): number => Math.floor(this.#random.fraction() * limit);
  #pick = <T>(from: readonly T[]): T => from[this.#below(from.length)] as T;
  #digits = (count: number): string => Array.from({ length: count }, () => this.#below(10)).join('');
  #birth = (): string =>
    `${1935 + this.#below(70)}-${String(1 + this.#below(12)).padStart(2, '0')}-${String(1 + this.#below(28)).padStart(2, '0')}`;
  /** A mailbox that no one else has. */
  #ownMail(given: string, surname: string): string {
    for (;;) {
      const number = this.#below(3) === 0 ? this.#digits(3) : '';
      const mail = `${mailName(given)}.${mailName(surname)}${number}@${this.#pick(['post1', 'mail2', 'web3', 'inbox4'])}.example`;
      if (this.#mailboxes.has(mail)) continue;
      this.#mailboxes.add(mail);
      return mail;
    }
  }

  #place(): Pick<Person, 'street' | 'city' | 'postcode'> {
    const city = this.#below(this.#words.cities.length);
    return {
      street: `${this.#pick(this.#words.streets)} ${1 + this.#below(120)}`,
      city: this.#words.cities[city] as string,
      postcode: `${3 + city}0${this.#digits(3)}`,
    };
  }

  /** Somebody new, with cells of their own where `given` holds none. */
  person(given: Partial<Person> = {}): Person {
    const first = given.given ?? this.#pick(this.#words.given);
    const surname = given.surname ?? this.#pick(this.#words.surnames);
    return {
      email: this.#ownMail(first, surname),
      phone: `+4915${this.#digits(9)}`,
      birth: this.#birth(),
      company: '',
      ...this.#place(),
      ...given,
      given: first,
      surname,
    };
  }

  /** Two letters beside each other change places, in a cell with a slip. */
  #slipped(cell: string): string {
    if (cell.length < 4 || this.#random.fraction() >= this.#slips) return cell;
    const at = 1 + this.#below(cell.length - 3);
    return cell.slice(0, at) + cell[at + 1] + cell[at] + cell.slice(at + 2);
  }

  /** Adds records of one person; cells are left out here and there, as people do. */
  add(...records: readonly Person[]): void {
    for (const record of records) {
      const birth = this.#random.fraction() < this.#births ? record.birth : '';
      const [surname, street, phone] = [record.surname, record.street, record.phone].map((cell) => this.#slipped(cell));
      this.rows.push(cellsOf({ ...record, birth, surname: surname ?? '', street: street ?? '', phone: phone ?? '' }));
      this.truth.push(this.#people);
    }
    this.#people++;
  }

  /** Two people who share what a household shares. */
  relatives(): void {
    const [one, other] = this.#pick(this.#words.alike);
    const home = { surname: this.#pick(this.#words.surnames), ...this.#place(), phone: `+4969${this.#digits(8)}` };
    const shared = { ...home, email: `${this.#words.family}.${mailName(home.surname)}@post1.example` };
    const twins = this.#birth();
    const [sr, jr] = this.#words.suffixes;
    const named = this.#pick(this.#words.given);
    const kinds: [Person, Person][] = [
      [this.person({ ...shared, given: one }), this.person({ ...shared, given: other })],
      [this.person({ ...home, given: one }), this.person({ ...home, given: other })],
      [this.person({ ...home, given: one, birth: twins }), this.person({ ...home, given: other, birth: twins })],
      [this.person({ ...shared, given: one, birth: twins }), this.person({ ...shared, given: other, birth: twins })],
      [
        this.person({ ...shared, given: named, birth: '' }),
        this.person({ ...shared, given: named, surname: `${home.surname} ${jr}`, birth: '' }),
      ],
      [
        this.person({ ...shared, given: named, surname: `${home.surname} ${sr}` }),
        this.person({ ...shared, given: named, surname: `${home.surname} ${jr}` }),
      ],
      [this.person({ ...home, given: named, birth: '' }), this.person({ ...home, given: named, birth: '' })],
      [this.person({ ...home, given: `${one[0]}.` }), this.person({ ...home, given: one })],
      [this.person({ ...shared, given: '' }), this.person({ ...shared, given: one })],
    ];
    for (const person of this.#pick(kinds)) this.add(person);
  }

  /** Two colleagues, or two namesakes, at one firm. */
  colleagues(): void {
    const surname = this.#pick(this.#words.surnames);
    const domain = `${mailName(surname)}-${this.#digits(2)}${this.#people}.example`;
    const firm = {
      company: `${surname} ${this.#words.firm}`,
      ...this.#place(),
      phone: `+4940${this.#digits(8)}`,
      birth: '',
    };
    const [one, other] = this.#pick(this.#words.alike);
    const kinds: [Person, Person][] = [
      [
        this.person({ ...firm, surname, given: one, email: `info@${domain}` }),
        this.person({ ...firm, surname, given: other, email: `info@${domain}` }),
      ],
      [
        this.person({ ...firm, surname, given: one, email: `info.nord@${domain}` }),
        this.person({ ...firm, surname, given: other, email: `info.nord@${domain}` }),
      ],
      [
        this.person({ ...firm, surname, given: one, email: `${mailName(one)}.${mailName(surname)}1@${domain}` }),
        this.person({ ...firm, surname, given: one, email: `${mailName(one)}.${mailName(surname)}2@${domain}` }),
      ],
      [
        this.person({ ...firm, surname, given: one, email: `${mailName(one)}@${domain}` }),
        this.person({ ...firm, surname, given: other, email: `${mailName(other)}@${domain}` }),
      ],
    ];
    for (const person of this.#pick(kinds)) this.add(person);
  }

  /** Two people of one name who share nothing else. */
  namesakes(): void {
    const name = { given: this.#pick(this.#words.given), surname: this.#pick(this.#words.surnames) };
    this.add(this.person(name));
    this.add(this.person(name));
  }

  /** One person with two records. */
  duplicate(): void {
    const one = this.person();
    const there = this.#place();
    const kinds: Person[] = [
      { ...one },
      { ...one, email: one.email.toUpperCase(), phone: '' },
      { ...one, ...there },
      { ...one, ...there, phone: `+4915${this.#digits(9)}` },
      { ...one, surname: this.#pick(this.#words.surnames) },
      { ...one, email: this.#ownMail(one.given, one.surname) },
      {
        ...one,
        email: `${mailName(one.given)[0]}.${mailName(one.surname)}${this.#people}@werk.example`,
        company: `Werk ${this.#words.firm}`,
      },
      { ...one, given: one.surname, surname: one.given },
      { ...one, surname: one.surname.replace(/(.)(.)$/, '$2$1') },
    ];
    this.add(one, this.#pick(kinds));
  }
}

/** Households of about `size` rows: relatives, colleagues and namesakes beside real duplicates and people alone. */
export function inventHouseholds(language: Language, size: number, seed: number): Invented {
  const made = new Households(seed, language);
  const random = new Random(seed, 21, size);
  const [relatives, colleagues, namesakes, duplicates] = [0.2, 0.08, 0.08, 0.3].map(
    (most) => most * (0.4 + 0.6 * random.fraction()),
  ) as [number, number, number, number];
  while (made.rows.length < size) {
    let draw = random.fraction();
    const next = (share: number): boolean => {
      draw -= share;
      return draw < 0;
    };
    if (next(relatives)) made.relatives();
    else if (next(colleagues)) made.colleagues();
    else if (next(namesakes)) made.namesakes();
    else if (next(duplicates)) made.duplicate();
    else made.add(made.person());
  }
  return { name: `households, ${language}`, header, rows: made.rows, truth: made.truth };
}
