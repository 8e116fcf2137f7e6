/** What each kind of bounce, in each course of events, comes to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../lib/run/result.ts';
import {
  type After,
  afterNight,
  ago,
  dead,
  every,
  full,
  noAnswer,
  passing,
  routing,
  unclear,
  unlimited,
} from '../support/bounce-night.ts';
import { night } from '../support/night.ts';
import { aBounce, aContact, anEvent, aPurchase, aSuppression, type Given, type Row } from '../support/workbook.ts';

/** One contact (`person@caseN.example`) and what happened to it. `ends` is its row on the list, '' where there is none in force. */
interface Case {
  readonly it: string;
  readonly bounces: readonly Given[];
  readonly events?: readonly Given[];
  readonly purchases?: readonly Given[];
  readonly contact?: Given;
  readonly suppression?: Given;
  readonly ends: '' | 'hard_bounce' | 'soft_bounces' | 'complaint' | 'unsubscribe' | 'manual';
  readonly scope?: 'address' | 'person' | '';
  readonly status?: 'subscribed' | 'suppressed' | 'unsubscribed';
}

const kinds: Case[] = [
  ...['5.1.0', '5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1'].map(
    (code): Case => ({
      it: `mails a dead address again after ${code}`,
      bounces: [{ kind: 'hard', code, detail: '' }],
      ends: 'hard_bounce',
      scope: 'address',
    }),
  ),
  {
    it: 'overlooks a code behind the SMTP reply',
    bounces: [{ kind: '', code: '550 5.1.1', detail: '' }],
    ends: 'hard_bounce',
  },
  {
    it: 'overlooks a code in the diagnostic text',
    bounces: [{ kind: 'hard', code: '550', detail: 'smtp; 550-5.1.1 The email account does not exist' }],
    ends: 'hard_bounce',
  },
  {
    it: 'reads a kind in one spelling only',
    bounces: [{ kind: ' HardBounce ', code: '', detail: '' }],
    ends: 'hard_bounce',
  },
  {
    it: 'overlooks a dead address that only words tell',
    bounces: [{ kind: 'hard', code: '550', detail: 'No such user here' }],
    ends: 'hard_bounce',
  },
  {
    it: 'puts the code above the provider’s own verdict: what it calls soft is no dead address',
    bounces: [{ kind: 'soft', code: '5.1.1', detail: '' }],
    ends: '',
  },
  {
    it: 'takes a class 4 code for a dead address',
    bounces: [{ kind: 'hard', code: '4.1.1', detail: 'user unknown' }],
    ends: '',
  },
  {
    it: 'reads an IP address as a code',
    bounces: [{ kind: 'hard', code: '550', detail: 'host 5.1.1.20 [185.1.1.7] said: try elsewhere' }],
    ends: '',
  },
  {
    it: 'reads a version number as a code',
    bounces: [{ kind: 'hard', code: '550', detail: 'Exim 15.1.1 gave up' }],
    ends: '',
  },
];

const sendersFault: Case[] = [
  ...['5.7.1', '5.7.26', '5.6.0', '5.1.7', '5.1.8', '5.3.4', '5.2.3'].map(
    (code): Case => ({
      it: `suppresses a person for the sender’s own fault, filed as hard: ${code}`,
      bounces: every({ kind: 'hard', code, detail: 'user unknown' }, 9, 5, 1),
      ends: '',
    }),
  ),
  ...[
    'blocked, see policy',
    'Message rejected as SPAM by content filter',
    'poor sender reputation',
    'DMARC check failed',
    'message too large',
  ].map(
    (detail): Case => ({
      it: `suppresses a person for the sender’s own fault, described in words: ${detail}`,
      bounces: [
        ...every({ kind: 'hard', code: '5.0.0', detail }, 9, 5),
        ...every({ kind: 'hard', code: '', detail }, 1),
      ],
      ends: '',
    }),
  ),
  {
    it: 'suppresses a person for blocks, with any code',
    bounces: every({ kind: 'block', code: '5.1.1', detail: '' }, 9, 5, 3, 1),
    ends: '',
  },
  {
    it: 'misses a block under another name',
    bounces: every({ kind: 'Blocked', code: '', detail: '' }, 9, 5, 1),
    ends: '',
  },
];

const unclearFaults: Case[] = [
  { it: 'suppresses for one unclear permanent fault', bounces: every(unclear, 1), ends: '' },
  {
    it: 'suppresses for two unclear faults on one day',
    bounces: [
      { ...unclear, occurred_at: ago(1, 1) },
      { ...unclear, occurred_at: ago(1, 22) },
    ],
    ends: '',
  },
  {
    it: 'mails on after two unclear faults a day apart',
    bounces: every(unclear, 2, 1),
    ends: 'hard_bounce',
    scope: 'address',
  },
  { it: 'mails on after two unclear faults twelve months apart', bounces: every(unclear, 366, 1), ends: 'hard_bounce' },
  { it: 'adds up unclear faults that lie more than twelve months apart', bounces: every(unclear, 367, 1), ends: '' },
  {
    it: 'forgets two unclear faults because a night was missed',
    bounces: every(unclear, 400, 300),
    ends: 'hard_bounce',
  },
  {
    it: 'takes a permanent code without kind for a passing fault',
    bounces: every({ kind: '', code: '554', detail: '' }, 9, 1),
    ends: 'hard_bounce',
  },
];

