/**
 * Who plays which part: every contact of the world has exactly one, handed out in exact numbers from all over the
 * table. A part decides what is true of the person and the mailbox; what that looks like in the files is for others to
 * say.
 *
 * `settled` parts were dealt with long ago (their suppressions stand in the workbook); `tonight` parts are what the
 * next night shift should find; `alive` parts are the ones that a careless night shift would suppress, and must not.
 */
import { Shuffle } from './random.ts';

/** What happened to a mailbox or a person's consent. The number is how many per 2,000 contacts. */
const settled = {
  /** Hard bounce long ago, suppressed. */
  deadLongAgo: 70,
  /** Mailbox full three times long ago, suppressed. */
  fullLongAgo: 14,
  /** Unsubscribed or complained long ago, suppressed as a person. */
  leftLongAgo: 90,
  /** Suppressed by hand, nobody wrote why. */
  manual: 4,
  /** Left under an address they no longer have; the suppression names the contact. */
  moved: 5,
  /** Suppressed under another case of the same address. */
  otherCase: 3,
  /** Suppressed as dead, released by a person after the last bounce. */
  released: 6,
} as const;

/** Suppressed long ago, and wrongly so: for the quarterly review to find. */
const wrong = {
  /** The sender was blocked, the address is alive. */
  wronglyBlocked: 5,
  /** Hard bounce, but the person has clicked and bought since. */
  revived: 3,
  /** One domain's receiver broke for an hour; everybody there was suppressed. */
  oldBurst: 22,
} as const;

const alive = {
  /** Blocked for policy, content, reputation or authentication: the sender's fault. */
  blocked: 60,
  /** A full mailbox, once or twice. */
  fullTwice: 24,
  /** Full twice, then delivered, then full twice. */
  fullReset: 8,
  /** Full four times, but clicked shortly before: seven are allowed. */
  fullActive: 6,
  /** Full three times, a hundred days between them. */
  fullExpired: 6,
  /** Full three times on one day. */
  fullOneDay: 4,
  /** An unclear permanent failure, once. */
  unclearOnce: 8,
  /** No answer or a routing fault, fewer times than it takes. */
  unreachable: 9,
} as const;

/** How many per 30 contacts that the next night shift should newly suppress. */
const tonight = {
  deadTonight: 15,
  /** The second unclear permanent failure within a year. */
  unclearTwice: 2,
  /** The third full mailbox on a third day. */
  fullThird: 3,
  /** The third time without an answer. */
  noAnswerThird: 1,
  /** The fourth routing fault. */
  routingFourth: 1,
  leftTonight: 6,
  complainedTonight: 1,
  /** Released once by a person, and dead again since. */
  deadAgain: 1,
} as const;

/** How the contact's row is written, or what kind of address it has. Per 2,000 contacts. */
const odd = {
  role: 40,
  disposable: 10,
  typo: 12,
  invalid: 14,
  noAddress: 6,
  noId: 10,
  displayName: 6,
} as const;

export type Fate = keyof typeof settled | keyof typeof wrong | keyof typeof alive | keyof typeof tonight | 'burst';
export type Oddity = keyof typeof odd;

/** `of`: the index of the contact that a copy is a second record of. `rank`: which of its kind, from 0. */
export type Part =
  | { readonly kind: 'plain' }
  | { readonly kind: 'original'; readonly rank: number }
  | { readonly kind: 'copy'; readonly rank: number; readonly of: number }
  | { readonly kind: 'family'; readonly rank: number; readonly member: number; readonly head: number }
  | { readonly kind: 'fate'; readonly fate: Fate; readonly rank: number }
  | { readonly kind: 'odd'; readonly oddity: Oddity; readonly rank: number };

const familySize = 3;

/** A broken receiver bounces at least this many at once: the rules ask for 20 before they call it a burst. */
const burstSize = 26;

export class Cast {
  private readonly shuffle: Shuffle;
  private readonly copies: number;
  private readonly families: number;
  private readonly groups: readonly {
    readonly from: number;
    readonly to: number;
    readonly part: (rank: number) => Part;
  }[];

  /**
   * @param contacts how many contacts there are
   * @param newlySuppressed how many of them the next night shift should suppress
   */
  constructor(seed: number, contacts: number, newlySuppressed: number) {
    this.shuffle = new Shuffle(contacts, seed);
    const share = (perTwoThousand: number) => Math.round((perTwoThousand * contacts) / 2000);
    this.copies = share(70);
    this.families = share(30);
    let from = 2 * this.copies + familySize * this.families;
    const groups: { from: number; to: number; part: (rank: number) => Part }[] = [];
    const add = (count: number, part: (rank: number) => Part) => {
      groups.push({ from, to: from + count, part });
      from += count;
    };
    const fates = (counts: Readonly<Partial<Record<Fate, number>>>, scale: (count: number) => number) => {
      for (const [fate, count] of Object.entries(counts) as [Fate, number][]) {
        add(scale(count), (rank) => ({ kind: 'fate', fate, rank }));
      }
    };
    fates(settled, share);
    fates({ ...wrong, oldBurst: 0 }, share);
    fates(alive, share);
    fates(tonight, (count) => Math.round((count * newlySuppressed) / 30));
    if (contacts >= 1000) fates({ oldBurst: wrong.oldBurst, burst: burstSize }, (count) => count);
    for (const [oddity, count] of Object.entries(odd) as [Oddity, number][]) {
      add(share(count), (rank) => ({ kind: 'odd', oddity, rank }));
    }
    if (from > contacts) throw new RangeError(`${contacts} contacts are too few for ${newlySuppressed} suppressions.`);
    this.groups = groups.filter(({ from, to }) => to > from);
  }

  partOf(index: number): Part {
    const place = this.shuffle.placeOf(index);
    if (place < this.copies) return { kind: 'copy', rank: place, of: this.shuffle.indexAt(place + this.copies) };
    if (place < 2 * this.copies) return { kind: 'original', rank: place - this.copies };
    const past = place - 2 * this.copies;
    if (past < familySize * this.families) {
      const member = past % familySize;
      return {
        kind: 'family',
        rank: Math.floor(past / familySize),
        member,
        head: this.shuffle.indexAt(place - member),
      };
    }
    for (const { from, to, part } of this.groups) if (place < to) return part(place - from);
    return { kind: 'plain' };
  }
}
