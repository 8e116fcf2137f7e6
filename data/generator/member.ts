/**
 * One record of the contact table before it is written down: whose it is, under which id and address, since when, and
 * what happened to it. A person who is in the table twice is two members.
 */
import { type Story, tell } from './bounces.ts';
import type { Cast, Part } from './cast.ts';
import { DAY_SECONDS } from './days.ts';
import { capitals, spaced } from './handwriting.ts';
import type { Person, Population } from './person.ts';
import { Random } from './random.ts';

const purpose = { address: 20, story: 21, created: 22 } as const;

/** How the second record of a person differs from the first, by the copy's rank. */
const copyKinds = [
  'sameAddressOtherCase',
  'nicknameSecondAddress',
  'typoSameAddress',
  'swappedNames',
  'movedHouse',
  'addressOnly',
  'typoSecondAddress',
] as const;
export type CopyKind = (typeof copyKinds)[number];

export interface Member {
  readonly index: number;
  readonly part: Part;
  readonly person: Person;
  readonly copyKind: CopyKind | undefined;
  /** '' where the table has a row without one. */
  readonly contactId: string;
  /** The mailbox that the row means, in lower case; '' where the row names none that anybody could read. */
  readonly address: string;
  /** The address as it stands in the row, before any odd spaces. */
  readonly written: string;
  readonly story: Story;
  /** In seconds since 1970. */
  readonly createdAt: number;
}

export class Register {
  private readonly seed: number;
  private readonly cast: Cast;
  private readonly population: Population;
  private readonly end: number;

  constructor(seed: number, cast: Cast, population: Population, end: number) {
    this.seed = seed;
    this.cast = cast;
    this.population = population;
    this.end = end;
  }

  memberAt(index: number): Member {
    const part = this.cast.partOf(index);
    const person = this.population.personAt(part.kind === 'copy' ? part.of : index);
    const copyKind = part.kind === 'copy' ? copyKinds[part.rank % copyKinds.length] : undefined;
    const { address, written } = this.addressOf(index, part, person, copyKind);
    const story = this.storyOf(index, part, copyKind);
    return {
      index,
      part,
      person,
      copyKind,
      contactId: this.hasId(index) ? contactId(index) : '',
      address,
      written,
      story,
      createdAt: this.createdAt(index, person, story),
    };
  }

  /** Whether the contact's row has an id; cheaper than making the member. */
  hasId(index: number): boolean {
    const part = this.cast.partOf(index);
    return part.kind !== 'odd' || part.oddity !== 'noId';
  }

  /** Whether anything may have happened to the contact; cheaper than telling it. */
  mayHaveStory(index: number): boolean {
    const { kind } = this.cast.partOf(index);
    return kind === 'fate' || kind === 'copy';
  }

  /** An address that was somebody's once: theirs before they moved, or one whose contact was deleted. */
  formerAddress(index: number): string {
    const person = this.population.personAt(index);
    return `old.${person.address.split('@')[0]}${index + 1}@letters.example.net`;
  }

  private addressOf(index: number, part: Part, person: Person, copyKind: CopyKind | undefined) {
    const random = new Random(this.seed, purpose.address, index);
    const same = (address: string) => ({ address, written: address });
    if (copyKind === 'sameAddressOtherCase') return { address: person.address, written: capitals(person.address) };
    if (copyKind === 'nicknameSecondAddress' || copyKind === 'movedHouse' || copyKind === 'typoSecondAddress') {
      return same(this.population.secondAddress(person, index));
    }
    if (part.kind === 'plain') return { address: person.address, written: typedAddress(person.address, random) };
    if (part.kind !== 'odd') return same(person.address);
    const local = `${person.address.split('@')[0]}${index + 1}`;
    switch (part.oddity) {
      case 'role':
        return same(`${roles[part.rank % roles.length]}@${person.company?.domain ?? 'example.org'}`);
      case 'disposable':
        return same(`${local}@${disposable[part.rank % disposable.length]}`);
      case 'typo':
        return same(`sample.${local}@${mistyped[part.rank % mistyped.length]}`);
      case 'invalid':
        return {
          address: '',
          written: (unreadable[part.rank % unreadable.length] as (local: string) => string)(local),
        };
      case 'noAddress':
        return same('');
      case 'displayName':
        return { address: person.address, written: `${person.first} ${person.last} <${person.address}>` };
      case 'noId':
        return same(person.address);
    }
  }

  private storyOf(index: number, part: Part, copyKind: CopyKind | undefined): Story {
    const random = new Random(this.seed, purpose.story, index);
    if (part.kind === 'fate') return tell(part.fate, part.rank, this.end, random);
    const ownAddress = copyKind === 'nicknameSecondAddress' || copyKind === 'movedHouse';
    if (part.kind === 'copy' && ownAddress && part.rank % 2 === 0) return tell('leftLongAgo', 1, this.end, random);
    return {
      bounces: [],
      events: [],
      status: 'subscribed',
      mailbox: 'alive',
      verdict: 'none',
      left: false,
      quietAfter: this.end,
    };
  }

  /** People were there before anything happened to them. */
  private createdAt(index: number, person: Person, story: Story): number {
    const random = new Random(this.seed, purpose.created, index);
    const at = this.end - person.knownForDays * DAY_SECONDS - random.between(0, DAY_SECONDS - 1);
    const earliest = Math.min(
      story.bounces[0]?.at ?? at,
      story.standing?.at ?? at,
      story.events[0]?.at ?? at,
      story.quietAfter,
    );
    const before = earliest - random.between(10, 200) * DAY_SECONDS;
    return earliest < at + 5 * DAY_SECONDS ? before : at;
  }
}

/** `c000001` is the contact in the first row. */
export function contactId(index: number): string {
  return index < 99_999 ? `c${String(index + 1).padStart(6, '0')}` : `c${index + 1}`;
}

/** Mostly as it is; some in capitals, some with spaces that look like nothing. */
function typedAddress(address: string, random: Random): string {
  const way = random.fraction();
  if (way < 0.06) return capitals(address);
  return way < 0.1 ? spaced(address, random) : address;
}

const roles = ['info', 'sales', 'office', 'support', 'billing', 'contact', 'hello', 'admin'] as const;
const disposable = ['mailinator.com', 'guerrillamail.com', 'yopmail.com', '10minutemail.com'] as const;
const mistyped = ['gmial.com', 'gmai.com', 'hotmial.com', 'yahooo.com', 'outlok.com', 'gmail.con'] as const;

/** What stands in an address column and is no address. */
const unreadable: readonly ((local: string) => string)[] = [
  (local) => `${local}.example.com`,
  (local) => `${local}@@example.com`,
  (local) => `${local}@example..com`,
  (local) => `${local.replace('.', '..')}..x@example.com`,
  (local) => `${local}@`,
  (local) => `@${local}.example.com`,
  (local) => `${local} sales@example.com`,
  (local) => `${local}@example`,
  (local) => `.${local}@example.org`,
  () => 'n/a',
  () => 'none',
  (local) => `${local}@-example.com`,
  (local) => `${local}@mail.example.cmo`,
  (local) => `${local}@example.com;${local}@example.org`,
];
