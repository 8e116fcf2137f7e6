/** What `doctor` says of a Google Sheet: each finding with the next step, and nothing changed to find out. */
import { expect, it } from 'vitest';
import { commandsOn } from '../support/sheet-command.ts';
import { book, serial } from '../support/sheets-server/build.ts';
import { aSheet, type SheetsBench, SPREADSHEET } from '../support/store-bench.ts';

const writes = ({ server }: SheetsBench): number =>
  server.requests.filter(({ method }) => method.endsWith('batchUpdate')).length;

it('says of a sheet that is well what is read as what', async () => {
  const bench = await aSheet({
    Contacts: [
      ['Record ID', 'E-Mail', 'status'],
      ['c1', 'a@example.com', 'subscribed'],
    ],
    inbox: [],
    'Our notes': [['keep me']],
  });
  const run = commandsOn(bench);
  expect((await run('init')).said).toContain('Found, and left as they are: contacts.');
  const [before, wrote] = [JSON.stringify(bench.server.book(SPREADSHEET)), writes(bench)];
  const { code, said } = await run('doctor');
  expect(said).toMatchInlineSnapshot(`
    "well  tab "Contacts": 1 row of contacts ("Record ID" is contact_id, "E-Mail" is email)
    well  tab "events": 0 rows of events
    well  tab "bounces": 0 rows of bounces
    well  tab "purchases": 0 rows of purchases
    well  tab "suppressions": 0 rows of suppressions
    well  tab "memberships": 0 rows of memberships
    well  tab "list_changes": 0 rows of list_changes
    well  tab "merges": 0 rows of merges
    well  tab "review": 0 rows of review
    well  tab "archive": 0 rows of archive
    well  tab "companies": 0 rows of companies
    well  tab "changes": 0 rows of changes
    well  tab "quarantine": 0 rows of quarantine
    well  tab "runs": 0 rows of runs
    well  the account that runs the night shift may edit the sheet
    well  25,057 of Google's 10,000,000 cells
    well  tab "inbox": what is pasted there is taken in before each batch
    well  no table, and left alone: tab "Our notes"
    well  a day is a day in UTC
    well  the ledger is readable: 0 runs of this workbook"
  `);
  expect(code).toBe(0);
  expect(writes(bench)).toBe(wrote);
  expect(JSON.stringify(bench.server.book(SPREADSHEET))).toBe(before);
});

it('says what to mend, in order, and ends with 1', async () => {
  const bench = await aSheet({
    contacts: [
      ['contact_id', 'email', 'Email', 'phone', 'postal_code', 'created_at', 'lifecylce_stage', 'status'],
      ['c1', 'a@example.com', '', 171, '01234', serial(46_000), '', 'subscribed'],
      ['c1', 'b@example.com', '', '0171', 1234, 'last week', '', 'subscribed'],
      ['c3', 'c@example.com', '', '', '', '', '', 'maybe'],
      ['c4', 'd@example.com'],
      ['c4', 'e@example.com'],
    ],
    runs: [],
  });
  const { server } = bench;
  const [contacts] = server.book(SPREADSHEET).tabs;
  contacts?.protectedRanges.push({ range: { sheetId: 0, startColumnIndex: 7 }, requestingUserCanEdit: false });
  contacts?.merges.push({ sheetId: 0, startRowIndex: 1, endRowIndex: 3, startColumnIndex: 6, endColumnIndex: 7 });
  server.put({ ...server.book(SPREADSHEET), timeZone: 'America/New_York' });
  server.access = { sheets: 'reader', drive: 'reader' };
  const { code, said } = await commandsOn(bench)('doctor');
  expect(said).toMatchInlineSnapshot(`
    "well  tab "contacts": 5 rows of contacts
    look  tab "contacts": is "lifecylce_stage" meant to be lifecycle_stage? It is kept, and not used
    mend  the account that runs the night shift may only read the sheet: open it, click Share, and make it an editor
    mend  tab "contacts" is protected, and the account that runs the night shift may not write there: in the sheet, Data, Protect sheets and ranges, add it to those who may edit
    well  138 of Google's 10,000,000 cells
    look  the sheet's clock is America/New_York, the rules say UTC: moments are shown in the one, days counted in the other. Set one as the other
    mend  tab "contacts" has merged cells: all but the first read as empty. Unmerge them
    mend  tab "contacts" has more than one column "Email": only the first counts. Rename or delete the others
    look  tab "contacts": numbers in 1 cell of "phone", so that zeros at their front are gone. Format the column as plain text (nightshift init does), and type those again that had any
    look  tab "contacts": numbers in 1 cell of "postal_code", so that zeros at their front are gone. Format the column as plain text (nightshift init does), and type those again that had any
    well  a day is a day in UTC
    mend  2 rows in quarantine, contacts: duplicate key: the table "quarantine" says which, after the next run
    mend  1 row in quarantine, contacts: not a status: the table "quarantine" says which, after the next run
    well  the ledger is readable: 0 runs of this workbook"
  `);
  expect(code).toBe(1);
  expect(writes(bench)).toBe(0);
});

it('warns before the sheet is full', async () => {
  const bench = await aSheet({});
  const full = book({
    contacts: [
      ['contact_id', 'email'],
      ['c1', 'a@example.com'],
    ],
  });
  const [tab] = full.tabs;
  if (tab) tab.rowCount = 4_500_000;
  bench.server.put(full);
  const { code, said } = await commandsOn(bench)('doctor');
  expect(said).toContain(
    "mend  9,000,000 of Google's 10,000,000 cells: delete empty rows and columns, keep events in files (docs/workbook.md), or bound",
  );
  expect(code).toBe(1);
});

it.each([
  ['signed-out', /^mend {2}Not signed in to Google.*\n1\. .*\n2\. .*\n3\. /],
  ['denied', /^mend {2}Google knows us but does not let us into the spreadsheet\.\n1\. .*as editor/],
  [
    'narrow',
    /^mend {2}The sign-in does not cover Google Sheets\.\n1\. gcloud auth .*--client-id-file=.*\n2\. Run again\./,
  ],
  ['missing', /^mend {2}There is no spreadsheet "sheet-1", or it is not shared with .*\.\n1\. /],
  [
    'disabled',
    /^mend {2}The API sheets\.googleapis\.com is not enabled.*\n1\. Open https:.*\n2\. Wait two minutes\.\n3\. Run again\./,
  ],
] as const)('says what to do, in order, where it is %s', async (access, words) => {
  const bench = await aSheet({ contacts: [['contact_id', 'email']] });
  bench.server.access = { sheets: access, drive: access === 'disabled' ? 'granted' : access };
  const { code, said } = await commandsOn(bench)('doctor');
  expect(said).toMatch(words);
  expect(code).toBe(1);
});

it('a run that may only look fails at its first write, and says that it has to be an editor', async () => {
  const bench = await aSheet({
    contacts: [
      ['contact_id', 'email'],
      ['c1', 'a@example.com'],
    ],
  });
  bench.server.access = { sheets: 'reader', drive: 'reader' };
  const { code, said } = await commandsOn(bench)('run', 'list-cleaning');
  expect(said).toContain('does not let us write into the spreadsheet.');
  expect(said).toContain('as editor');
  expect(code).toBe(1);
});
