/** The quarterly look at the suppression list, and what a person's answer does. */
import { describe, expect, it } from 'vitest';
import { jobOf, night } from '../support/night.ts';
import {
  aBounce,
  aContact,
  anEvent,
  aSuppression,
  type Row,
  readCsv,
  temporaryFolder,
  writeWorkbook,
} from '../support/workbook.ts';

async function review(folder: string) {
  const result = jobOf(await night(folder, { jobs: ['suppression-review'] }), 'suppression-review');
  expect(result.error).toBeUndefined();
  return result;
}

const answer = (folder: string, decision: string): void =>
  writeWorkbook(folder, { review: readCsv(folder, 'review').map((row) => ({ ...row, decision })) });

function aWorkbook(folder: string): void {
  const names = ['alive', 'sender', 'soft', 'dead', 'left', 'complained', 'manual', 'reported'];
  const list = (name: string, given: Row = {}) => aSuppression({ email: `${name}@example.com`, ...given });
  writeWorkbook(folder, {
    contacts: [
      ...names.map((name) =>
        aContact({
          contact_id: name,
          email: `${name}@example.com`,
          status: name === 'left' ? 'unsubscribed' : 'suppressed',
        }),
      ),
      aContact({ contact_id: 'unlisted', status: 'unsubscribed' }),
    ],
    suppressions: [
      list('alive'),
      list('sender', { suppressed_at: '2026-05-01T00:00:00Z' }),
      list('soft', { reason: 'soft_bounces', suppressed_at: '2026-02-01T00:00:00Z' }),
      list('dead'),
      list('left', { reason: 'unsubscribe', scope: 'person' }),
      list('complained', { reason: 'complaint', scope: 'person' }),
      list('manual', { reason: 'manual' }),
      list('reported'),
    ],
    bounces: [
      aBounce({ email: 'alive@example.com' }),
      aBounce({
        email: 'sender@example.com',
        code: '5.7.1',
        detail: 'blocked as spam',
        occurred_at: '2026-05-01T00:00:00Z',
      }),
      aBounce({ email: 'soft@example.com', kind: 'soft', code: '4.2.2', occurred_at: '2026-02-01T00:00:00Z' }),
      aBounce({ email: 'dead@example.com' }),
      aBounce({ email: 'reported@example.com', code: '5.7.1' }),
      aBounce({ email: 'reported@example.com', kind: 'complaint', code: '' }),
    ],
    events: names
      .filter((name) => !['sender', 'soft', 'dead'].includes(name))
      .map((contact_id) => anEvent({ contact_id })),
  });
}

/** The part of a night that releases people, or marks them. */
const MARKING = ['suppression-release', 'bounce-suppression'];

