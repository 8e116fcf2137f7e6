/**
 * Spells of interest: for some weeks somebody looks into the offer (prices, webinars, guides), and some of them buy
 * in the weeks after. Whether they do depends on who they are. This is the truth that a score has to find: what
 * people do and who they are says something about what they will buy. A function of the member alone.
 */
import { DAY_SECONDS } from './days.ts';
import type { Member } from './member.ts';
import type { Person, Persona } from './person.ts';
import { Random } from './random.ts';

const purpose = { spell: 32 } as const;

export interface Spell {
  /** In seconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** How many things are done in it. */
  readonly things: number;
  /** Whether it is about buying, or a look around. */
  readonly serious: boolean;
  /** When it ends in a purchase; undefined where it does not, or not yet. */
  readonly buysAt: number | undefined;
}

/** How likely each persona has a spell at all. */
const hasSpell: Readonly<Record<Persona, number>> = {
  hot: 0.9,
  warm: 0.7,
  reader: 0.4,
  customer: 0.45,
  quiet: 0.08,
  seeker: 0,
};

/** What is done in a spell, how often among a hundred: by those who mean to buy, and by those who look around. */
export const spellHabits = {
  serious: {
    pricing_page: 26,
    attended: 18,
    gated_content: 16,
    click: 14,
    registered: 12,
    page_view: 8,
    contact_request: 6,
  },
  around: { page_view: 34, click: 34, download: 14, subscribe: 6, registered: 6, gated_content: 4, pricing_page: 2 },
} as const;

/**
 * The spell of a member, or none. It ended between ten weeks and a year before the world's end, most of them in the
 * last half year.
 */
export function spellOf(
  { person, story, createdAt, address, index }: Member,
  seed: number,
  end: number,
): Spell | undefined {
  const random = new Random(seed, purpose.spell, index);
  const daysAgo = 70 + Math.floor(290 * random.fraction() ** 2);
  const to = end - daysAgo * DAY_SECONDS - random.between(0, DAY_SECONDS - 1);
  const from = to - random.between(12, 40) * DAY_SECONDS;
  if (!random.chance(hasSpell[person.persona]) || address === '' || from <= createdAt || to >= story.quietAfter)
    return undefined;
  const buys = random.chance(appeal(person));
  const serious = buys || random.chance(0.25);
  const things = serious ? random.between(5, 12) : random.between(2, 7);
  const buysAt = to + Math.floor((6 + random.wait(34)) * DAY_SECONDS);
  return {
    from,
    to,
    things,
    serious,
    buysAt: buys && buysAt < Math.min(end - 60, story.quietAfter) ? buysAt : undefined,
  };
}

/** How likely interest ends in a purchase: those who decide about marketing and sales at a company, most of all. */
export function appeal({ title, company }: Pick<Person, 'title' | 'company'>): number {
  const words = title.toLowerCase();
  const decides = /head|director|vp|chief|founder/.test(words) ? 0.2 : 0;
  if (/student|intern/.test(words)) return 0.05;
  if (/marketing|crm|demand/.test(words)) return 0.5 + decides;
  if (/sales/.test(words)) return 0.4 + decides;
  return (company ? 0.3 : 0.2) + decides;
}