const soft: Case[] = [
  { it: 'suppresses for two days without an answer', bounces: every(noAnswer, 9, 1), ends: '' },
  {
    it: 'mails on after three days without an answer',
    bounces: every(noAnswer, 17, 9, 1),
    ends: 'soft_bounces',
    scope: 'address',
  },
  {
    it: 'takes a DNS failure filed as hard for a dead address',
    bounces: every({ kind: 'hard', code: '5.4.4', detail: 'host not found' }, 9, 1),
    ends: '',
  },
  {
    it: 'mails on after three DNS failures',
    bounces: every({ kind: 'soft', code: '4.4.3', detail: '' }, 17, 9, 1),
    ends: 'soft_bounces',
  },
  { it: 'suppresses for a mailbox that was full on two days', bounces: every(full, 9, 1), ends: '' },
  {
    it: 'mails on after a mailbox was full on three days',
    bounces: every(full, 17, 9, 1),
    ends: 'soft_bounces',
    scope: 'address',
  },
  {
    it: 'takes a full mailbox filed as hard for a dead address',
    bounces: every({ kind: 'hard', code: '5.2.2', detail: '' }, 9, 1),
    ends: '',
  },
  {
    it: 'counts a full mailbox more than once a day',
    bounces: [1, 8, 15, 22].map((hour) => ({ ...full, occurred_at: ago(1, hour) })),
    ends: '',
  },
  {
    it: 'suppresses a person who clicked lately after three days with a full mailbox',
    bounces: every(full, 30, 20, 10, 5, 4, 1),
    events: [{ type: 'click', occurred_at: ago(180) }],
    ends: '',
  },
  {
    it: 'waits longer for a person whose last click is more than 180 days old',
    bounces: every(full, 30, 20, 10),
    events: [{ type: 'click', occurred_at: ago(181) }],
    ends: 'soft_bounces',
  },
  {
    it: 'suppresses a person who bought lately after three days with a full mailbox',
    bounces: every(full, 30, 20, 10, 5, 4, 1),
    purchases: [{ ordered_at: ago(2) }],
    ends: '',
  },
  {
    it: 'mails on after seven days with a full mailbox, engaged or not',
    bounces: every(full, 40, 30, 20, 10, 5, 4, 1),
    purchases: [{ ordered_at: ago(2) }],
    ends: 'soft_bounces',
  },
  { it: 'suppresses for three routing faults', bounces: every(routing, 17, 9, 1), ends: '' },
  { it: 'mails on after four routing faults', bounces: every(routing, 25, 17, 9, 1), ends: 'soft_bounces' },
  { it: 'suppresses for six passing faults', bounces: every(passing, 40, 30, 20, 10, 5, 1), ends: '' },
  {
    it: 'adds up soft bounces for different reasons',
    bounces: [...every(noAnswer, 9, 5), ...every(full, 4, 1)],
    ends: '',
  },
  ...['delivered', 'open', 'click'].map(
    (type): Case => ({
      it: `counts soft bounces before a sign that mail arrives: ${type}`,
      bounces: every(noAnswer, 30, 20, 10, 5),
      events: [{ type, occurred_at: ago(15) }],
      ends: '',
    }),
  ),
  {
    it: 'takes a download for a sign that mail arrives',
    bounces: every(noAnswer, 30, 20, 10),
    events: [{ type: 'download', occurred_at: ago(15) }],
    ends: 'soft_bounces',
  },
  { it: 'adds up soft bounces that lie more than 90 days apart', bounces: every(noAnswer, 100, 60, 9), ends: '' },
  { it: 'keeps soft bounces after 90 days without any', bounces: every(noAnswer, 110, 100, 91), ends: '' },
  {
    it: 'forgets three soft bounces because a night was missed',
    bounces: every(noAnswer, 95, 50, 6),
    ends: 'soft_bounces',
  },
];

