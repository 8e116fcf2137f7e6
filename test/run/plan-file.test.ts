/** The rows of a plan, for people: all that it would write, in a file that only `--plan` or a waiting plan makes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { describe, expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { placeOfPlans } from '../../lib/run/plan-file.ts';
import { nightShift } from '../fixture/batches.ts';
import { jobOf, type Night, night } from '../support/night.ts';
import { blocksAll, bytesOf, nightly, sets } from '../support/small-jobs.ts';
import { aSheet } from '../support/store-bench.ts';
import { aBounce, aContact, readCsv, temporaryFolder, today, writeWorkbook } from '../support/workbook.ts';

async function run(folder: string, ...args: string[]): Promise<number> {
  const spies = [vi.spyOn(console, 'log'), vi.spyOn(console, 'error'), vi.spyOn(process.stderr, 'write')];
  for (const spy of spies) spy.mockImplementation(() => true);
  const places = ['--workbook', folder, '--ledger', join(folder, '.nightshift', 'ledger'), '--as-of', today];
  const code = await main([...args, ...places], nightShift);
  for (const spy of spies) spy.mockRestore();
  return code;
}
const rows = (path: string) =>
  Papa.parse<Record<string, string>>(readFileSync(path, 'utf8'), { header: true, skipEmptyLines: true }).data;

it('holds each change of a dry run with before, after and reason, formulas made harmless, and nothing else is written', async () => {
  const folder = temporaryFolder();
  const email = 'ada@example.com';
  writeWorkbook(folder, {
    contacts: [aContact({ contact_id: '=HYPERLINK("x")', email, phone: '(212) 555-0123', country: 'United States' })],
    bounces: [aBounce({ email, kind: 'hard', code: '5.1.1', occurred_at: `${today}T01:00:00Z` })],
  });
  const before = bytesOf(folder);
  const path = join(temporaryFolder(), 'plan.csv');
  expect(await run(folder, 'run', 'nightly', '--dry-run', '--plan', path)).toBe(0);
  expect(bytesOf(folder)).toEqual(before);
  const found = rows(path);
  expect(Object.keys(found[0] ?? {})).toEqual(['table', 'key', 'column', 'before', 'after', 'reason']);
  expect(found).toContainEqual({
    ...{ table: 'contacts', key: `'=HYPERLINK("x")`, column: 'status' },
    ...{ before: 'subscribed', after: 'suppressed', reason: 'hard_bounce' },
  });
  expect(found).toContainEqual(expect.objectContaining({ table: 'suppressions', key: email, column: '', before: '' }));
  expect(found).toContainEqual(expect.objectContaining({ table: 'memberships', reason: 'joined' }));
  // What is applied is what was shown.
  expect(await run(folder, 'run', 'nightly')).toBe(0);
  expect(readCsv(folder, 'contacts')[0]).toMatchObject({ status: 'suppressed' });
});

it('shows an import and the way back, and takes no other name than of a CSV file', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact()] });
  const given = join(temporaryFolder(), 'people.csv');
  writeFileSync(given, 'Email,First Name\ngrace@example.com,Grace\n');
  const path = join(temporaryFolder(), 'plan.csv');
  expect(await run(folder, 'import', given, '--dry-run', '--plan', path)).toBe(0);
  expect(rows(path)).toContainEqual(expect.objectContaining({ table: 'contacts', column: '', before: '' }));
  expect(await run(folder, 'run', 'nightly', '--plan', 'plan.json')).toBe(2);
});

describe('in a Google Sheet', () => {
  const PEOPLE = [
    ['contact_id', 'email', 'email_note'],
    ['c1', 'ada@example.com', ''],
    ['c2', 'grace@example.com', ''],
  ];
  const guarded = nightly(sets('email_note', '=1+1', { name: 'guarded', guards: [blocksAll] }));

  it('a plan that waits fills the tab "plan", as texts, and empties it when it is applied', async () => {
    const bench = await aSheet({ contacts: PEOPLE });
    const folder = temporaryFolder();
    const run = async (given: Night = {}) =>
      jobOf(await night(folder, { jobs: guarded, open: (id) => bench.open(id), ...given }), 'guarded');
    const shown = await run();
    expect(shown.status).toBe('blocked');
    expect(bench.rows('plan')).toEqual([
      ['row', 'table', 'key', 'column', 'before', 'after', 'reason'],
      ['1', 'contacts', 'c1', 'email_note', null, '=1+1', 'asked for'],
      ['2', 'contacts', 'c2', 'email_note', null, '=1+1', 'asked for'],
    ]);
    expect(
      bench
        .rows('contacts')
        ?.slice(0, 3)
        .map((row) => row[2] ?? ''),
    ).toEqual(['email_note', '', '']);
    expect((await run({ approvals: [shown.plan ?? ''] })).status).toBe('applied');
    expect(bench.rows('plan')).toEqual([['row', 'table', 'key', 'column', 'before', 'after', 'reason']]);
  });

  it('a tab "plan" that people made stays, and the plan waits all the same', async () => {
    const bench = await aSheet({ contacts: PEOPLE, plan: [['our plan'], ['for spring']] });
    const result = await night(temporaryFolder(), { jobs: guarded, open: (id) => bench.open(id) });
    expect(jobOf(result, 'guarded').status).toBe('blocked');
    expect(bench.rows('plan')).toEqual([['our plan'], ['for spring']]);
  });
});

it('are where an issue says they are, for each kind of workbook', () => {
  expect((['csv', 'sheets', 'bigquery'] as const).map((kind) => placeOfPlans(kind, 'exports'))).toEqual([
    '`plan-exports.csv` beside the workbook',
    'the tab "plan" of the workbook',
    'a file that `npx nightshift run exports --dry-run --plan plan.csv` writes on your own machine',
  ]);
});
