/**
 * How a member's row looks in contacts.csv: typed by people and forms, with capitals, stray spaces, national telephone
 * numbers, countries in words; and what a careful cleaning would make of it, which is the truth that tests measure
 * against.
 */
import { dayText, timeText } from './days.ts';
import { mistype, spaced, telephone, website } from './handwriting.ts';
import type { Member } from './member.ts';
import { nicknames } from './people.ts';
import type { Population } from './person.ts';
import { Random } from './random.ts';

const purpose = 40;

/**
 * The columns of contacts.csv that every world has. The last two belong to no tool that we know: they must pass
 * through.
 */
export const contactColumns = [
  'contact_id',
  'email',
  'first_name',
  'last_name',
  'phone',
  'birth_date',
  'company',
  'job_title',
  'website',
  'address',
  'city',
  'region',
  'postal_code',
  'country',
  'source',
  'lifecycle_stage',
  'created_at',
  'updated_at',
  'last_activity_at',
  'status',
  'utm_campaign',
  'Notes',
] as const;

/** What a wide world adds: columns that enrichment fills, and more that are the team's own. */
export const wideColumns = [
  'industry',
  'employees',
  'annual_revenue',
  'Favourite Colour',
  'utm_source',
  'TAGS',
  'Lead Owner',
  'Loyalty No.',
] as const;

/** A row as it is typed, and the cells that a careful cleaning would leave (only of columns that it may touch). */
export interface Written {
  readonly cells: readonly string[];
  readonly clean: {
    readonly first_name: string;
    readonly last_name: string;
    readonly phone: string;
    readonly country: string;
  };
}

const sources = ['web form', 'trade fair', 'webinar', 'referral', 'import 2023', 'newsletter form', 'shop'] as const;
const campaigns = ['spring-launch', 'webinar-series', 'retargeting', 'partner', ''] as const;
const colours = ['teal', 'Blue', 'burnt orange', '', '', 'N/A', 'green'] as const;
const tags = ['"VIP","Fair 2024"', '"Newsletter"', '', '"Webinar","Partner"', ''] as const;
const owners = ['R. Okafor', 'J. Lindgren', 'T. Marsh', ''] as const;
const notes = [
  'Met at the fair; asked for "the blue one", twice.',
  'Call back after lunch,\nnot before 14:00',
  'Prefers post, not mail. Says: "no calls, please"',
  '=1+1',
  'Ordered 2 x 10", 1 x 12"',
  '007',
  'zażółć gęślą jaźń 😀',
] as const;

/** @param lastActivityAt seconds since 1970, or 0 where nothing is known */
export function writeContact(
  member: Member,
  population: Population,
  seed: number,
  lastActivityAt: number,
  wide: boolean,
): Written {
  const random = new Random(seed, purpose, member.index);
  const { person, part, copyKind, story } = member;
  const [first, last] = namesOf(member, random);
  const phone = copyKind === 'addressOnly' || copyKind === 'sameAddressOtherCase' ? '' : person.phone;
  const keepsPhone = isPair(member) || random.chance(0.62);
  const home = copyKind === 'movedHouse' ? population.homeOf(person.index, person.country, 1) : person.home;
  const hasHome = copyKind !== 'addressOnly' && (isPair(member) || part.kind === 'family' || random.chance(0.7));
  const spelling = random.chance(0.5) ? (person.country.spellings[0] as string) : random.pick(person.country.spellings);
  const updated = Math.max(member.createdAt, story.standing?.at ?? 0, lastActivityAt - random.between(0, 90) * 86400);
  const typed = typing(random);
  const cells = [
    member.contactId,
    member.written,
    typed(first),
    typed(last),
    keepsPhone && phone !== '' ? telephone(person.phone, person.phoneE164, random) : '',
    isPair(member) || random.chance(person.company ? 0.15 : 0.6) ? person.birthDate : '',
    copyKind === 'nicknameSecondAddress' || copyKind === 'movedHouse' ? '' : (person.company?.name ?? ''),
    copyKind === 'nicknameSecondAddress' ? '' : person.title,
    person.company && random.chance(0.6) ? website(person.company.domain, random) : '',
    hasHome ? home.street : '',
    hasHome ? home.city : '',
    hasHome ? home.region : '',
    hasHome ? home.postal : '',
    random.chance(0.92) ? spelling : '',
    random.pick(sources),
    stageOf(member, random),
    random.chance(0.05) ? dayText(Math.floor(member.createdAt / 86400)) : timeText(member.createdAt),
    timeText(updated),
    lastActivityAt > 0 ? timeText(lastActivityAt) : '',
    story.status,
    random.pick(campaigns),
    random.chance(0.04) ? random.pick(notes) : '',
  ];
  if (wide) cells.push(...wideCells(member, random));
  const country = cells[13] === '' ? '' : person.country.code;
  const typedPhone = cells[4] as string;
  const readable = /^(\+|00)/.test(typedPhone) || (typedPhone !== '' && country !== '');
  return {
    cells,
    clean: { first_name: first, last_name: last, phone: readable ? person.phoneE164 : typedPhone, country },
  };
}

/** One person twice: both records carry enough to be found out. */
function isPair({ part }: Member): boolean {
  return part.kind === 'copy' || part.kind === 'original';
}

function namesOf({ person, part, copyKind }: Member, random: Random): [string, string] {
  const { first, last } = person;
  switch (copyKind) {
    case undefined:
      return part.kind === 'odd' && part.oddity === 'role' && random.chance(0.7) ? ['', ''] : [first, last];
    case 'addressOnly':
      return ['', ''];
    case 'nicknameSecondAddress':
      return [nicknames[first] ?? first, last];
    case 'swappedNames':
      return [last, first];
    case 'typoSameAddress':
      return [first, mistype(last, random)];
    case 'typoSecondAddress':
      return [mistype(first, random), last];
    default:
      return [first, last];
  }
}

/** How this person's names were typed: mostly as they are, else in capitals, in small letters, or with stray spaces. */
function typing(random: Random): (name: string) => string {
  const way = random.fraction();
  if (way < 0.06) return (name) => name.toUpperCase();
  if (way < 0.12) return (name) => name.toLowerCase();
  if (way < 0.16) return (name) => (name === '' ? '' : spaced(name, random));
  if (way < 0.17) return (name) => name.normalize('NFD');
  return (name) => name;
}

function stageOf({ person, story }: Member, random: Random): string {
  if (person.persona === 'customer') return 'customer';
  if (person.persona === 'hot') return 'opportunity';
  if (story.left) return 'other';
  return random.pick(['subscriber', 'lead', 'lead', 'marketing qualified lead']);
}

function wideCells({ person, index }: Member, random: Random): string[] {
  const known = person.company && random.chance(0.4) ? person.company : undefined;
  return [
    known?.industry ?? '',
    known ? String(known.employees) : '',
    known && random.chance(0.7) ? String(known.revenue) : '',
    random.pick(colours),
    random.pick(['google', 'linkedin', 'newsletter', '', '']),
    random.pick(tags),
    random.pick(owners),
    person.persona === 'customer' ? String(index).padStart(9, '0') : '',
  ];
}
