/**
 * Columns and tables that a team declares are read, typed, planned, written, kept and undone like Nightshift's; others
 * stay untouched.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { update, upsert } from '../../lib/core/change.ts';
import { sql } from '../../lib/core/sql.ts';
import { tableNames } from '../../lib/core/tables.ts';
import { workbookRules } from '../../lib/core/workbook-rules.ts';
import { exportRules } from '../../lib/features/exports/rules.ts';
import { undoJob } from '../../lib/run/undo.ts';
import { workbook } from '../fixture/rules/workbook.ts';
import { jobOf, night } from '../support/night.ts';
import { aJob, nightly } from '../support/small-jobs.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

afterEach(() => workbookRules(workbook));

const own: Parameters<typeof workbookRules>[0] = {
  ...workbook,
  columns: { contacts: { postal_mailing: 'text', renewal: 'date', seats: 'number' } },
  tables: {
    visits: { key: ['visit_id'], columns: { visit_id: 'text', contact_id: 'text', seen_on: 'date', pages: 'number' } },
  },
};

const contacts = [
  aContact({ contact_id: 'c1', postal_mailing: '', renewal: '05.01.2027', seats: '1,200' }),
  aContact({ contact_id: 'c2', postal_mailing: '2025-Q4', renewal: 'never', seats: '3' }),
];

const marking = aJob({
  reads: ['contacts', 'visits'],
  writes: ['contacts', 'visits'],
  changes: () => [
    update(
      'contacts',
      sql`select contact_id, '2026-Q4' as postal_mailing, seats + 1 as seats, 'renews' as why from contacts where renewal is not null`,
    ),
    upsert(
      'visits',
      sql`select concat('v', contact_id) as visit_id, contact_id, renewal as seen_on, seats as pages, 'renews' as why from contacts where renewal is not null`,
    ),
  ],
});

describe('a declared column', () => {
  it('is typed, written, recorded, and put back by undo', async () => {
    workbookRules(own);
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts });
    const result = await night(folder, { jobs: nightly(marking) });
    expect(jobOf(result, 'a-job')).toMatchObject({
      status: 'applied',
      changes: { contacts: { update: 1 }, visits: { insert: 1 } },
    });
    expect(result.unreadable).toEqual({ 'contacts, column "renewal": not a date': 1 });
    const rows = () => readCsv(folder, 'contacts').map((row) => [row.postal_mailing, row.renewal, row.seats]);
    expect(rows()).toEqual([
      ['2026-Q4', '05.01.2027', '1201'],
      ['2025-Q4', 'never', '3'],
    ]);
    expect(readCsv(folder, 'visits')).toEqual([
      { visit_id: 'vc1', contact_id: 'c1', seen_on: '2027-01-05', pages: '1200' },
    ]);
    expect(readCsv(folder, 'changes').map((row) => [row.table, row.column, row.before, row.reason])).toEqual([
      ['contacts', 'postal_mailing', '', 'renews'],
      ['contacts', 'seats', '1200', 'renews'],
      ['visits', '', '', 'renews'],
    ]);
    const period = jobOf(result, 'a-job').period;
    await night(folder, { jobs: nightly(undoJob('a-job', period)) });
    expect(rows()).toEqual([
      ['', '05.01.2027', '1200'],
      ['2025-Q4', 'never', '3'],
    ]);
    expect(readCsv(folder, 'visits')).toEqual([]);
  });

  it('is none of ours once it is declared no more, and stays as it is', async () => {
    workbookRules(own);
    expect(tableNames).toContain('visits');
    workbookRules(workbook);
    expect(tableNames).not.toContain('visits');
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts });
    const result = await night(folder, { jobs: nightly(marking) });
    expect(result.jobs[0]?.error?.message).toMatch(/There is no table "visits"\. .*jobs\/rules\/workbook\.ts/);
    const { error } = jobOf(
      await night(folder, {
        jobs: nightly(
          aJob({
            changes: () => [
              update('contacts', sql`select contact_id, 'x' as postal_mailing, 'y' as why from contacts`),
            ],
          }),
        ),
      }),
      'a-job',
    );
    expect(error).toMatchObject({
      kind: 'JobError',
      message: expect.stringMatching(
        /contacts has no column "postal_mailing".* jobs\/rules\/workbook\.ts: columns: \{ contacts: \{ postal_mailing: 'text' \} \}/,
      ),
    });
  });
});

it('a declared column may be exported, and one that is not is refused with the columns there are', () => {
  const rules = [{ name: 'mailing', format: 'csv', sending: false, columns: { Mailing: 'postal_mailing' } }] as const;
  expect(() => exportRules([...rules], [])).toThrow('Expected one of contact_id,');
  workbookRules(own);
  expect(() => exportRules([...rules], [])).not.toThrow();
});

describe('a declaration', () => {
  it.each([
    [{ columns: { contacts: { score: 'number' } } }, 'contacts has a column "score" of Nightshift'],
    [{ columns: { contacts: { Score2: 'number' } } }, 'takes lower case letters'],
    [{ columns: { contacts: { order: 'number' } } }, 'is a word of SQL'],
    [{ columns: { contacts: { seats: 'integer' } } }, 'Expected one of text, number, date, time'],
    [{ tables: { contacts: { key: ['id'], columns: { id: 'text' } } } }, 'is a table of Nightshift'],
    [{ tables: { refused: { key: ['id'], columns: { id: 'text' } } } }, 'is a name that runs use themselves'],
    [{ tables: { visits: { key: ['visit'], columns: { id: 'text' } } } }, 'Expected names of its own columns: id'],
  ])('that can’t be is refused with the place and what is right: %j', (declared, message) => {
    expect(() => workbookRules({ ...workbook, ...declared } as never)).toThrow(message);
  });
});

it.each([
  [
    'a key twice',
    sql`select c.contact_id, 'x' as email_note, 'y' as why from contacts c cross join contacts`,
    'rows whose contact_id another row has already',
  ],
  ['no key', sql`select cast(null as varchar) as contact_id, 'x' as email_note, 'y' as why`, null],
  ['a misspelt column', sql`select contact_id, score_bnd as email_note, 'y' as why from contacts`, 'score_bnd'],
  ['no SQL', sql`selct contact_id`, 'selct'],
])('a job’s fault is described without a cell of the workbook: %s', async (_, query, message) => {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts });
  const { error, status } = jobOf(
    await night(folder, { jobs: nightly(aJob({ changes: () => [update('contacts', query)] })) }),
    'a-job',
  );
  if (message === null) expect(status).toBe('unchanged');
  else expect(error).toMatchObject({ kind: 'JobError', message: expect.stringContaining(message) });
});
