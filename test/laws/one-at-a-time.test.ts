/** One run at a time: of two that start at once one works, and the other says who does. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nightShift } from '../fixture/batches.ts';
import { readyChild } from '../support/child-process.ts';
import { aContact, readCsv, temporaryFolder, today, writeWorkbook } from '../support/workbook.ts';
import { entriesByOutcome, leftovers } from './one-outcome.ts';

it('two runs started at once: one works, the other exits 4 and names the one that works', async () => {
  const root = temporaryFolder();
  const workbook = join(root, 'workbook');
  const ledger = join(root, 'ledger');
  writeWorkbook(workbook, { contacts: [aContact()] });
  const args = ['run', 'nightly', '--as-of', today, '--workbook', workbook, '--ledger', ledger];
  const both = await Promise.all([readyChild(0, args), readyChild(0, args)]);
  await Promise.all(both.map(({ goOn }) => goOn()));
  expect(both.map(({ child }) => child.exitCode).sort()).toEqual([0, 4]);
  const worker = both.find(({ child }) => child.exitCode === 0);
  const refused = both.find(({ child }) => child.exitCode === 4);
  const says = (await refused?.output) ?? '';
  expect(says).toContain(`${workbook} is in use by "nightly" (process ${worker?.child.pid} on `);
  expect(says).toContain('Run again when it has ended.');
  const jobs = nightShift.batches.find(({ name }) => name === 'nightly')?.jobs ?? [];
  expect(Object.values(entriesByOutcome(ledger))).toEqual(jobs.map(() => 1));
  expect(readCsv(workbook, 'runs')).toHaveLength(jobs.length);
  expect(leftovers(workbook)).toEqual([]);
});
