/** A person saw a plan that a guard stopped, and wants exactly that plan: not another one, not twice, not tomorrow. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jobOf, type Night, night } from '../support/night.ts';
import { blocksAll, bytesOf, nightly, sets } from '../support/small-jobs.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const guarded = sets('email_note', 'seen', { name: 'guarded', guards: [blocksAll] });
const contacts = [aContact({ contact_id: 'c1' }), aContact({ contact_id: 'c2' })];

const aWorkbook = (): string => {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts });
  return folder;
};
const run = async (folder: string, given: Night = {}) =>
  jobOf(await night(folder, { jobs: nightly(guarded), ...given }), 'guarded');
const hashOf = async (folder: string, given: Night = {}): Promise<string> => (await run(folder, given)).plan ?? '';
const notes = (folder: string): string[] => readCsv(folder, 'contacts').map((row) => row.email_note ?? '');

describe('a plan that a guard stopped', () => {
  it('waits, and writes nothing but its rows for people to look through, until it is approved', async () => {
    const folder = aWorkbook();
    const before = bytesOf(folder);
    const shown = await run(folder);
    expect(shown).toMatchObject({ status: 'blocked', next: expect.stringContaining(`--approve ${shown.plan}`) });
    expect(shown.guards).toEqual([{ guard: 'at most 0 % of contacts changed', limit: 0, found: 2, passed: false }]);
    const rows = [
      'table,key,column,before,after,reason',
      'contacts,c1,email_note,,seen,asked for',
      'contacts,c2,email_note,,seen,asked for',
    ];
    expect(bytesOf(folder)).toEqual({ ...before, 'plan-guarded.csv': `${rows.join('\n')}\n` });
    expect(await run(folder, { approvals: [shown.plan ?? ''] })).toMatchObject({
      status: 'applied',
      approved: shown.plan,
    });
    expect(notes(folder)).toEqual(['seen', 'seen']);
    expect(Object.keys(bytesOf(folder))).not.toContain('plan-guarded.csv');
  });

  it('is not let through by the hash of another plan', async () => {
    const folder = aWorkbook();
    const other = aWorkbook();
    writeWorkbook(other, { contacts: [...contacts, aContact({ contact_id: 'c3' })] });
    expect(await run(folder, { approvals: [await hashOf(other)] })).toMatchObject({ status: 'blocked' });
    expect(notes(folder)).toEqual(['', '']);
  });

  it('is let through by an approval once; where the workbook is as it was again, it is shown and approved again', async () => {
    const folder = aWorkbook();
    const plan = await hashOf(folder);
    await run(folder, { approvals: [plan] });
    writeWorkbook(folder, { contacts });
    expect(await run(folder, { approvals: [plan] })).toMatchObject({
      status: 'blocked',
      plan,
      next: expect.stringContaining('this approval was used already'),
    });
    expect(notes(folder)).toEqual(['', '']);
    expect(await run(folder, { approvals: [plan] })).toMatchObject({ status: 'applied', approved: plan });
  });

  it('is not let through a day after it was shown', async () => {
    const folder = aWorkbook();
    const plan = await hashOf(folder, { now: '2026-11-22T05:00:00Z' });
    const late = await run(folder, { now: '2026-11-23T05:00:01Z', approvals: [plan] });
    expect(late).toMatchObject({ status: 'blocked', plan, next: expect.stringContaining('more than 24 hours ago') });
    expect(notes(folder)).toEqual(['', '']);
  });

  it('is let through although a cell changed that it would not write, and not where what it would write did', async () => {
    const folder = aWorkbook();
    const plan = await hashOf(folder);
    writeWorkbook(folder, { contacts: contacts.map((row) => ({ ...row, first_name: 'Grace' })) });
    writeWorkbook(folder, { contacts: contacts.map((row) => ({ ...row, email_note: 'mine' })) });
    expect(await run(folder, { approvals: [plan] })).toMatchObject({ status: 'blocked' });
    expect(notes(folder)).toEqual(['mine', 'mine']);
    writeWorkbook(folder, { contacts: contacts.map((row) => ({ ...row, first_name: 'Grace' })) });
    const moved = await run(folder, { approvals: [plan] });
    expect(moved).toMatchObject({ status: 'applied', approval: { by: 'command line' } });
    expect(notes(folder)).toEqual(['seen', 'seen']);
  });

  it('can be approved at the first try, although another job of the same night wrote to its table', async () => {
    const folder = aWorkbook();
    const jobs = nightly(sets('job_title', 'Engineer', { name: 'other' }), guarded);
    const shown = jobOf(await night(folder, { jobs }), 'guarded');
    expect(shown.status).toBe('blocked');
    const result = await night(folder, { jobs, approvals: [shown.plan ?? ''], now: '2026-11-23T08:00:00Z' });
    expect(jobOf(result, 'guarded')).toMatchObject({ status: 'applied', plan: shown.plan });
  });

  it('is never let through beyond what its guard calls final', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: Array.from({ length: 20 }, () => aContact()) });
    const final = { ...blocksAll, limit: { share: 0, refuse: 0.5 } };
    const jobs = nightly({ ...guarded, guards: [final] });
    const shown = jobOf(await night(folder, { jobs }), 'guarded');
    const again = jobOf(await night(folder, { jobs, approvals: [shown.plan ?? ''] }), 'guarded');
    expect(again).toMatchObject({
      status: 'blocked',
      next: 'no approval lifts this limit; fix the data or the rules',
    });
  });
});

describe('a dry run', () => {
  it('shows the hash of the plan that the run itself would make, and writes nothing anywhere', async () => {
    const folder = aWorkbook();
    writeFileSync(join(folder, 'events.csv'), 'event_id,contact_id,type,occurred_at\n,c1,click,soon\n');
    const before = bytesOf(folder);
    const rehearsed = await run(folder, { dryRun: true, jobs: nightly({ ...guarded, guards: [] }) });
    expect(rehearsed).toMatchObject({ status: 'planned', changes: { contacts: { insert: 0, update: 2, remove: 0 } } });
    expect(bytesOf(folder)).toEqual(before);
    expect(readCsv(join(folder, '.nightshift'), 'applied')).toEqual([]);
    const stopped = await run(folder, { dryRun: true });
    expect(stopped).toMatchObject({ status: 'blocked', plan: rehearsed.plan });
    expect(await run(folder, { approvals: [rehearsed.plan ?? ''] })).toMatchObject({ status: 'applied' });
  });
});