describe('suppression-review', () => {
  it('proposes what looks wrong with its evidence, never who left or complained, and asks once', async () => {
    const folder = temporaryFolder();
    aWorkbook(folder);
    await review(folder);
    const asked = readCsv(folder, 'review').map((row) => `${row.subject} ${row.left_id}: ${row.evidence}`);
    expect(asked.sort()).toEqual([
      'release alive@example.com: has been active since, last on 2026-11-21',
      'release sender@example.com: all of its 1 bounces blame the sender (policy, content, reputation), last 2026-05-01',
      'release soft@example.com: its soft bounces have expired; the last was on 2026-02-01',
    ]);
    expect(readCsv(folder, 'suppressions').every((row) => row.released_at === '')).toBe(true);
    expect(readCsv(folder, 'suppressions').find((row) => row.email === 'unlisted@example.com')).toMatchObject({
      scope: 'person',
      reason: 'unsubscribe',
    });
    answer(folder, 'no');
    expect((await review(folder)).status).toBe('unchanged');
  });

  it('releases by a person’s yes at the next run, and by nothing else', async () => {
    const folder = temporaryFolder();
    aWorkbook(folder);
    await review(folder);
    await night(folder, { jobs: MARKING });
    expect(readCsv(folder, 'contacts').filter((row) => row.status === 'subscribed')).toEqual([]);
    answer(folder, ' Yes');
    await night(folder, { asOf: '2026-11-23', jobs: MARKING });
    const status = Object.fromEntries(readCsv(folder, 'contacts').map((row) => [row.contact_id, row.status]));
    expect(status).toMatchObject({
      sender: 'subscribed',
      soft: 'subscribed',
      dead: 'suppressed',
      left: 'unsubscribed',
      complained: 'suppressed',
    });
    const released = readCsv(folder, 'suppressions').filter((row) => row.released_at !== '');
    expect(released.map((row) => row.email)).toEqual(['alive@example.com', 'sender@example.com', 'soft@example.com']);
    expect(jobOf(await night(folder, { asOf: '2026-11-23', jobs: MARKING }), 'suppression-release').status).toBe(
      'unchanged',
    );
  });

  it('proposes whole domains that bounced within an hour, what is no address, and marks that the list knows nothing of', async () => {
    const folder = temporaryFolder();
    const domain = (name: string, minute: number) => ({
      email: `${name}@one.example.org`,
      occurred_at: `2026-05-01T10:${minute}:00Z`,
    });
    const [a, b, c] = [domain('a', 10), domain('b', 15), domain('c', 59)];
    writeWorkbook(folder, {
      contacts: [
        ...[a, b, c].map(({ email }) => aContact({ email, status: 'suppressed' })),
        aContact({ contact_id: 'alone', status: 'suppressed' }),
        aContact({ contact_id: 'spam', status: 'suppressed' }),
        aContact({ contact_id: 'twin', email: 'alone2@example.com', status: 'suppressed' }),
        aContact({ contact_id: 'twin2', email: 'ALONE2@example.com', status: 'unsubscribed' }),
      ],
      suppressions: [
        ...[a, b, c].map(({ email }) => aSuppression({ email })),
        aSuppression({ email: 'n/a' }),
        aSuppression({ email: 'twice@example.net', suppressed_at: '2026-05-01T00:00:00Z' }),
        aSuppression({ email: 'Twice@example.net', reason: 'complaint', scope: 'person' }),
        aSuppression({ email: 'unlisted', reason: 'complaint', scope: 'person' }),
      ],
      bounces: [
        ...[a, b, c].map((given) => aBounce(given)),
        aBounce({ email: 'spam@example.com', kind: 'complaint' }),
        aBounce({ email: 'twice@example.net', code: '5.7.1', detail: 'blocked as spam' }),
      ],
    });
    const { metrics } = await review(folder);
    const asked = readCsv(folder, 'review').map((row) => `${row.left_id}: ${row.evidence}`);
    const whole =
      'all 3 addresses of its domain bounced within one hour on 2026-05-01: the receiver was broken, not the address';
    expect(asked.sort()).toEqual(
      [
        ...[a, b, c].map(({ email }) => `${email}: ${whole}`),
        'alone@example.com: its contact is marked as suppressed, and the list knows no reason',
        'n/a: is no e-mail address, so it suppresses no one',
      ].sort(),
    );
    expect(metrics).toMatchObject({
      quarantined: { 'duplicate key': 1 },
      sentences: expect.stringContaining('has 1 rows that stand twice'),
      providers: { 'bounce-suppression': 2, ses: 4 },
    });
  });

  it('measures no note that a person wrote where tools write a word', async () => {
    const folder = temporaryFolder();
    const note = { email: 'left@example.net', reason: 'manual', source: 'asked by Jane Doe on the phone' };
    writeWorkbook(folder, { contacts: [aContact()], suppressions: [aSuppression(note)] });
    const { metrics } = await review(folder);
    expect(metrics).toMatchObject({
      reasons: { manual: 1 },
      sources: { 'in other words': 1 },
      providers: { 'in other words': 1 },
    });
  });

  it('carries an answer about a mark out once, so that a later mark stands', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact({ contact_id: 'alone', status: 'suppressed' })] });
    await review(folder);
    answer(folder, 'yes');
    const status = async () => {
      await night(folder, { asOf: '2026-11-23', jobs: ['suppression-release'] });
      return readCsv(folder, 'contacts')[0]?.status;
    };
    expect(await status()).toBe('subscribed');
    writeWorkbook(folder, { contacts: readCsv(folder, 'contacts').map((row) => ({ ...row, status: 'suppressed' })) });
    expect(await status()).toBe('suppressed');
  });

  it('carries an answer about a mark out for the address that it was asked about, and no other', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact({ contact_id: 'alone', status: 'suppressed' })] });
    await review(folder);
    answer(folder, 'yes');
    const moved = readCsv(folder, 'contacts').map((row) => ({ ...row, email: 'moved@example.com' }));
    writeWorkbook(folder, { contacts: moved });
    await night(folder, { asOf: '2026-11-23', jobs: ['suppression-release'] });
    expect(readCsv(folder, 'contacts')[0]?.status).toBe('suppressed');
  });

  it('lets no answer release a person who complained since, or was suppressed again', async () => {
    const folder = temporaryFolder();
    aWorkbook(folder);
    await review(folder);
    answer(folder, 'yes');
    const bounces = [
      ...readCsv(folder, 'bounces'),
      aBounce({ email: 'sender@example.com', kind: 'complaint', code: '' }),
    ];
    const suppressions = readCsv(folder, 'suppressions').map((row) =>
      row.email === 'soft@example.com' ? { ...row, suppressed_at: '2026-11-20T00:00:00Z' } : row,
    );
    writeWorkbook(folder, { bounces, suppressions });
    await night(folder, { asOf: '2026-11-23', jobs: ['suppression-release'] });
    const released = readCsv(folder, 'suppressions').filter((row) => row.released_at !== '');
    expect(released.map((row) => row.email)).toEqual(['alive@example.com']);
  });
});
