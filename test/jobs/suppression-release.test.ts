/** What a person's answer in `review` releases, and what it doesn't. */
import { expect, it } from 'vitest';
import { jobOf, night } from '../support/night.ts';
import { aContact, aSuppression, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

it('releases nobody without a person’s yes', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, {
    contacts: [aContact({ contact_id: 'c1', email: 'c1@example.com', status: 'suppressed' })],
    suppressions: [aSuppression({ email: 'c1@example.com' })],
  });
  const result = await night(folder, { jobs: ['suppression-release'] });
  expect(jobOf(result, 'suppression-release').status).toBe('unchanged');
  expect(readCsv(folder, 'suppressions').map((row) => row.released_at)).toEqual(['']);
});
