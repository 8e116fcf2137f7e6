import { sheets, type sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { book, formula, serial } from './build.ts';
import { type SheetsServer, startSheetsServer } from './server.ts';

let server: SheetsServer;
let api: sheets_v4.Sheets;
let nowMs = 0;
const spreadsheetId = 'sheet-1';

beforeEach(async () => {
  nowMs = 0;
  server = await startSheetsServer({ nowMs: () => nowMs, readsPerMinute: 60, writesPerMinute: 60 });
  server.put(
    book({
      contacts: [['contact_id', 'email', 'score'], ['c1', 'a@example.com', 3], ['c2', 'b@example.com', 1], ['c3']],
    }),
  );
  api = sheets({ version: 'v4', rootUrl: server.url, retry: false });
});
afterEach(() => server.close());

const batch = (requests: sheets_v4.Schema$Request[], more: object = {}) =>
  api.spreadsheets.batchUpdate({ spreadsheetId, requestBody: { requests, ...more } });
const read = async (range = 'contacts') =>
  (await api.spreadsheets.values.get({ spreadsheetId, range, valueRenderOption: 'UNFORMATTED_VALUE' })).data.values;
const column = async (letter: string) => (await read(`contacts!${letter}1:${letter}`))?.map((row) => row[0] ?? '');
const sheetId = 0;

describe('reading', () => {
  test('trailing empty cells and rows are left out, as by the real service', async () => {
    expect(await read()).toEqual([
      ['contact_id', 'email', 'score'],
      ['c1', 'a@example.com', 3],
      ['c2', 'b@example.com', 1],
      ['c3'],
    ]);
    expect(await read('contacts!A9:C')).toBeUndefined();
  });

  test('an error looks like typed text among the values, and is typed in the grid', async () => {
    server.put(book({ t: [[formula('=1/0'), '#DIV/0!', serial(46349), formula('=A1&"x"'), '0171']] }));
    expect(await read('t')).toEqual([['#DIV/0!', '#DIV/0!', 46349, '#DIV/0!', '0171']]);
    const fields = 'sheets(data(rowData(values(effectiveValue(errorValue/type),effectiveFormat/numberFormat/type))))';
    const { data } = await api.spreadsheets.get({ spreadsheetId, fields });
    expect(data.sheets?.[0]?.data?.[0]?.rowData?.[0]?.values).toEqual([
      { effectiveValue: { errorValue: { type: 'DIVIDE_BY_ZERO' } } },
      { effectiveValue: {} },
      { effectiveValue: {}, effectiveFormat: { numberFormat: { type: 'DATE' } } },
      { effectiveValue: { errorValue: { type: 'DIVIDE_BY_ZERO' } } },
      { effectiveValue: {} },
    ]);
  });

  test('a range outside the grid is an error', async () => {
    await expect(read('contacts!Z1:Z')).rejects.toThrow('exceeds grid limits');
    await expect(read('elsewhere')).rejects.toThrow('Unable to parse range: elsewhere');
  });
});

describe('batchUpdate', () => {
  const write = (rowIndex: number, columnIndex: number, stringValue: string): sheets_v4.Schema$Request => ({
    updateCells: {
      start: { sheetId, rowIndex, columnIndex },
      rows: [{ values: [{ userEnteredValue: { stringValue } }] }],
      fields: 'userEnteredValue',
    },
  });
  const rows = (startIndex: number, endIndex: number) => ({ sheetId, dimension: 'ROWS', startIndex, endIndex });

  test('a batch with one bad request changes nothing', async () => {
    await expect(batch([write(1, 1, 'new@example.com'), write(99, 0, 'x')])).rejects.toThrow(
      /requests\[1\].*exceeds grid limits/,
    );
    expect(await column('B')).toEqual(['email', 'a@example.com', 'b@example.com']);
    expect(server.book(spreadsheetId).version).toBe(1);
  });

  test('requests see what those before them did, and the answer shows the sheet after all of them', async () => {
    const { data } = await batch([{ deleteDimension: { range: rows(1, 2) } }, write(1, 1, 'new@example.com')], {
      includeSpreadsheetInResponse: true,
      responseRanges: ['contacts!A2:B2'],
      responseIncludeGridData: true,
    });
    const values = data.updatedSpreadsheet?.sheets?.[0]?.data?.[0]?.rowData?.[0]?.values;
    expect(values?.map((one) => one.effectiveValue?.stringValue)).toEqual(['c2', 'new@example.com']);
    expect(data.replies).toEqual([{}, {}]);
  });

  test('text stays text, no matter what it looks like', async () => {
    await batch([write(1, 1, '=HYPERLINK("https://example.com","x")'), write(2, 1, '0171')]);
    expect(await column('B')).toEqual(['email', '=HYPERLINK("https://example.com","x")', '0171']);
  });

  test('with a range, updateCells clears what the rows do not cover; other fields stay', async () => {
    const range = { sheetId, startRowIndex: 1, endRowIndex: 3, startColumnIndex: 1, endColumnIndex: 3 };
    await batch([
      {
        updateCells: {
          range,
          rows: [{ values: [{ userEnteredValue: { stringValue: 'x' } }] }],
          fields: 'userEnteredValue',
        },
      },
    ]);
    expect(await read()).toEqual([['contact_id', 'email', 'score'], ['c1', 'x'], ['c2'], ['c3']]);
  });

  test('rows and columns can be appended, inserted, moved, sorted', async () => {
    await batch([
      {
        sortRange: { range: { sheetId, startRowIndex: 1 }, sortSpecs: [{ dimensionIndex: 2, sortOrder: 'ASCENDING' }] },
      },
    ]);
    expect(await column('A')).toEqual(['contact_id', 'c2', 'c1', 'c3']);
    await batch([{ moveDimension: { source: rows(1, 2), destinationIndex: 4 } }]);
    expect(await column('A')).toEqual(['contact_id', 'c1', 'c3', 'c2']);
    await batch([{ insertDimension: { range: rows(2, 3), inheritFromBefore: true } }]);
    expect(await column('A')).toEqual(['contact_id', 'c1', '', 'c3', 'c2']);
    const source = { sheetId, dimension: 'COLUMNS', startIndex: 0, endIndex: 1 };
    await batch([{ moveDimension: { source, destinationIndex: 3 } }]);
    expect((await read('contacts!A1:C1'))?.[0]).toEqual(['email', 'score', 'contact_id']);
    await batch([{ appendDimension: { sheetId, dimension: 'ROWS', length: 5 } }]);
    expect(server.book(spreadsheetId).tabs[0]?.rowCount).toBe(20);
  });

  test('a copy of a tab holds the rows as they were at that place in the batch', async () => {
    const copy = { duplicateSheet: { sourceSheetId: 0, newSheetId: 77, newSheetName: 'before' } };
    await batch([
      copy,
      write(1, 1, 'new@example.com'),
      { updateSheetProperties: { properties: { sheetId: 77, hidden: true }, fields: 'hidden' } },
    ]);
    expect((await read('before!B2'))?.flat()).toEqual(['a@example.com']);
    expect(await read('contacts!B2')).toEqual([['new@example.com']]);
  });

  test('a second marker with the id of the first fails the whole batch', async () => {
    const marker = {
      metadataId: 7,
      metadataKey: 'k',
      metadataValue: 'v',
      visibility: 'DOCUMENT',
      location: { spreadsheet: true },
    };
    await batch([write(1, 1, 'one'), { createDeveloperMetadata: { developerMetadata: marker } }]);
    await expect(
      batch([write(1, 1, 'two'), { createDeveloperMetadata: { developerMetadata: marker } }]),
    ).rejects.toThrow('already exists');
    expect(await read('contacts!B2')).toEqual([['one']]);
    const dataFilters = [{ developerMetadataLookup: { metadataId: 7 } }];
    const { data } = await api.spreadsheets.developerMetadata.search({ spreadsheetId, requestBody: { dataFilters } });
    expect(data.matchedDeveloperMetadata?.[0]?.developerMetadata?.metadataValue).toBe('v');
  });

  test('the limits of the service hold', async () => {
    await expect(batch([write(1, 1, 'x'.repeat(50_001))])).rejects.toThrow('maximum of 50000 characters');
    await expect(batch([{ appendDimension: { sheetId, dimension: 'ROWS', length: 9_999_999 } }])).rejects.toThrow(
      'above the limit',
    );
    const marker = {
      metadataKey: 'k',
      metadataValue: 'v'.repeat(30_000),
      visibility: 'DOCUMENT',
      location: { spreadsheet: true },
    };
    await expect(batch([{ createDeveloperMetadata: { developerMetadata: marker } }])).rejects.toThrow(
      '30000 characters',
    );
  });
});

describe('what is not as Google describes it', () => {
  test.each([
    ['an unknown field', [{ updateCells: { fields: 'userEnteredValue', cells: [] } }]],
    ['two requests in one', [{ deleteSheet: { sheetId: 0 }, addSheet: { properties: {} } }]],
    ['a missing mask', [{ updateCells: { start: {}, rows: [] } }]],
    [
      'two kinds of value in one cell',
      [
        {
          updateCells: {
            start: {},
            fields: 'userEnteredValue',
            rows: [{ values: [{ userEnteredValue: { stringValue: 'a', boolValue: true } }] }],
          },
        },
      ],
    ],
  ])('%s is refused', async (_, requests) => {
    await expect(batch(requests as sheets_v4.Schema$Request[])).rejects.toThrow('Invalid JSON payload');
    expect(server.violations).toHaveLength(1);
  });

  test('what the server does not implement is refused loudly, and remembered', async () => {
    await expect(batch([{ addChart: {} }])).rejects.toThrow('does not implement the request "addChart"');
    await expect(api.spreadsheets.values.append({ spreadsheetId, range: 'contacts', requestBody: {} })).rejects.toThrow(
      'does not implement',
    );
    expect(server.refused).toHaveLength(2);
  });
});

describe('what goes wrong', () => {
  test('the 61st read of a minute is 429, and the next minute is free', async () => {
    for (let i = 0; i < 60; i += 1) await read('contacts!A1');
    await expect(read()).rejects.toMatchObject({ code: 429 });
    nowMs = 60_000;
    expect(await read('contacts!A1')).toEqual([['contact_id']]);
  });

  test('503-after has done the work, 503-before has not', async () => {
    const insert = { appendDimension: { sheetId, dimension: 'ROWS', length: 1 } };
    server.scenario = { fault: () => '503-before' };
    await expect(batch([insert])).rejects.toMatchObject({ code: 503 });
    expect(server.book(spreadsheetId).tabs[0]?.rowCount).toBe(14);
    server.scenario = { fault: () => '503-after' };
    await expect(batch([insert])).rejects.toMatchObject({ code: 503 });
    expect(server.book(spreadsheetId).tabs[0]?.rowCount).toBe(15);
  });

  test.each(['reset-before', 'reset-after', 'cut'] as const)('%s is an error for the client', async (fault) => {
    server.scenario = { fault: () => fault };
    await expect(read()).rejects.toThrow();
  });
});
