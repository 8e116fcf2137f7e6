/**
 * What people do: the newsletters that reach them, what they open, click, attend, ask for and buy. A function of the
 * member alone, so that any contact's history can be made without the others'.
 */
import { DAY_SECONDS } from './days.ts';
import { spellHabits, spellOf } from './interest.ts';
import type { Member } from './member.ts';
import type { Persona } from './person.ts';
import { Random } from './random.ts';

const purpose = { events: 30, purchases: 31 } as const;

/** Every event type there is; a timeline keeps its place in this list. */
export const eventTypes = [
  'delivered',
  'open',
  'click',
  'page_view',
  'pricing_page',
  'download',
  'gated_content',
  'registered',
  'attended',
  'conference',
  'subscribe',
  'demo_request',
  'contact_request',
  'careers_page',
  'product_use',
] as const;
type EventType = (typeof eventTypes)[number];

const place = Object.fromEntries(eventTypes.map((type, index) => [type, index])) as Record<EventType, number>;

/**
 * What each persona does, how often each thing among a hundred, how many things on average, and how many days ago on
 * average.
 */
const habits: Readonly<Record<Persona, { does: Partial<Record<EventType, number>>; count: number; daysAgo: number }>> =
  {
    hot: {
      does: {
        click: 24,
        page_view: 22,
        pricing_page: 18,
        gated_content: 10,
        registered: 8,
        attended: 6,
        download: 6,
        demo_request: 4,
        contact_request: 2,
      },
      count: 14,
      daysAgo: 25,
    },
    warm: {
      does: {
        click: 30,
        page_view: 26,
        gated_content: 9,
        registered: 8,
        download: 9,
        pricing_page: 6,
        attended: 4,
        conference: 3,
        subscribe: 5,
      },
      count: 12,
      daysAgo: 32,
    },
    reader: { does: { click: 38, open: 34, page_view: 24, subscribe: 3, download: 1 }, count: 9, daysAgo: 75 },
    customer: { does: { product_use: 58, page_view: 20, click: 17, pricing_page: 5 }, count: 6, daysAgo: 55 },
    quiet: { does: { open: 45, page_view: 35, click: 20 }, count: 1.2, daysAgo: 300 },
    seeker: { does: { careers_page: 60, page_view: 40 }, count: 5, daysAgo: 90 },
  };

/** A hundred places, each an event type's index: one draw finds the type. */
const drawsOf = (does: Partial<Record<EventType, number>>): readonly number[] =>
  Object.entries(does).flatMap(([type, times]) => Array.from({ length: times }, () => place[type as EventType]));
const draws = Object.fromEntries(
  Object.entries(habits).map(([persona, { does }]) => [persona, drawsOf(does)]),
) as unknown as Readonly<Record<Persona, readonly number[]>>;
const spellDraws = { serious: drawsOf(spellHabits.serious), around: drawsOf(spellHabits.around) };

/** Newsletters go out at six in the evening, the last one on the eve of the last day, the others two weeks apart. */
const letterEverySeconds = 14 * DAY_SECONDS;
const lettersKept = 2;

/** How many events a contact has on average when nothing scales them. */
export const eventsPerContact = 10.9;

/** `type` is a place in `eventTypes`, `at` in seconds since 1970. */
export type Tell = (type: number, at: number) => void;

/**
 * Passes every event of a member to `tell`, in no order; `scale` multiplies how much people do. Returns the last
 * moment of activity (opens are made by machines, and are none), or 0.
 */
export function eventsOf(member: Member, seed: number, end: number, scale: number, tell: Tell): number {
  const random = new Random(seed, purpose.events, member.index);
  const { person, story, createdAt } = member;
  const until = story.quietAfter;
  let last = 0;
  const happened = (type: number, at: number) => {
    tell(type, at);
    if (type !== place.delivered && type !== place.open && at > last) last = at;
  };
  for (const { type, at } of story.events) happened(place[type], at);
  if (member.address === '' && member.contactId === '') return last;
  if (member.address !== '')
    letters(random, Math.floor(lettersKept * scale + random.fraction()), createdAt, until, end, happened);
  const habit = habits[person.persona];
  const things = draws[person.persona];
  const exact = habit.count * scale * random.factor(0.45) * 0.9;
  const count = Math.floor(exact + random.fraction());
  for (let done = 0; done < count; done += 1) {
    let at = Math.floor(until - random.wait(habit.daysAgo) * DAY_SECONDS) - 60;
    if (at <= createdAt) at = createdAt + Math.floor((until - createdAt) * random.fraction());
    if (at >= createdAt)
      happened(done === 0 && person.persona === 'hot' ? place.demo_request : random.pick(things), at);
  }
  const spell = spellOf(member, seed, end);
  const spellThings = spell ? Math.floor(spell.things * Math.min(1, scale) + random.fraction()) : 0;
  for (let done = 0; spell && done < spellThings; done += 1)
    happened(random.pick(spell.serious ? spellDraws.serious : spellDraws.around), random.between(spell.from, spell.to));
  return last;
}

function letters(random: Random, kept: number, createdAt: number, until: number, end: number, happened: Tell): void {
  for (let letter = 0; letter < kept; letter += 1) {
    const sent = end - 6 * 3600 - letter * letterEverySeconds;
    if (sent < createdAt || sent > until || random.chance(0.12)) continue;
    const delivered = sent + random.between(0, 900);
    happened(place.delivered, delivered);
    if (random.chance(0.28)) happened(place.open, Math.min(end - 1, delivered + random.between(30, 4 * 3600)));
  }
}

export interface Purchase {
  readonly at: number;
  /** In hundredths; negative for money given back. */
  readonly cents: number;
}

/** How many purchases a contact has on average when nothing scales them. */
export const purchasesPerContact = 0.995;

/**
 * The member's purchases, oldest first: customers buy at their own rate until they stop, the interested after their
 * spell; some send things back.
 */
export function purchasesOf(member: Member, seed: number, end: number, scale: number): Purchase[] {
  const { person, story, createdAt } = member;
  const random = new Random(seed, purpose.purchases, member.index);
  const buys =
    person.persona === 'customer' || story.events.some(({ type }) => type === 'click') || random.chance(0.03);
  const bought = member.address === '' ? undefined : spellOf(member, seed, end)?.buysAt;
  if (member.address === '' || (!buys && bought === undefined)) return [];
  const count = buys ? Math.min(60, Math.max(1, Math.round((0.7 + random.wait(2.9)) * scale))) : 0;
  const until =
    createdAt + (Math.min(story.quietAfter, end - 60) - createdAt) * (random.chance(0.6) ? 1 : random.fraction());
  const usual = 4200 * random.factor(0.7);
  const purchases: Purchase[] = [];
  if (bought !== undefined)
    purchases.push({ at: bought, cents: Math.max(500, Math.round(usual * random.factor(0.35))) });
  for (let order = 0; order < count; order += 1) {
    const at = Math.floor(createdAt + (until - createdAt) * random.fraction());
    const cents = Math.max(500, Math.round(usual * random.factor(0.35)));
    purchases.push({ at, cents });
    if (random.chance(0.03))
      purchases.push({ at: Math.min(end - 60, at + random.between(1, 12) * DAY_SECONDS), cents: -cents });
    if (random.chance(0.02)) purchases.push({ at: Math.min(end - 60, at + 1800), cents: Math.round(cents / 2) });
  }
  return purchases.sort((left, right) => left.at - right.at);
}
