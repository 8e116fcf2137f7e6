/**
 * The contract of the stores on the real Google Sheets, with a spreadsheet that a person made for it:
 * `NIGHTSHIFT_LIVE_SPREADSHEET=ID npm run test:live` (docs/sheets.md, "Testing on Google itself"). Left out without.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { type SheetsClient, sheetsClient } from '../../../lib/workbook/sheets/client.ts';
import { type LiveBench, liveBench } from '../../support/live-bench.ts';
import { book } from '../../support/sheets-server/build.ts';
import { startSheetsServer } from '../../support/sheets-server/server.ts';
import { SPREADSHEET, type Tables } from '../../support/store-bench.ts';
import { itKeepsTheContract } from '../../support/store-contract.ts';
import { type Behaviour, begin, behaviours, end, onGoogleAlone, tried } from './live-behaviours.ts';

const id = process.env.NIGHTSHIFT_LIVE_SPREADSHEET;

/** The quota may be used up, and is waited for. */
const LONGEST_MS = 300_000;

/** Tries behaviours one after the other, each on what the one before it left. */
async function tableOf(client: SheetsClient, list: readonly Behaviour[]) {
  const table: Awaited<ReturnType<typeof tried>>[] = [];
  await begin(client);
  for (const one of list) table.push(await tried(one, client));
  await end(client);
  return table;
}

it('the behaviours that are tried on Google hold on the local server, so that a run tries what it says', async () => {
  const server = await startSheetsServer();
  server.put(book({ Sheet1: [] }, { id: SPREADSHEET }));
  const client = sheetsClient(SPREADSHEET, { rootUrl: server.url });
  const table = await tableOf(client, behaviours);
  expect(table.filter(({ seen }) => seen !== 'yes')).toEqual([]);
  expect(table).toHaveLength(behaviours.length);
  expect(server.refused).toEqual([]);
  await server.close();
});

function onTheRealService(spreadsheetId: string): void {
  const benchOf = async (tables: Tables): Promise<LiveBench> => {
    const bench = await liveBench(spreadsheetId, tables);
    onTestFinished(() => bench.clear());
    return bench;
  };
  itKeepsTheContract('sheets', benchOf);

  it('behaves in each respect that is relied on, as the table says', async () => {
    await benchOf({ contacts: [['contact_id']] });
    const table = await tableOf(sheetsClient(spreadsheetId), [...behaviours, ...onGoogleAlone]);
    console.table(table);
    expect(table.filter(({ seen }) => seen !== 'yes')).toEqual([]);
  });
}

if (id) {
  describe('the sheets store on the real service', { timeout: LONGEST_MS }, () => onTheRealService(id));
} else {
  it.skip('is left out: set NIGHTSHIFT_LIVE_SPREADSHEET to the id of an empty spreadsheet (docs/sheets.md)', () => {});
}
