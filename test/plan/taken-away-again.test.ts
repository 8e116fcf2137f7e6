/** What one job of a batch adds and another takes away again is nothing to write, and no reason to fail. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { remove, upsert } from '../../lib/core/change.ts';
import { sql } from '../../lib/core/sql.ts';
import { night } from '../support/night.ts';
import { aJob, nightly } from '../support/small-jobs.ts';
import { aContact, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

it('a table that gets rows and loses them in the same batch stays as it was', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact({ contact_id: 'c1' })] });
  const row = sql`select 'L' as list, contact_id, 'for a moment' as why from contacts`;
  const own = { reads: ['contacts', 'memberships'], writes: ['memberships'] } as const;
  const jobs = nightly(
    aJob({ ...own, name: 'adds', changes: () => [upsert('memberships', row)] }),
    aJob({ ...own, name: 'takes', changes: () => [remove('memberships', row)] }),
  );
  const { jobs: done } = await night(folder, { jobs });
  expect(done.map(({ job, status, error }) => [job, status, error?.message])).toEqual([
    ['adds', 'applied', undefined],
    ['takes', 'applied', undefined],
  ]);
  expect(existsSync(join(folder, 'memberships.csv'))).toBe(false);
});
