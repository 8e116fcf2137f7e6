/** What list-cleaning puts into one form, and what it leaves alone. */
import { expect, it } from 'vitest';
import { listCleaning } from '../fixture/list-cleaning.ts';
import { cleaning } from '../fixture/rules/cleaning.ts';
import { jobOf, night } from '../support/night.ts';
import { nightly } from '../support/small-jobs.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

it('a cell that can’t be read with confidence stays as it is; every change has its reason', async () => {
  const folder = temporaryFolder();
  const odd = { phone: 'call Ada', country: 'Middle Earth', website: 'none yet', first_name: 'McDonald' };
  writeWorkbook(folder, {
    contacts: [
      aContact({ contact_id: 'k1', ...odd }),
      aContact({
        contact_id: 'k2',
        first_name: 'GRACE',
        phone: '(202) 555-0110',
        country: 'usa',
        email: 'k2@gmial.com',
      }),
      aContact({ contact_id: 'k3', email: 'no address' }),
    ],
  });
  expect(jobOf(await night(folder, { jobs: ['list-cleaning'] }), 'list-cleaning').status).toBe('applied');
  const [one, two, three] = readCsv(folder, 'contacts');
  expect(one).toMatchObject(odd);
  expect(two).toMatchObject({ first_name: 'Grace', phone: '+12025550110', country: 'US', email: 'k2@gmial.com' });
  expect(two?.email_note).toContain('gmail.com');
  expect(three).toMatchObject({ email: 'no address', email_status: 'invalid' });
  expect(readCsv(folder, 'changes').filter((row) => !row.reason)).toEqual([]);
});

it('a character that looks like a byte order mark is taken out wherever it stands in a cell', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, {
    contacts: [
      aContact({ contact_id: 'k1', first_name: '\uFEFFANNA', email: '\uFEFFk1@example.com', email_status: '' }),
      aContact({ contact_id: 'k2', first_name: 'ANNA', email: 'k\uFEFF2@example.com', email_status: '' }),
    ],
  });
  expect(jobOf(await night(folder, { jobs: ['list-cleaning'] }), 'list-cleaning').status).toBe('applied');
  expect(readCsv(folder, 'contacts').map((row) => [row.first_name, row.email, row.email_status])).toEqual([
    ['Anna', 'k1@example.com', 'valid'],
    ['Anna', expect.stringContaining('example.com'), expect.stringMatching(/^(valid|invalid)$/)],
  ]);
});

it('a changed domain is the reason only where the domain changed', async () => {
  const folder = temporaryFolder();
  const rules = { ...cleaning, correctTypos: { 'gmial.com': 'gmail.com' } };
  const emails = [
    'Ann <Ann@Example.com>',
    'ben@example.com\t',
    'mailto:cy@example.com',
    'dee@gmial.com',
    'Eve <e@gmial.com>',
  ];
  writeWorkbook(folder, { contacts: emails.map((email, i) => aContact({ contact_id: `k${i}`, email })) });
  await night(folder, { jobs: nightly(listCleaning(rules)) });
  const changes = readCsv(folder, 'changes').filter((row) => row.column === 'email');
  expect(changes.map((row) => [row.row_key, row.after, row.reason]).sort()).toEqual([
    ['k0', 'ann@example.com', 'address format corrected'],
    ['k1', 'ben@example.com', 'address format corrected'],
    ['k2', 'cy@example.com', 'address format corrected'],
    ['k3', 'dee@gmail.com', 'typo in the domain corrected'],
    ['k4', 'e@gmail.com', 'typo in the domain corrected'],
  ]);
});
