/** A tab that is protected against the account, or gone: its job fails alone, in words, and what the others wrote stands. */
import type { sheets_v4 as api } from 'googleapis/build/src/apis/sheets/v4.js';
import { describe, expect, it } from 'vitest';
import { insert, remove, update } from '../../../lib/core/change.ts';
import type { Job } from '../../../lib/core/job.ts';
import { sql } from '../../../lib/core/sql.ts';
import { tableOf } from '../../../lib/core/tables.ts';
import type { RunResult } from '../../../lib/run/result.ts';
import { jobOf, night } from '../../support/night.ts';
import { aJob, nightly, sets } from '../../support/small-jobs.ts';
import { aSheet, type SheetsBench, SPREADSHEET } from '../../support/store-bench.ts';
import { temporaryFolder } from '../../support/workbook.ts';

const CONTACTS = [
  ['contact_id', 'email', 'status', 'email_note'],
  ...[0, 1, 2].map((i) => [`c${i}`, `p${i}@example.com`, 'subscribed', '']),
];
const CHANGES = ['change_id', 'job', 'period', 'run', 'at', 'table', 'row_key', 'column', 'before', 'after', 'reason'];
const SUPPRESSIONS = ['email', 'scope', 'contact_id', 'reason', 'suppressed_at', 'source', 'note'];

/** Suppresses everybody's address. */
const suppresses = aJob({
  name: 'suppressing',
  reads: ['contacts'],
  writes: ['suppressions'],
  changes: () => [insert('suppressions', sql`select email, 'manual' as reason, 'asked for' as why from contacts`)],
});
const notes = (name = 'noting', column = 'email_note'): Job =>
  aJob({
    name,
    changes: () => [
      update(
        'contacts',
        column === 'email_note'
          ? sql`select contact_id, 'seen' as email_note, 'asked for' as why from contacts`
          : sql`select contact_id, 'B2B' as lifecycle_stage, 'asked for' as why from contacts`,
      ),
    ],
  });

const aBook = (): Promise<SheetsBench> =>
  aSheet({ contacts: CONTACTS, suppressions: [SUPPRESSIONS], changes: [CHANGES], runs: [] });

function tab(bench: SheetsBench, title: string) {
  const found = bench.server.book(SPREADSHEET).tabs.find((each) => each.title === title);
  if (!found) throw new Error(`no tab ${title}`);
  return found;
}
const protect = (bench: SheetsBench, title: string, range: api.Schema$GridRange = {}): void => {
  const { sheetId, protectedRanges } = tab(bench, title);
  protectedRanges.push({ range: { sheetId, ...range }, requestingUserCanEdit: false });
};
/** Somebody acts just before the nth request that writes. */
const beforeWrite = (bench: SheetsBench, n: number, act: () => void): void => {
  let writes = 0;
  bench.server.scenario = {
    person: ({ method }) => {
      if (method.endsWith('batchUpdate') && ++writes === n) act();
    },
  };
};
const drop = (bench: SheetsBench, title: string) => (): void =>
  void bench.server.act(SPREADSHEET, [{ deleteSheet: { sheetId: tab(bench, title).sheetId } }]);

const columnOf = (bench: SheetsBench, title: string, header: string): unknown[] => {
  const [headers = [], ...rows] = bench.rows(title) ?? [];
  return rows.map((row) => row[headers.indexOf(header)]);
};
const statuses = ({ jobs }: RunResult): Record<string, string> =>
  Object.fromEntries(jobs.map(({ job, status }) => [job, status]));

const BOTH = { suppressing: 'failed', noting: 'applied' };

