/**
 * What a Google Sheet really does, and what must not come of it: formulas that fill cells, protections, error texts in any language,
 * copies.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { insert, update } from '../../../lib/core/change.ts';
import type { Job } from '../../../lib/core/job.ts';
import { sql } from '../../../lib/core/sql.ts';
import { recogniseWith } from '../../../lib/intake/formats/registry.ts';
import { sheetsClient } from '../../../lib/workbook/sheets/client.ts';
import { openSheetsStore } from '../../../lib/workbook/sheets/store.ts';
import type { Store, TablePatch } from '../../../lib/workbook/store.ts';
import { jobOf, night } from '../../support/night.ts';
import { commandsOn } from '../../support/sheet-command.ts';
import { book, type Given, spill } from '../../support/sheets-server/build.ts';
import { copyBook } from '../../support/sheets-server/model.ts';
import { startSheetsServer } from '../../support/sheets-server/server.ts';
import { aJob, nightly, sets } from '../../support/small-jobs.ts';
import { aSheet, type SheetsBench, SPREADSHEET } from '../../support/store-bench.ts';
import { temporaryFolder } from '../../support/workbook.ts';

const HEADERS = ['contact_id', 'email', 'status'];
const people = (n: number): string[][] =>
  Array.from({ length: n }, (_, i) => [`c${i}`, `p${i}@example.com`, 'subscribed']);

const nightOf = (bench: SheetsBench, ...jobs: Job[]) =>
  night(temporaryFolder(), { jobs: nightly(...jobs), open: (run) => bench.open(run) });

/** What is typed in a tab, cell by cell. */
const typed = (bench: SheetsBench, title = 'contacts'): unknown =>
  bench.server
    .book(SPREADSHEET)
    .tabs.find((tab) => tab.title === title)
    ?.rows.map((row) => row.map((cell) => cell?.userEnteredValue));

describe('cells that a formula fills', () => {
  const COUNTRY = spill('=ARRAYFORMULA(UPPER(X2:X))', ['us', 'de', 'fr']);

  it('are never written, and the job says that it left them', async () => {
    const rows: Given[][] = [
      [...HEADERS, 'country'],
      ...people(3).map((row, i): Given[] => [...row, COUNTRY[i] ?? null]),
    ];
    const bench = await aSheet({ contacts: rows });
    const before = typed(bench);
    const result = await nightOf(bench, sets('country', 'GB'));
    expect(typed(bench)).toEqual(before);
    expect(bench.rows('contacts')?.map((row) => row[3])).toEqual(['country', 'us', 'de', 'fr']);
    expect(jobOf(result, 'a-job').held).toEqual({ 'not written (contacts: formula)': 3 });
    // What was left is no decision.
    expect(bench.rows('changes')).toHaveLength(1);
    expect((await commandsOn(bench)('doctor')).output).toContain('tab "contacts": a formula fills "country".');
  });

  it('that are a whole column get nothing in new rows either: a typed value would empty the column', async () => {
    const note = spill('=ARRAYFORMULA("seen "&A2:A)', ['seen a', 'seen b', 'seen c']);
    const known = ['a', 'b', 'c'].map((name, i): Given[] => [`${name}@example.com`, 'manual', note[i] ?? null]);
    const bench = await aSheet({
      contacts: [HEADERS, ...people(1)],
      suppressions: [['email', 'reason', 'note'], ...known],
    });
    const rows = sql`select 'p0@example.com' as email, 'manual' as reason, 'ours' as note, 'asked for' as why`;
    const adding = aJob({ writes: ['suppressions'], changes: () => [insert('suppressions', rows)] });
    const result = await nightOf(bench, adding);
    expect(bench.rows('suppressions')?.at(-1)?.slice(0, 3)).toEqual(['p0@example.com', 'manual', null]);
    expect(
      bench
        .rows('suppressions')
        ?.map((row) => row[2])
        .slice(1, 4),
    ).toEqual(['seen a', 'seen b', 'seen c']);
    expect(jobOf(result, 'a-job').held).toEqual({ 'not written (suppressions: formula)': 1 });
  });

  it('make of a tab that IMPORTRANGE or QUERY fills one that is only read', async () => {
    const all = [HEADERS, ...people(3)];
    const columns = [0, 1, 2].map((i) =>
      spill(
        '=IMPORTRANGE("x")',
        all.map((row) => row[i] ?? ''),
      ),
    );
    // One formula in A1 fills all columns.
    const rows = all.map((_, row) =>
      columns.map((column, i) =>
        i > 0 && row === 0
          ? { ...column[0], userEnteredValue: undefined, spilledBy: '=IMPORTRANGE("x")' }
          : column[row],
      ),
    );
    const bench = await aSheet({ contacts: rows as Given[][] });
    const before = typed(bench);
    // "email_note" would be a new column, and in the way of what the formula may fill tomorrow.
    for (const column of ['status', 'email_note']) {
      const result = await nightOf(bench, sets(column, 'suppressed'));
      expect(typed(bench)).toEqual(before);
      expect(jobOf(result, 'a-job').held).toEqual({ 'not written (contacts: formula)': 3 });
    }
  });
});

