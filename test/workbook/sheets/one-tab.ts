/** A spreadsheet of one tab of contacts on a server, a writer on it, and a person who acts in between. */
import { afterEach, beforeEach, expect } from 'vitest';
import { type SheetsClient, sheetsClient } from '../../../lib/workbook/sheets/client.ts';
import { readSnapshot } from '../../../lib/workbook/sheets/snapshot.ts';
import { SheetWriter } from '../../../lib/workbook/sheets/writer.ts';
import { contentOf, goalsOf, type TabPatch, tabNamed } from '../../support/goals-of.ts';
import { book, type Given } from '../../support/sheets-server/build.ts';
import { type SheetsServer, startSheetsServer } from '../../support/sheets-server/server.ts';

export let server: SheetsServer;
export const id = 'sheet-1';
export const HEADERS = ['contact_id', 'email', 'status', 'score'];

/** A server for each test of a file. */
export function withServer(): void {
  beforeEach(restart);
  afterEach(async () => {
    expect([server.refused, server.violations]).toEqual([[], []]);
    await server.close();
  });
}

export async function restart(): Promise<void> {
  server = await startSheetsServer();
}

export const aClient = (): SheetsClient =>
  sheetsClient(id, { rootUrl: server.url, sleep: async () => {}, random: () => 0.5 });
export const put = (rows: Given[][], more: Record<string, Given[][]> = {}) =>
  server.put(book({ contacts: [HEADERS, ...rows], ...more }, { spare: 3 }));
export const three = (): void =>
  put([
    ['c1', 'a@example.com', 'subscribed', 1],
    ['c2', 'b@example.com', 'subscribed', 2],
    ['c3', 'c@example.com', 'subscribed', 3],
  ]);

export function aPatch(patch: Partial<TabPatch>): TabPatch {
  return { tab: 'contacts', sheetId: 0, key: ['contact_id'], updates: [], inserts: [], removals: [], ...patch };
}
export const suppress = (row: number, key = `c${row + 1}`): TabPatch['updates'][number] => ({
  row,
  key: [key],
  cells: [{ column: 'status', before: 'subscribed', after: 'suppressed' }],
});

/** What a tab holds now: values, or the formulas behind them. */
export function content(title = 'contacts'): unknown[][] {
  const tab = server.book(id).tabs.find((one) => one.title === title);
  const rows = (tab?.rows ?? []).map((row) =>
    Array.from(row, (cell) => Object.values(cell?.userEnteredValue ?? { none: null })[0]),
  );
  while (rows.at(-1)?.every((value) => value === null)) rows.pop();
  return rows;
}
/** A person who acts in the moment of the write; the request before it makes the scratch tab. */
export const onWrite = (act: () => void): void => {
  let writes = 0;
  server.scenario = {
    person: ({ method }) => {
      if (method.endsWith('batchUpdate') && ++writes === 2) act();
    },
  };
};
export const act = (...requests: Parameters<SheetsServer['act']>[1]) => expect(server.act(id, requests)).toBe(true);
export const reverse = () =>
  act({
    sortRange: { range: { sheetId: 0, startRowIndex: 1 }, sortSpecs: [{ dimensionIndex: 0, sortOrder: 'DESCENDING' }] },
  });
export const type = (rowIndex: number, columnIndex: number, stringValue: string) =>
  act({
    updateCells: {
      start: { sheetId: 0, rowIndex, columnIndex },
      rows: [{ values: [{ userEnteredValue: { stringValue } }] }],
      fields: 'userEnteredValue',
    },
  });

/** A patch as a test writes it: what a row holds is as the snapshot has it. */
type GivenPatch = Partial<Omit<TabPatch, 'removals'>> & { removals?: { row: number; key: string[] }[] };

export async function applied(given: GivenPatch, between: () => void = () => {}) {
  const client = aClient();
  const snapshot = await readSnapshot(client);
  const tab = await snapshot.load(tabNamed(snapshot.tabs, 'contacts'));
  const updates = given.updates?.map((update) => ({ ...update, content: contentOf(tab, update.row) })) ?? [];
  const removals = given.removals?.map((removal) => ({ ...removal, content: contentOf(tab, removal.row) })) ?? [];
  const callsBefore = { ...client.calls };
  between();
  const result = await new SheetWriter(client, [tab]).write(goalsOf(aPatch({ ...given, updates, removals })));
  expect(
    server
      .book(id)
      .tabs.map((tab) => tab.title)
      .filter((title) => title.startsWith('nightshift')),
  ).toEqual([]);
  return {
    ...result,
    calls: { reads: client.calls.reads - callsBefore.reads, writes: client.calls.writes - callsBefore.writes },
  };
}
