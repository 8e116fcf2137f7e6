/** Contacts without an id get one that stays, and that no one else has. */
import { expect, it } from 'vitest';
import { jobOf, night } from '../support/night.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const jobs = ['list-cleaning'];
const nameless = (first_name: string) => aContact({ contact_id: '', email: 'same@example.com', first_name });
const ids = (folder: string): (string | undefined)[] => readCsv(folder, 'contacts').map((row) => row.contact_id);

it('rows without an id get the same one in any order, and again in a workbook of their own', async () => {
  const [one, two] = [temporaryFolder(), temporaryFolder()];
  const rows = [nameless('Ada'), nameless('Grace'), aContact({ contact_id: '', email: '', first_name: 'Mary' })];
  writeWorkbook(one, { contacts: rows });
  writeWorkbook(two, { contacts: [...rows].reverse() });
  await night(one, { jobs });
  await night(two, { jobs });
  const byName = (folder: string) =>
    Object.fromEntries(readCsv(folder, 'contacts').map((row) => [row.first_name, row.contact_id]));
  expect(byName(one)).toEqual(byName(two));
  expect(new Set(ids(one)).size).toBe(3);
  expect(ids(one).every((id) => /^c-[0-9a-f]{16}(-2)?$/.test(id ?? ''))).toBe(true);
});

it('a new row never gets the id of one that stands there, also where an earlier one was taken out', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [nameless('Ada'), nameless('Grace'), nameless('Mary')] });
  await night(folder, { jobs });
  const [, ...rest] = readCsv(folder, 'contacts');
  writeWorkbook(folder, { contacts: [...rest, nameless('Joan')] });
  const result = await night(folder, { jobs });
  expect(jobOf(result, 'list-cleaning').status).toBe('applied');
  expect(ids(folder).slice(0, 2)).toEqual(rest.map((row) => row.contact_id));
  expect(new Set(ids(folder)).size).toBe(3);
});

it('a row in quarantine keeps its id to itself', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [nameless('Ada'), aContact()] });
  await night(folder, { jobs });
  const [ada = {}, other = {}] = readCsv(folder, 'contacts');
  writeWorkbook(folder, { contacts: [{ ...ada, created_at: 'soon' }, other, nameless('Grace')] });
  await night(folder, { jobs });
  expect(new Set(ids(folder)).size).toBe(3);
});