describe('a refusal', () => {
  it('is understood in any language it comes, by what was asked', async () => {
    const server = await startSheetsServer({ language: 'es' });
    server.put(book({ contacts: [HEADERS, ...people(2)] }));
    const client = sheetsClient(SPREADSHEET, { rootUrl: server.url });
    const requests = [{ addSheet: { properties: { title: 'contacts' } } }];
    await expect(client.write({ requests }, 'spreadsheetId')).rejects.toMatchObject({ name: 'Refused' });
    await server.close();
  });

  it('of a protected range leaves its cells alone, and the others are written', async () => {
    const bench = await aSheet({ contacts: [[...HEADERS, 'note'], ...people(2)], Newsletter: [] });
    bench.server.book(SPREADSHEET).tabs[0]?.protectedRanges.push({
      range: { sheetId: 0, startRowIndex: 2, endRowIndex: 3 },
      requestingUserCanEdit: false,
    });
    const result = await nightOf(bench, sets('status', 'suppressed'));
    expect(bench.rows('contacts')?.map((row) => row[2])).toEqual(['status', 'suppressed', 'subscribed']);
    expect(jobOf(result, 'a-job').held).toEqual({ 'not written (contacts: protected)': 1 });
    expect(bench.rows('runs')).toHaveLength(2);
  });

  it.each([
    ['excel', 'granted', /no Google Sheet; most likely it is an Excel file[\s\S]*Save as Google Sheets/],
    ['denied', 'denied', /Share, and share the sheet with/],
  ] as const)('for being %s says what to do', async (sheets, drive, message) => {
    const bench = await aSheet({ contacts: [HEADERS] });
    bench.server.access = { sheets, drive };
    expect((await commandsOn(bench)('doctor')).output).toMatch(message);
  });

  it('of Drive for its rate is waited for, and no reason to share', async () => {
    const bench = await aSheet({ contacts: [HEADERS] });
    bench.server.access = { sheets: 'granted', drive: 'rate' };
    const waits: number[] = [];
    const sleep = async (ms: number): Promise<void> => {
      waits.push(ms);
      bench.server.access = { sheets: 'granted', drive: 'granted' };
    };
    expect(await sheetsClient(SPREADSHEET, { rootUrl: bench.server.url, sleep }).mayEdit()).toBe(true);
    expect(waits).toHaveLength(1);
  });

  it('to answer at all, where nothing was ever reached, is reported at once and soon given up', async () => {
    const output: string[] = [];
    const options = {
      rootUrl: 'http://127.0.0.1:9',
      sleep: async () => {},
      progress: (line: string) => void output.push(line),
    };
    await expect(sheetsClient(SPREADSHEET, options).get('properties')).rejects.toMatchObject({ name: 'NoNetwork' });
    expect(output).toEqual(['Google Sheets can’t be reached (ECONNREFUSED): trying again']);
  });
});

