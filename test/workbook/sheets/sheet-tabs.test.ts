/** Tabs beside the tables of a Google Sheet: exports fill them, people paste into the inbox, and nothing else is touched. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { exportRules } from '../../../lib/features/exports/rules.ts';
import { nightShift } from '../../fixture/batches.ts';
import { exportFiles } from '../../fixture/exports.ts';
import suppressionRelease from '../../fixture/suppression-release.ts';
import { jobOf, night } from '../../support/night.ts';
import { commandsOn } from '../../support/sheet-command.ts';
import { blocksAll, nightly, sets } from '../../support/small-jobs.ts';
import { aSheet, type SheetsBench, SPREADSHEET } from '../../support/store-bench.ts';
import { aContact, temporaryFolder, writeWorkbook } from '../../support/workbook.ts';

const RULES = [{ name: 'newsletter', format: 'mailchimp', sending: true, to: { tab: 'Newsletter' } }] as const;
const HEADERS = ['contact_id', 'email', 'first_name', 'phone', 'status'];
const PEOPLE = [
  ['c1', 'a@example.com', '=HYPERLINK("x")', '+15555550101', 'subscribed'],
  ['c2', 'b@example.com', 'Ben', '0171', 'subscribed'],
  ['c3', 'c@example.com', 'Cem', '', 'unsubscribed'],
  ['c4', 'd@example.com', 'Dea', '', 'subscribed'],
  ['c5', 'b@example.com', 'Twin', '', 'subscribed'],
];
const COLUMNS = ['Email Address', 'First Name', 'Last Name', 'Phone Number', 'Company'];
const ADA = ['a@example.com', '=HYPERLINK("x")', null, '+15555550101', null];
const BEN = ['b@example.com', 'Ben', null, '0171', null];
const DEA = ['d@example.com', 'Dea', null, null, null];

/** A night of the exports alone, one hour after the one before. */
function nightsOf(bench: SheetsBench, rules: Parameters<typeof exportRules>[0] = [...RULES]) {
  const folder = temporaryFolder();
  const { needs: _needs, ...job } = exportFiles(exportRules(rules, []));
  return async () =>
    jobOf(await night(folder, { jobs: [{ job, cadence: 'nightly' }], open: (run) => bench.open(run) }), 'exports');
}

const edit = (bench: SheetsBench, tab: string, row: number, column: number, text: string): void => {
  const sheetId = bench.server.book(SPREADSHEET).tabs.find(({ title }) => title === tab)?.sheetId ?? -1;
  const rows = [{ values: [{ userEnteredValue: { stringValue: text } }] }];
  const start = { sheetId, rowIndex: row, columnIndex: column };
  if (!bench.server.act(SPREADSHEET, [{ updateCells: { start, rows, fields: 'userEnteredValue' } }]))
    throw new Error(tab);
};

