/**
 * What became of a mailbox or a person's consent, told as facts: the bounces, the suppressions that stand already, and
 * the events that a fate needs. The truth that a bounce job is measured against is stated here and nowhere worked out.
 */
import type { Fate } from './cast.ts';
import { DAY_SECONDS } from './days.ts';
import type { Random } from './random.ts';

/** What a provider says when a message does not arrive, or its reader wants no more. */
export const bounceKinds = {
  unknownUser: ['hard', '5.1.1', 'smtp; 550 5.1.1 user unknown', 'ses'],
  noSuchMailbox: ['hard', '5.1.10', 'recipient not found', 'postmark'],
  noSuchDomain: ['hard', '5.1.2', 'host unknown', 'sendgrid'],
  unclear: ['hard', '5.0.0', 'undefined permanent failure', 'mailgun'],
  full: ['soft', '4.2.2', 'mailbox full', 'ses'],
  fullForNow: ['soft', '5.2.2', 'quota exceeded', 'sendgrid'],
  noAnswer: ['soft', '4.4.1', 'no answer from host', 'mailgun'],
  routing: ['soft', '4.4.6', 'routing loop detected', 'postmark'],
  policy: ['block', '5.7.1', 'message rejected as spam', 'sendgrid'],
  authentication: ['block', '5.7.26', 'unauthenticated email is not accepted', 'mailgun'],
  content: ['block', '5.6.0', 'content rejected', 'ses'],
  policySaidHard: ['hard', '5.7.1', 'blocked, see policy; "sender reputation"', 'ses'],
  complaint: ['complaint', '', 'abuse', 'ses'],
  unsubscribe: ['unsubscribe', '', '', 'sendgrid'],
} as const satisfies Record<string, readonly [kind: string, code: string, detail: string, provider: string]>;

export type BounceKind = keyof typeof bounceKinds;

export type Reason = 'complaint' | 'unsubscribe' | 'hard_bounce' | 'soft_bounces' | 'manual';

/** A row of suppressions that stands in the workbook already. Times in seconds since 1970. */
interface Standing {
  readonly scope: 'address' | 'person';
  readonly reason: Reason;
  readonly at: number;
  readonly note: string;
  readonly releasedAt?: number;
  /** Under which address: the contact's, the same in another case, or one that is no longer theirs. */
  readonly under?: 'otherCase' | 'formerAddress';
}

/** What a night shift should do about a contact, and may not do. */
export type Verdict =
  /** Nothing stands and nothing is due. */
  | 'none'
  /** A suppression stands already. */
  | 'standing'
  /** A suppression is due with the next run. */
  | 'due'
  /** A person has released the suppression, and nothing has happened since. */
  | 'released';

export interface Story {
  readonly bounces: readonly { readonly kind: BounceKind; readonly at: number }[];
  readonly events: readonly { readonly type: 'delivered' | 'click'; readonly at: number }[];
  readonly standing?: Standing;
  readonly status: 'subscribed' | 'unsubscribed' | 'suppressed';
  readonly mailbox: 'alive' | 'dead' | 'full' | 'unreachable';
  readonly verdict: Verdict;
  /** Scope and reason of the suppression that stands or is due. */
  readonly scope?: 'address' | 'person';
  readonly reason?: Reason;
  /** Whoever this is has asked for no more mail, or a person here has said so. */
  readonly left: boolean;
  /** Nothing else happens at the mailbox after this time. */
  readonly quietAfter: number;
}

type Told = Partial<Story>;

/** Tells the story of one contact. `end` is the world's last moment, in seconds since 1970. */
export function tell(fate: Fate, rank: number, end: number, random: Random): Story {
  const told = tellers[fate](new Past(end, random), rank);
  const first = told.bounces?.[0]?.at ?? told.standing?.at ?? end;
  const due = told.verdict === 'due' || told.verdict === 'standing';
  return {
    bounces: [],
    events: [],
    status: 'subscribed',
    mailbox: 'alive',
    verdict: 'none',
    left: false,
    quietAfter: due ? first : end,
    ...told,
  };
}

/** Moments before the end of the world. */
class Past {
  readonly end: number;
  readonly random: Random;

  constructor(end: number, random: Random) {
    this.end = end;
    this.random = random;
  }

