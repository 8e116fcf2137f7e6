import { expect, it } from 'vitest';
import { night } from '../../support/night.ts';
import { nightly } from '../../support/small-jobs.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../../support/workbook.ts';
import countryQuestion from './country-question.ts';

it('asks about a lead without a country, once, and about no other contact', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, {
    contacts: [
      aContact({ contact_id: 'c1', lifecycle_stage: 'lead', country: '' }),
      aContact({ contact_id: 'c2', lifecycle_stage: 'lead', country: 'DE' }),
      aContact({ contact_id: 'c3', lifecycle_stage: 'customer', country: '' }),
    ],
  });
  const before = readCsv(folder, 'contacts');
  for (const status of ['applied', 'unchanged']) {
    const { jobs } = await night(folder, { jobs: nightly(countryQuestion) });
    expect(jobs.map((each) => each.error ?? each.status)).toEqual([status]);
  }
  expect(readCsv(folder, 'review')).toMatchObject([{ left_id: 'c1', evidence: 'a lead without a country' }]);
  expect(readCsv(folder, 'contacts')).toEqual(before);
});
