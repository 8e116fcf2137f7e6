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
  expect((await run('init')).output).toContain('Found, and left as they are: contacts.');
  const [before, wrote] = [JSON.stringify(bench.server.book(SPREADSHEET)), writes(bench)];
  const { code, output } = await run('doctor');
  expect(output).toMatchInlineSnapshot(`
    "OK     tab "Contacts": 1 row of contacts ("Record ID" is contact_id, "E-Mail" is email)
    OK     tab "events": 0 rows of events
    OK     tab "bounces": 0 rows of bounces
    OK     tab "purchases": 0 rows of purchases
    OK     tab "suppressions": 0 rows of suppressions
    OK     tab "memberships": 0 rows of memberships
    OK     tab "list_changes": 0 rows of list_changes
    OK     tab "merges": 0 rows of merges
    OK     tab "review": 0 rows of review
    OK     tab "archive": 0 rows of archive
    OK     tab "companies": 0 rows of companies
    OK     tab "changes": 0 rows of changes
    OK     tab "connections": 0 rows of connections
    OK     tab "quarantine": 0 rows of quarantine
    OK     tab "runs": 0 rows of runs
    OK     "status" says who wants mail: 1 yes, 0 no
    OK     the account that runs the night shift may edit the sheet
    OK     26,257 of Google's 10,000,000 cells
    OK     tab "inbox": what is pasted there is imported before each batch
    OK     no table, and ignored: tab "Our notes"
    OK     a day is a day in UTC
    OK     the ledger is readable: 0 runs of this workbook"
  `);
  expect(code).toBe(0);
  expect(writes(bench)).toBe(wrote);
  expect(JSON.stringify(bench.server.book(SPREADSHEET))).toBe(before);
});

it('reports what to fix, in order, and ends with 1', async () => {
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
  const { code, output } = await commandsOn(bench)('doctor');
  expect(output).toMatchInlineSnapshot(`
    "OK     tab "contacts": 5 rows of contacts
    review tab "contacts": is "lifecylce_stage" meant to be lifecycle_stage? It is kept, and not used
    fix    the account that runs the night shift may only read the sheet: open it, click Share, and make it an editor
    fix    tab "contacts" is protected, and the account that runs the night shift may not write there: in the sheet, Data, Protect sheets and ranges, add it to those who may edit
    OK     138 of Google's 10,000,000 cells
    review the sheet's clock is America/New_York, the rules say UTC: moments are shown in the one, days counted in the other. Set one as the other
    fix    tab "contacts" has merged cells: all but the first read as empty. Unmerge them
    fix    tab "contacts" has more than one column "Email": only the first counts. Rename or delete the others
    review tab "contacts": numbers in 1 cell of "phone", so that zeros at their front are gone. Format the column as plain text (nightshift init does), and type those again that had any
    review tab "contacts": numbers in 1 cell of "postal_code", so that zeros at their front are gone. Format the column as plain text (nightshift init does), and type those again that had any
    OK     a day is a day in UTC
    fix    2 rows in quarantine, contacts: duplicate key: the table "quarantine" says which, after the next run
    fix    1 row in quarantine, contacts: not a status: the table "quarantine" says which, after the next run
    OK     the ledger is readable: 0 runs of this workbook"
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
  const { code, output } = await commandsOn(bench)('doctor');
  expect(output).toContain(
    "fix    9,000,000 of Google's 10,000,000 cells: delete empty rows and columns, keep events in files (docs/workbook.md), or bound",
  );
  expect(code).toBe(1);
});

it.each([
  ['signed-out', /^fix {4}Not signed in to Google.*\n1\. .*\n2\. .*\n3\. /],
  ['denied', /^fix {4}Google knows us but does not let us into the spreadsheet\.\n1\. .*as editor/],
  [
    'narrow',
    /^fix {4}The sign-in does not cover Google Sheets\.\n1\. gcloud auth .*--client-id-file=.*\n2\. Run again\./,
  ],
  ['missing', /^fix {4}There is no spreadsheet "sheet-1", or it is not shared with .*\.\n1\. /],
  [
    'disabled',
    /^fix {4}The API sheets\.googleapis\.com is not enabled.*\n1\. Open https:.*\n2\. Wait two minutes\.\n3\. Run again\./,
  ],
] as const)('says what to do, in order, where it is %s', async (access, words) => {
  const bench = await aSheet({ contacts: [['contact_id', 'email']] });
  bench.server.access = { sheets: access, drive: access === 'disabled' ? 'granted' : access };
  const { code, output } = await commandsOn(bench)('doctor');
  expect(output).toMatch(words);
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
  const { code, output } = await commandsOn(bench)('run', 'list-cleaning');
  expect(output).toContain('does not let us write into the spreadsheet.');
  expect(output).toContain('as editor');
  expect(code).toBe(1);
});