  /** That many whole days ago, at any hour of that day. */
  daysAgo(days: number): number {
    return this.end - days * DAY_SECONDS - this.random.between(1, DAY_SECONDS - 1);
  }

  between(most: number, least: number): number {
    return this.daysAgo(this.random.between(least, most));
  }

  /** The night before the end, between noon and midnight. */
  tonight(): number {
    return this.end - this.random.between(60, DAY_SECONDS / 2);
  }

  deadly(): BounceKind {
    return this.random.pick(['unknownUser', 'unknownUser', 'noSuchMailbox', 'noSuchDomain']);
  }

  full(): BounceKind {
    return this.random.pick(['full', 'fullForNow']);
  }

  fullAt(...days: number[]): Story['bounces'] {
    return this.about(days).map((at) => ({ kind: this.full(), at }));
  }

  /** Those days ago or up to a week earlier, all by as much: else in a large world everybody's fall on one day. */
  about(days: readonly number[]): number[] {
    const earlier = this.random.between(0, 7);
    return days.map((day) => this.daysAgo(day + earlier));
  }
}

const dead = (
  at: number,
  note = '',
): Pick<Story, 'standing' | 'status' | 'mailbox' | 'verdict' | 'scope' | 'reason'> => ({
  standing: { scope: 'address', reason: 'hard_bounce', at, note },
  status: 'suppressed',
  mailbox: 'dead',
  verdict: 'standing',
  scope: 'address',
  reason: 'hard_bounce',
});

const due = (reason: Reason, mailbox: Story['mailbox']): Told => ({
  verdict: 'due',
  reason,
  scope: reason === 'complaint' || reason === 'unsubscribe' ? 'person' : 'address',
  mailbox,
  left: reason === 'complaint' || reason === 'unsubscribe',
});

const left = (at: number, reason: Reason, under?: Standing['under']): Told => ({
  standing: { scope: 'person', reason, at, note: '', ...(under ? { under } : {}) },
  status: reason === 'unsubscribe' ? 'unsubscribed' : 'suppressed',
  verdict: 'standing',
  scope: 'person',
  reason,
  left: true,
});

