/** What a Google Sheet as a workbook owes a run beyond the contract: how often it calls, whose edit stays, what it never reads as text. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScheduledJob } from '../../../lib/core/batch.ts';
import { update } from '../../../lib/core/change.ts';
import { name, sql } from '../../../lib/core/sql.ts';
import { jobOf, night } from '../../support/night.ts';
import { bookOfCsv, formula, serial } from '../../support/sheets-server/build.ts';
import { aJob, nightly, sets } from '../../support/small-jobs.ts';
import { aSheet, type SheetsBench, SPREADSHEET } from '../../support/store-bench.ts';
import { temporaryFolder } from '../../support/workbook.ts';

/** The calls since `from`, Drive's look at the version included. */
const callsOf = ({ server }: SheetsBench, from = 0): string[] =>
  server.requests.slice(from).map(({ method }) => method.replace(/^.*\.(?=\w+$)/, ''));

/** The outline, and then all small tabs at once. */
const READ = ['get', 'batchGet'];
/** Dates ask for their formats, and then whether the rows are still where they were. */
const READ_DATES = [...READ, 'get', 'batchGet'];
const HEADERS = ['contact_id', 'email', 'status'];
const people = (n: number): string[][] =>
  Array.from({ length: n }, (_, i) => [`c${i}`, `p${i}@example.com`, 'subscribed']);

/** Each job decides a column, a text of its own for every contact. */
const decide = (...columns: string[]): ScheduledJob[] =>
  nightly(
    ...columns.map((column, i) =>
      aJob({
        name: `job-${i}`,
        changes: () => [
          update(
            'contacts',
            sql`select contact_id, 'decided ' || contact_id as ${name(column)}, 'asked for' as why from contacts`,
          ),
        ],
      }),
    ),
  );

describe('the calls of a run', () => {
  it('are one reading and no write but the run rows on a workbook without changes', async () => {
    // A tab that a person made and left empty is as good as none.
    const bench = await aSheet({ contacts: [HEADERS, ...people(5)], Runs: [] });
    const folder = temporaryFolder();
    const open = (run: string) => bench.open(run);
    const jobs = nightly(sets('email_note', 'seen'));
    await night(folder, { jobs, open });
    const contacts = bench.rows('contacts');
    const [first, again] = [bench.server.requests.length, bench.rows('Runs')];
    await night(folder, { jobs, open });
    expect(callsOf(bench, first)).toEqual(READ_DATES);
    expect(bench.rows('Runs')).toEqual(again);
    const second = bench.server.requests.length;
    await night(folder, { jobs, open, asOf: '2026-11-23' });
    // The scratch tab, which keys are there, a look, the write, and the clearing up.
    expect(callsOf(bench, second)).toEqual([
      ...READ_DATES,
      'batchUpdate',
      'batchGet',
      'batchGet',
      'get',
      'batchUpdate',
      'batchUpdate',
    ]);
    expect(bench.rows('Runs')?.length).toBe((again?.length ?? 0) + 1);
    expect(bench.rows('contacts')).toEqual(contacts);
  });

  it('are at most 12 for 6,200 cells that two jobs decide, with a row of changes for each', async () => {
    const bench = await aSheet({ contacts: [HEADERS, ...people(3100)] });
    const jobs = decide('email_note', 'phone');
    const result = await night(temporaryFolder(), { jobs, open: (run) => bench.open(run) });
    expect(result.jobs.map((job) => job.changes.contacts?.update)).toEqual([3100, 3100]);
    expect(bench.rows('contacts')?.[3100]).toEqual([
      ...['c3099', 'p3099@example.com', 'subscribed'],
      ...['decided c3099', 'decided c3099'],
    ]);
    expect(bench.rows('changes')).toHaveLength(1 + 6200);
    expect(callsOf(bench).length).toBeLessThanOrEqual(12);
    expect(Math.max(...bench.server.requests.map(({ requestBytes }) => requestBytes))).toBeLessThan(2_000_000);
  });
});

describe('a sheet that would grow too large', () => {
  it('is left as it is, and the run says so before it writes anything', async () => {
    const bench = await aSheet({ contacts: [HEADERS, ...people(50)] });
    const tab = bench.server.book(SPREADSHEET).tabs[0];
    // With the new column and its rows of changes; the scratch tab counts too, and no tab is copied.
    if (tab) tab.rowCount = 2_500_000;
    const jobs = nightly(sets('email_note', 'seen'));
    const open = (run: string) => bench.open(run);
    const result = await night(temporaryFolder(), { jobs, open });
    expect(jobOf(result, 'a-job').error?.message).toContain(
      'would need 10.1 million cells while this is written, and Google allows 10 million. Nothing was written.',
    );
    expect(callsOf(bench).filter((call) => call === 'batchUpdate')).toEqual([]);
    if (tab) tab.rowCount = 2_490_000;
    expect(jobOf(await night(temporaryFolder(), { jobs, open }), 'a-job').status).toBe('applied');
  });
});

