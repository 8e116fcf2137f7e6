import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { reportRun } from '../../lib/cli/run-report.ts';
import { warningsIn } from '../../lib/github/outward-errors.ts';
import type { RunResult } from '../../lib/run/result.ts';
import { bounceSuppression } from '../fixture/bounce-suppression.ts';
import { bounces as rules } from '../fixture/rules/bounces.ts';
import { jobOf, night } from '../support/night.ts';
import {
  aBounce,
  aContact,
  anEvent,
  aPurchase,
  aSuppression,
  type Given,
  type Row,
  readCsv,
  temporaryFolder,
  writeWorkbook,
} from '../support/workbook.ts';

/** The morning of the day so many days before `today`. */
const ago = (days: number, hour = 9): string =>
  new Date(Date.UTC(2026, 10, 22 - days, hour)).toISOString().replace('.000Z', 'Z');

const every = (kind: Given, ...days: number[]): Given[] => days.map((day) => ({ ...kind, occurred_at: ago(day) }));

const dead = { kind: 'hard', code: '5.1.1', detail: 'user unknown' };
const unclear = { kind: 'hard', code: '5.0.0', detail: 'undefined permanent failure' };
const full = { kind: 'soft', code: '4.2.2', detail: 'mailbox full' };
const noAnswer = { kind: 'soft', code: '4.4.1', detail: '' };
const routing = { kind: 'soft', code: '4.4.6', detail: '' };
const passing = { kind: 'soft', code: '4.0.0', detail: 'try again later' };

/** One contact (`person@caseN.example`) and what happened to it. `ends` is its row on the list, '' where there is none in force. */
interface Case {
  readonly it: string;
  readonly bounces: readonly Given[];
  readonly events?: readonly Given[];
  readonly purchases?: readonly Given[];
  readonly contact?: Given;
  readonly suppression?: Given;
  readonly ends: '' | 'hard_bounce' | 'soft_bounces' | 'complaint' | 'unsubscribe' | 'manual';
  readonly scope?: 'address' | 'person';
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

/** The job without the limit on how many it may suppress, which has a test of its own. */
const unlimited = [
  {
    job: bounceSuppression({ ...rules, mostSuppressed: { share: 1, count: 1_000_000, from: 1 } }),
    cadence: 'nightly' as const,
  },
];

interface After {
  readonly result: RunResult;
  readonly suppression: (email: string) => Row | undefined;
  readonly status: (contactId: string) => string | undefined;
}

type Tables = Parameters<typeof writeWorkbook>[1];

async function afterNight(tables: Tables, folder = temporaryFolder(), asOf?: string): Promise<After> {
  writeWorkbook(folder, tables);
  const result = await night(folder, { jobs: unlimited, ...(asOf !== undefined && { asOf }) });
  expect(result.jobs.map(({ status, error }) => error ?? status)).toEqual([expect.stringMatching(/applied|unchanged/)]);
  const suppressions = new Map(readCsv(folder, 'suppressions').map((row) => [row.email?.toLowerCase(), row]));
  const contacts = new Map(readCsv(folder, 'contacts').map((row) => [row.contact_id, row.status]));
  return { result, suppression: (email) => suppressions.get(email), status: (id) => contacts.get(id) };
}

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
    if (scope) expect(row?.scope).toBe(scope);
    expect(done.status(`k${i}`)).toBe(status ?? (ends === '' ? 'subscribed' : 'suppressed'));
  });

  it('changes anything when it runs again', () => {
    expect(again.jobs.map(({ status, changes }) => ({ status, changes }))).toEqual([
      { status: 'unchanged', changes: expect.anything() },
    ]);
  });
});