const people: Case[] = [
  {
    it: 'makes a suppression without a scope, which is of the person, one of the address for a bounce',
    bounces: [{ kind: 'hard', code: '5.1.1', detail: '' }],
    suppression: { scope: '', reason: 'manual' },
    ends: 'manual',
    scope: '',
  },
  {
    it: 'binds a complaint to an address only',
    bounces: [{ kind: 'complaint', code: '', detail: 'abuse' }],
    ends: 'complaint',
    scope: 'person',
  },
  {
    it: 'binds an unsubscribe to an address only, or calls it suppressed',
    bounces: [{ kind: 'unsubscribe', code: '', detail: '' }],
    ends: 'unsubscribe',
    scope: 'person',
    status: 'unsubscribed',
  },
  {
    it: 'misses a complaint under a provider’s own name',
    bounces: [{ kind: 'spamreport', code: '', detail: '' }],
    ends: 'complaint',
    scope: 'person',
  },
  {
    it: 'forgets an old complaint',
    bounces: every({ kind: 'complaint', code: '', detail: '' }, 2000),
    events: [{ type: 'click', occurred_at: ago(1) }],
    ends: 'complaint',
  },
  {
    it: 'keeps a weaker reason where a complaint came',
    bounces: [...every(dead, 90), ...every({ kind: 'complaint', code: '', detail: '' }, 1)],
    suppression: { suppressed_at: ago(90) },
    contact: { status: 'suppressed' },
    ends: 'complaint',
    scope: 'person',
  },
  {
    it: 'makes an unsubscribed person suppressed, or mailable',
    bounces: every(dead, 1),
    contact: { status: 'unsubscribed' },
    ends: 'hard_bounce',
    status: 'unsubscribed',
  },
  { it: 'misses an address in another case', bounces: [{ ...dead, email: 'UPPER' }], ends: 'hard_bounce' },
];

const releases: Case[] = [
  {
    it: 'suppresses again for what a person’s release has answered',
    bounces: every(dead, 90, 40),
    suppression: { suppressed_at: ago(90), released_at: ago(30) },
    ends: '',
  },
  {
    it: 'lets a complaint come back that a person has answered',
    bounces: every({ kind: 'complaint', code: '', detail: '' }, 90),
    suppression: { scope: 'person', reason: 'complaint', suppressed_at: ago(90), released_at: ago(30) },
    ends: '',
  },
  {
    it: 'trusts a release for ever, also after the next bounce',
    bounces: every(dead, 90, 3),
    suppression: { suppressed_at: ago(90), released_at: ago(30) },
    ends: 'hard_bounce',
  },
  {
    it: 'counts soft bounces from before the release',
    bounces: every(full, 40, 35, 3),
    suppression: { reason: 'soft_bounces', suppressed_at: ago(35), released_at: ago(30) },
    ends: '',
  },
  {
    it: 'binds a new dead address to the person whose departure was released',
    bounces: every(dead, 3),
    suppression: { scope: 'person', reason: 'unsubscribe', suppressed_at: ago(90), released_at: ago(30) },
    ends: 'hard_bounce',
    scope: 'address',
  },
];

const cases = [...kinds, ...sendersFault, ...unclearFaults, ...soft, ...people, ...releases];
const addressOf = (index: number): string => `person@case${index}.example`;

const inForce = (row: Row | undefined): boolean =>
  row !== undefined && (!row.released_at || (row.suppressed_at ?? '') > row.released_at);

describe('a night never', () => {
  let done: After;
  const rows = cases.map((each, i) => ({ ...each, id: `k${i}`, email: addressOf(i) }));
  const tables = {
    contacts: rows.map(({ id, email, contact }) => aContact({ contact_id: id, email, ...contact })),
    bounces: rows.flatMap(({ email, bounces }) =>
      bounces.map((given) => aBounce({ ...given, email: given.email === 'UPPER' ? ` ${email.toUpperCase()}` : email })),
    ),
    events: rows.flatMap(({ id, events = [] }) => events.map((given) => anEvent({ contact_id: id, ...given }))),
    purchases: rows.flatMap(({ id, purchases = [] }) =>
      purchases.map((given) => aPurchase({ contact_id: id, ...given })),
    ),
    suppressions: rows.flatMap(({ email, suppression }) =>
      suppression ? [aSuppression({ email, ...suppression })] : [],
    ),
  };
  let again: RunResult;
  beforeAll(async () => {
    const path = mkdtempSync(join(tmpdir(), 'nightshift-test-'));
    done = await afterNight(tables, path);
    again = await night(path, { jobs: unlimited });
    rmSync(path, { recursive: true });
  }, 60_000);

  it.each(cases.map((each, i) => [each.it, each, i] as const))('%s', (_, { ends, scope, status }, i) => {
    const row = done.suppression(addressOf(i));
    expect(inForce(row) ? row?.reason : '').toBe(ends);
    if (scope !== undefined) expect(row?.scope).toBe(scope);
    expect(done.status(`k${i}`)).toBe(status ?? (ends === '' ? 'subscribed' : 'suppressed'));
  });

  it('changes anything when it runs again', () => {
    expect(again.jobs.map(({ status, changes }) => ({ status, changes }))).toEqual([
      { status: 'unchanged', changes: expect.anything() },
    ]);
  });
});
