/** A cell that can't be read costs itself: it is unknown, counted and named, and its row goes on. */
import { describe, expect, it } from 'vitest';
import { update } from '../../lib/core/change.ts';
import { sql } from '../../lib/core/sql.ts';
import { jobOf, night } from '../support/night.ts';
import { aJob, nightly, sets } from '../support/small-jobs.ts';
import { aContact, anEvent, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

describe('a cell that can’t be read', () => {
  it('costs its contact nothing else, and is named in the report and in the quarantine', async () => {
    const folder = temporaryFolder();
    const contacts = [
      aContact({ contact_id: 'c1', employees: 'many', created_at: '31.02.2026' }),
      aContact({ contact_id: 'c2', employees: 'n.a.', annual_revenue: '-', birth_date: '0000-00-00' }),
      aContact({ contact_id: 'c3', employees: '1,200', annual_revenue: '$1,200,000', created_at: '31.12.2025' }),
      aContact({ contact_id: 'c4', employees: '51-200', created_at: 'Mar 5, 2025' }),
    ];
    writeWorkbook(folder, { contacts });
    const query = sql`select contact_id, concat_ws(' ', employees, annual_revenue, cast(created_at as date)) as email_note, 'seen' as why from contacts`;
    const result = await night(folder, { jobs: nightly(aJob({ changes: () => [update('contacts', query)] })) });
    expect(readCsv(folder, 'contacts').map(({ email_note }) => email_note)).toEqual([
      '',
      '2026-01-15',
      '1200.0 1200000.0 2025-12-31',
      '51.0 2025-03-05',
    ]);
    expect(result.snapshot.quarantined).toBe(0);
    expect(result.unreadable).toEqual({
      'contacts, column "created_at": not a date or time': 1,
      'contacts, column "employees": not a number': 1,
    });
    expect(readCsv(folder, 'quarantine').map((row) => [row.row_key, row.column, row.value])).toEqual([
      ['c1', 'created_at', '31.02.2026'],
      ['c1', 'employees', 'many'],
    ]);
  });

  it('is never written over, and planned no second time', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [aContact({ contact_id: 'c1', employees: 'many' }), aContact({ contact_id: 'c2', employees: '' })],
    });
    const jobs = nightly(sets('employees', '7'));
    await night(folder, { jobs });
    expect(readCsv(folder, 'contacts').map(({ employees }) => employees)).toEqual(['many', '7']);
    expect(jobOf(await night(folder, { jobs }), 'a-job').status).toBe('unchanged');
  });

  it('names the rule that would settle it', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact({ created_at: '01/02/2026' })] });
    const { unreadable } = await night(folder);
    expect(Object.keys(unreadable ?? {})).toEqual([
      'contacts, column "created_at": day or month first? Set slashedDates in jobs/rules/workbook.ts',
    ]);
  });
});

it('a contact in quarantine is not unknown: its events say that it stands there', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, {
    contacts: [aContact({ contact_id: 'c1' }), aContact({ contact_id: 'c2', status: 'perhaps' })],
    events: [anEvent({ contact_id: 'c2' }), anEvent({ email: 'c2@example.com' }), anEvent({ contact_id: 'unknown' })],
  });
  const { quarantine } = await night(folder);
  expect(quarantine).toEqual({
    'contacts: not a status': 1,
    'events: its contact is in quarantine': 2,
    'events: unknown contact': 1,
  });
});

it('a date in a column that no rule gives a type is the same day as it would be in one of ours', async () => {
  const folder = temporaryFolder();
  const cells = [
    '2026-10-26',
    '2026-10-25T23:30:00Z',
    '26/10/2026',
    '46321',
    '26/10/2026 10:00',
    '26.10.2026',
    'Oct 26, 2026',
  ];
  const contacts = [...cells, '05/10/2026', 'soon', 'n.a.'].map((Renewal, i) =>
    aContact({ contact_id: `c${i}`, Renewal }),
  );
  writeWorkbook(folder, { contacts });
  const query = sql`select contact_id, cast(date_of(renewal) as varchar) as email_note, 'seen' as why from contacts`;
  const job = aJob({ extraColumns: ['renewal'], changes: () => [update('contacts', query)] });
  await night(folder, { jobs: nightly(job), rules: { timeZone: 'Europe/Berlin' } });
  const days = readCsv(folder, 'contacts').map(({ email_note }) => email_note);
  expect(days).toEqual([...cells.map(() => '2026-10-26'), '2026-10-05', '', '']);
  expect(readCsv(folder, 'contacts').map(({ Renewal }) => Renewal)).toEqual(contacts.map(({ Renewal }) => Renewal));
});