describe('a burst', () => {
  const crowd = (domain: string, size: number) =>
    Array.from({ length: size }, (_, i) => aContact({ contact_id: `${domain}-${i}`, email: `p${i}@${domain}` }));
  const struck = (domain: string, size: number, given: Given = dead) =>
    Array.from({ length: size }, (_, i) => aBounce({ ...given, email: `p${i}@${domain}`, occurred_at: ago(1) }));

  it('suppresses no address, and is counted, where a receiver fails for many at once', async () => {
    const done = await afterNight({
      contacts: [...crowd('broken.example', 60), ...crowd('fine.example', 60)],
      bounces: [...struck('broken.example', 20), ...struck('fine.example', 19)],
    });
    expect(done.suppression('p0@broken.example')).toBeUndefined();
    expect(done.status('broken.example-0')).toBe('subscribed');
    expect(done.suppression('p0@fine.example')?.reason).toBe('hard_bounce');
    expect(jobOf(done.result, 'bounce-suppression').metrics).toMatchObject({
      bursts: { bursts: 1, addresses: 20, lately: 1 },
    });
  });

  it('is reported for a week, with the sender’s own faults and rates that are unknown', async () => {
    const folder = temporaryFolder();
    const blocked = { kind: 'block', code: '5.7.1', detail: '' };
    writeWorkbook(folder, {
      contacts: [...crowd('broken.example', 60), ...crowd('wary.example', 60)],
      bounces: [...struck('broken.example', 60), ...struck('wary.example', 20, blocked)],
    });
    const reported = async (asOf: string) => {
      const result = await night(folder, { jobs: ['bounce-suppression'], asOf });
      return reportRun('A night', result).slice(2, -2);
    };
    expect(await reported('2026-11-27')).toEqual([
      'bounce-suppression    unchanged  no changes',
      '  review: a burst on 2026-11-21: 60 addresses at broken.example bounced for one reason (the address is dead). A fault of the receiver or the sender: no address is suppressed for it',
      '  review: no delivery is on record for the last 7 days (events of the type delivered): the rates of bounces and complaints are unknown',
      '  review: 20 bounces of the last 7 days blame the sender, not the address: no address is suppressed for them. Check authentication (SPF, DKIM, DMARC), content and reputation',
      '',
    ]);
    expect(await reported('2026-11-28')).toEqual(['bounce-suppression    unchanged  no changes', '']);
    expect(await reported('2026-11-28')).toEqual(['bounce-suppression    unchanged  no changes', '']);
  });

  it('of a domain that is no domain is not named', async () => {
    const done = await afterNight({
      contacts: crowd('fine.example', 60),
      bounces: struck('<b>.example', 20),
    });
    const [message] = warningsIn(jobOf(done.result, 'bounce-suppression').metrics);
    expect(message).toContain('20 addresses at one domain bounced');
  });

  it('is no burst where so many are a small part of the night', async () => {
    const other = Array.from({ length: 45 }, (_, domain) => struck(`d${domain}.example`, 9)).flat();
    const done = await afterNight({
      contacts: crowd('large.example', 60),
      bounces: [...struck('large.example', 20), ...other],
    });
    expect(done.suppression('p0@large.example')?.reason).toBe('hard_bounce');
  });

  it('suppresses no address where it hits two fifths of a small domain', async () => {
    const done = await afterNight({
      contacts: [...crowd('small.example', 12), ...crowd('other.example', 13), ...crowd('tiny.example', 4)],
      bounces: [...struck('small.example', 5), ...struck('other.example', 5), ...struck('tiny.example', 4)],
    });
    expect(done.suppression('p0@small.example')).toBeUndefined();
    expect(done.suppression('p0@other.example')?.reason).toBe('hard_bounce');
    expect(done.suppression('p0@tiny.example')?.reason).toBe('hard_bounce');
  });

  it('stays one although some of those whom it struck were released', async () => {
    const done = await afterNight({
      contacts: crowd('broken.example', 60),
      bounces: struck('broken.example', 20),
      suppressions: [0, 1].map((i) =>
        aSuppression({ email: `p${i}@broken.example`, suppressed_at: ago(50), released_at: ago(0, 1) }),
      ),
    });
    expect(done.suppression('p5@broken.example')).toBeUndefined();
  });

  it('never hides a complaint or a departure', async () => {
    const done = await afterNight({
      contacts: crowd('angry.example', 30),
      bounces: struck('angry.example', 25, { kind: 'unsubscribe', code: '', detail: '' }),
    });
    expect(done.suppression('p24@angry.example')?.reason).toBe('unsubscribe');
    expect(done.status('angry.example-24')).toBe('unsubscribed');
  });
});

