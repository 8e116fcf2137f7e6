/** What a person's answer in `review` releases, and what it doesn't. */
import { expect, it } from 'vitest';
import { jobOf, night } from '../support/night.ts';
import {
  aBounce,
  aContact,
  anEvent,
  aSuppression,
  readCsv,
  temporaryFolder,
  writeWorkbook,
} from '../support/workbook.ts';

it('releases no address without a person’s yes', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, {
    contacts: [aContact({ contact_id: 'c1', email: 'c1@example.com', status: 'suppressed' })],
    suppressions: [aSuppression({ email: 'c1@example.com' })],
  });
  const result = await night(folder, { jobs: ['suppression-release'] });
  const none = { insert: 0, update: 0, remove: 0 };
  expect(jobOf(result, 'suppression-release')).toMatchObject({
    status: 'unchanged',
    changes: { suppressions: none, contacts: none, review: none },
  });
  expect(readCsv(folder, 'suppressions').map((row) => row.released_at)).toEqual(['']);
});

/** The part of a night that releases people, or marks them. */
const MARKING = ['suppression-release', 'bounce-suppression'];
const left = '2026-10-01T10:00:00Z';
const signedUp = '2026-11-01T09:00:00Z';

interface SignedUp {
  readonly at: string;
  /** What was reported of them besides. */
  readonly more?: { kind: string; occurred_at: string };
}

/** People who unsubscribed, and signed up again; the first night marks and lists them. The first is ann@example.com. */
async function signUpAgain(...people: readonly SignedUp[]): Promise<string> {
  const folder = temporaryFolder();
  const emails = people.map((_, i) => `${i === 0 ? 'ann' : `ann${i}`}@example.com`);
  const idOf = (i: number): string => `k${i + 1}`;
  writeWorkbook(folder, {
    contacts: emails.map((email, i) => aContact({ contact_id: idOf(i), email })),
    bounces: people.flatMap(({ more }, i) =>
      [{ kind: 'unsubscribe', occurred_at: left }, ...(more ? [more] : [])].map((given) =>
        aBounce({ email: emails[i] ?? '', code: '', detail: '', ...given }),
      ),
    ),
    events: people.map(({ at }, i) => anEvent({ contact_id: idOf(i), type: 'subscribe', occurred_at: at })),
  });
  await night(folder, { jobs: ['bounce-suppression', 'suppression-review'] });
  return folder;
}

const statusOf = (folder: string): string | undefined => readCsv(folder, 'contacts')[0]?.status;

it('proposes a person who signed up after they unsubscribed, with both dates, and releases them by a yes alone', async () => {
  const folder = await signUpAgain({ at: signedUp });
  expect(readCsv(folder, 'review')).toMatchObject([
    {
      subject: 'release',
      left_id: 'ann@example.com',
      right_id: 'k1',
      evidence: 'unsubscribed on 2026-10-01, signed up again on 2026-11-01',
      decision: '',
    },
  ]);
  await night(folder, { jobs: MARKING });
  expect(statusOf(folder)).toBe('unsubscribed');
  writeWorkbook(folder, { review: readCsv(folder, 'review').map((row) => ({ ...row, decision: 'yes' })) });
  await night(folder, { jobs: MARKING });
  expect(statusOf(folder)).toBe('subscribed');
  expect(readCsv(folder, 'suppressions')[0]?.released_at).not.toBe('');
  await night(folder, { jobs: MARKING });
  expect(statusOf(folder)).toBe('subscribed');
});

it('does not propose a person who signed up before they unsubscribed, complained as well, or left without a date', async () => {
  const folder = await signUpAgain(
    { at: signedUp },
    { at: '2026-09-01T09:00:00Z' },
    { at: signedUp, more: { kind: 'complaint', occurred_at: '2026-10-02T10:00:00Z' } },
    { at: signedUp, more: { kind: 'unsubscribe', occurred_at: '31.31.2026' } },
    { at: signedUp, more: { kind: 'unsubscribe', occurred_at: '2026-11-02T10:00:00Z' } },
  );
  expect(readCsv(folder, 'review').map(({ left_id }) => left_id)).toEqual(['ann@example.com']);
});

it('proposes a contact whose dead address was corrected', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, {
    contacts: [aContact({ contact_id: 'k1', email: 'old@example.com' })],
    bounces: [aBounce({ email: 'old@example.com', code: '5.1.1', occurred_at: left })],
  });
  await night(folder, { jobs: ['bounce-suppression'] });
  expect(statusOf(folder)).toBe('suppressed');
  const corrected = readCsv(folder, 'contacts').map((row) => ({ ...row, email: 'new@example.com' }));
  writeWorkbook(folder, { contacts: corrected });
  await night(folder, { jobs: ['bounce-suppression', 'suppression-review'] });
  expect(readCsv(folder, 'review')).toMatchObject([
    {
      left_id: 'new@example.com',
      evidence:
        'its contact is marked as suppressed for an earlier address (hard_bounce, 2026-10-01) that it no longer has',
    },
  ]);
  writeWorkbook(folder, { review: readCsv(folder, 'review').map((row) => ({ ...row, decision: 'yes' })) });
  await night(folder, { jobs: MARKING });
  expect(statusOf(folder)).toBe('subscribed');
});
