import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sheetsClient } from '../../../lib/workbook/sheets/client.ts';
import { dateToSerial, serialToDate, zoneClock } from '../../../lib/workbook/sheets/serial-time.ts';
import { readSnapshot, type TabSnapshot } from '../../../lib/workbook/sheets/snapshot.ts';
import { tabNamed } from '../../support/goals-of.ts';
import { book, formula, type Given, serial } from '../../support/sheets-server/build.ts';
import { type SheetsServer, startSheetsServer } from '../../support/sheets-server/server.ts';

let server: SheetsServer;
beforeEach(async () => {
  server = await startSheetsServer();
});
afterEach(async () => {
  expect(server.refused).toEqual([]);
  await server.close();
});
const aClient = () => sheetsClient('sheet-1', { rootUrl: server.url, sleep: async () => {}, random: () => 0.5 });
/** A tab of the spreadsheet, read whole. */
async function aTab(title: string): Promise<TabSnapshot> {
  const snapshot = await readSnapshot(aClient());
  return snapshot.load(tabNamed(snapshot.tabs, title));
}
const put = (tabs: Record<string, Given[][]>, timeZone = 'Europe/Berlin') => server.put(book(tabs, { timeZone }));

test('every kind of cell comes as what it is, and nothing is guessed', async () => {
  const cells = [
    '0171',
    '2026-01-02',
    3.5,
    true,
    serial(46349),
    serial(46349.5, 'DATE_TIME'),
    46349,
    formula('=1/0'),
    '#REF!',
    formula('=1+2'),
    '=1+2',
    null,
    'last',
  ];
  put({ t: [cells.map((_, i) => `h${i}`), cells] });
  const tab = await aTab('t');
  expect(cells.map((_, i) => tab.cell(0, i))).toEqual([
    { kind: 'text', value: '0171' },
    { kind: 'text', value: '2026-01-02' },
    { kind: 'number', value: 3.5 },
    { kind: 'bool', value: true },
    { kind: 'date', value: '2026-11-23', serial: 46349 },
    { kind: 'datetime', value: '2026-11-23T11:00:00.000Z', serial: 46349.5 },
    { kind: 'number', value: 46349 },
    { kind: 'error', value: '#DIV/0!' },
    { kind: 'text', value: '#REF!' },
    { kind: 'number', value: 3 },
    { kind: 'text', value: '=1+2' },
    { kind: 'empty' },
    { kind: 'text', value: 'last' },
  ]);
});

test('blank rows in the middle keep the rows below at their places', async () => {
  put({ t: [['k'], ['a'], [], [null, null], ['b']] });
  const tab = await aTab('t');
  expect([tab.length, tab.isBlank(1), tab.isBlank(2), tab.raw(3, 0)]).toEqual([4, true, true, 'b']);
});

test('hidden rows, a filter and merged cells hide nothing', async () => {
  put({
    t: [
      ['k', 'v'],
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ],
  });
  const range = { sheetId: 0, startRowIndex: 0, endRowIndex: 4, startColumnIndex: 0, endColumnIndex: 2 };
  const hidden = {
    range: { sheetId: 0, dimension: 'ROWS', startIndex: 2, endIndex: 3 },
    properties: { hiddenByUser: true },
    fields: 'hiddenByUser',
  };
  const merged = { range: { ...range, startRowIndex: 3, endRowIndex: 5, endColumnIndex: 1 }, mergeType: 'MERGE_ALL' };
  server.act('sheet-1', [
    { setBasicFilter: { filter: { range } } },
    { updateDimensionProperties: hidden },
    { mergeCells: merged },
  ]);
  const tab = await aTab('t');
  expect([0, 1, 2].map((row) => tab.raw(row, 0))).toEqual(['a', 'b', 'c']);
  expect(tab.merges.length).toBe(1);
});

test('a sheet that changes between the two reads is read again, so that no snapshot mixes two moments', async () => {
  put({ t: [['k'], ['a']], u: [['k']] });
  let edits = 2;
  server.scenario = {
    person: ({ method }) => {
      if (method !== 'sheets.spreadsheets.values.batchGet' || edits === 0) return;
      edits -= 1;
      server.act('sheet-1', [
        { insertDimension: { range: { sheetId: 0, dimension: 'ROWS', startIndex: 1, endIndex: 2 } } },
      ]);
      server.act('sheet-1', [
        { updateSheetProperties: { properties: { sheetId: 1, title: `u${edits}` }, fields: 'title' } },
      ]);
    },
  };
  expect((await aTab('t')).length).toBe(3);
});