describe('a suppression', () => {
  const again = { reason: 'soft_bounces', suppressed_at: ago(40), released_at: ago(60) };
  const bound = { scope: 'address', contact_id: '' };
  let done: After;
  beforeAll(async () => {
    const path = mkdtempSync(join(tmpdir(), 'nightshift-test-'));
    const tables = {
      contacts: [
        aContact({ contact_id: 'left', email: 'left.new@example.com' }),
        aContact({ contact_id: 'angry', email: 'angry.new@example.com' }),
        aContact({ contact_id: 'moved', email: 'moved.new@example.com' }),
        aContact({ contact_id: 's1', email: 'Shared@Example.com' }),
        aContact({ contact_id: 's2', email: 'shared@example.com ' }),
        aContact({ contact_id: 'g1', email: 'a.b+news@gmail.com' }),
        aContact({ contact_id: 'e1', email: 'a.b+news@example.com' }),
      ],
      bounces: [
        aBounce({ email: 'angry@example.com', kind: 'complaint', code: '' }),
        aBounce({ email: 'gone@example.com', occurred_at: ago(50) }),
        aBounce({ email: 'gone@example.com', kind: 'soft', code: '4.2.2', occurred_at: ago(1) }),
        aBounce({ email: 'stated@example.com', kind: 'block', code: '5.7.1', occurred_at: ago(1) }),
        aBounce({ email: 'again@example.com', occurred_at: ago(1) }),
      ],
      suppressions: [
        aSuppression({ email: 'left@example.com', scope: 'person', contact_id: 'left', reason: 'unsubscribe' }),
        aSuppression({ email: 'angry@example.com', ...bound, contact_id: 'angry' }),
        aSuppression({ email: 'moved@example.com', ...bound, contact_id: 'moved' }),
        aSuppression({ email: ' SHARED@example.COM' }),
        aSuppression({ email: 'AB@gmail.com' }),
        aSuppression({ email: 'ab@example.com' }),
        aSuppression({ email: 'gone@example.com', suppressed_at: ago(60) }),
        aSuppression({
          email: 'stated@example.com',
          reason: 'manual',
          note: 'Called, wants none',
          suppressed_at: ago(70),
        }),
        aSuppression({ email: 'again@example.com', ...again }),
      ],
    };
    done = await afterNight(tables, path);
    rmSync(path, { recursive: true });
  }, 60_000);

  it('follows the person to a new address where the person wants no mail', () => {
    const followed = { scope: 'person', contact_id: 'left', reason: 'unsubscribe' };
    expect(done.suppression('left.new@example.com')).toMatchObject(followed);
    expect(done.status('left')).toBe('unsubscribed');
  });

  it('follows at once where the complaint comes after the move', () => {
    expect(done.suppression('angry.new@example.com')).toMatchObject({ scope: 'person', reason: 'complaint' });
    expect(done.status('angry')).toBe('suppressed');
  });

  it('of an address stays with the address', () => {
    expect(done.suppression('moved.new@example.com')).toBeUndefined();
    expect(done.status('moved')).toBe('subscribed');
  });

  it('holds for everybody who carries the address, in any case', () => {
    expect([done.status('s1'), done.status('s2')]).toEqual(['suppressed', 'suppressed']);
  });

  it('holds for the same mailbox in another spelling, where the provider ignores dots and tags, and nowhere else', () => {
    expect([done.status('g1'), done.status('e1')]).toEqual(['suppressed', 'subscribed']);
  });

  it('gathers the evidence of every later bounce, and leaves its reason, its day and a person’s own words alone', () => {
    expect(done.suppression('gone@example.com')).toMatchObject({
      reason: 'hard_bounce',
      suppressed_at: ago(60),
      note: 'Evidence: 2 reports (4.2.2, 5.1.1), last 2026-11-21',
    });
    expect(done.suppression('stated@example.com')).toMatchObject({
      reason: 'manual',
      suppressed_at: ago(70),
      note: 'Called, wants none · Evidence: 1 report (5.7.1), last 2026-11-21',
    });
  });

  it('that stands again since a release keeps its reason and its day', () => {
    expect(done.suppression('again@example.com')).toMatchObject(again);
  });

  it('has the same evidence a night later, once', async () => {
    const folder = temporaryFolder();
    await afterNight(
      {
        contacts: [aContact({ contact_id: 'c1' })],
        bounces: [aBounce({})],
        suppressions: [aSuppression({ note: 'Mine' })],
      },
      folder,
    );
    await night(folder, { jobs: unlimited });
    expect(readCsv(folder, 'suppressions')[0]?.note).toBe('Mine · Evidence: 1 report (5.1.1), last 2026-11-21');
  });
});

describe('the whole of it', () => {
  it('stops a feed that would suppress more than the limit, and marks no contact', async () => {
    const folder = temporaryFolder();
    const ids = Array.from({ length: 11 }, (_, i) => i);
    writeWorkbook(folder, {
      contacts: ids.map((i) => aContact({ contact_id: `l${i}`, email: `p@l${i}.example` })),
      bounces: ids.map((i) => aBounce({ email: `p@l${i}.example` })),
    });
    const result = await night(folder, { jobs: ['bounce-suppression'] });
    expect(jobOf(result, 'bounce-suppression')).toMatchObject({
      status: 'blocked',
      guards: [{ found: 11, limit: 10, passed: false }],
    });
    expect(readCsv(folder, 'suppressions')).toEqual([]);
    expect(readCsv(folder, 'contacts').map(({ status }) => status)).not.toContain('suppressed');
  });

  it('tells rates from deliveries and bounces, our own faults among them, against the alarm lines', async () => {
    const events = Array.from({ length: 97 }, () =>
      anEvent({ contact_id: 'r1', type: 'delivered', occurred_at: ago(2) }),
    );
    const done = await afterNight({
      contacts: [aContact({ contact_id: 'r1' })],
      events,
      bounces: [
        ...every({ kind: 'block', code: '5.7.1' }, 1, 2, 3),
        ...every({ kind: 'complaint', code: '' }, 1),
        ...every(dead, 7),
      ].map(aBounce),
    });
    expect(jobOf(done.result, 'bounce-suppression').metrics).toMatchObject({
      rates: {
        delivered: 97,
        bounced: 3,
        complaints: 1,
        bounce_rate: 0.03,
        bounces: 'warn',
        complaint_rate: 0.01031,
        complaints_level: 'stop',
      },
      bouncesByClass: { sender: 3, complaint: 1 },
    });
  });
});
