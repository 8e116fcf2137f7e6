/** What a job's author gets wrong is reported with file, line and what would be right, and without a cell. */
import { describe, expect, it } from 'vitest';
import type { NightShift } from '../../lib/core/batch.ts';
import { insert, update } from '../../lib/core/change.ts';
import { type Job, job } from '../../lib/core/job.ts';
import { list, sql } from '../../lib/core/sql.ts';
import { checkJobs } from '../../lib/run/check-jobs.ts';
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

  it('names a function that there is none of, and the nearest', async () => {
    expect(await errorOf(updating(sql`select contact_id, uper(city) as city from contacts`))).toMatch(
      new RegExp(`^${here}: update of contacts: there is no function "uper"\\. Did you mean "upper"\\?$`),
    );
  });

  it('in a step, a guard, a metric is reported with the name of each', async () => {
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
    expect(await errorOf(updating(sql`select contact_id, 'x' as company, 'so' as reason from contacts`))).toContain(
      'The reason of a change is its column "why".',
    );
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
  const undefinedValue = () => [({} as Record<string, never>)[CELL]?.['x' as never] ?? JSON.parse('{}').a[CELL]];
  expect(await errorOf({ changes: undefinedValue })).toMatch(
    new RegExp(`^Cannot read properties of undefined at ${here}\\.$`),
  );
});

describe('what types would have refused', () => {
  const wrong = (given: Record<string, unknown>) => errorOf(given as Partial<Job>);

  it.each([
    ['a table', () => [update('contcts' as 'contacts', sql`select 1 as x`)], 'update of contcts: it names the table'],
    [
      'a text for SQL',
      () => [update('contacts', 'select 1' as never)],
      'its query is no SQL. Write it as sql`select …`',
    ],
    ['SQL for a change', () => [sql`select 1 as x`], 'entry 1 of "changes" is no change. Write it as update('],
    ['an undefined value', () => [update('contacts', sql`select ${undefined as never} as x`)], 'a value is undefined'],
    ['a list of values', () => [update('contacts', sql`select ${['a'] as never} as x`)], 'Many values are list([…])'],
    ['no list of changes', () => {}, '"changes" returns no list. Expected changes: () => [ … ]'],
    [
      'a table that it does not write',
      () => [update('suppressions', sql`select email, 'person' as scope from suppressions`)],
      `"writes" does not name it. Add 'suppressions' to the job's "writes"`,
    ],
    ['an empty list', () => [update('contacts', sql`select 1 as x where 1 in ${list([])}`)], 'list([]) has no value'],
  ])('%s is named with its place', async (_, changes, text) => {
    const message = await wrong({ changes });
    expect(message).toMatch(/^test\/\S+\.ts:\d+: /); // of the change, else of the job
    expect(message).toContain(text);
  });

  it('a step’s name that is no name, and a metric that is no SQL', async () => {
    const step = { name: 'A b', row: 'a row', query: sql`select 1 as x` };
    expect(await wrong({ steps: () => [step] })).toMatch(
      new RegExp(`^(test/support/small-jobs\\.ts:\\d+|${here}): step "A b": SQL: "A b" is no name for SQL`),
    );
    expect(await wrong({ metrics: () => ({ a: 'select 1' }) })).toContain('metric "a": its query is no SQL');
  });
});

it('a job that can’t run as it is declared is refused before any runs, with every fault', () => {
  const batch = {
    name: 'nightly',
    purpose: '',
    schedule: { cron: '17 3 * * *', timeZone: 'UTC', missed: 'latest' },
  } as const;
  const refused = (given: Record<string, unknown>) => () =>
    checkJobs({
      workbook: {} as NightShift['workbook'],
      batches: [{ ...batch, jobs: [job({ ...aJob(), ...given })] }],
    });
  expect(refused({})).not.toThrow();
  expect(refused({ reads: ['contcts'], writes: undefined, changes: undefined, purpose: '' })).toThrow(
    new RegExp(
      `^${here}: "purpose" is missing.*\\n${here}: "reads" names the table "contcts", which there is none of\\. Did you mean "contacts"\\?` +
        `\\n${here}: "writes" is missing.*\\n${here}: "changes" is missing`,
    ),
  );
  const guards = [{ name: 'a guard', of: 'nowhere', limit: { share: 1 }, found: sql`select 1` }];
  expect(refused({ guards })).toThrow(
    /the guard "a guard" names the table "nowhere", which there is none of\. Tables: /,
  );
  expect(refused({ name: 'My Job' })).toThrow(/"My Job" is no name of a job\. Expected lower-case letters/);
  expect(refused({ steps: [] })).toThrow(/"steps" is no function\. Expected steps: \(\) => …/);
  expect(refused({ guards: [{ name: 'a guard', of: 'contacts', limit: '5 %' }] })).toThrow(
    /the guard "a guard" has no limit\. Expected a share of the table's rows: \{ share: 0\.02 \}/,
  );
});

it('a job listed twice, and a schedule that GitHub does not take, are refused before any runs', () => {
  const schedule = { cron: '41 25 * * 1', timeZone: 'UTC', missed: 'latest' } as const;
  const twice = { name: 'nightly', purpose: '', schedule, jobs: [job(aJob({})), job(aJob({}))] } as const;
  expect(() => checkJobs({ workbook: {} as NightShift['workbook'], batches: [twice] })).toThrow(
    /^jobs\/batches\.ts lists the job "a-job" twice\. Leave one\.\njobs\/batches\.ts, batch nightly: "41 25 \* \* 1" is no schedule/,
  );
});
