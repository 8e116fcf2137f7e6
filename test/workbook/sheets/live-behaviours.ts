/**
 * Each behaviour of Google Sheets that the program relies on, to be tried by itself in a tab of its own: where it is documented,
 * and what is seen. One run on a person's empty spreadsheet settles what could not be tried while this was written.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { CELL_FIELDS, type Request, seenOf } from '../../../lib/workbook/sheets/cells.ts';
import type { SheetsClient } from '../../../lib/workbook/sheets/client.ts';
import { Refused } from '../../../lib/workbook/sheets/errors.ts';
import { dropMarkers, markerRequest } from '../../../lib/workbook/sheets/marker.ts';

export interface Behaviour {
  readonly behaviour: string;
  readonly documented: string;
  /** What is seen, in a word or two; anything but `expected` is a finding. */
  readonly seen: (client: SheetsClient) => Promise<unknown>;
  readonly expected: unknown;
}

const [TAB, SCRATCH] = [910_001, 910_002];
const TITLE = 'nightshift live behaviour';
const HIDDEN = 'nightshift live hidden';

const texts = (...rows: (string | number)[][]): sheets_v4.Schema$RowData[] =>
  rows.map((row) => ({
    values: row.map((value) => ({
      userEnteredValue:
        typeof value === 'number'
          ? { numberValue: value }
          : value.startsWith('=')
            ? { formulaValue: value }
            : { stringValue: value },
    })),
  }));

const put = (sheetId: number, rowIndex: number, columnIndex: number, ...rows: (string | number)[][]): Request => ({
  updateCells: { start: { sheetId, rowIndex, columnIndex }, rows: texts(...rows), fields: 'userEnteredValue' },
});

const area = (sheetId: number, from: number, to: number, columns?: number): sheets_v4.Schema$GridRange => ({
  sheetId,
  startRowIndex: from,
  endRowIndex: to,
  startColumnIndex: 0,
  ...(columns && { endColumnIndex: columns }),
});

/** Two tabs of 4 rows and 3 columns, one of them hidden. */
export async function begin(client: SheetsClient): Promise<void> {
  const add = (sheetId: number, title: string, hidden: boolean): Request => ({
    addSheet: { properties: { sheetId, title, hidden, gridProperties: { rowCount: 6, columnCount: 4 } } },
  });
  const rows = [
    ['key', 'value', 'sum'],
    ['a', 1, '=B2+1'],
    ['b', 2, '=B3+1'],
  ];
  await client.write(
    { requests: [add(TAB, TITLE, false), add(SCRATCH, HIDDEN, true), put(TAB, 0, 0, ...rows)] },
    'replies',
  );
}

export const end = async (client: SheetsClient): Promise<void> =>
  void (await client.write({ requests: [TAB, SCRATCH].map((sheetId) => ({ deleteSheet: { sheetId } })) }, 'replies'));

const refused = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error instanceof Refused ? 'refused' : String(error)),
  );

const shown = async (client: SheetsClient, range: string): Promise<unknown> =>
  (await client.values([`'${TITLE}'!${range}`]))[0]?.values ?? [];

async function cells(client: SheetsClient, range: string) {
  const { sheets = [] } = await client.get(`sheets(data(rowData(values(${CELL_FIELDS}))))`, [`'${TITLE}'!${range}`]);
  return (sheets[0]?.data?.[0]?.rowData ?? []).flatMap(({ values = [] }) => values.map(seenOf));
}

