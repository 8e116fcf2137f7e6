/** Law 5: a canary in every cell of a workbook, and it sings nowhere but in the workbook itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { update } from '../../lib/core/change.ts';
import type { Job } from '../../lib/core/job.ts';
import { sql } from '../../lib/core/sql.ts';
import { nightShift } from '../fixture/batches.ts';
import { canaryWorkbook, sings } from '../support/canary.ts';
import { aJob } from '../support/small-jobs.ts';
import { temporaryFolder, today } from '../support/workbook.ts';
import { filesBelow } from './one-outcome.ts';

const failing: Job[] = ['double', 'date', 'timestamp'].map((type) =>
  aJob({
    name: `to-${type}`,
    changes: () => [
      update('contacts', {
        ...sql`select contact_id, cast(cast(email as T) as varchar) as email_note, 'so' as why from contacts`,
        text: `select contact_id, cast(cast(email as ${type}) as varchar) as email_note, 'so' as why from contacts`,
      }),
    ],
  }),
);

it('no cell of a workbook reaches the ledger, stdout or stderr, no matter what the jobs make of it', async () => {
  const folder = temporaryFolder();
  const workbook = join(folder, 'workbook');
  const ledger = join(folder, 'ledger');
  canaryWorkbook(workbook);
  const output: string[] = [];
  const take = (...parts: unknown[]): void => void output.push(parts.map(String).join(' '));
  vi.spyOn(console, 'log').mockImplementation(take);
  vi.spyOn(console, 'error').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    take(text);
    return true;
  });
  const [batch] = nightShift.batches;
  if (!batch) throw new Error('no batch');
  const shift = { ...nightShift, batches: [{ ...batch, jobs: [...batch.jobs, ...failing] }] };
  const places = ['--workbook', workbook, '--ledger', ledger];
  const codes: number[] = [];
  for (const args of [['--dry-run'], [], ['--json'], ['--json', '--dry-run']])
    codes.push(await main(['run', 'nightly', '--as-of', today, ...places, ...args], shift));
  for (const command of ['list', 'status', 'doctor']) codes.push(await main([command, ...places], shift));
  vi.restoreAllMocks();

  // The canary is in the workbook, the failing jobs failed, and there is something that it could have got into.
  expect(codes.slice(0, 4)).toEqual([1, 1, 1, 1]);
  expect(sings(readFileSync(join(workbook, 'quarantine.csv'), 'utf8')).length).toBeGreaterThan(5);
  const entries = filesBelow(ledger).map((file) => readFileSync(join(ledger, file), 'utf8'));
  expect(entries.length).toBeGreaterThan(10);
  expect(entries.filter((text) => JSON.parse(text).status === 'failed').length).toBeGreaterThan(3);
  expect(output.join('\n').length).toBeGreaterThan(2000);
  expect(entries.flatMap(sings)).toEqual([]);
  expect(output.flatMap(sings)).toEqual([]);
  expect(filesBelow(ledger).flatMap(sings)).toEqual([]);
});
