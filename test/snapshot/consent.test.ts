/**
 * Whoever wants no mail gets none, also where the row that says so can't be read as a row, or says it in a way of its
 * own.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Night, night } from '../support/night.ts';
import {
  aBounce,
  aContact,
  aSuppression,
  membersOf,
  type Row,
  readCsv,
  temporaryFolder,
  writeWorkbook,
} from '../support/workbook.ts';

/** The part of a night that decides who gets mail. */
const nightly = (folder: string, given: Night = {}) =>
  night(folder, { jobs: ['bounce-suppression', 'list-refresh'], ...given });
const crowd = (): Row[] =>
  Array.from({ length: 6 }, (_, i) => aContact({ contact_id: `h${i}`, created_at: '2026-11-01T00:00:00Z' }));
const newsletter = (folder: string): string[] => membersOf(folder, 'Newsletter');
const quarantine = (folder: string): (string | undefined)[][] =>
  readCsv(folder, 'quarantine').map((row) => [row.table, row.row_key, row.column, row.reason]);

describe('a record that can’t be read as a row still counts', () => {
  it('of the suppression list', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: crowd(), suppressions: [aSuppression({ email: 'elsewhere@example.com' })] });
    const path = join(folder, 'suppressions.csv');
    appendFileSync(path, 'H0@example.com,person,h0,unsubscribe\n');
    appendFileSync(path, '"h1@example.com" x,person,h1,unsubscribe,2026-01-01,import,,\n');
    appendFileSync(path, Buffer.from('h2@example.com,person,h2,unsubscribe,2026-01-01,import,J\x81rgen,\n', 'latin1'));
    await nightly(folder);
    expect(newsletter(folder)).toEqual(['h3', 'h4', 'h5']);
    expect(quarantine(folder)).toHaveLength(3);
  });

  it('of the suppression list, under every reading, and marks no person for it', async () => {
    const folder = temporaryFolder();
    const emails = [
      "o'brien@example.com",
      'brien@example.com',
      'pia@example.com',
      'quin@example.com',
      'rob@example.com',
    ];
    emails.push('tom@example.com', ...Array.from({ length: 900 }, (_, i) => `long${i}.${'x'.repeat(20)}@example.com`));
    const contacts = emails.map((email, i) =>
      aContact({ contact_id: `c${i}`, email, created_at: '2026-11-01T00:00:00Z' }),
    );
    writeWorkbook(folder, { contacts, suppressions: [aSuppression({ email: 'elsewhere@example.com' })] });
    const broken = [
      "o'brien@example.com,person",
      "(pia@example.com),'quin@example.com/rob@example.com'",
      'mailto:tom%40example.com,x',
    ];
    appendFileSync(join(folder, 'suppressions.csv'), `${[...broken, emails.slice(6).join(',')].join('\n')}\n`);
    await nightly(folder);
    expect(newsletter(folder)).toEqual(['c1']);
    expect(readCsv(folder, 'contacts').map(({ status }) => status)).toEqual(contacts.map(() => 'subscribed'));
  });

  it('of the bounces, where it is a complaint or a departure and no mere bounce', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: crowd(), bounces: [aBounce({ email: 'elsewhere@example.com' })] });
    const path = join(folder, 'bounces.csv');
    appendFileSync(path, 'b1,h0@example.com,Complaint\n');
    appendFileSync(path, 'b2,h1@example.com,"unsubscribe" x,,,,2026-11-20T00:00:00Z\n');
    appendFileSync(path, 'b3,h2@example.com,soft\n');
    await nightly(folder);
    expect(newsletter(folder)).toEqual(['h2', 'h3', 'h4', 'h5']);
  });

  it('of the contacts, for another one with the address', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: crowd() });
    appendFileSync(join(folder, 'contacts.csv'), 't0,h0@example.com,unsubscribed\nt1,h1@example.com,Ada\n');
    await nightly(folder);
    expect(newsletter(folder)).toEqual(['h1', 'h2', 'h3', 'h4', 'h5']);
  });

  it('of a contact that has a second row: with its status, or with an address of its own', async () => {
    const folder = temporaryFolder();
    const second = [
      aContact({ contact_id: 'h0', email: '', status: 'unsubscribed' }),
      aContact({ contact_id: 'h1', email: 'listed@example.com' }),
      aContact({ contact_id: 'h2', email: 'free@example.com' }),
    ];
    writeWorkbook(folder, {
      contacts: [...crowd(), ...second],
      suppressions: [aSuppression({ email: 'listed@example.com', scope: 'address', reason: 'manual' })],
    });
    await nightly(folder);
    expect(newsletter(folder)).toEqual(['h2', 'h3', 'h4', 'h5']);
  });

  it('of contacts whose tool says in a column of its own who left', async () => {
    const folder = temporaryFolder();
    const header = 'Record ID,Email,Create Date,Unsubscribed from all email';
    const rows = ['3,p3@example.com,2026-11-01 10:00,', '77,p3@example.com,2026-11-01 10:00,true,extra'];
    rows.push('5,p5@example.com,2026-11-01 10:00,');
    writeFileSync(join(folder, 'contacts.csv'), `${[header, ...rows].join('\n')}\n`);
    await nightly(folder);
    expect(newsletter(folder)).toEqual(['5']);
  });

  it('of a file of those who left elsewhere, and says where it stands', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: crowd() });
    writeFileSync(
      join(folder, 'unsubscribed_x.csv'),
      Buffer.from(
        'Email Address,First Name,UNSUB_TIME,NOTES\nh0@example.com,A\nh1@example.com,"B" x,2026-01-01 00:00:00,\nh2@example.com,J\x81rgen,2026-01-01 00:00:00,\nh3@example.com,C,2031-01-01 00:00:00,\n,D,2026-01-01 00:00:00,\nh4@example.com,E,2026-01-01 00:00:00,\n',
        'latin1',
      ),
    );
    const { quarantine: counted } = await nightly(folder);
    expect(newsletter(folder)).toEqual(['h5']);
    expect(quarantine(folder).sort()).toEqual([
      ['bounces', 'unsubscribed_x.csv, row 2', '(row)', 'has 2 cells where the header has 4'],
      ['bounces', 'unsubscribed_x.csv, row 3', '(row)', expect.stringContaining('after a closing quote')],
      ['bounces', 'unsubscribed_x.csv, row 4', '(row)', expect.stringContaining('no text in the encoding')],
      ['bounces', 'unsubscribed_x.csv, row 5', 'unsub_time', 'in the future'],
      ['bounces', 'unsubscribed_x.csv, row 6', 'email', 'missing'],
    ]);
    expect(Object.values(counted).reduce((sum, n) => sum + n, 0)).toBe(5);
  });
});