export const behaviours: readonly Behaviour[] = [
  {
    behaviour: 'a request of which one part can not be done is not done at all',
    documented: 'BatchUpdateSpreadsheetRequest.requests',
    seen: async (client) => [
      await refused(
        client.write({ requests: [put(TAB, 1, 0, ['x']), { deleteSheet: { sheetId: 910_999 } }] }, 'replies'),
      ),
      await shown(client, 'A2:A2'),
    ],
    expected: ['refused', [['a']]],
  },
  {
    behaviour: 'a second metadata of the same id is refused',
    documented: 'DeveloperMetadata.metadataId ("unique"); a public live test',
    seen: async (client) => {
      await client.write({ requests: [markerRequest(910_100, 1)] }, 'replies');
      return refused(client.write({ requests: [markerRequest(910_100, 1)] }, 'replies'));
    },
    expected: 'refused',
  },
  {
    behaviour: 'metadata is deleted by its key, and where there is none the request is accepted',
    documented: 'DeleteDeveloperMetadataRequest (nothing on none)',
    seen: async (client) => [
      await refused(client.write({ requests: [dropMarkers()] }, 'replies')),
      await refused(client.write({ requests: [dropMarkers()] }, 'replies')),
    ],
    expected: ['accepted', 'accepted'],
  },
  {
    behaviour: 'copies into a hidden tab that stood before are of before the write, and come with the answer',
    documented: 'requests "in the order they are specified"; responseRanges',
    seen: async (client) => {
      const copy = { source: area(TAB, 1, 3, 3), destination: area(SCRATCH, 3, 5, 3), pasteType: 'PASTE_NORMAL' };
      const answer = await client.write(
        {
          requests: [{ copyPaste: copy }, put(TAB, 1, 1, [10], [20])],
          includeSpreadsheetInResponse: true,
          responseRanges: [`'${HIDDEN}'!A4:C5`],
        },
        `updatedSpreadsheet(sheets(data(rowData(values(${CELL_FIELDS})))))`,
      );
      const rows = answer.updatedSpreadsheet?.sheets?.[0]?.data?.[0]?.rowData ?? [];
      return [rows.map(({ values = [] }) => values.map((cell) => seenOf(cell).value)), await shown(client, 'B2:B3')];
    },
    expected: [
      [
        ['a', 1, 2],
        ['b', 2, 3],
      ],
      [[10], [20]],
    ],
  },
  {
    behaviour: 'a source without an end is copied whole, beyond a smaller destination',
    documented: 'CopyPasteRequest.destination',
    seen: async (client) => {
      const copy = { source: area(TAB, 0, 1), destination: area(SCRATCH, 0, 1, 1), pasteType: 'PASTE_NORMAL' };
      await client.write({ requests: [{ copyPaste: copy }] }, 'replies');
      return (await client.values([`'${HIDDEN}'!A1:D1`]))[0]?.values;
    },
    expected: [['key', 'value', 'sum']],
  },
  {
    behaviour: 'a formula that is copied there and back reads as before',
    documented: 'CopyPasteRequest (relative references)',
    seen: async (client) => {
      const there = { source: area(TAB, 1, 2, 3), destination: area(SCRATCH, 4, 5, 3), pasteType: 'PASTE_NORMAL' };
      const back = { source: area(SCRATCH, 4, 5, 3), destination: area(TAB, 1, 2, 3), pasteType: 'PASTE_NORMAL' };
      await client.write({ requests: [{ copyPaste: there }, put(TAB, 1, 2, ['x']), { copyPaste: back }] }, 'replies');
      const { sheets = [] } = await client.get('sheets(data(rowData(values(userEnteredValue))))', [`'${TITLE}'!C2`]);
      return sheets[0]?.data?.[0]?.rowData?.[0]?.values?.[0]?.userEnteredValue?.formulaValue;
    },
    expected: '=B2+1',
  },
  {
    behaviour: 'updateCells with a range and no rows empties it',
    documented: 'UpdateCellsRequest.range',
    seen: async (client) => {
      const range = area(TAB, 2, 3, 2);
      await client.write({ requests: [{ updateCells: { range, fields: 'userEnteredValue' } }] }, 'replies');
      return (await cells(client, 'A3:C3')).map(({ value }) => value === null);
    },
    expected: [true, true, false],
  },
  {
    behaviour: 'rows put in are written to, and rows deleted from the bottom up, in one request',
    documented: 'guides/batch; InsertDimensionRequest, DeleteDimensionRequest',
    seen: async (client) => {
      const rows = (startIndex: number) => ({ sheetId: TAB, dimension: 'ROWS', startIndex, endIndex: startIndex + 1 });
      const insert = { insertDimension: { range: rows(3), inheritFromBefore: true } };
      await client.write(
        {
          requests: [
            { deleteDimension: { range: rows(2) } },
            { insertDimension: { ...insert.insertDimension, range: rows(2) } },
            put(TAB, 2, 0, ['new']),
          ],
        },
        'replies',
      );
      return shown(client, 'A2:A4');
    },
    expected: [['a'], ['new']],
  },
  {
    behaviour: 'text that begins with "=" stays text when it is a stringValue',
    documented: 'ExtendedValue.stringValue; node-google-spreadsheet#323',
    seen: async (client) => {
      const rows = [{ values: [{ userEnteredValue: { stringValue: '=1+1' } }] }];
      const start = { sheetId: TAB, rowIndex: 3, columnIndex: 0 };
      await client.write({ requests: [{ updateCells: { start, rows, fields: 'userEnteredValue' } }] }, 'replies');
      return shown(client, 'A4:A4');
    },
    expected: [['=1+1']],
  },
  {
    behaviour: 'a single cell is named without a colon',
    documented: 'nowhere; seen by users',
    seen: async (client) => (await client.values([`'${TITLE}'!A2`]))[0]?.range?.endsWith('!A2'),
    expected: true,
  },
];

/** Those that only Google itself can show. */
export const onGoogleAlone: readonly Behaviour[] = [
  {
    behaviour: 'a cell that ARRAYFORMULA fills has an effective value and no typed one',
    documented: 'google-api-go-client#1041',
    seen: async (client) => {
      await client.write({ requests: [put(TAB, 1, 3, ['=ARRAYFORMULA(A2:A3)'])] }, 'replies');
      return (await cells(client, 'D2:D3')).map(({ computed }) => computed === true);
    },
    expected: [true, true],
  },
  {
    behaviour: 'rows put in inside of a Table join it',
    documented: 'google_workspace_mcp#643, node-google-spreadsheet#709 (of rows below: they do not)',
    seen: async (client) => {
      const table = { name: 'nightshift_live', range: area(TAB, 0, 3, 2) };
      const range = { sheetId: TAB, dimension: 'ROWS', startIndex: 2, endIndex: 3 };
      await client.write(
        { requests: [{ addTable: { table } }, { insertDimension: { range, inheritFromBefore: true } }] },
        'replies',
      );
      const { sheets = [] } = await client.get('sheets(tables(range))', [`'${TITLE}'!A1`]);
      return sheets[0]?.tables?.[0]?.range?.endRowIndex;
    },
    expected: 4,
  },
];

/** One row of the table that a run prints. */
export async function tried({ behaviour, documented, seen, expected }: Behaviour, client: SheetsClient) {
  const found = await seen(client).catch((error: unknown) => String(error));
  const isSo = JSON.stringify(found) === JSON.stringify(expected);
  return { behaviour, documented, seen: isSo ? 'yes' : `no: ${JSON.stringify(found)}` };
}