describe('an export to a tab', () => {
  it('fills it with texts, one row for each key, and says how many and their checksum', async () => {
    const bench = await aSheet({ contacts: [HEADERS, ...PEOPLE] });
    const done = await nightsOf(bench)();
    expect(bench.rows('Newsletter')).toEqual([COLUMNS, ADA, BEN, DEA]);
    const cell = bench.server.book(SPREADSHEET).tabs.find(({ title }) => title === 'Newsletter')?.rows[1]?.[1];
    expect(cell?.userEnteredValue).toEqual({ stringValue: '=HYPERLINK("x")' });
    const sums = { rows: 3, leftOut: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) };
    expect(done).toMatchObject({
      status: 'applied',
      metrics: { files: { newsletter: 3 }, written: 1, tabs: { Newsletter: sums } },
    });
    const { sha256 } = (done.metrics.tabs as Record<string, { sha256: string }>).Newsletter ?? { sha256: '' };
    expect(bench.rows('runs')?.[1]).toContain(`tab "Newsletter": 3 rows, SHA-256 ${sha256.slice(0, 12)}`);
  });

  it('changes only what differs, takes away who may not be mailed any more, and leaves people’s own columns', async () => {
    const bench = await aSheet({ contacts: [HEADERS, ...PEOPLE] });
    const again = nightsOf(bench);
    await again();
    const calls = bench.server.requests.length;
    expect((await again()).status).toBe('unchanged');
    expect(bench.server.requests.slice(calls).filter(({ method }) => method.endsWith('batchUpdate'))).toEqual([]);
    const sheetId = bench.server.book(SPREADSHEET).tabs.find(({ title }) => title === 'Newsletter')?.sheetId ?? -1;
    bench.server.act(SPREADSHEET, [{ appendDimension: { sheetId, dimension: 'COLUMNS', length: 1 } }]);
    edit(bench, 'Newsletter', 0, 5, 'Our notes');
    edit(bench, 'Newsletter', 1, 5, 'called her');
    edit(bench, 'Newsletter', 1, 1, 'typed over');
    edit(bench, 'contacts', 2, 4, 'unsubscribed');
    edit(bench, 'contacts', 3, 4, 'subscribed');
    await again();
    expect(bench.rows('Newsletter')).toEqual([
      [...COLUMNS, 'Our notes'],
      [...ADA, 'called her'],
      [...DEA, null],
      ['c@example.com', 'Cem', null, null, null, null],
    ]);
  });

  it('finds its rows again when a person sorts the tab in the moment of writing', async () => {
    const bench = await aSheet({ contacts: [HEADERS, ...PEOPLE] });
    const again = nightsOf(bench);
    await again();
    edit(bench, 'contacts', 1, 2, 'Ada');
    edit(bench, 'contacts', 4, 4, 'unsubscribed');
    const sheetId = bench.server.book(SPREADSHEET).tabs.find(({ title }) => title === 'Newsletter')?.sheetId ?? -1;
    let writes = 0;
    bench.server.scenario = {
      person: ({ method }) => {
        if (!method.endsWith('batchUpdate') || ++writes !== 1) return;
        const range = { sheetId, startRowIndex: 1 };
        bench.server.act(SPREADSHEET, [
          { sortRange: { range, sortSpecs: [{ dimensionIndex: 1, sortOrder: 'DESCENDING' }] } },
        ]);
      },
    };
    expect((await again()).held).toEqual({});
    expect(bench.rows('Newsletter')).toEqual([COLUMNS, BEN, ['a@example.com', 'Ada', ...ADA.slice(2)]]);
  });

  it('is filled though another job of the night was stopped', async () => {
    const bench = await aSheet({ contacts: [HEADERS, ...PEOPLE] });
    const { needs: _needs, ...job } = exportFiles(exportRules([...RULES], []));
    const jobs = nightly(sets('email_note', 'x', { guards: [blocksAll] }), job);
    const result = await night(temporaryFolder(), { jobs, open: (run) => bench.open(run) });
    expect(result.jobs.map(({ status }) => status)).toEqual(['blocked', 'applied']);
    expect(bench.rows('Newsletter')?.length).toBe(4);
  });

  it.each([
    ['a person’s own', { Newsletter: [['Email Address'], ['mine@example.com']] }, 'belongs to a person'],
    ['notes without a header', { newsletter: [[], ['do not touch']] }, 'belongs to a person'],
  ] as [string, Record<string, string[][]>, string][])('never takes a tab that is %s', async (_, tabs, message) => {
    const bench = await aSheet({ contacts: [HEADERS, ...PEOPLE], ...tabs });
    const before = structuredClone(bench.server.book(SPREADSHEET).tabs);
    expect((await nightsOf(bench)()).error?.message).toContain(message);
    expect(bench.server.book(SPREADSHEET).tabs).toEqual(before);
  });

  it('never takes the tab of another export, but an empty one', async () => {
    const bench = await aSheet({ contacts: [HEADERS, ...PEOPLE], newsletter: [] });
    expect((await nightsOf(bench)()).status).toBe('applied');
    expect(bench.rows('newsletter')?.length).toBe(4);
    const other = await nightsOf(bench, [{ name: 'other', suppressionsFor: 'ses', to: { tab: 'Newsletter' } }])();
    expect(other.error?.message).toContain('belongs to the export "newsletter"');
  });

  it('is a file like any other where the workbook is a folder', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact({ contact_id: 'c1', first_name: '=1+1' })] });
    const { needs: _needs, ...job } = exportFiles(exportRules([...RULES], []));
    await night(folder, { jobs: [{ job, cadence: 'nightly' }] });
    const { data } = Papa.parse<string[]>(readFileSync(join(folder, 'exports', 'newsletter.csv'), 'utf8'));
    expect(data[1]?.slice(0, 2)).toEqual(['c1@example.com', "'=1+1"]);
  });
});