describe('a release', () => {
  it('that was planned holds from its day on, also where a bounce came before it', async () => {
    const folder = temporaryFolder();
    const email = 'h0@example.com';
    writeWorkbook(folder, {
      contacts: crowd(),
      suppressions: [aSuppression({ email, scope: 'address', reason: 'hard_bounce', released_at: '2026-12-01' })],
      bounces: [aBounce({ email, occurred_at: '2026-11-10T00:00:00Z' })],
    });
    await nightly(folder);
    expect(newsletter(folder)).not.toContain('h0');
    expect(readCsv(folder, 'suppressions')).toHaveLength(1);
    const contacts = readCsv(folder, 'contacts').map((row) => ({ ...row, status: 'subscribed' }));
    writeWorkbook(folder, { contacts });
    await nightly(folder, { asOf: '2026-12-05' });
    expect(readCsv(folder, 'suppressions')).toHaveLength(1);
    expect(newsletter(folder)).toContain('h0');
  });

  it.each(['2026-11-23T12:00:00Z', '2031-01-01'])(
    'that is in the future (%s) releases no person yet',
    async (released) => {
      const folder = temporaryFolder();
      writeWorkbook(folder, {
        contacts: crowd(),
        suppressions: [
          aSuppression({ email: 'h0@example.com', scope: 'person', reason: 'unsubscribe', released_at: released }),
          aSuppression({ email: 'h1@example.com', scope: 'person', reason: 'unsubscribe', released_at: '2026-11-20' }),
        ],
      });
      await nightly(folder);
      expect(newsletter(folder)).toEqual(['h1', 'h2', 'h3', 'h4', 'h5']);
      expect(readFileSync(join(folder, 'suppressions.csv'), 'utf8')).toContain(released);
    },
  );
});

