/**
 * A spreadsheet on the real service to test with, or on a local server that stands in for it. Each test lays out its
 * own tabs, marks them, and takes them away again. A spreadsheet that holds anything else is refused and left as it is.
 */

import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { tableNames } from '../../lib/core/tables.ts';
import { recogniseWith } from '../../lib/intake/formats/registry.ts';
import { type ClientOptions, type SheetsClient, sheetsClient } from '../../lib/workbook/sheets/client.ts';
import { openSheetsStore } from '../../lib/workbook/sheets/store.ts';
import type { Rows, StoreBench, Tables } from './store-bench.ts';
import { temporaryFolder } from './workbook.ts';

type Request = sheets_v4.Schema$Request;

export interface LiveBench extends StoreBench {
  /** Leaves one empty tab. */
  clear(): Promise<void>;
}

/** The metadata of what the tests made: at each tab, and at the spreadsheet while a test runs. */
const KEY = 'nightshift live test';
/** The tab that stays: a spreadsheet must have one. */
const BLANK = 'nightshift live test';
/** What the program itself makes while a test runs, in tabs that no person marks. */
const isProgramsOwn = (title: string): boolean =>
  title.startsWith('nightshift ') || (title !== 'contacts' && (tableNames as readonly string[]).includes(title));

interface Tab {
  readonly sheetId: number;
  readonly title: string;
  readonly columnCount: number;
  readonly isMarked: boolean;
  readonly values: readonly (readonly (string | number | boolean)[])[];
}

interface Found {
  readonly tabs: readonly Tab[];
  /**
   * Keys of the spreadsheet's own metadata. A test's stands there while it runs, or where it was ended in the middle.
   */
  readonly metadata: ReadonlySet<string>;
}

async function look(client: SheetsClient): Promise<Found> {
  const metadata = 'developerMetadata(metadataKey)';
  const { sheets = [], developerMetadata = [] } = await client.get(
    `${metadata},sheets(properties(sheetId,title,gridProperties(columnCount)),${metadata})`,
  );
  const titles = sheets.map(({ properties }) => `'${(properties?.title ?? '').replaceAll("'", "''")}'`);
  const ranges = await client.values(titles);
  const has = (given: sheets_v4.Schema$DeveloperMetadata[] = []): boolean =>
    given.some(({ metadataKey }) => metadataKey === KEY);
  const tabs = sheets.map((sheet, i) => ({
    sheetId: sheet.properties?.sheetId ?? 0,
    title: sheet.properties?.title ?? '',
    columnCount: sheet.properties?.gridProperties?.columnCount ?? 0,
    isMarked: has(sheet.developerMetadata),
    values: (ranges[i]?.values ?? []) as Tab['values'],
  }));
  return { tabs, metadata: new Set(developerMetadata.map(({ metadataKey }) => metadataKey ?? '')) };
}

/** @throws Error where there is a cell that no test wrote */
function refuseOthers({ tabs, metadata }: Found): void {
  const isRunning = metadata.has(KEY);
  const others = tabs.filter(
    ({ title, values, isMarked }) => values.length > 0 && !isMarked && !(isRunning && isProgramsOwn(title)),
  );
  if (others.length === 0) return;
  const names = others.map(({ title }) => `"${title}"`).join(', ');
  throw new Error(
    `NIGHTSHIFT_LIVE_SPREADSHEET names a spreadsheet with data that no test made, in the tabs ${names}. The tests delete every tab: make a new, empty spreadsheet for them. Nothing was changed.`,
  );
}

/** Takes every tab away but a blank one, and lays the tables out. */
function requestsOf({ tabs, metadata }: Found, tables: Tables, test: 'begins' | 'ends'): Request[] {
  const blank = tabs.find(({ title, values }) => title === BLANK && values.length === 0);
  const free = 1 + Math.max(0, ...tabs.map(({ sheetId }) => sheetId));
  const mark = (location: sheets_v4.Schema$DeveloperMetadataLocation): Request => ({
    createDeveloperMetadata: {
      developerMetadata: { metadataKey: KEY, metadataValue: 'made by a test', visibility: 'DOCUMENT', location },
    },
  });
  const made = Object.entries(tables).flatMap(([title, rows], i): Request[] => {
    const sheetId = free + 1 + i;
    const columnCount = Math.max(1, ...rows.map((row) => row.length));
    const values = rows.map((row) => ({
      values: row.map((stringValue) => (stringValue === '' ? {} : { userEnteredValue: { stringValue } })),
    }));
    return [
      { addSheet: { properties: { sheetId, title, gridProperties: { rowCount: rows.length + 10, columnCount } } } },
      { updateCells: { start: { sheetId, rowIndex: 0, columnIndex: 0 }, rows: values, fields: 'userEnteredValue' } },
      mark({ sheetId }),
    ];
  });
  // Its own mark, and the markers of what the program landed.
  const unmark = [KEY, 'nightshift', 'nightshift workbook'].flatMap((metadataKey): Request[] => {
    const dataFilter = { developerMetadataLookup: { metadataKey, locationType: 'SPREADSHEET' } };
    return metadata.has(metadataKey) ? [{ deleteDeveloperMetadata: { dataFilter } }] : [];
  });
  return [
    ...(blank ? [] : [{ addSheet: { properties: { sheetId: free, title: `${BLANK} ${free}` } } }]),
    ...tabs.filter((tab) => tab !== blank).map(({ sheetId }) => ({ deleteSheet: { sheetId } })),
    ...(blank ? [] : [{ updateSheetProperties: { properties: { sheetId: free, title: BLANK }, fields: 'title' } }]),
    ...(test === 'begins' && !metadata.has(KEY) ? [mark({ spreadsheet: true })] : []),
    ...(test === 'ends' ? unmark : []),
    ...made,
  ];
}

/** Lays a workbook of tables out in the spreadsheet, in place of what a test left there. */
export async function liveBench(id: string, tables: Tables, options: ClientOptions = {}): Promise<LiveBench> {
  const folder = temporaryFolder();
  const client = sheetsClient(id, options);
  const become = async (wanted: Tables, test: 'begins' | 'ends'): Promise<void> => {
    const found = await look(client);
    refuseOthers(found);
    await client.write({ requests: requestsOf(found, wanted, test) }, 'spreadsheetId');
  };
  await become(tables, 'begins');
  return {
    open: (run = 'run-1') =>
      openSheetsStore({
        spreadsheetId: id,
        folder,
        aliases: {},
        recognise: recogniseWith(),
        command: 'test',
        run,
        client: sheetsClient(id, options),
      }),
    rows: async (table): Promise<Rows> => {
      const tab = (await look(client)).tabs.find(({ title }) => title === table);
      if (!tab) return null;
      return tab.values.map((row) => Array.from({ length: tab.columnCount }, (_, i) => row[i] ?? null));
    },
    clear: () => become({}, 'ends'),
  };
}