it('a second status column refuses mail, also where it is called just like the first', async () => {
  const statuses = ['', 'unsubscribed', 'subscribed'];
  const rows = people(3).map((row, i) => [...row, statuses[i] ?? '']);
  const bench = await aSheet({ contacts: [[...HEADERS, 'Status'], ...rows] });
  const mailable = sql`select contact_id, 'seen' as email_note, 'asked for' as why from contacts where status = 'subscribed'`;
  await nightOf(bench, aJob({ changes: () => [update('contacts', mailable)] }));
  expect(bench.rows('contacts')?.map((row) => row[4])).toEqual(['email_note', 'seen', null, 'seen']);
});

it('merged cells at the right edge are no reason to fail: a new column goes beside them', async () => {
  const bench = await aSheet({ contacts: [HEADERS, ...people(3)] });
  bench.server
    .book(SPREADSHEET)
    .tabs[0]?.merges.push({ sheetId: 0, startRowIndex: 1, endRowIndex: 2, startColumnIndex: 1, endColumnIndex: 3 });
  expect(jobOf(await nightOf(bench, sets('email_note', 'seen')), 'a-job').status).toBe('applied');
  expect(bench.rows('contacts')?.map((row) => row[3])).toEqual(['email_note', 'seen', 'seen', 'seen']);
});

it('new rows of a Table join it', async () => {
  const bench = await aSheet({
    contacts: [HEADERS, ...people(2)],
    runs: [
      ['job', 'period', 'status', 'changes', 'started_at', 'seconds', 'note'],
      ['x', '2026-01-01', 'applied', '', '', '1', ''],
    ],
  });
  const runs = bench.server.book(SPREADSHEET).tabs[1];
  runs?.tables.push({
    tableId: 't',
    name: 'Runs',
    range: { sheetId: 1, startRowIndex: 0, endRowIndex: 2, startColumnIndex: 0, endColumnIndex: 7 },
  });
  await nightOf(bench, sets('status', 'suppressed'));
  expect(bench.server.book(SPREADSHEET).tabs[1]?.tables[0]?.range?.endRowIndex).toBe(3);
  expect(bench.rows('runs')?.map((row) => row[0])).toEqual(['job', 'a-job', 'x']);
});

it('dates and numbers that stand as text are read as the sheet’s locale writes them', async () => {
  const bench = await aSheet({
    contacts: [
      ['contact_id', 'birth_date', 'annual_revenue'],
      ['c1', '31.12.1980', '1.234,5'],
      ['c2', '3/4/1980', '1,5'],
    ],
  });
  for (const [locale, expected] of [
    ['de_DE', ['c1,1980-12-31,1234.5', 'c2,1980-04-03,1.5']],
    ['en_US', ['c1,31.12.1980,"1.234,5"', 'c2,3/4/1980,"1,5"']],
  ] as const) {
    bench.server.put({ ...bench.server.book(SPREADSHEET), locale });
    const store = await bench.open();
    const text = await (await store.read()).tables[0]?.open();
    const { readFileSync } = await import('node:fs');
    expect(
      readFileSync(text?.path ?? '', 'utf8')
        .trim()
        .split('\n')
        .slice(1),
    ).toEqual(expected);
    await store.close();
  }
});

it('a copy of the workbook is noticed, and begins a history of its own', async () => {
  const bench = await aSheet({ contacts: [HEADERS, ...people(2)] });
  await nightOf(bench, sets('status', 'suppressed'));
  const first = await bench.open();
  expect((await first.marker())?.entries).toHaveLength(1);
  expect(first.workbookId).toMatch(/^[0-9a-f]{12}$/);
  await first.close();
  const copy = await aSheet({});
  // The same spreadsheet under another address: all metadata comes along.
  const { metadata } = bench.server.book(SPREADSHEET);
  const other = metadata.map((one) =>
    one.metadataKey === 'nightshift workbook' ? { ...one, metadataValue: 'another' } : one,
  );
  copy.server.put({ ...copyBook(bench.server.book(SPREADSHEET)), metadata: other });
  const store = await copy.open();
  expect(await store.marker()).toBeNull();
  await store.close();
  expect((await commandsOn(copy)('doctor')).output).toContain('is a copy of another workbook');
  expect(jobOf(await nightOf(copy, sets('email_note', 'seen')), 'a-job').status).toBe('applied');
  const after = await copy.open();
  expect((await after.marker())?.entries).toHaveLength(1);
  expect(copy.server.book(SPREADSHEET).metadata.map(({ metadataValue }) => metadataValue)).toEqual([after.workbookId]);
  await after.close();
});