describe('a person who types while the run works', () => {
  it('keeps their cell, is found again after a sort, and the run says what it left', async () => {
    const bench = await aSheet({ contacts: [HEADERS, ...people(4)] });
    let writes = 0;
    bench.server.scenario = {
      person: ({ method }) => {
        if (!method.endsWith('batchUpdate') || ++writes !== 2) return;
        const start = { sheetId: 0, rowIndex: 2, columnIndex: 2 };
        const rows = [{ values: [{ userEnteredValue: { stringValue: 'unsubscribed' } }] }];
        bench.server.act('sheet-1', [
          { updateCells: { start, rows, fields: 'userEnteredValue' } },
          {
            sortRange: {
              range: { sheetId: 0, startRowIndex: 1 },
              sortSpecs: [{ dimensionIndex: 0, sortOrder: 'DESCENDING' }],
            },
          },
        ]);
      },
    };
    const folder = temporaryFolder();
    const result = await night(folder, { jobs: nightly(sets('status', 'suppressed')), open: (run) => bench.open(run) });
    expect(bench.rows('contacts')).toEqual([
      HEADERS,
      ['c3', 'p3@example.com', 'suppressed'],
      ['c2', 'p2@example.com', 'suppressed'],
      ['c1', 'p1@example.com', 'unsubscribed'],
      ['c0', 'p0@example.com', 'suppressed'],
    ]);
    expect(jobOf(result, 'a-job').held).toEqual({ 'not written (contacts: cell changed)': 1 });
  });
});

it('a column that a person puts in while columns are made keeps its header and its cells', async () => {
  const bench = await aSheet({ contacts: [HEADERS, ...people(3)] });
  let writes = 0;
  bench.server.scenario = {
    person: ({ method }) => {
      if (!method.endsWith('batchUpdate') || ++writes !== 1) return;
      const range = { sheetId: 0, dimension: 'COLUMNS', startIndex: 1, endIndex: 2 };
      const rows = ['mine', 'x', 'y', 'z'].map((stringValue) => ({ values: [{ userEnteredValue: { stringValue } }] }));
      const start = { sheetId: 0, rowIndex: 0, columnIndex: 1 };
      bench.server.act('sheet-1', [
        { insertDimension: { range } },
        { updateCells: { start, rows, fields: 'userEnteredValue' } },
      ]);
    },
  };
  await night(temporaryFolder(), { jobs: nightly(sets('email_note', 'seen')), open: (run) => bench.open(run) });
  const [headers = [], ...rows] = bench.rows('contacts') ?? [];
  expect(headers.filter((header) => header !== null).sort()).toEqual([...HEADERS, 'email_note', 'mine'].sort());
  for (const [column, cells] of [
    ['mine', ['x', 'y', 'z']],
    ['status', ['subscribed', 'subscribed', 'subscribed']],
    ['email_note', ['seen', 'seen', 'seen']],
  ] as const)
    expect(rows.map((row) => row[headers.indexOf(column)])).toEqual(cells);
});

describe('cells that are no plain text', () => {
  it('are read as what the sheet says they are; an error stops its row and nothing else', async () => {
    const bench = await aSheet({
      contacts: [
        ['contact_id', 'email', 'birth_date', 'created_at', 'score', 'note'],
        [171, 'a@example.com', serial(36_526), serial(46_000.5, 'DATE_TIME'), serial(7), true],
        ['0171', formula('=CONCAT("b","@example.com")', 'b@example.com'), null, null, 1.5, formula('=1/0')],
        ['c3', formula('=1/0'), null, null, null, null],
      ],
    });
    const store = await bench.open();
    const text = await (await store.read()).tables[0]?.open();
    expect(
      readFileSync(text?.path ?? '', 'utf8')
        .trim()
        .split('\n')
        .slice(1),
    ).toEqual(['171,a@example.com,2000-01-01,2025-12-09T12:00:00.000Z,7,true', '0171,b@example.com,,,1.5,#DIV/0!']);
    expect(text?.malformed).toMatchObject([{ row: 4, reason: 'shows an error in "email"' }]);
    await store.close();
  });
});

it('the sample gives the same plans, kept in files or in a sheet', async () => {
  const sample = join(import.meta.dirname, '../../../data/sample');
  const folder = temporaryFolder();
  cpSync(sample, folder, { recursive: true });
  const bench = await aSheet({});
  bench.server.put(bookOfCsv(sample, SPREADSHEET));
  const inFiles = await night(folder, { dryRun: true });
  const inSheet = await night(temporaryFolder(), { dryRun: true, open: (run) => bench.open(run) });
  expect(inSheet.snapshot).toEqual(inFiles.snapshot);
  expect(inSheet.jobs.map(({ job, plan }) => [job, plan])).toEqual(inFiles.jobs.map(({ job, plan }) => [job, plan]));
  expect(new Set(inSheet.jobs.map(({ plan }) => plan)).size).toBeGreaterThan(2);
});
