/** Bursts, what becomes of a suppression later, the limit and the rates. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { reportRun } from '../../lib/cli/run-report.ts';
import { warningsIn } from '../../lib/github/outward-errors.ts';
import { type After, afterNight, ago, dead, every, unlimited } from '../support/bounce-night.ts';
import { jobOf, night } from '../support/night.ts';
import {
  aBounce,
  aContact,
  anEvent,
  aSuppression,
  type Given,
  readCsv,
  temporaryFolder,
  writeWorkbook,
} from '../support/workbook.ts';

describe('a burst', () => {
  const crowd = (domain: string, size: number) =>
    Array.from({ length: size }, (_, i) => aContact({ contact_id: `${domain}-${i}`, email: `p${i}@${domain}` }));
  const struck = (domain: string, size: number, given: Given = dead, days = 1) =>
    Array.from({ length: size }, (_, i) => aBounce({ ...given, email: `p${i}@${domain}`, occurred_at: ago(days) }));

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

  it('is judged by its day and domain: of a small part or domain, after releases, and never of complaints', async () => {
    const other = Array.from({ length: 45 }, (_, domain) => struck(`d${domain}.example`, 9)).flat();
    const left = { kind: 'unsubscribe', code: '', detail: '' };
    const sizes = { large: 60, small: 12, other: 13, tiny: 4, broken: 60, angry: 30 };
    const { suppression, status } = await afterNight({
      contacts: Object.entries(sizes).flatMap(([name, size]) => crowd(`${name}.example`, size)),
      bounces: [
        ...[...struck('large.example', 20), ...other],
        ...['small', 'other'].flatMap((name) => struck(`${name}.example`, 5, dead, 2)),
        ...struck('tiny.example', 4, dead, 2),
        ...struck('broken.example', 20, dead, 3),
        ...struck('angry.example', 25, left, 4),
      ],
      suppressions: [0, 1].map((i) =>
        aSuppression({ email: `p${i}@broken.example`, suppressed_at: ago(50), released_at: ago(0, 1) }),
      ),
    });
    const reasons = (...names: string[]) => names.map((name) => suppression(`${name}.example`)?.reason);
    // Twenty of the 425 of one day; five of twelve, of thirteen and four of four contacts.
    expect(reasons('p0@large')).toEqual(['hard_bounce']);
    expect(reasons('p0@small', 'p0@other', 'p0@tiny')).toEqual([undefined, 'hard_bounce', 'hard_bounce']);
    expect(reasons('p5@broken', 'p24@angry')).toEqual([undefined, 'unsubscribe']);
    expect(status('angry.example-24')).toBe('unsubscribed');
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

it('puts whom events say that they complained or left on the list as persons', async () => {
  const contacts = ['c1', 'c2'].map((contact_id) => aContact({ contact_id }));
  const events = ['spam report', 'unsubscribed'].map((type, i) => anEvent({ contact_id: `c${i + 1}`, type }));
  const done = await afterNight({ contacts, events });
  expect(done.suppression('c1@example.com')).toMatchObject({ scope: 'person', reason: 'complaint' });
  expect(done.suppression('c2@example.com')).toMatchObject({ scope: 'person', reason: 'unsubscribe' });
  expect([done.status('c1'), done.status('c2')]).toEqual(['suppressed', 'unsubscribed']);
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
