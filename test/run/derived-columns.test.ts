/** A derived column over values that no run wrote is not written: the run asks, and the rules answer. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { exitCode } from '../../lib/cli/run.ts';
import { update } from '../../lib/core/change.ts';
import { sql } from '../../lib/core/sql.ts';
import { workbookRules } from '../../lib/core/workbook-rules.ts';
import { undoJob } from '../../lib/run/undo.ts';
import { nightShift } from '../fixture/batches.ts';
import { workbook } from '../fixture/rules/workbook.ts';
import { jobOf, type Night, night } from '../support/night.ts';
import { aJob, nightly } from '../support/small-jobs.ts';
import { aContact, aPurchase, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const people = [
  aContact({ contact_id: 'c1', Score: '87', Orders: '7' }),
  aContact({ contact_id: 'c2', Score: '', Orders: 'none' }),
];
const peoples = [
  { Score: '87', Orders: '7' },
  { Score: '', Orders: 'none' },
];

function aFolder(): string {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: people, purchases: [aPurchase({ contact_id: 'c1' })] });
  return folder;
}

/** Two jobs that recalculate: a score that is another one each month, and the orders so far. */
const scoring = aJob({
  name: 'score-recalculation',
  changes: ({ today: day }) => [
    update(
      'contacts',
      sql`select contact_id, 2 as engagement, ${Number(day.slice(5, 7))} as score, 'recalculated' as why from contacts`,
    ),
  ],
});
const value = aJob({
  name: 'lifetime-value',
  reads: ['contacts', 'purchases'],
  changes: () => [
    update(
      'contacts',
      sql`select contact_id, count(*) as orders, sum(amount) as lifetime_value, 'recalculated' as why
        from purchases group by contact_id`,
    ),
  ],
});

const run = (folder: string, derived: Record<string, string> = {}, given: Night = {}) =>
  night(folder, { jobs: nightly(scoring, value), rules: { derived }, ...given });
const contacts = (folder: string) => readCsv(folder, 'contacts');

describe('a derived column over values that no run wrote', () => {
  it('keeps each of them; the run asks once, and goes on with its own', async () => {
    const folder = aFolder();
    const first = await run(folder);
    expect(contacts(folder)).toMatchObject(peoples);
    // The others are written.
    expect(contacts(folder)[0]?.lifetime_value).not.toBe('');
    expect(contacts(folder).map(({ engagement }) => engagement)).not.toContain('');
    const asked = first.jobs.flatMap(({ heldParts }) => heldParts);
    expect(asked.map(({ part, question }) => [part, question])).toEqual([
      ['Score', 'first'],
      ['Orders', 'first'],
    ]);
    expect(asked[0]?.reason).toContain("derived: { score: 'nightshift_score' }");
    expect(exitCode(first.jobs)).toBe(2);
    const again = await run(folder);
    expect(contacts(folder)).toMatchObject(peoples);
    expect(exitCode(again.jobs)).toBe(0);
    expect(jobOf(again, 'score-recalculation')).toMatchObject({
      status: 'unchanged',
      heldParts: [{ question: 'again' }],
    });
  });

  it.each(['Interrupted', 'TabClosed'])(
    'is ours where the run that wrote it ended as %s, and left no row in runs',
    async (kind) => {
      const folder = temporaryFolder();
      const contact = aContact({ contact_id: 'c1' });
      writeWorkbook(folder, { contacts: [contact], purchases: [aPurchase({ contact_id: 'c1' })] });
      const failing: Night['ledger'] = (ledger) => ({
        ...ledger,
        add: (entry) => ledger.add({ ...entry, status: 'failed', error: { kind, message: '' } }),
      });
      await run(folder, {}, { jobs: nightly(value), ledger: failing });
      rmSync(join(folder, 'runs.csv'));
      writeWorkbook(folder, {
        purchases: [1, 2].map((i) => aPurchase({ order_id: `o${i}`, contact_id: 'c1', ordered_at: `2026-10-0${i}` })),
      });
      const next = await run(folder, {}, { jobs: nightly(value) });
      expect(next.jobs.flatMap(({ heldParts }) => heldParts)).toEqual([]);
      expect(contacts(folder)[0]?.orders).toBe('2');
    },
  );

  it('stays beside ours, where the rules name another header', async () => {
    const folder = aFolder();
    await run(folder);
    const answers = { score: 'Nightshift score', orders: 'ns_orders' };
    const answered = await run(folder, answers);
    expect(exitCode(answered.jobs)).toBe(0);
    expect(contacts(folder)).toMatchObject(peoples);
    expect(contacts(folder)[0]).toMatchObject({ ns_orders: '1' });
    expect(Number(contacts(folder)[0]?.['Nightshift score'])).toBeGreaterThan(0);
    const again = await run(folder, answers);
    expect(again.jobs.map(({ status }) => status)).not.toContain('applied');
  });

  it('is taken over where the rules say so: every old value stands in changes, and undo puts it back', async () => {
    const folder = aFolder();
    await run(folder);
    const answers = { score: 'take over', orders: 'take over' };
    const taking = await run(folder, answers);
    expect(exitCode(taking.jobs)).toBe(0);
    expect(contacts(folder)[0]?.Score).not.toBe('87');
    expect(
      readCsv(folder, 'changes').flatMap((row) =>
        row.column === 'score' ? [[row.row_key, row.before, row.reason]] : [],
      ),
    ).toEqual([
      ['c1', '87', 'column taken over'],
      ['c2', '', 'column taken over'],
    ]);
    await run(folder, {}, { asOf: '2026-11-23' });
    expect(contacts(folder)[0]?.Score).not.toBe('87');
    const { period } = jobOf(taking, 'score-recalculation');
    await night(folder, { jobs: [{ job: undoJob('score-recalculation', period), cadence: 'nightly' }] });
    expect(contacts(folder)[0]?.Score).toBe('87');
    // And people's again.
    await run(folder, {}, { asOf: '2026-11-24' });
    expect(contacts(folder)[0]?.Score).toBe('87');
  });

  it('is ours where only the ledger still knows of the run that wrote it', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact({ contact_id: 'c1' })] });
    await run(folder);
    // A later run of the same period was blocked, and its row took the place of the one that was applied.
    const runs = readCsv(folder, 'runs').map((row) => ({ ...row, status: 'blocked' }));
    writeWorkbook(folder, { runs });
    const later = await run(folder, {}, { asOf: '2026-12-24' });
    expect(later.jobs.flatMap(({ heldParts }) => heldParts)).toEqual([]);
  });

  it('is ours where it was emptied, and where a run wrote it', async () => {
    const folder = aFolder();
    await run(folder);
    writeWorkbook(folder, { contacts: contacts(folder).map((row) => ({ ...row, Score: '', Orders: '' })) });
    await run(folder);
    const written = contacts(folder).map(({ Score }) => Score);
    expect(written).not.toContain('');
    const later = await run(folder, {}, { asOf: '2026-12-24' });
    expect(later.jobs.flatMap(({ heldParts }) => heldParts)).toEqual([]);
  });
});

afterEach(() => workbookRules(workbook));

it('only the columns that are recalculated can be answered for', () => {
  expect(nightShift.workbook.derived).toEqual({});
  expect(() => workbookRules({ ...workbook, derived: { email: 'x' } } as never)).toThrow(/derived/);
});
