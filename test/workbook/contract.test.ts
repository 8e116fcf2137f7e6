/** What every store owes a run, on CSV files and on a Google Sheet alike; and the bench for a live spreadsheet, on a local server. */
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { type LiveBench, liveBench } from '../support/live-bench.ts';
import { book } from '../support/sheets-server/build.ts';
import { type SheetsServer, startSheetsServer } from '../support/sheets-server/server.ts';
import { bigQueryBench, csvBench, type SheetsBench, SPREADSHEET, sheetsBench } from '../support/store-bench.ts';
import { itKeepsTheContract } from '../support/store-contract.ts';

const open: Pick<SheetsBench, 'server' | 'close'>[] = [];
afterAll(async () => {
  for (const { server, close } of open) {
    expect([server.refused, server.violations]).toEqual([[], []]);
    await close();
  }
});

describe('the csv store', () => itKeepsTheContract('csv', async (tables) => csvBench(tables)));

describe('the sheets store', () =>
  itKeepsTheContract('sheets', async (tables) => {
    const bench = await sheetsBench(tables);
    open.push(bench);
    return bench;
  }));

describe('the bigquery store', () =>
  itKeepsTheContract('bigquery', async (tables) => {
    const bench = await bigQueryBench(tables);
    onTestFinished(async () => {
      await bench.close();
      expect(bench.server.violations).toEqual([]);
    });
    return bench;
  }));

const quick = { sleep: async () => {}, random: () => 0.5 };

async function aServer(...tabs: Parameters<typeof book>): Promise<SheetsServer> {
  const server = await startSheetsServer();
  server.put(book(...tabs));
  open.push({ server, close: () => server.close() });
  return server;
}

describe('a live spreadsheet', () => {
  let server: SheetsServer | undefined;
  itKeepsTheContract('sheets', async (tables) => {
    server ??= await aServer({ Sheet1: [] });
    const bench = await liveBench(SPREADSHEET, tables, { rootUrl: server.url, ...quick });
    onTestFinished(() => bench.clear());
    return bench;
  });

  const titles = (of: SheetsServer): string[] => of.book(SPREADSHEET).tabs.map(({ title }) => title);

  it('is empty after each test', async () => {
    expect(server && titles(server)).toEqual(['nightshift live test']);
    expect(server?.book(SPREADSHEET).metadata).toEqual([]);
  });

  it.each([
    {
      contacts: [
        ['contact_id', 'email'],
        ['c1', 'a@example.com'],
      ],
    },
    { Sheet1: [], Notes: [['keep me']] },
  ])('that holds anything that no test made is refused, and left as it is', async (tabs) => {
    const own = await aServer(tabs);
    const before = structuredClone(own.book(SPREADSHEET));
    const options = { rootUrl: own.url, ...quick };
    await expect(liveBench(SPREADSHEET, { contacts: [['contact_id']] }, options)).rejects.toThrow(
      /data that no test made, in the tabs "(contacts|Notes)".*Nothing was changed/s,
    );
    expect(own.book(SPREADSHEET)).toEqual(before);
  });

  it('is taken over from a test that was ended in the middle, but for what people put there since', async () => {
    const own = await aServer({ Sheet1: [] });
    const options = { rootUrl: own.url, ...quick };
    const begin = (): Promise<LiveBench> => liveBench(SPREADSHEET, { contacts: [['contact_id'], ['c1']] }, options);
    await begin();
    own.act(SPREADSHEET, [{ addSheet: { properties: { sheetId: 77, title: 'suppressions' } } }, cell(77)]);
    await begin();
    expect(titles(own)).toEqual(['nightshift live test', 'contacts']);
    own.act(SPREADSHEET, [{ addSheet: { properties: { sheetId: 78, title: 'Our list' } } }, cell(78)]);
    await expect(begin()).rejects.toThrow('"Our list"');
  });
});

const cell = (sheetId: number) => ({
  updateCells: {
    start: { sheetId, rowIndex: 0, columnIndex: 0 },
    rows: [{ values: [{ userEnteredValue: { stringValue: 'email' } }] }],
    fields: 'userEnteredValue',
  },
});
