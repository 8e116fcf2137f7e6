/**
 * The people of the world as they truly are: name, home, telephone, work, the one address that is theirs, and how they
 * behave. Nothing here is misspelt, missing or out of date; how their records look is contact.ts's affair.
 */
import type { Cast } from './cast.ts';
import { type Company, companyAt, freeMail, jobTitles, mostCompanies } from './companies.ts';
import { dayText } from './days.ts';
import { type Country, countries } from './people.ts';
import { Random, Shuffle, scatter } from './random.ts';

const purpose = { person: 1, home: 2, second: 3 } as const;

/** How somebody behaves towards the sender, from about to buy to asleep; `seeker` only looks for a job. */
export type Persona = 'hot' | 'warm' | 'reader' | 'customer' | 'quiet' | 'seeker';

export interface Home {
  readonly street: string;
  readonly city: string;
  readonly region: string;
  readonly postal: string;
}

export interface Person {
  readonly index: number;
  readonly first: string;
  readonly last: string;
  readonly country: Country;
  readonly home: Home;
  /** As people of that country write it; '' where there is none. */
  readonly phone: string;
  /** The same number in E.164. */
  readonly phoneE164: string;
  readonly birthDate: string;
  readonly company: Company | undefined;
  readonly title: string;
  /** Unique to the person, but for a family that shares a mailbox. */
  readonly address: string;
  readonly persona: Persona;
  /** Days before the world's last day on which the first record was made. */
  readonly knownForDays: number;
}

/** Letters only, lower case, without marks: `van der Bérg` → `vanderberg`. */
export function slug(name: string): string {
  const known = slugs.get(name);
  if (known !== undefined) return known;
  const plain = name
    .normalize('NFD')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[^a-z]/g, '');
  slugs.set(name, plain);
  return plain;
}
const slugs = new Map<string, string>();

const businessShare = 0.55;
/** Last names never repeat within a company, which keeps its addresses apart; the shortest list of names has 48. */
const mostColleagues = 45;
/** Prime, and no list's length is a multiple of it: colleagues get names from all over the alphabet, none twice. */
const nameStep = 23;

export class Population {
  private readonly seats: Shuffle;
  private readonly companies: number;
  private readonly known = new Map<number, Company>();

  private readonly seed: number;
  private readonly lastDay: number;
  private readonly cast: Cast;

  constructor(seed: number, size: number, lastDay: number, cast: Cast) {
    this.seed = seed;
    this.lastDay = lastDay;
    this.cast = cast;
    this.companies = Math.min(mostCompanies - 2, Math.max(3, Math.ceil(size / (size < 20_000 ? 14 : mostColleagues))));
    if (size / this.companies > mostColleagues)
      throw new RangeError(`A world holds at most ${mostColleagues * mostCompanies} contacts.`);
    this.seats = new Shuffle(size, seed + 1);
  }

  personAt(index: number): Person {
    const part = this.cast.partOf(index);
    const random = new Random(this.seed, purpose.person, index);
    const inFamily = part.kind === 'family';
    const atWork = random.chance(businessShare) && !inFamily;
    const burst = part.kind === 'fate' && (part.fate === 'burst' || part.fate === 'oldBurst') ? part : undefined;
    const seat = this.seats.placeOf(index);
    const [companyIndex, colleague] = burst
      ? [this.companies + (burst.fate === 'burst' ? 1 : 0), burst.rank]
      : [seat % this.companies, Math.floor(seat / this.companies)];
    const company =
      atWork || burst || (part.kind === 'odd' && part.oddity === 'role') ? this.company(companyIndex) : undefined;
    const head = inFamily && part.member > 0 ? this.personAt(part.head) : undefined;
    const country = head?.country ?? company?.country ?? random.pick(countries);
    const home = head?.home ?? this.homeOf(index, country);
    const picked = random.pick(country.given);
    // A relative of the very same name, at one address and one mailbox, could not be distinguished from a copy.
    const first = picked === head?.first ? (country.given.find((name) => name !== picked) ?? picked) : picked;
    const names = country.family;
    const last = head?.last ?? (names[((scatter(companyIndex) % 997) + colleague * nameStep) % names.length] as string);
    const [phone, phoneE164] = head ? [head.phone, head.phoneE164] : telephone(country, random);
    const persona = personaOf(random.fraction());
    const free = freeMail[Math.floor(random.fraction() ** 1.3 * freeMail.length)] as string;
    return {
      index,
      first,
      last,
      country,
      home,
      phone,
      phoneE164,
      birthDate: dayText(this.lastDay - random.between(20 * 365, 75 * 365)),
      company,
      title: company ? random.pick(jobTitles) : '',
      address: company
        ? `${officeName(first, last, companyIndex)}@${company.domain}`
        : head && part.kind === 'family' && part.rank % 5 === 0
          ? head.address
          : `${slug(first)}.${slug(last)}${index + 1}@${free}`,
      persona,
      knownForDays: 12 + Math.floor(1500 * random.fraction() ** 1.5) + (persona === 'customer' ? 90 : 0),
    };
  }

  /** A second, private address of the person whose second record stands at `index`; nobody else has it. */
  secondAddress(person: Person, index: number): string {
    const random = new Random(this.seed, purpose.second, index);
    return `${slug(person.first).slice(0, 1)}${slug(person.last)}${index + 1}@${random.pick(freeMail)}`;
  }

  /** Where somebody lives; `salt` tells one move from the next. */
  homeOf(index: number, country: Country, salt = 0): Home {
    const random = new Random(this.seed, purpose.home + 100 * salt, index);
    const town = random.pick(country.towns);
    const street = random.pick(country.streets);
    const house = random.between(1, 180);
    return {
      street: country.houseFirst ? `${house} ${street}` : `${street} ${house}`,
      city: town.city,
      region: town.region,
      postal: fill(town.postal, String(random.between(10, 99))),
    };
  }

  private company(index: number): Company {
    let company = this.known.get(index);
    if (!company) {
      company = companyAt(this.seed, index);
      this.known.set(index, company);
    }
    return company;
  }
}

/** Every company has one way to make an address of a name. */
function officeName(first: string, last: string, company: number): string {
  const way = scatter(company) % 4;
  if (way === 0) return `${slug(first).slice(0, 1)}.${slug(last)}`;
  if (way === 1) return slug(last);
  return `${slug(first)}.${slug(last)}`;
}

function telephone(country: Country, random: Random): [string, string] {
  if (country.phones.length === 0) return ['', ''];
  const range = random.pick(country.phones);
  const number = String(random.between(0, 9999)).padStart(4, '0');
  return [fill(range.national, number), fill(range.international, number)];
}

/** The pattern with the number's last digits in place of its `#`. */
function fill(pattern: string, number: string): string {
  let text = '';
  let used = number.length;
  for (let at = pattern.length - 1; at >= 0; at -= 1) {
    const character = pattern.charAt(at);
    if (character === '#') used -= 1;
    text = (character === '#' ? number.charAt(used) : character) + text;
  }
  return text;
}

function personaOf(fraction: number): Persona {
  if (fraction < 0.04) return 'hot';
  if (fraction < 0.24) return 'warm';
  if (fraction < 0.48) return 'reader';
  if (fraction < 0.7) return 'customer';
  return fraction < 0.98 ? 'quiet' : 'seeker';
}