it('each row of changes is written in the request of its cell, or not at all', async () => {
  const bench = await aSheet({ contacts: [HEADERS, ...people(4)] });
  let writes = 0;
  bench.server.scenario = {
    person: ({ method }) => {
      if (!method.endsWith('batchUpdate') || ++writes !== 2) return;
      const start = { sheetId: 0, rowIndex: 2, columnIndex: 2 };
      const rows = [{ values: [{ userEnteredValue: { stringValue: 'unsubscribed' } }] }];
      bench.server.act(SPREADSHEET, [{ updateCells: { start, rows, fields: 'userEnteredValue' } }]);
    },
  };
  await nightOf(bench, sets('status', 'suppressed'));
  expect(bench.rows('contacts')?.map((row) => row[2])).toEqual([
    'status',
    'suppressed',
    'unsubscribed',
    'suppressed',
    'suppressed',
  ]);
  const [headers = [], ...changes] = bench.rows('changes') ?? [];
  expect(changes.map((row) => row[headers.indexOf('row_key')]).sort()).toEqual(['c0', 'c2', 'c3']);
});

describe('a run that is killed between two of its requests', () => {
  /** More than one request takes. */
  const rows = 3300;
  const patchOf = (store: Store): TablePatch => {
    const path = join(store.scratch, 'patch-contacts.csv');
    writeFileSync(path, Array.from({ length: rows }, (_, i) => `u,${i},c${i},,decided for c${i}\n`).join(''));
    return { table: 'contacts', path, columns: ['contact_id', 'status'], rows: { update: rows, remove: 0, insert: 0 } };
  };
  const entry = (status: string) => [{ job: 'a-job', period: '2026-11-23', entry: { status } }];

  it('leaves whole requests and a record of it, and the next run goes on from there', async () => {
    const bench = await aSheet({ contacts: [HEADERS, ...people(rows)] });
    let writes = 0;
    const client = sheetsClient(SPREADSHEET, {
      rootUrl: bench.server.url,
      sleep: () => Promise.reject(new Error('killed')),
    });
    bench.server.scenario = {
      fault: ({ method }) => (method.endsWith('batchUpdate') && ++writes === 3 ? 'reset-before' : undefined),
    };
    const folder = temporaryFolder();
    const options = {
      spreadsheetId: SPREADSHEET,
      folder,
      aliases: {},
      recognise: recogniseWith(),
      command: 'test',
      run: 'run-1',
    };
    const dying = await openSheetsStore({ ...options, client });
    await (await dying.read()).tables[0]?.open();
    const marker = { run: 'run-1', entries: entry('applied'), interrupted: entry('failed') };
    await expect(dying.commit([patchOf(dying)], marker)).rejects.toThrow('killed');
    await dying.close();
    bench.server.scenario = {};
    const decided = (): number =>
      bench.rows('contacts')?.filter((row) => String(row[2]).startsWith('decided')).length ?? 0;
    expect(decided()).toBeGreaterThan(500);
    expect(decided()).toBeLessThan(rows);
    const next = await bench.open('run-2');
    expect(next.recovered).toContain('an earlier run ended while it wrote');
    expect(await next.marker()).toEqual({ run: 'run-1', entries: entry('failed') });
    await (await next.read()).tables[0]?.open();
    const held = await next.commit([patchOf(next)], {
      run: 'run-2',
      entries: entry('applied'),
      interrupted: entry('failed'),
    });
    expect([decided(), [...held]]).toEqual([rows, []]);
    await next.close();
    const last = await bench.open('run-3');
    expect([last.recovered, await last.marker()]).toEqual([null, { run: 'run-2', entries: entry('applied') }]);
    await last.close();
    expect(bench.server.book(SPREADSHEET).tabs.map(({ title }) => title)).toEqual(['contacts', 'nightshift landed']);
    expect(Math.max(...bench.server.requests.map(({ requestBytes }) => requestBytes))).toBeLessThan(2_000_000);
  });
});
