/** Whoever wants no mail gets none, also where the row that says so can't be read as a row, or says it in a way of its own. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { night } from '../support/night.ts';
import {
  aBounce,
  aContact,
  aSuppression,
  type Row,
  readCsv,
  temporaryFolder,
  writeWorkbook,
} from '../support/workbook.ts';

const crowd = (): Row[] =>
  Array.from({ length: 6 }, (_, i) => aContact({ contact_id: `h${i}`, created_at: '2026-11-01T00:00:00Z' }));
const newsletter = (folder: string): string[] =>
  readCsv(folder, 'memberships')
    .flatMap(({ list, contact_id = '' }) => (list === 'Newsletter' ? [contact_id] : []))
    .sort();
const quarantine = (folder: string): (string | undefined)[][] =>
  readCsv(folder, 'quarantine').map((row) => [row.table, row.row_key, row.column, row.reason]);

describe('a record that can’t be read as a row still counts', () => {
  it('of the suppression list', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: crowd(), suppressions: [aSuppression({ email: 'elsewhere@example.com' })] });
    const path = join(folder, 'suppressions.csv');
    appendFileSync(path, 'H0@example.com,person,h0,unsubscribe\n');
    appendFileSync(path, '"h1@example.com" x,person,h1,unsubscribe,2026-01-01,import,,\n');
    appendFileSync(path, Buffer.from('h2@example.com,person,h2,unsubscribe,2026-01-01,import,J\xfcrgen,\n', 'latin1'));
    await night(folder);
    expect(newsletter(folder)).toEqual(['h3', 'h4', 'h5']);
    expect(quarantine(folder)).toHaveLength(3);
  });

  it('of the bounces, where it is a complaint or a departure and no mere bounce', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: crowd(), bounces: [aBounce({ email: 'elsewhere@example.com' })] });
    const path = join(folder, 'bounces.csv');
    appendFileSync(path, 'b1,h0@example.com,Complaint\n');
    appendFileSync(path, 'b2,h1@example.com,"unsubscribe" x,,,,2026-11-20T00:00:00Z\n');
    appendFileSync(path, 'b3,h2@example.com,soft\n');
    await night(folder);
    expect(newsletter(folder)).toEqual(['h2', 'h3', 'h4', 'h5']);
  });

  it('of the contacts, for another one with the address', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: crowd() });
    appendFileSync(join(folder, 'contacts.csv'), 't0,h0@example.com,unsubscribed\nt1,h1@example.com,Ada\n');
    await night(folder);
    expect(newsletter(folder)).toEqual(['h1', 'h2', 'h3', 'h4', 'h5']);
  });

  it('of a file of those who left elsewhere, and says where it stands', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: crowd() });
    writeFileSync(
      join(folder, 'unsubscribed_x.csv'),
      Buffer.from(
        'Email Address,First Name,UNSUB_TIME,NOTES\nh0@example.com,A\nh1@example.com,"B" x,2026-01-01 00:00:00,\nh2@example.com,J\xfcrgen,2026-01-01 00:00:00,\nh3@example.com,C,2031-01-01 00:00:00,\n,D,2026-01-01 00:00:00,\nh4@example.com,E,2026-01-01 00:00:00,\n',
        'latin1',
      ),
    );
    const { quarantine: counted } = await night(folder);
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
  it.each(['2026-11-23T12:00:00Z', '2031-01-01'])(
    'that lies in the future (%s) releases nobody yet',
    async (released) => {
      const folder = temporaryFolder();
      writeWorkbook(folder, {
        contacts: crowd(),
        suppressions: [
          aSuppression({ email: 'h0@example.com', scope: 'person', reason: 'unsubscribe', released_at: released }),
          aSuppression({ email: 'h1@example.com', scope: 'person', reason: 'unsubscribe', released_at: '2026-11-20' }),
        ],
      });
      await night(folder);
      expect(newsletter(folder)).toEqual(['h1', 'h2', 'h3', 'h4', 'h5']);
      expect(readFileSync(join(folder, 'suppressions.csv'), 'utf8')).toContain(released);
    },
  );
});
