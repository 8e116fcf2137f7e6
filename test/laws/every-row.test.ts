/**
 * Law 3: rows read = rows kept + rows in quarantine + rows removed with a reason; and what no person touches stays as it
 * is.
 */
import { Buffer } from 'node:buffer';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { night } from '../support/night.ts';
import { nightly, sets } from '../support/small-jobs.ts';
import { casesOf } from '../support/thorough.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const jobs = nightly(sets('email_note', 'seen'));

/** Cells that other programs make something else of. */
const hostile = fc.constantFrom(
  ...[
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '1e5',
    '1E+05',
    'TRUE',
    'false',
    'NULL',
    'null',
    'NaN',
    'inf',
    '007',
    '0x10',
    '1_000',
  ],
  ...[
    '',
    ' ',
    ' lead',
    'trail ',
    '\t',
    'a,b',
    'a;b',
    'quote"d',
    '"',
    '""',
    'line\nbreak',
    'cr\rhere',
    'crlf\r\nhere',
    "'",
  ],
  ...['é', 'é', '\u200bzero', '😀', '\u202eabc', '\u00a0', '\\', '\\n', '--', '#', 'N/A', '31.02.2026', '2026-11-22'],
);
const cell = fc.oneof(
  { weight: 3, arbitrary: hostile },
  fc.string({ unit: 'grapheme', maxLength: 8 }).filter((s) => !/[\0\ud800-\udfff]/.test(s)),
);

describe('a hostile CSV file', () => {
  it('keeps every cell that no plan changes, in known and unknown columns, character for character', async () => {
    const form = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t'),
      newline: fc.constantFrom('\n', '\r\n'),
      bom: fc.boolean(),
    });
    const rows = fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 1, maxLength: 12 });
    let accounted = 0;
    await fc.assert(
      fc.asyncProperty(rows, form, async (cells, { delimiter, newline, bom }) => {
        const folder = temporaryFolder();
        const header = ['Mine', 'email', 'contact_id', 'First Name', 'email_note', 'mine too'];
        const table = cells.map(([a, b, c, d], i) => [a, `${b}`, `id${i}`, c, '', d]);
        const text = Papa.unparse([header, ...table], { delimiter, newline, quotes: false });
        writeFileSync(join(folder, 'contacts.csv'), `${bom ? '\ufeff' : ''}${text}${newline}`);
        const result = await night(folder, { jobs });
        expect(result.jobs.map(({ status }) => status)).toEqual(['applied']);
        const after = readFileSync(join(folder, 'contacts.csv'), 'utf8');
        const expected = table.map(([a, b, id, c, , d]) => [a, b, id, c, 'seen', d]);
        const parsed = Papa.parse<string[]>(after.replace(/^\ufeff/, ''), { delimiter, newline }).data;
        expect(parsed.filter((row) => row.length > 1)).toEqual([header, ...expected]);
        expect(after.startsWith('\ufeff')).toBe(bom);
        expect(after.endsWith(newline)).toBe(true);
        accounted += result.snapshot.rows.contacts ?? 0;
      }),
      { numRuns: casesOf(12) },
    );
    expect(accounted).toBeGreaterThan(12);
  });

  it('in UTF-16, as Excel writes it, is read, and stays in UTF-16', async () => {
    const folder = temporaryFolder();
    const text = 'contact_id;email;Größe\r\nc1;c1@example.com;ÄÖ "x"\r\nc2;c2@example.com;=1+1\r\n';
    const path = join(folder, 'contacts.csv');
    writeFileSync(path, Buffer.from(`\ufeff${text}`, 'utf16le'));
    expect((await night(folder, { jobs })).jobs[0]?.status).toBe('applied');
    const after = readFileSync(path).toString('utf16le');
    expect(after.replaceAll(';seen', '').replace(';email_note', '')).toBe(`\ufeff${text}`);
    expect(after.match(/;seen\r\n/g)).toHaveLength(2);
  });
});