describe('an address that is written in another way', () => {
  const spelt = [
    ['h0@example.com', 'H Zero <H0@example.com>'],
    ['h1@example.com', 'mailto:h1@example.com'],
    ['h2@example.com', '\u200Bh2@example.com'],
    ['h3@example.com', 'h3@example.com.'],
    ['h4@münchen.example.com', 'h4@xn--mnchen-3ya.example.com'],
    ['h5@xn--mnchen-3ya.example.com', 'h5@münchen.example.com'],
  ];
  const contacts = spelt.map(([email = ''], i) =>
    aContact({ contact_id: `h${i}`, email, created_at: '2026-11-01T00:00:00Z' }),
  );

  it('is suppressed, in the list and on the contact', async () => {
    const folder = temporaryFolder();
    const suppressions = spelt.map(([, email = '']) =>
      aSuppression({ email, scope: 'person', contact_id: '', reason: 'unsubscribe', suppressed_at: '2026-11-10' }),
    );
    writeWorkbook(folder, {
      contacts: [
        ...contacts,
        ...crowd().map((row) => ({ ...row, contact_id: `${row.contact_id}x`, email: `x${row.email}` })),
      ],
      suppressions,
    });
    const cells = readFileSync(join(folder, 'suppressions.csv'), 'utf8')
      .split('\n')
      .map((line) => line.split(',')[0]);
    const { jobs } = await nightly(folder);
    expect(jobs.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(newsletter(folder)).toEqual(['h0x', 'h1x', 'h2x', 'h3x', 'h4x', 'h5x']);
    expect(
      readCsv(folder, 'contacts')
        .slice(0, 6)
        .map(({ status }) => status),
    ).toEqual(Array(6).fill('unsubscribed'));
    const after = readFileSync(join(folder, 'suppressions.csv'), 'utf8')
      .split('\n')
      .map((line) => line.split(',')[0]);
    expect(after.slice(0, cells.length)).toEqual(cells);
  });

  it('is reported by a complaint, and the list names it as the contact does', async () => {
    const folder = temporaryFolder();
    const bounces = spelt.map(([, email = '']) => aBounce({ email, kind: 'complaint', code: '' }));
    bounces.push(aBounce({ email: '\uFEFFh0@example.com', kind: 'complaint', code: '' }));
    writeWorkbook(folder, { contacts, bounces });
    await nightly(folder);
    expect(
      readCsv(folder, 'suppressions')
        .map(({ email }) => email)
        .sort(),
    ).toEqual(spelt.map(([email]) => email));
    expect(newsletter(folder)).toEqual([]);
  });

  it('counts as one address on both sides, also before any job has cleaned it', async () => {
    const folder = temporaryFolder();
    const suppressions = spelt.map(([email = '']) => aSuppression({ email, scope: 'address', reason: 'hard_bounce' }));
    writeWorkbook(folder, {
      contacts: spelt.map(([, email = ''], i) =>
        aContact({ contact_id: `h${i}`, email, created_at: '2026-11-01T00:00:00Z' }),
      ),
      suppressions,
    });
    await night(folder, { jobs: ['list-refresh'] });
    expect(newsletter(folder)).toEqual([]);
  });

  it('is released under every spelling', async () => {
    const folder = temporaryFolder();
    const releases = spelt.map(([, email = '']) =>
      aSuppression({
        email,
        scope: 'person',
        contact_id: '',
        reason: 'complaint',
        suppressed_at: '2026-09-01',
        released_at: '2026-10-01',
      }),
    );
    const bounces = spelt.map(([email = ''], i) =>
      aBounce({ email: i % 2 ? (spelt[i]?.[1] ?? '') : email, kind: 'complaint', code: '', occurred_at: '2026-09-01' }),
    );
    writeWorkbook(folder, { contacts, suppressions: releases, bounces });
    await nightly(folder);
    expect(newsletter(folder)).toEqual(contacts.map(({ contact_id }) => contact_id));
    expect(readCsv(folder, 'suppressions')).toHaveLength(releases.length);
  });

  it('follows a person over a merge', async () => {
    const folder = temporaryFolder();
    const merges = spelt.map(([email], i) => ({
      duplicate_id: `old${i}`,
      survivor_id: `h${i}`,
      probability: '1',
      evidence: '',
      merged_at: '2026-11-01',
      record: JSON.stringify({ contact_id: `old${i}`, email }),
    }));
    const suppressions = spelt.map(([, email = '']) =>
      aSuppression({ email, scope: 'person', contact_id: '', reason: 'unsubscribe' }),
    );
    const now = crowd().map((row, i) => ({ ...row, email: `now${i}@example.com` }));
    writeWorkbook(folder, { contacts: now, merges, suppressions });
    await nightly(folder);
    expect(newsletter(folder)).toEqual([]);
  });

  it('follows a person over a merge by the id that they had', async () => {
    const folder = temporaryFolder();
    const merge = { duplicate_id: 'old0', survivor_id: 'h0', probability: '1', evidence: '', merged_at: '2026-11-01' };
    const listed = { scope: 'person', contact_id: 'old0', reason: 'unsubscribe' };
    writeWorkbook(folder, {
      contacts: crowd(),
      merges: [{ ...merge, record: '' }],
      suppressions: [aSuppression({ email: 'long-gone@example.com', ...listed })],
    });
    await nightly(folder);
    expect(newsletter(folder)).toEqual(['h1', 'h2', 'h3', 'h4', 'h5']);
  });

  it('names its person, who is followed to another address', async () => {
    const folder = temporaryFolder();
    const bounces = spelt.map(([, email = '']) => aBounce({ email, kind: 'complaint', code: '' }));
    writeWorkbook(folder, { contacts, bounces });
    await nightly(folder);
    const moved = contacts.map((row, i) => ({ ...row, email: `moved${i}@example.com`, status: 'subscribed' }));
    writeWorkbook(folder, { contacts: moved });
    await nightly(folder, { asOf: '2026-11-23' });
    expect(newsletter(folder)).toEqual([]);
  });

  it('refuses mail to each that may be meant, where a cell of the list holds more than one', async () => {
    const folder = temporaryFolder();
    const suppressions = ["'h0@example.com'", 'h1@example.com;h2@example.com', 'h3@example.com..'].map((email) =>
      aSuppression({ email, scope: 'address', reason: 'manual' }),
    );
    writeWorkbook(folder, { contacts: crowd(), suppressions });
    await nightly(folder);
    expect(newsletter(folder)).toEqual(['h4', 'h5']);
  });

  it('marks every contact that has it, however each of them writes it', async () => {
    const folder = temporaryFolder();
    const twins = [
      'dora@example.com.',
      'dora@example.com',
      'eve@münchen.example.com',
      'eve@xn--mnchen-3ya.example.com',
    ];
    writeWorkbook(folder, {
      contacts: twins.map((email, i) => aContact({ contact_id: `t${i}`, email })),
      suppressions: [
        aSuppression({ email: 'dora@example.com', scope: 'person', contact_id: '', reason: 'unsubscribe' }),
      ],
      bounces: [
        aBounce({ email: 'Dora <dora@example.com>', kind: 'soft', code: '4.2.2' }),
        aBounce({ email: 'Eve <eve@münchen.example.com>', kind: 'complaint', code: '' }),
      ],
    });
    await nightly(folder);
    expect(readCsv(folder, 'contacts').map(({ status }) => status)).toEqual([
      'unsubscribed',
      'unsubscribed',
      'suppressed',
      'suppressed',
    ]);
    const list = readCsv(folder, 'suppressions').map(({ email }) => email);
    expect(list).toEqual(['dora@example.com', 'eve@münchen.example.com']);
    expect((await nightly(folder)).jobs.map(({ status }) => status)).toEqual(Array(2).fill('unchanged'));
  });

  it('is one suppression still, where both spellings stand on the list', async () => {
    const folder = temporaryFolder();
    const suppressions = ['h0@example.com', 'H <h0@example.com>', 'HO <h0@example.com>'].map((email) =>
      aSuppression({ email, scope: 'address', reason: 'hard_bounce' }),
    );
    writeWorkbook(folder, { contacts: crowd(), suppressions });
    const { jobs } = await nightly(folder);
    expect(jobs.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(newsletter(folder)).toEqual(['h1', 'h2', 'h3', 'h4', 'h5']);
    expect((await nightly(folder)).jobs.map(({ status }) => status)).toEqual(jobs.map(() => 'unchanged'));
  });
});