it.each([
  [[{ ...RULES[0], to: { tab: 'Contacts' } }], 'the tab "Contacts" is the workbook\'s own'],
  [
    [
      { ...RULES[0], to: { tab: 'In-box' } },
      { ...RULES[0], name: 'b', to: { tab: 'in-box' } },
    ],
    'two exports go to the tab "in-box"',
  ],
  [[{ ...RULES[0], to: { tab: 'Inbox' } }], 'the tab "Inbox" is the workbook\'s own'],
  [[{ ...RULES[0], only: 'changed' as const }], "only: 'changed' makes files"],
])('a rule for a tab that can not be is refused when the program starts', (rules, message) => {
  expect(() => exportRules(rules, [])).toThrow(message);
});

describe('the tab "inbox"', () => {
  const pasted = [
    ['Email Address', 'First Name', 'OPTIN_TIME'],
    ['new@example.com', 'Nea', '2026-01-05 10:00:00'],
    ['c@example.com', 'Cem', '2026-01-05 10:00:00'],
    [],
    ['no address', 'Nob', ''],
  ];

  it('is taken in before a batch, once, with the consent that stands; what can not be taken stands beside it', async () => {
    const bench = await aSheet({ contacts: [HEADERS, ...PEOPLE.slice(0, 3)], Inbox: pasted.slice(0, 4) });
    const batches = nightShift.batches.slice(0, 1).map((batch) => ({ ...batch, jobs: [suppressionRelease] }));
    const run = commandsOn(bench, { ...nightShift, batches });
    expect((await run('run', 'nightly')).output).toContain('inbox');
    const people = bench.rows('contacts')?.map((row) => [row[1], row[2], row[4]]);
    expect(people?.slice(3)).toEqual([
      ['c@example.com', 'Cem', 'unsubscribed'],
      ['new@example.com', 'Nea', 'subscribed'],
    ]);
    expect(bench.rows('inbox rejects')).toBeNull();
    edit(bench, 'Inbox', 4, 0, 'no address');
    expect((await run('run', 'nightly')).output).toContain('inbox');
    expect(bench.rows('inbox rejects')).toEqual([
      ['where', 'reason', 'value'],
      ['row 4, email', expect.any(String), 'no address'],
    ]);
    const before = structuredClone(bench.server.book(SPREADSHEET).tabs);
    expect((await run('run', 'nightly')).output).not.toContain('inbox');
    expect(bench.server.book(SPREADSHEET).tabs).toEqual(before);
  });

  it('is no feed of another tool, no matter its headers', async () => {
    const bench = await aSheet({
      contacts: [HEADERS, ...PEOPLE],
      inbox: [
        ['Email Address', 'UNSUB_TIME'],
        ['a@example.com', '2026-01-05'],
      ],
    });
    const store = await bench.open();
    expect((await store.read()).foreign).toEqual([]);
    await store.close();
  });

  it('and exports are cleared by erase, which names the rows of people’s own tabs', async () => {
    const bench = await aSheet({
      // A second row of hers stands in quarantine, where no job sees it.
      contacts: [HEADERS, ...PEOPLE, ['c1', ' A@Example.com', 'Ada', '', 'subscribed']],
      Inbox: [...pasted, ['A@example.com', 'Ada', '']],
      'Our notes': [['who'], ['ask a@example.com again']],
    });
    const ids = {
      name: 'ids',
      format: 'csv',
      sending: false,
      columns: { Id: 'contact_id' },
      to: { tab: 'Ids' },
    } as const;
    await nightsOf(bench, [...RULES, ids])();
    const erased = await commandsOn(bench)('erase', 'c1', '--yes');
    expect(erased.output).toContain('Removed from tab "Newsletter": 1 line');
    expect(erased.output).toContain('Removed from tab "Inbox": 1 line');
    expect(erased.output).toContain('Removed from tab "Ids": 1 line');
    expect(erased.output).toContain('Removed from tab "contacts": 1 line');
    expect(erased.output).toContain('Still there, to be fixed by hand: tab "Our notes", lines 2');
    expect(erased.output).not.toContain('.nightshift');
    expect(erased.code).toBe(1);
    const left = JSON.stringify(bench.server.book(SPREADSHEET).tabs.filter(({ title }) => title !== 'Our notes'));
    expect(left.toLowerCase()).not.toContain('"a@example.com');
    expect(bench.rows('Newsletter')).toEqual([COLUMNS, BEN, DEA]);
    expect(bench.rows('Our notes')).toEqual([['who'], ['ask a@example.com again']]);
  });
});