test('rows that never stand still are an error, not a mixed reading', async () => {
  put({ t: [['k', 'born'], ...Array.from({ length: 5 }, (_, i) => [`k${i}`, serial(30_000 + i)])] });
  server.scenario = {
    person: () =>
      void server.act('sheet-1', [
        {
          moveDimension: {
            source: { sheetId: 0, dimension: 'ROWS', startIndex: 1, endIndex: 2 },
            destinationIndex: 6,
          },
        },
      ]),
  };
  await expect(readSnapshot(aClient())).rejects.toThrow('kept moving while it was read');
});

test('a tab of one cell is read: Google names its range without a colon', async () => {
  const one = book({ contacts: [['contact_id'], ['c1']], Logo: [['x']] });
  for (const tab of one.tabs) if (tab.title === 'Logo') tab.rowCount = 1;
  server.put(one);
  expect((await aTab('Logo')).headers).toEqual(['x']);
});

test('a large tab is read page by page, each number with its own format, and never mixed from two moments', async () => {
  const rows = Array.from({ length: 30_000 }, (_, i) => [
    `key ${i}`,
    serial(20_000 + i),
    i,
    'x'.repeat(i === 0 ? 3000 : 1),
  ]);
  put({ contacts: [['contact_id', 'birth_date', 'score', 'note'], ...rows] });
  let batches = 0;
  server.scenario = {
    // A row is taken away between two pages.
    person: ({ method }) => {
      if (!method.endsWith('batchGet') || ++batches !== 3) return;
      server.act('sheet-1', [
        { deleteDimension: { range: { sheetId: 0, dimension: 'ROWS', startIndex: 9, endIndex: 10 } } },
      ]);
    },
  };
  const client = aClient();
  const snapshot = await readSnapshot(client, { keyed: () => [0], numeric: () => new Set([2]) });
  const whole = await snapshot.load(tabNamed(snapshot.tabs, 'contacts'));
  expect(batches).toBeGreaterThan(4);
  expect([whole.length, whole.cell(8, 0), whole.cell(29_998, 1).kind, whole.cell(29_998, 2)]).toEqual([
    29_999,
    { kind: 'text', value: 'key 9' },
    'date',
    { kind: 'number', value: 29_999 },
  ]);
  expect(Math.max(...server.requests.map(({ answerBytes }) => answerBytes))).toBeLessThan(25_000_000);
});

test('a cut answer is never taken for a sheet with fewer rows', async () => {
  put({ t: [['k'], ...Array.from({ length: 500 }, (_, i) => [`key ${i}`])] });
  server.scenario = { fault: ({ n }) => (n % 2 === 1 ? 'cut' : undefined) };
  expect((await aTab('t')).length).toBe(500);
});

test('an unchanged spreadsheet takes two reads', async () => {
  put({ t: [['k'], ['a']], u: [['k']] });
  const client = aClient();
  await readSnapshot(client);
  expect(client.calls).toEqual({ reads: 2, writes: 0, drive: 0 });
});

describe('serial numbers', () => {
  test('2.5 is noon of 1900-01-01, as Google says', () => {
    expect(zoneClock('Etc/GMT').toInstant(2.5)).toBe('1900-01-01T12:00:00.000Z');
    expect(serialToDate(2.5)).toBe('1900-01-01');
  });

  test('an hour that summer time skips or repeats still has one answer', () => {
    const clock = zoneClock('Europe/Berlin');
    expect(clock.toInstant(dateToSerial('2026-10-25') + 2.5 / 24)).toBe('2026-10-25T00:30:00.000Z');
    expect(clock.toInstant(dateToSerial('2026-03-29') + 2.5 / 24)).toBe('2026-03-29T01:30:00.000Z');
    expect(zoneClock('GMT-07:00').toInstant(dateToSerial('2026-01-01'))).toBe('2026-01-01T07:00:00.000Z');
  });

  test('a moment comes back from its serial number in any zone', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Etc/GMT'];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 2_000_000_000 }), (zone, seconds) => {
        const clock = zoneClock(zone);
        const serialNumber = clock.toSerial(new Date(seconds * 1000).toISOString());
        expect(clock.toSerial(clock.toInstant(serialNumber))).toBeCloseTo(serialNumber, 7);
      }),
    );
  });
});
