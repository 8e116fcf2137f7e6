/** The archive: who goes, who never does, and who comes back. */
import { describe, expect, it } from 'vitest';
import { archiveStale } from '../fixture/archive-stale.ts';
import { archive } from '../fixture/rules/archive.ts';
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

const old = '2023-01-15T09:00:00Z';
const anOld = (given: Given): Row => aContact({ created_at: old, updated_at: old, lifecycle_stage: 'lead', ...given });
/** Enough others that shares mean something. */
const others = Array.from({ length: 60 }, (_, i) =>
  aContact({ contact_id: `x${i}`, created_at: '2026-09-01T00:00:00Z' }),
);
const jobs = ['archive-stale'];
const ids = (folder: string, table: string): string[] =>
  readCsv(folder, table)
    .map((row) => row.contact_id ?? '')
    .filter((id) => !id.startsWith('x'));
const stages = (folder: string) => cellsOf(folder, 'lifecycle_stage');
const notes = (folder: string) => cellsOf(folder, 'archive_note');
const cellsOf = (folder: string, column: string): Record<string, string> =>
  Object.fromEntries(
    readCsv(folder, 'contacts')
      .filter((row) => !row.contact_id?.startsWith('x'))
      .map((row) => [row.contact_id, row[column] ?? '']),
  );

async function month(folder: string, asOf: string) {
  const result = jobOf(await night(folder, { jobs, asOf }), 'archive-stale');
  expect(result.error).toBeUndefined();
  return result;
}