const tellers: Readonly<Record<Fate, (past: Past, rank: number) => Told>> = {
  deadLongAgo: (past, rank) => {
    const at = past.between(600, 60);
    return { ...dead(at), bounces: rank % 6 === 0 ? [] : [{ kind: past.deadly(), at }] };
  },
  fullLongAgo: (past) => {
    const days = past.random.between(120, 500);
    const bounces = past.fullAt(days + 17, days + 8, days);
    const at = bounces[2]?.at ?? past.end;
    return {
      bounces,
      standing: { scope: 'address', reason: 'soft_bounces', at, note: '3 times full' },
      status: 'suppressed',
      mailbox: 'full',
      verdict: 'standing',
      scope: 'address',
      reason: 'soft_bounces',
    };
  },
  leftLongAgo: (past, rank) => {
    const at = past.between(900, 30);
    const reason = rank % 8 === 0 ? 'complaint' : 'unsubscribe';
    return { ...left(at, reason), bounces: [{ kind: reason, at }] };
  },
  manual: (past) => left(past.between(700, 100), 'manual'),
  moved: (past, rank) => ({
    ...left(past.between(500, 100), 'unsubscribe', 'formerAddress'),
    ...(rank === 0 ? { status: 'subscribed' as const } : {}),
  }),
  otherCase: (past, rank) => {
    const at = past.between(400, 60);
    const { standing, ...rest } = dead(at);
    return {
      ...rest,
      ...(standing ? { standing: { ...standing, under: 'otherCase' as const } } : {}),
      bounces: [{ kind: past.deadly(), at }],
      ...(rank < 2 ? { status: 'subscribed' as const } : {}),
    };
  },
  released: (past) => {
    const at = past.between(500, 200);
    const releasedAt = past.between(100, 30);
    return {
      bounces: [{ kind: past.deadly(), at }],
      standing: { scope: 'address', reason: 'hard_bounce', at, releasedAt, note: 'Says the address works again' },
      verdict: 'released',
      scope: 'address',
      reason: 'hard_bounce',
    };
  },
  wronglyBlocked: (past) => {
    const at = past.between(300, 100);
    return { ...dead(at), mailbox: 'alive', bounces: [{ kind: 'policySaidHard', at }] };
  },
  revived: (past) => {
    const at = past.between(400, 250);
    const events = [{ type: 'click' as const, at: past.between(120, 20) }];
    return { ...dead(at), mailbox: 'alive', bounces: [{ kind: past.deadly(), at }], events, quietAfter: past.end };
  },
  oldBurst: (past, rank) => {
    const at = past.end - 300 * DAY_SECONDS - 9 * 3600 + rank * 97 + past.random.between(0, 90);
    return { ...dead(at), mailbox: 'alive', bounces: [{ kind: 'unknownUser', at }] };
  },
  blocked: (past) => ({
    bounces: Array.from({ length: past.random.between(1, 3) }, (_, time) => ({
      kind: past.random.pick(['policy', 'policy', 'authentication', 'content', 'policySaidHard'] as const),
      at: past.between(100 * (time + 1), 100 * time + 2),
    })),
  }),
  fullTwice: (past, rank) => ({ mailbox: 'full', bounces: past.fullAt(...(rank % 2 === 0 ? [73, 39] : [51])) }),
  fullReset: (past) => ({
    bounces: past.fullAt(80, 72, 55, 44),
    events: [{ type: 'delivered', at: past.daysAgo(63) }],
  }),
  fullActive: (past) => ({
    bounces: past.fullAt(64, 57, 48, 36),
    events: [{ type: 'click', at: past.between(120, 70) }],
  }),
  fullExpired: (past) => ({ bounces: past.fullAt(290, 188, 85) }),
  fullOneDay: (past) => {
    const morning = past.end - past.random.between(20, 80) * DAY_SECONDS + 8 * 3600;
    const at = (hours: number) => morning + hours * 3600 + past.random.between(0, 3000);
    return { bounces: [0, 4, 9].map((hours) => ({ kind: past.full(), at: at(hours) })) };
  },
  unclearOnce: (past) => ({ bounces: [{ kind: 'unclear', at: past.between(200, 20) }] }),
  unreachable: (past, rank) => {
    const [kind, days] = rank % 3 === 2 ? (['routing', [70, 55, 35]] as const) : (['noAnswer', [65, 38]] as const);
    return { bounces: past.about(days).map((at) => ({ kind, at })) };
  },
  deadTonight: (past) => ({ ...due('hard_bounce', 'dead'), bounces: [{ kind: past.deadly(), at: past.tonight() }] }),
  unclearTwice: (past) => ({
    ...due('hard_bounce', 'dead'),
    bounces: [
      { kind: 'unclear', at: past.between(200, 40) },
      { kind: 'unclear', at: past.tonight() },
    ],
  }),
  fullThird: (past) => ({
    ...due('soft_bounces', 'full'),
    bounces: [...past.fullAt(30, 12), { kind: past.full(), at: past.tonight() }],
    quietAfter: past.daysAgo(210),
  }),
  noAnswerThird: (past) => ({
    ...due('soft_bounces', 'unreachable'),
    bounces: [past.daysAgo(14), past.daysAgo(7), past.tonight()].map((at) => ({ kind: 'noAnswer', at })),
    quietAfter: past.daysAgo(210),
  }),
  routingFourth: (past) => ({
    ...due('soft_bounces', 'unreachable'),
    bounces: [past.daysAgo(20), past.daysAgo(13), past.daysAgo(6), past.tonight()].map((at) => ({
      kind: 'routing',
      at,
    })),
    quietAfter: past.daysAgo(210),
  }),
  leftTonight: (past) => ({ ...due('unsubscribe', 'alive'), bounces: [{ kind: 'unsubscribe', at: past.tonight() }] }),
  complainedTonight: (past) => ({ ...due('complaint', 'alive'), bounces: [{ kind: 'complaint', at: past.tonight() }] }),
  deadAgain: (past) => {
    const at = past.between(500, 300);
    return {
      ...due('hard_bounce', 'dead'),
      bounces: [
        { kind: 'unknownUser', at },
        { kind: 'unknownUser', at: past.tonight() },
      ],
      standing: {
        scope: 'address',
        reason: 'hard_bounce',
        at,
        releasedAt: past.between(150, 100),
        note: 'Asked by phone',
      },
    };
  },
  burst: (past) => ({
    bounces: [{ kind: 'unknownUser', at: past.end - 3 * 3600 + past.random.between(60, 3500) }],
  }),
};
