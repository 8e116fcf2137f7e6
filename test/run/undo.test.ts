/**
 * Undo puts back what a run decided, and nothing that anybody decided since; who becomes mailable is a person's word.
 */
import { describe, expect, it } from 'vitest';
import { update } from '../../lib/core/change.ts';
import { sql } from '../../lib/core/sql.ts';
import { undoJob } from '../../lib/run/undo.ts';
import { jobOf, type Night, night } from '../support/night.ts';
import { aJob, nightly } from '../support/small-jobs.ts';
import {
  aBounce,
  aContact,
  anEvent,
  aSuppression,
  asOf,
  type Row,
  readCsv,
  temporaryFolder,
  today,
  writeWorkbook,
} from '../support/workbook.ts';

const undo = async (folder: string, job: string, given: Night = {}) => {
  const jobs = [{ job: undoJob(job, today), cadence: 'nightly', period: `${job}-${today}` }] as const;
  return jobOf(await night(folder, { jobs, ...given }), 'undo');
};
const rowOf = (folder: string, table: string, key: string): Row | undefined =>
  readCsv(folder, table).find((row) => row.contact_id === key || row.email === key);

describe('undo', () => {
  it('puts every cell back that the run decided, but for those that a person changed since', async () => {
    const folder = temporaryFolder();
    const contacts = [
      aContact({ contact_id: 'u1', phone: '(202) 555-0110', first_name: 'ADA', email_status: '' }),
      aContact({ contact_id: 'u2', phone: '(202) 555-0111', first_name: 'GRACE', email_status: '' }),
    ];
    writeWorkbook(folder, { contacts });
    await night(folder, { jobs: ['list-cleaning'] });
    const cleaned = readCsv(folder, 'contacts');
    expect(cleaned.map((row) => [row.phone, row.first_name])).toEqual([
      ['+12025550110', 'Ada'],
      ['+12025550111', 'Grace'],
    ]);
    writeWorkbook(folder, { contacts: [cleaned[0] ?? {}, { ...cleaned[1], first_name: 'Gracie' }] });
    const undone = await undo(folder, 'list-cleaning');
    expect(undone).toMatchObject({ status: 'applied', held: { 'changed since by a person or a later run': 1 } });
    expect(readCsv(folder, 'contacts')).toEqual([contacts[0], { ...contacts[1], first_name: 'Gracie' }]);
    expect((await undo(folder, 'list-cleaning')).status).toBe('unchanged');
    expect(readCsv(folder, 'changes').filter((row) => row.job === 'undo').length).toBeGreaterThan(4);
  });

  it('leaves a person the address under which they have left since', async () => {
    const folder = temporaryFolder();
    const contacts = ['l1', 'l2'].map((id) => aContact({ contact_id: id, email: `${id}@example.com` }));
    writeWorkbook(folder, { contacts });
    const moved = sql`select contact_id, concat('new.', email) as email, 'moved' as why from contacts`;
    await night(folder, { jobs: nightly(aJob({ name: 'moves', changes: () => [update('contacts', moved)] })) });
    const bounces = [aBounce({ email: 'New.L1@example.com', kind: 'complaint', code: '' })];
    writeWorkbook(folder, { bounces });
    expect((await undo(folder, 'moves')).held).toEqual({ 'left under the address that they have now': 1 });
    expect(readCsv(folder, 'contacts').map(({ email }) => email)).toEqual(['new.l1@example.com', 'l2@example.com']);
  });

  it('waits for approval where a person would become mailable; whom it released stays released the next night', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [aContact({ contact_id: 'r1', email: 'r1@example.com' }), aContact({ contact_id: 'r2' })],
      bounces: [aBounce({ email: 'r1@example.com' })],
      suppressions: [aSuppression({ email: 'other@example.com' })],
    });
    await night(folder, { jobs: ['bounce-suppression'] });
    expect(rowOf(folder, 'contacts', 'r1')?.status).toBe('suppressed');
    const waiting = await undo(folder, 'bounce-suppression');
    expect(waiting).toMatchObject({ status: 'blocked', guards: [{ limit: 0, found: 2, passed: false }] });
    expect(rowOf(folder, 'contacts', 'r1')?.status).toBe('suppressed');
    const approved = await undo(folder, 'bounce-suppression', { approvals: [waiting.plan ?? ''] });
    expect(approved.status).toBe('applied');
    expect(rowOf(folder, 'contacts', 'r1')?.status).toBe('subscribed');
    expect(rowOf(folder, 'suppressions', 'r1@example.com')).toMatchObject({
      reason: 'hard_bounce',
      released_at: expect.stringMatching(/^2026-11-22T23:59:59/),
    });
    const next = await night(folder, { jobs: ['bounce-suppression'], asOf: '2026-11-23' });
    expect(jobOf(next, 'bounce-suppression').changes.contacts).toMatchObject({ update: 0 });
    expect(rowOf(folder, 'contacts', 'r1')?.status).toBe('subscribed');
    expect(rowOf(folder, 'suppressions', 'r1@example.com')?.released_at).not.toBe('');
  });

  it('takes lists back to what they were, but for those who may not be mailed by now', async () => {
    const folder = temporaryFolder();
    const joined = { list: 'Customers', joined_at: '2026-10-01T08:00:00Z' };
    const contacts = [
      aContact({ contact_id: 'new', lifecycle_stage: 'customer' }),
      aContact({ contact_id: 'gone', lifecycle_stage: 'lead' }),
      aContact({ contact_id: 'left', lifecycle_stage: 'lead' }),
    ];
    const memberships = [
      { ...joined, contact_id: 'gone' },
      { ...joined, contact_id: 'left' },
    ];
    writeWorkbook(folder, { contacts, memberships });
    const lists = (): string[] =>
      readCsv(folder, 'memberships')
        .filter(({ list }) => list === 'Customers')
        .map((row) => `${row.contact_id} ${row.joined_at?.slice(0, 10)}`);
    await night(folder, { jobs: ['list-refresh'] });
    expect(lists()).toEqual([`new ${today}`]);
    expect(readCsv(folder, 'changes').map((row) => [row.table, row.row_key, row.before, row.after])).toEqual(
      ['gone', 'left'].map((id) => [
        'memberships',
        `Customers · ${id}`,
        `{"list":"Customers","contact_id":"${id}","joined_at":"2026-10-01T08:00:00Z"}`,
        '',
      ]),
    );
    writeWorkbook(folder, {
      contacts: contacts.map((row) => (row.contact_id === 'left' ? { ...row, status: 'unsubscribed' } : row)),
    });
    expect((await undo(folder, 'list-refresh')).status).toBe('applied');
    expect(lists()).toEqual(['gone 2026-10-01']);
    expect(readCsv(folder, 'list_changes')).toEqual([]);
    expect((await undo(folder, 'list-refresh')).status).toBe('unchanged');
  });

  it.each([
    ['as it is kept', '{"list":"Customers","contact_id":"m1","joined_at":"2026-10-01T00:00:00Z"}'],
    [
      'as it was kept once',
      '{"list":"Customers","contact_id":"m1","joined_at":"2026-10-01 00:00:00","_row":7,"_fault":null}',
    ],
  ])('brings a row back from its record, %s', async (_, before) => {
    const folder = temporaryFolder();
    const change = { job: 'list-refresh', period: today, table: 'memberships', row_key: 'Customers · m1', column: '' };
    writeWorkbook(folder, {
      contacts: [aContact({ contact_id: 'm1' })],
      changes: [{ change_id: 'x1', at: asOf, ...change, before, after: '', reason: 'left', run: 'r1' }],
    });
    await undo(folder, 'list-refresh');
    expect(readCsv(folder, 'memberships')).toEqual([
      { list: 'Customers', contact_id: 'm1', joined_at: '2026-10-01T00:00:00Z' },
    ]);
  });

  it('what it takes away itself is kept as the table has it, and nothing of the engine’s own', async () => {
    const folder = temporaryFolder();
    const contacts = [aContact({ contact_id: 't1' })];
    writeWorkbook(folder, { contacts, events: [anEvent({ contact_id: 't1' })] });
    await night(folder, { jobs: ['list-refresh'] });
    const members = readCsv(folder, 'memberships');
    expect(members.length).toBeGreaterThan(0);
    await undo(folder, 'list-refresh');
    const kept = readCsv(folder, 'changes').filter((row) => row.job === 'undo' && row.table === 'memberships');
    expect(kept.map((row) => JSON.parse(row.before ?? ''))).toEqual(members);
  });
});