describe('a protected tab', () => {
  it.each([false, true])('fails its job alone, before anything is written (dry run: %s)', async (dryRun) => {
    const bench = await aBook();
    protect(bench, 'suppressions');
    const jobs = nightly(suppresses, notes());
    const result = await night(temporaryFolder(), { jobs, dryRun, open: (run) => bench.open(run) });
    expect(statuses(result)).toEqual({ ...BOTH, ...(dryRun && { noting: 'planned' }) });
    const { error } = jobOf(result, 'suppressing');
    expect(error).toMatchObject({ kind: 'TabClosed' });
    expect(error?.message).toContain('tab "suppressions" is protected against the account');
    expect(columnOf(bench, 'contacts', 'email_note')).toEqual(Array(3).fill(dryRun ? null : 'seen'));
    expect(columnOf(bench, 'runs', 'status')).toEqual(dryRun ? [] : ['applied', 'failed']);
  });

  it('that is only one column is left, and fails the job that writes nothing else', async () => {
    const bench = await aBook();
    protect(bench, 'contacts', { startColumnIndex: 2, endColumnIndex: 3 });
    const jobs = nightly(sets('status', 'suppressed'), notes());
    const result = await night(temporaryFolder(), { jobs, open: (run) => bench.open(run) });
    expect(statuses(result)).toEqual({ 'a-job': 'failed', noting: 'applied' });
    expect(columnOf(bench, 'contacts', 'status')).toEqual(Array(3).fill('subscribed'));
    expect(columnOf(bench, 'contacts', 'email_note')).toEqual(Array(3).fill('seen'));
  });

  it('that is one of the columns of a job leaves that column alone, and the job goes on', async () => {
    const bench = await aBook();
    protect(bench, 'contacts', { startColumnIndex: 2, endColumnIndex: 3 });
    const both = aJob({
      changes: (context) => ['status', 'email_note'].flatMap((column) => sets(column, 'seen').changes(context)),
    });
    const result = await night(temporaryFolder(), { jobs: nightly(both), open: (run) => bench.open(run) });
    expect(jobOf(result, 'a-job').held).toEqual({ 'not written (contacts: protected)': 3 });
    expect(columnOf(bench, 'contacts', 'email_note')).toEqual(Array(3).fill('seen'));
  });

  it('with parts that anybody may edit is written there', async () => {
    const bench = await aBook();
    protect(bench, 'contacts');
    const { protectedRanges, sheetId } = tab(bench, 'contacts');
    const open = { sheetId, startRowIndex: 1, startColumnIndex: 3, endColumnIndex: 4 };
    protectedRanges[0] = { ...protectedRanges[0], unprotectedRanges: [open] };
    const jobs = nightly(sets('status', 'suppressed'), notes());
    const result = await night(temporaryFolder(), { jobs, open: (run) => bench.open(run) });
    expect(columnOf(bench, 'contacts', 'email_note')).toEqual(Array(3).fill('seen'));
    expect(jobOf(result, 'noting').held).toEqual({ 'not written (contacts: protected)': 3 });
  });

  it('called changes keeps every decision from being written without its row there', async () => {
    const bench = await aBook();
    protect(bench, 'changes');
    const result = await night(temporaryFolder(), { jobs: nightly(notes()), open: (run) => bench.open(run) });
    expect(jobOf(result, 'noting')).toMatchObject({ status: 'failed', error: { kind: 'TabClosed' } });
    expect(columnOf(bench, 'contacts', 'email_note')).toEqual([null, null, null]);
  });

  it('whose key alone is protected, right of a person’s own column, keeps what its rows tell of from being written', async () => {
    const ofKey = { startColumnIndex: 1, endColumnIndex: 2 };
    const bench = await aSheet({
      contacts: CONTACTS,
      archive: [['my_note', ...Object.keys(tableOf('archive').columns)]],
      changes: [['my_note', ...CHANGES]],
      runs: [],
    });
    const before = bench.rows('contacts');
    const archives = aJob({
      name: 'archiving',
      writes: ['archive', 'contacts'],
      changes: () => [
        insert('archive', sql`select contact_id, email, 'old' as why from contacts where contact_id = 'c1'`),
        remove('contacts', sql`select contact_id, 'old' as why from contacts where contact_id = 'c1'`),
      ],
    });
    protect(bench, 'archive', ofKey);
    await night(temporaryFolder(), { jobs: nightly(archives), open: (run) => bench.open(run) });
    expect(bench.rows('contacts')).toEqual(before);
    protect(bench, 'changes', ofKey);
    await night(temporaryFolder(), { jobs: nightly(notes()), open: (run) => bench.open(run) });
    expect(bench.rows('contacts')).toEqual(before);
  });

  it('whose header row alone is protected gets no new column, and the others are written', async () => {
    const bench = await aBook();
    protect(bench, 'contacts', { startRowIndex: 0, endRowIndex: 1 });
    const jobs = nightly(notes('staging', 'lifecycle_stage'), notes());
    const result = await night(temporaryFolder(), { jobs, open: (run) => bench.open(run) });
    expect(columnOf(bench, 'contacts', 'email_note')).toEqual(Array(3).fill('seen'));
    expect(bench.rows('contacts')?.[0]?.slice(0, 5)).toEqual([...(CONTACTS[0] ?? [])]);
    const held = Object.assign({}, ...result.jobs.map((job) => job.held));
    expect(held).toEqual({ 'not written (contacts: column gone)': 3 });
  });
});