describe('archive-stale', () => {
  it('notes first, archives a month later, and brings back as it was what becomes active, unknown columns too', async () => {
    const folder = temporaryFolder();
    const gone = {
      ...anOld({ contact_id: 'gone', email: 'gone@example.com', phone: '007', status: 'unsubscribed' }),
      Shoe: '=42',
    };
    writeWorkbook(folder, {
      contacts: [gone, ...others],
      events: [anEvent({ contact_id: 'gone', type: 'open', occurred_at: '2026-10-01T00:00:00Z' })],
    });
    const before = readCsv(folder, 'contacts');
    await month(folder, '2026-10-05');
    expect(notes(folder)).toEqual({ gone: 'inactive' });
    expect(stages(folder)).toEqual({ gone: 'lead' });
    expect((await month(folder, '2026-10-20')).status).toBe('unchanged');
    await month(folder, '2026-11-05');
    expect(ids(folder, 'contacts')).toEqual([]);
    expect(readCsv(folder, 'archive')).toMatchObject([
      { contact_id: 'gone', status: 'unsubscribed', lifecycle_stage: 'lead', archived_at: '2026-11-05T23:59:59.999Z' },
    ]);
    expect((await month(folder, '2026-11-05')).status).toBe('unchanged');
    const events = [
      anEvent({ email: 'gone@example.com', contact_id: '', type: 'click', occurred_at: '2026-11-20T00:00:00Z' }),
    ];
    writeWorkbook(folder, { events });
    const back = await night(folder, { jobs, asOf: '2026-12-05' });
    expect(back.snapshot.quarantined).toBe(0);
    const row = (rows: Row[]) => rows.find((each) => each.contact_id === 'gone');
    expect(row(readCsv(folder, 'contacts'))).toEqual({ ...row(before), archive_note: '' });
    expect(readCsv(folder, 'archive')).toEqual([]);
  });

  it('never takes customers, open reviews, recent suppressions, people of whom no date is known, or one row of two', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [
        anOld({ contact_id: 'valuable', lifetime_value: 100 }),
        anOld({ contact_id: 'customer', lifecycle_stage: 'Customer' }),
        anOld({ contact_id: 'review' }),
        anOld({ contact_id: 'suppressed', email: 'Dead@example.com' }),
        anOld({ contact_id: 'followed' }),
        anOld({ contact_id: 'unknown', created_at: '' }),
        anOld({ contact_id: 'clicked' }),
        anOld({ contact_id: 'bought' }),
        anOld({ contact_id: 'bounced' }),
        anOld({ contact_id: 'twice', status: 'unsubscribed' }),
        anOld({ contact_id: 'twice', email: 'twice.again@example.com' }),
        ...others,
      ],
      review: [{ review_id: 'r1', subject: 'duplicate', left_id: 'review', right_id: 'x1', decision: '' }],
      suppressions: [
        aSuppression({ email: 'dead@example.com', suppressed_at: '2026-03-01T00:00:00Z' }),
        aSuppression({ email: 'old@example.net', contact_id: 'followed', suppressed_at: '2026-03-01T00:00:00Z' }),
      ],
      events: [anEvent({ contact_id: 'clicked', occurred_at: '2025-06-01T00:00:00Z' })],
      purchases: [aPurchase({ contact_id: 'bought', ordered_at: '2025-06-01T00:00:00Z' })],
      bounces: [aBounce({ email: 'bounced@example.com', kind: 'soft' })],
    });
    await month(folder, '2026-10-05');
    const stale = readCsv(folder, 'contacts').filter(({ archive_note }) => archive_note === 'inactive');
    expect(stale.map(({ contact_id }) => contact_id)).toEqual(['bounced']);
  });

  it('takes the note off a contact that becomes active before it is archived, and never touches a stage', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [anOld({ contact_id: 'a', lifecycle_stage: 'subscriber' }), ...others] });
    await month(folder, '2026-10-05');
    writeWorkbook(folder, { events: [anEvent({ contact_id: 'a', occurred_at: '2026-10-20T00:00:00Z' })] });
    await month(folder, '2026-11-05');
    expect(notes(folder)).toEqual({ a: '' });
    expect(stages(folder)).toEqual({ a: 'subscriber' });
  });

  it('keeps an unsubscribe for a contact that is added again under the address', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [aContact({ contact_id: 'new', email: 'Gone@example.com', created_at: '2026-11-01T00:00:00Z' })],
      archive: [
        { contact_id: 'gone', email: 'gone@example.com', status: 'unsubscribed', archived_at: '2026-10-05T00:00:00Z' },
      ],
    });
    await night(folder, { jobs: ['bounce-suppression', 'list-refresh'] });
    expect(readCsv(folder, 'memberships')).toEqual([]);
  });

  it('stops where too much would go, and refuses a mass even with approval', async () => {
    const folder = temporaryFolder();
    const many = Array.from({ length: 20 }, (_, i) => anOld({ contact_id: `o${i}`, archive_note: 'inactive' }));
    const marks = many.map(({ contact_id = '' }, i) => ({
      change_id: `m${i}`,
      job: 'archive-stale',
      period: '2026-09',
      run: 'r',
      at: old,
      table: 'contacts',
      row_key: contact_id,
      column: 'archive_note',
      before: '',
      after: 'inactive',
      reason: '',
    }));
    writeWorkbook(folder, { contacts: [...many, ...others], changes: marks });
    const stopped = await month(folder, '2026-10-05');
    expect(stopped.status).toBe('blocked');
    expect(stopped.guards.at(-1)).toMatchObject({ found: 20, limit: 4, final: true });
  });

  it('drops old rows of changes and runs, and writes its own decisions in the same landing', async () => {
    const folder = temporaryFolder();
    const change = (change_id: string, at: string): Row => ({
      change_id,
      job: 'list-cleaning',
      period: 'p',
      run: 'r',
      at,
      table: 'contacts',
      row_key: 'x1',
      column: 'phone',
      before: '',
      after: '1',
      reason: '',
    });
    writeWorkbook(folder, {
      contacts: [anOld({ contact_id: 'a' }), ...others],
      changes: [change('c1', '2024-01-01T00:00:00Z'), change('c2', '2026-01-01T00:00:00Z')],
      runs: [
        {
          job: 'list-cleaning',
          period: '2024-01-01',
          status: 'applied',
          changes: '',
          started_at: '2024-01-01T00:00:00Z',
          seconds: '1',
          note: '',
        },
        {
          job: 'inbox',
          period: '2024-01-01-abcdef01',
          status: 'applied',
          changes: '',
          started_at: '2024-01-01T00:00:00Z',
          seconds: '1',
          note: '',
        },
      ],
    });
    await month(folder, '2026-10-05');
    expect(
      readCsv(folder, 'changes').map(
        (row) => `${row.change_id === 'c1' || row.change_id === 'c2' ? row.change_id : 'new'} ${row.after}`,
      ),
    ).toEqual(['c2 1', 'new inactive']);
    expect(readCsv(folder, 'runs').map((row) => row.job)).toEqual(['inbox', 'archive-stale']);
  });
});

it('the newest rows of changes and list_changes are kept, as many as the rules say', async () => {
  const folder = temporaryFolder();
  const changes = Array.from({ length: 1003 }, (_, i) => ({
    change_id: `x${i}`,
    job: 'list-cleaning',
    period: '2026-11-01',
    run: 'r',
    at: `2026-11-01T00:00:${String(i % 60).padStart(2, '0')}Z`,
    table: 'contacts',
    row_key: `k${i}`,
    column: 'phone',
    before: '',
    after: '1',
    reason: 'test',
  }));
  writeWorkbook(folder, { contacts: [aContact({ contact_id: 'c1' })], changes });
  const bounded = archiveStale({ ...archive, mostRecords: { changes: 1000 } });
  await night(folder, { jobs: [{ job: bounded, cadence: 'monthly' }], asOf: '2026-11-20' });
  expect(readCsv(folder, 'changes').filter(({ job }) => job === 'list-cleaning')).toHaveLength(1000);
});
