/** What a job's author gets wrong is reported with file, line and what would be right, and without a cell. */
import { describe, expect, it } from 'vitest';
import { insert, update } from '../../lib/core/change.ts';
import type { Job } from '../../lib/core/job.ts';
import { sql } from '../../lib/core/sql.ts';
import { jobOf, night } from '../support/night.ts';
import { aJob, nightly } from '../support/small-jobs.ts';
import { aContact, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const CELL = 'quokka';

const here = 'test/run/author-fault\\.test\\.ts:\\d+';
/** The error of a run of a job, and that it has no cell. */
async function errorOf(given: Partial<Job>): Promise<string> {
  const folder = temporaryFolder();
  writeWorkbook(folder, {
    contacts: [
      aContact({ contact_id: 'p1', company: CELL }),
      aContact({ contact_id: 'p2', email: 'p2@example.com', company: CELL }),
    ],
  });
  const result = await night(folder, { jobs: nightly(aJob(given)), dryRun: true });
  const { status, error } = jobOf(result, 'a-job');
  expect(status).toBe('failed');
  expect(error?.message.toLowerCase()).not.toContain(CELL);
  return error?.message ?? '';
}
const updating = (query: Parameters<typeof update>[1]) => ({ changes: () => [update('contacts', query)] });

describe('a fault in a job’s SQL', () => {
  it('names a column that a table lacks, and the nearest', async () => {
    expect(await errorOf(updating(sql`select contact_id, compny as company, 'so' as why from contacts`))).toMatch(
      new RegExp(`^${here}: update of contacts: there is no column "compny"\\. The nearest are: company`),
    );
    expect(await errorOf(updating(sql`select c.contact_id, c.compny as company from contacts c`))).toMatch(
      /"c" has no column "compny"\. The nearest are: company/,
    );
  });

  it('names a table that is not there, and what a job sees', async () => {
    expect(await errorOf(updating(sql`select contact_id, 'x' as company from contcts`))).toMatch(
      /there is no table "contcts" here\. Did you mean "contacts"\? A job sees the tables that it lists under "reads"/,
    );
  });

  it('names a word that no SQL has', async () => {
    expect(await errorOf(updating(sql`selct contact_id from contacts`))).toMatch(
      new RegExp(`^${here}: update of contacts: syntax error at or near "selct"`),
    );
  });

  it('in a step, a guard, a metric is told with the name of each', async () => {
    const query = sql`select nothing_here as n from contacts`;
    expect(await errorOf({ steps: () => [{ name: 'a_step', row: 'a row', query }] })).toMatch(
      /step "a_step": there is/,
    );
    expect(await errorOf({ metrics: () => ({ a_metric: query }) })).toMatch(/metric "a_metric": there is/);
    const guards = [{ name: 'at most 1', of: 'contacts' as const, limit: { share: 1 }, found: query }];
    const changing = updating(sql`select contact_id, 'x' as company, 'so' as why from contacts`);
    expect(await errorOf({ ...changing, guards })).toMatch(/guard "at most 1": there is/);
  });

  it('that only a row shows is kept back, with the place of its statement', async () => {
    expect(
      await errorOf(updating(sql`select contact_id, cast(company as double) as engagement, 'so' as why from contacts`)),
    ).toMatch(new RegExp(`^Conversion Error in ${here}, update of contacts\\. Its details may quote cells`));
  });
});

describe('a fault in a job’s changes', () => {
  it('names a column that no job may set, and where columns are declared', async () => {
    const unknown = await errorOf(updating(sql`select contact_id, 'yes' as postal_mailing, 'so' as why from contacts`));
    expect(unknown).toMatch(new RegExp(`^${here}: update of contacts: contacts has no column "postal_mailing"`));
    expect(unknown).toContain('jobs/rules/workbook.ts');
    expect(await errorOf(updating(sql`select contact_id, 'x' as compny, 'so' as why from contacts`))).toContain(
      'Did you mean "company"?',
    );
  });

  it('names the key that its query lacks, gives twice or leaves empty', async () => {
    expect(await errorOf(updating(sql`select 'x' as company, 'so' as why from contacts`))).toContain(
      'its query gives no "contact_id", the key of contacts',
    );
    const twice = sql`select c.contact_id, 'x' as company, 'so' as why from contacts c cross join contacts d`;
    expect(await errorOf(updating(twice))).toMatch(
      new RegExp(`^${here}: a change of contacts gives 2 rows whose contact_id another row has already.*group by`),
    );
    const none = sql`select cast(null as varchar) as contact_id, 'x' as company, 'so' as why from contacts`;
    expect(await errorOf({ changes: () => [insert('contacts', none)] })).toContain('2 rows without a contact_id');
  });
});

it('a fault in a job’s TypeScript has the line at which it came, and no more of it than names', async () => {
  const broken = () => {
    throw new TypeError(`Cannot read ${CELL}`);
  };
  expect(await errorOf({ changes: broken })).toMatch(
    new RegExp(`^TypeError at ${here}\\. Its details may quote cells`),
  );
});