describe.each([
  ['protected', (bench: SheetsBench) => () => protect(bench, 'suppressions')],
  ['deleted', (bench: SheetsBench) => drop(bench, 'suppressions')],
])('a tab that is %s while the run writes', (what, act) => {
  it.each([1, 2])('fails its job alone, in the sheet and the ledger too, at request %s', async (n) => {
    const bench = await aBook();
    const folder = temporaryFolder();
    const jobs = nightly(suppresses, notes());
    beforeWrite(bench, n, act(bench));
    const result = await night(folder, { jobs, open: (run) => bench.open(run) });
    expect(statuses(result), JSON.stringify(result.jobs)).toEqual(BOTH);
    expect(jobOf(result, 'suppressing').error?.message).toContain(
      `tab "suppressions" ${what === 'deleted' ? 'was' : 'is'} ${what}`,
    );
    expect(columnOf(bench, 'contacts', 'email_note')).toEqual(Array(3).fill('seen'));
    expect(columnOf(bench, 'runs', 'status')).toEqual(['applied', 'failed']);
    expect(columnOf(bench, 'changes', 'table')).toEqual(Array(3).fill('contacts'));
    bench.server.scenario = {};
    const store = await bench.open('run-9');
    expect((await store.marker())?.entries.map(({ entry }) => (entry as { status: string }).status)).toEqual(
      expect.arrayContaining(['failed', 'applied']),
    );
    await store.close();
    if (what === 'protected') tab(bench, 'suppressions').protectedRanges.length = 0;
    const again = await night(folder, { jobs, open: (run) => bench.open(run) });
    expect(statuses(again)).toEqual({ suppressing: 'applied', noting: 'unchanged' });
    expect(columnOf(bench, 'suppressions', 'email')).toEqual([0, 1, 2].map((i) => `p${i}@example.com`));
    expect(columnOf(bench, 'runs', 'status').sort()).toEqual(['applied', 'applied']);
  });
});

it('a scratch tab that a person deletes is no reason to call other tabs protected', async () => {
  const bench = await aBook();
  beforeWrite(bench, 2, () => {
    const scratch = bench.server.book(SPREADSHEET).tabs.find(({ title }) => title.startsWith('nightshift scratch'));
    bench.server.act(SPREADSHEET, [{ deleteSheet: { sheetId: scratch?.sheetId ?? -1 } }]);
  });
  const result = await night(temporaryFolder(), { jobs: nightly(notes()), open: (run) => bench.open(run) });
  expect(jobOf(result, 'noting')).toMatchObject({ status: 'failed', error: { kind: 'Refused' } });
});
