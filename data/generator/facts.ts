/**
 * The tables of what happened (events, bounces, purchases), oldest first, from the histories of all members.
 */
import { eventsOf, eventTypes, purchasesOf } from './activity.ts';
import { type BounceKind, bounceKinds } from './bounces.ts';
import { DAY_SECONDS, timeText } from './days.ts';
import { contactId, type Member, type Register } from './member.ts';
import { scatter } from './random.ts';
import { Timeline } from './timeline.ts';

export type FactTable = 'events' | 'bounces' | 'purchases';

const bounceNames = Object.keys(bounceKinds) as BounceKind[];
const bouncePlace = new Map(bounceNames.map((name, index) => [name, index]));
const letter = 'Monthly letter';
const campaigns = [letter, 'Product news', 'Webinar series', 'Trade fair', ''] as const;
const fromLetters = new Set(['delivered', 'open']);
/** Types that no campaign brings. */
const byThemselves = new Set(['page_view', 'product_use', 'careers_page']);
const currencies: Readonly<Record<string, string>> = { GBP: 'GBP', EUR: 'EUR', SEK: 'EUR' };

/** Longer than anybody is known. */
const spanDays = 3000;

export class Facts {
  readonly columns = {
    events: ['event_id', 'contact_id', 'email', 'type', 'occurred_at', 'value', 'campaign'],
    bounces: ['bounce_id', 'email', 'kind', 'code', 'detail', 'provider', 'occurred_at'],
    purchases: ['order_id', 'contact_id', 'email', 'ordered_at', 'amount', 'currency'],
  } as const satisfies Record<FactTable, readonly string[]>;

  private told: Record<FactTable, Timeline> | undefined;

  private readonly register: Register;
  private readonly seed: number;
  private readonly people: number;
  private readonly end: number;
  private readonly scale: { readonly events: number; readonly purchases: number };

  constructor(
    register: Register,
    seed: number,
    people: number,
    end: number,
    scale: { readonly events: number; readonly purchases: number },
  ) {
    this.register = register;
    this.seed = seed;
    this.people = people;
    this.end = end;
    this.scale = scale;
  }

  count(table: FactTable): number {
    return this.history()[table].length;
  }

  rows(table: FactTable): Iterable<readonly string[]> {
    if (table === 'events') return this.eventRows();
    return table === 'bounces' ? this.bounceRows() : this.purchaseRows();
  }

  /** One walk over all members, for the order of what happened to them. */
  private history(): Record<FactTable, Timeline> {
    if (this.told) return this.told;
    const start = this.end - spanDays * DAY_SECONDS;
    const told = { events: new Timeline(start), bounces: new Timeline(start), purchases: new Timeline(start) };
    for (let index = 0; index < this.people; index += 1) {
      const member = this.register.memberAt(index);
      eventsOf(member, this.seed, this.end, this.scale.events, (type, at) => told.events.add(at, index, type));
      for (const { kind, at } of member.story.bounces) told.bounces.add(at, index, bouncePlace.get(kind) ?? 0);
      this.purchases(member).forEach(({ at }, order) => {
        told.purchases.add(at, index, order);
      });
    }
    this.told = told;
    return told;
  }

  private purchases(member: Member) {
    return purchasesOf(member, this.seed, this.end, this.scale.purchases);
  }

  private *eventRows(): Generator<readonly string[]> {
    let number = 0;
    for (const { at, member, kind } of this.history().events.inOrder()) {
      number += 1;
      const dice = scatter(number ^ this.seed);
      const type = eventTypes[kind] as string;
      const byAddress = dice % 100 < 6 || !this.register.hasId(member);
      const [id, email] = byAddress ? named(this.register.memberAt(member), true) : [contactId(member), ''];
      const campaign = fromLetters.has(type)
        ? letter
        : byThemselves.has(type)
          ? ''
          : (campaigns[(dice >>> 8) % campaigns.length] as string);
      const minutes = type === 'product_use' ? String(((dice >>> 12) % 90) + 1) : '';
      yield [factId('e', number), id, email, type, timeText(at), minutes, campaign];
    }
  }

  private *bounceRows(): Generator<readonly string[]> {
    let number = 0;
    for (const { at, member, kind } of this.history().bounces.inOrder()) {
      number += 1;
      const [name, code, detail, provider] = bounceKinds[bounceNames[kind] as BounceKind];
      const { address } = this.register.memberAt(member);
      yield [factId('b', number), address, name, code, detail, provider, timeText(at)];
    }
  }

  private *purchaseRows(): Generator<readonly string[]> {
    let number = 0;
    for (const { at, member: index, kind: order } of this.history().purchases.inOrder()) {
      number += 1;
      const member = this.register.memberAt(index);
      const [id, email] = named(member, scatter(number) % 100 < 15);
      const amount = ((this.purchases(member)[order]?.cents ?? 0) / 100).toFixed(2);
      const currency = currencies[member.person.country.currency] ?? 'USD';
      yield [factId('o', number), id, email, timeText(at), amount, currency];
    }
  }
}

/**
 * How a fact names its contact: by id; by address where the tool that told it knew no more, or the contact has no id.
 */
function named(member: Member, byAddress: boolean): readonly [id: string, email: string] {
  if (member.contactId === '') return ['', member.address];
  const alone = member.part.kind === 'plain' && member.written === member.address;
  return byAddress && alone ? ['', member.address] : [member.contactId, ''];
}

function factId(letter: string, number: number): string {
  return letter + (number < 100_000 ? String(number).padStart(6, '0') : number);
}
