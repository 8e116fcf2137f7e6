/** Columns and tables that a team declares are filled by import, typed as declared. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workbookRules } from '../../lib/core/workbook-rules.ts';
import { hashAddress } from '../../lib/intake/forgotten.ts';
import { workbook } from '../fixture/rules/workbook.ts';
import { bringIn } from '../support/import.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const own: Parameters<typeof workbookRules>[0] = {
  ...workbook,
  aliases: { 'Contract end': 'renewal' },
  columns: {
    contacts: { renewal: 'date', seats: 'number' },
    events: { venue: 'text' },
    suppressions: { ticket: 'number' },
  },
  tables: { visits: { key: ['visit_no'], columns: { visit_no: 'number', email: 'text', seen_on: 'date' } } },
};

beforeEach(() => workbookRules(own));
afterEach(() => workbookRules(workbook));

function aFolder(suppressions: readonly Record<string, string>[] = []): string {
  const folder = temporaryFolder();
  const contacts = [aContact({ contact_id: 'c1', email: 'ada@example.com', renewal: '', seats: '' })];
  writeWorkbook(folder, { contacts, ...(suppressions.length > 0 && { suppressions }) });
  return folder;
}

describe('a declared column', () => {
  it('is not ignored in a list of contacts: it is filled by its name or alias, and a bad cell is rejected', async () => {
    const folder = aFolder();
    const { rejects } = await bringIn(
      folder,
      {
        'people.csv':
          'email,first_name,Contract end,Seats\nada@example.com,Ada,05.01.2027,"1,200"\nbob@example.com,Bob,never,7\n',
      },
      { aliases: own.aliases ?? {} },
    );
    expect(readCsv(folder, 'contacts').map((row) => [row.email, row.renewal, row.seats])).toEqual([
      ['ada@example.com', '2027-01-05', '1200'],
      ['bob@example.com', '', '7'],
    ]);
    expect(rejects).toMatchObject([{ column: 'renewal', value: 'never' }]);
  });

  it('is not ignored in facts and suppressions', async () => {
    const folder = aFolder();
    await bringIn(folder, {
      'activity.csv': 'email,event,timestamp,Venue\nada@example.com,Click,2025-05-01T10:00:00Z,Berlin\n',
      'left.csv': 'email,suppressed_at,Ticket\ngone@example.com,2025-05-01T10:00:00Z,"1,040"\n',
    });
    expect(readCsv(folder, 'events').map(({ type, venue }) => [type, venue])).toEqual([['click', 'Berlin']]);
    expect(readCsv(folder, 'suppressions').map(({ email, ticket }) => [email, ticket])).toEqual([
      ['gone@example.com', '1040'],
    ]);
  });
});

describe('a declared table', () => {
  const file =
    'Visit no,Email,Seen on,Other\n1,ada@example.com,05.01.2026,x\n1,b@example.com,,x\n?,,,x\n"1,200",,soon,x\n';

  it('gains the rows of a file called like it, once, and loses no row without a reason', async () => {
    const folder = aFolder();
    const { rejects } = await bringIn(folder, { 'Visits.csv': file });
    expect(readCsv(folder, 'visits')).toEqual([
      { visit_no: '1', email: 'ada@example.com', seen_on: '2026-01-05' },
      { visit_no: '1200', email: '', seen_on: '' },
    ]);
    expect(rejects.map(({ row, column, reason }) => `${row} ${column}: ${reason}`)).toEqual([
      '3 visit_no: the same as an earlier row',
      '4 visit_no: missing',
      '5 seen_on: not a date; the cell was ignored',
    ]);
    expect((await bringIn(folder, { 'Visits.csv': file })).result.status).toBe('unchanged');
  });

  it('takes in no row about a person who was forgotten', async () => {
    const eraseKey = 'a key of more than sixteen letters';
    const forgotten = { email: hashAddress('ada@example.com', eraseKey), scope: 'person', reason: 'unsubscribe' };
    const folder = aFolder([forgotten]);
    await bringIn(folder, { 'visits.csv': file }, { eraseKey });
    expect(readCsv(folder, 'visits').map(({ email }) => email)).not.toContain('ada@example.com');
  });
});
