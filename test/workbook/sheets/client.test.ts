import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SheetsClient, sheetsClient } from '../../../lib/workbook/sheets/client.ts';
import * as errors from '../../../lib/workbook/sheets/errors.ts';
import { book } from '../../support/sheets-server/build.ts';
import type { Fault } from '../../support/sheets-server/scenario.ts';
import { type SheetsServer, startSheetsServer } from '../../support/sheets-server/server.ts';

let server: SheetsServer;
let client: SheetsClient;
let nowMs: number;

beforeEach(async () => {
  nowMs = 0;
  server = await startSheetsServer({ nowMs: () => nowMs, readsPerMinute: 60, writesPerMinute: 60 });
  server.put(book({ contacts: [['contact_id'], ['c1']] }));
  client = aClient();
});
afterEach(() => server.close());

function aClient(more: object = {}): SheetsClient {
  const sleep = async (ms: number): Promise<void> => {
    nowMs += ms;
  };
  return sheetsClient('sheet-1', { rootUrl: server.url, sleep, random: () => 0.5, ...more });
}

const aWrite = { requests: [{ appendDimension: { sheetId: 0, dimension: 'ROWS', length: 1 } }] };
const rowCount = (): number | undefined => server.book('sheet-1').tabs[0]?.rowCount;
const failing = (fault: Fault, times: number): void => {
  server.scenario = { fault: ({ n }) => (n <= times ? fault : undefined) };
};

test.each(['429', '500', '503-before', '503-after', 'reset-before', 'reset-after', 'cut'] as const)(
  'a read outlasts %s',
  async (fault) => {
    failing(fault, 3);
    expect((await client.values(['contacts']))[0]?.values).toEqual([['contact_id'], ['c1']]);
    expect(client.calls.reads).toBe(4);
  },
);

test('a used-up quota is waited out for a minute, for reads and for writes', async () => {
  for (let i = 0; i < 60; i += 1) await client.write(aWrite, 'spreadsheetId');
  await client.write(aWrite, 'spreadsheetId');
  expect(nowMs).toBeGreaterThanOrEqual(60_000);
  expect(rowCount()).toBe(12 + 61);
});

test('two runs that were refused at the same moment do not come back at the same moment', async () => {
  const waits: number[] = [];
  for (const chance of [0, 1]) {
    failing('429', server.requests.length + 1);
    const sleep = async (ms: number): Promise<void> => void waits.push(ms);
    await aClient({ sleep, random: () => chance }).get('properties');
  }
  expect(waits).toEqual([3000, 5000]);
});

test.each(['500', '503-before', '503-after', 'reset-before', 'reset-after', 'cut'] as const)(
  'a write that ends with %s is never repeated blindly',
  async (fault) => {
    failing(fault, 1);
    await expect(client.write(aWrite, 'spreadsheetId')).rejects.toThrow(errors.UnknownOutcome);
    expect(client.calls.writes).toBe(1);
  },
);

test('a service that hangs is given up after the time-out', async () => {
  server.scenario = { fault: () => 'slow', slowMs: 1000 };
  await expect(aClient({ timeoutMs: 100 }).write(aWrite, 'spreadsheetId')).rejects.toThrow(errors.UnknownOutcome);
});

test('the budget ends the waiting with a clear word', async () => {
  failing('503-before', 1000);
  await expect(aClient({ budgetMs: 60_000 }).get('properties')).rejects.toThrow(
    /did not answer in time: status 503, tried for \d\d s/,
  );
  expect(nowMs).toBeLessThanOrEqual(60_000);
});

test.each([
  ['signed-out', 'NotSignedIn', /google-github-actions\/auth[\s\S]*gcloud auth/],
  ['denied', 'NotShared', /share the sheet with .*iam\.gserviceaccount\.com\) as editor/],
  ['missing', 'SpreadsheetNotFound', /no spreadsheet "sheet-1", or it is not shared with /],
  ['disabled', 'ApiNotEnabled', /Open https:\/\/console\.developers\.google\.com\S+ and click Enable/],
] as const)('%s says what to do, at once', async (access, type, words) => {
  server.access = { sheets: access, drive: access };
  const failure = client.get('properties');
  await expect(failure).rejects.toMatchObject({ name: type, message: expect.stringMatching(words) });
  const ofDrive = access === 'missing' || access === 'denied' ? 'NotShared' : type;
  await expect(client.mayEdit()).rejects.toMatchObject({ name: ofDrive });
  expect(server.requests).toHaveLength(2);
});

test.each([
  [403, { errors: [{ domain: 'usageLimits', reason: 'userRateLimitExceeded' }], message: 'Límite superado.' }],
  [403, { errors: [{ reason: 'dailyLimitExceeded' }] }],
  [403, { status: 'PERMISSION_DENIED', details: [{ reason: 'RATE_LIMIT_EXCEEDED' }] }],
  [403, { status: 'RESOURCE_EXHAUSTED', message: 'Kontingent überschritten' }],
  [429, {}],
])('a limit that is answered %i %j is waited for, in any language', async (status, error) => {
  const asked = { kind: 'reads', spreadsheetId: 'sheet-1', account: async () => undefined } as const;
  expect(await errors.failureOf({ response: { status, data: { error } } }, asked)).toMatchObject({ kind: 'wait' });
});

test.each(['ENOTFOUND', 'ETIMEDOUT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'])(
  '%s is reported as a fault of the network',
  async (code) => {
    const asked = { kind: 'reads', spreadsheetId: 'sheet-1', account: async () => undefined } as const;
    expect(await errors.failureOf({ code }, asked)).toMatchObject({ kind: 'again', noNetwork: code });
  },
);

test('an error never quotes a cell', async () => {
  const stringValue = `secret@example.com ${'x'.repeat(50_000)}`;
  const updateCells = {
    start: { sheetId: 0 },
    fields: 'userEnteredValue',
    rows: [{ values: [{ userEnteredValue: { stringValue } }] }],
  };
  const error = await client.write({ requests: [{ updateCells }] }, 'spreadsheetId').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'Refused', message: expect.stringContaining('50,000 characters') });
  expect(JSON.stringify([error, String(error), Object.values(error as object), (error as Error).cause])).not.toContain(
    'secret',
  );
});
