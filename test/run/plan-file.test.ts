/** The rows of a plan, for people: all that it would write, in a file that only `--plan` or a waiting plan makes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { nightShift } from '../fixture/batches.ts';
import { bytesOf } from '../support/small-jobs.ts';
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
