/**
 * Whoever wants no mail gets none, also where the row that says so can't be read as a row, or says it in a way of its
 * own.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crowd, newsletter, nightly, refreshed } from '../support/consent-night.ts';
import {
  aBounce,
  aContact,
  anEvent,
  aSuppression,
  readCsv,
  temporaryFolder,
  writeWorkbook,
} from '../support/workbook.ts';

const quarantine = (folder: string): (string | undefined)[][] =>
  readCsv(folder, 'quarantine').map((row) => [row.table, row.row_key, row.column, row.reason]);

it('a complaint or a departure among the events keeps its contact off the list', async () => {
  const folder = temporaryFolder();
  const events = ['Spam report', 'unsubscribed', 'click'].map((type, i) => anEvent({ contact_id: `h${i}`, type }));
  writeWorkbook(folder, { contacts: crowd(), events });
  await refreshed(folder);
  expect(newsletter(folder)).toEqual(['h2', 'h3', 'h4', 'h5']);
});

describe('a record that can’t be read as a row still counts', () => {
  it('of the suppression list', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: crowd(), suppressions: [aSuppression({ email: 'elsewhere@example.com' })] });
    const path = join(folder, 'suppressions.csv');
    appendFileSync(path, 'H0@example.com,person,h0,unsubscribe\n');
    appendFileSync(path, '"h1@example.com" x,person,h1,unsubscribe,2026-01-01,import,,\n');
    appendFileSync(path, Buffer.from('h2@example.com,person,h2,unsubscribe,2026-01-01,import,J\x81rgen,\n', 'latin1'));
    await refreshed(folder);
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
    await refreshed(folder);
    expect(newsletter(folder)).toEqual(['h2', 'h3', 'h4', 'h5']);
  });

  it('of the contacts, for another one with the address', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: crowd() });
    appendFileSync(join(folder, 'contacts.csv'), 't0,h0@example.com,unsubscribed\nt1,h1@example.com,Ada\n');
    await refreshed(folder);
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
    await refreshed(folder);
    expect(newsletter(folder)).toEqual(['h2', 'h3', 'h4', 'h5']);
  });

  it('of contacts whose tool says in a column of its own who left', async () => {
    const folder = temporaryFolder();
    const header = 'Record ID,Email,Create Date,Unsubscribed from all email';
    const rows = ['3,p3@example.com,2026-11-01 10:00,', '77,p3@example.com,2026-11-01 10:00,true,extra'];
    rows.push('5,p5@example.com,2026-11-01 10:00,');
    writeFileSync(join(folder, 'contacts.csv'), `${[header, ...rows].join('\n')}\n`);
    await refreshed(folder);
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
    const { quarantine: counted } = await refreshed(folder);
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