/** Each kind of bad row by what is recorded of it; n makes every row its own. */
const bad: readonly [
  reason: string,
  table: 'contacts' | 'events' | 'bounces' | 'purchases',
  row: (n: number) => string,
][] = [
  ['duplicate key', 'contacts', (n) => `good,again${n}@example.com,,`],
  ['malformed', 'contacts', (n) => `z${n},z${n}@example.com,,,too,many`],
  ['malformed', 'contacts', (n) => `w${n}`],
  ['malformed', 'contacts', (n) => `v${n},"stray"quote${n},,`],
  ['unknown contact', 'events', (n) => `e${n},unlisted${n},click,2026-11-01,`],
  ['missing', 'events', (n) => `,good,click,2026-11-01,${n}`],
  ['missing', 'events', (n) => `t${n},good,click,,`],
  ['in the future', 'events', (n) => `g${n},good,click,2099-01-01,`],
  ['not a date or time', 'events', (n) => `h${n},good,click,yesterday,`],
  ['duplicate key', 'events', () => 'first,good,click,2026-11-01,'],
  ['missing', 'bounces', (n) => `b${n},,hard,2026-11-01`],
  ['not a date or time', 'bounces', (n) => `c${n},c${n}@example.com,hard,00.00.00`],
  ['unknown contact', 'purchases', (n) => `p${n},unlisted${n},2026-11-01,5`],
];
/** Each kind of cell that can't be read, in a row that goes on, by how it is counted. */
const badCells: readonly [label: string, table: 'contacts' | 'events' | 'purchases', row: (n: number) => string][] = [
  ['contacts, column "created_at": not a date or time', 'contacts', (n) => `x${n},x${n}@example.com,31.02.2026,`],
  ['contacts, column "created_at": in the future', 'contacts', (n) => `y${n},y${n}@example.com,2031-01-01,`],
  ['events, column "value": not a number', 'events', (n) => `f${n},good,click,2026-11-01,twelve`],
  ['purchases, column "amount": not a number', 'purchases', (n) => `o${n},good,2026-11-01,"1,2,5"`],
];
const headers = {
  contacts: ['contact_id,email,created_at,email_note', 'good,good@example.com,,'],
  events: ['event_id,contact_id,type,occurred_at,value', 'first,good,click,2026-11-01,'],
  bounces: ['bounce_id,email,kind,occurred_at', 'b,b@example.com,soft,2026-11-01'],
  purchases: ['order_id,contact_id,ordered_at,amount', 'o,good,2026-11-01,5'],
};

it('10,000 bad rows and cells of every kind are counted, named, and left where they are', {
  timeout: 120_000,
}, async () => {
  const each = 590;
  const folder = temporaryFolder();
  const rowsRead: Record<string, number> = {};
  for (const [table, [header = '', good = '']] of Object.entries(headers)) {
    const kinds = [...bad, ...badCells].filter(([, of]) => of === table);
    const lines = Array.from({ length: each }, (_, n) => kinds.map(([, , row]) => row(n))).flat();
    writeFileSync(join(folder, `${table}.csv`), `${[header, good, ...lines].join('\n')}\n`);
    rowsRead[table] = 1 + lines.length;
  }
  const before = readFileSync(join(folder, 'events.csv'), 'utf8');
  const all = nightly(sets('email_note', 'seen', { reads: ['contacts', 'events', 'bounces', 'purchases'] }));
  const result = await night(folder, { jobs: all });
  expect((bad.length + badCells.length) * each).toBeGreaterThan(10_000);
  // The good one, and those of which one cell is unknown.
  expect(result.jobs[0]).toMatchObject({ status: 'applied', changes: { contacts: { update: 1 + 2 * each } } });
  expect(result.snapshot.rows).toMatchObject(rowsRead);
  // Kept: the one good row of each table, and those of which one cell is unknown.
  expect(result.unreadable).toEqual(Object.fromEntries(badCells.map(([label]) => [label, each])));
  expect(result.snapshot.quarantined).toBe(bad.length * each);
  const counts = Object.entries(result.quarantine);
  expect(counts.reduce((sum, [, n]) => sum + n, 0)).toBe(bad.length * each);
  const known = new Set(
    bad.filter(([reason]) => reason !== 'malformed').map(([reason, table]) => `${table}: ${reason}`),
  );
  expect([...known].filter((reason) => !(reason in result.quarantine))).toEqual([]);
  // The table "quarantine" names each of them, and none twice.
  const named = readCsv(folder, 'quarantine');
  expect(named).toHaveLength((bad.length + badCells.length) * each);
  expect(readFileSync(join(folder, 'events.csv'), 'utf8')).toBe(before);
  const contacts = readFileSync(join(folder, 'contacts.csv'), 'utf8').split('\n');
  expect(contacts).toHaveLength((rowsRead.contacts ?? 0) + 2);
  const again = await night(folder, { jobs: all });
  expect(again.jobs[0]?.status).toBe('unchanged');
  expect(readCsv(folder, 'quarantine')).toEqual(named);
});

it('a bad row before a good one never gets the good one’s values', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact({ contact_id: 'm1' }), aContact({ contact_id: 'm2' })] });
  const path = join(folder, 'contacts.csv');
  const [header = '', one = '', two = ''] = readFileSync(path, 'utf8').split('\n');
  const lines = [header, 'broken', one, '"stray"x,y', '', two, 'too,few'];
  writeFileSync(path, `${lines.join('\n')}\n`);
  await night(folder, { jobs });
  const seen = (line: string): string => `${line.slice(0, -1)},seen`;
  expect(readFileSync(path, 'utf8').split('\n')).toEqual([
    header,
    'broken',
    seen(one),
    '"stray"x,y',
    '',
    seen(two),
    'too,few',
    '',
  ]);
});
