/**
 * The contract of the stores on the real Google Sheets, with a spreadsheet that somebody made for it:
 * `NIGHTSHIFT_LIVE_SPREADSHEET=ID npm run test:live` (docs/sheets.md, "Testing on Google itself"). Left out without.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { sheetsClient } from '../../../lib/workbook/sheets/client.ts';
import { markerRequests } from '../../../lib/workbook/sheets/marker.ts';
import { type LiveBench, liveBench } from '../../support/live-bench.ts';
import type { Tables } from '../../support/store-bench.ts';
import { itKeepsTheContract } from '../../support/store-contract.ts';

const id = process.env.NIGHTSHIFT_LIVE_SPREADSHEET;

/** The quota may be used up, and is waited for. */
const LONGEST_MS = 300_000;

function onTheRealService(spreadsheetId: string): void {
  const benchOf = async (tables: Tables): Promise<LiveBench> => {
    const bench = await liveBench(spreadsheetId, tables);
    onTestFinished(() => bench.clear());
    return bench;
  };
  itKeepsTheContract('sheets', benchOf);

  // Google's words say that ids are unique, and not what becomes of a second one. Where it were taken, the program still looks
  // for the marker before it repeats a request, but has one safeguard less.
  it('a request is refused whose marker stands there already', async () => {
    await benchOf({ contacts: [['contact_id']] });
    const client = sheetsClient(spreadsheetId);
    const requests = markerRequests({ job: 'live', period: '2026-11-23', plan: 'none' }, '1/1', 1, []);
    await client.write({ requests }, 'spreadsheetId');
    await expect(client.write({ requests }, 'spreadsheetId')).rejects.toMatchObject({ reason: 'exists' });
  });
}

if (id) {
  describe('the sheets store on the real service', { timeout: LONGEST_MS }, () => onTheRealService(id));
} else {
  it.skip('is left out: set NIGHTSHIFT_LIVE_SPREADSHEET to the id of an empty spreadsheet (docs/sheets.md)', () => {});
}
