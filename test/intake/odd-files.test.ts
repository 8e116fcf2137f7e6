/** Files that differ a little from well-formed CSV are read, or the error names the step that fixes them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import cleaning from '../fixture/list-cleaning.ts';
import { bringIn } from '../support/import.ts';
import { night } from '../support/night.ts';
import { nightly } from '../support/small-jobs.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

/** A run of list-cleaning on a folder with these files, and its error. */
async function cleaned(files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const result = await night(folder, { jobs: nightly(cleaning) });
  return { folder, result, fault: result.jobs[0]?.error?.message };
}

/** What an import of this file adds to a workbook, by these columns. */
async function imported(text: string, ...columns: readonly string[]) {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact({ email: 'other@z.example' })] });
  const { rejects, report } = await bringIn(folder, { 'people.csv': text });
  const rows = readCsv(folder, 'contacts').filter(({ email }) => email !== 'other@z.example');
  return { rejects, notes: report.files[0]?.notes, rows: rows.map((row) => columns.map((column) => row[column])) };
}

it('rows that end in one delimiter more than the header are imported, also beside quotes', async () => {
  const text = 'email,first_name,company\nann@a.example,Ann,"Ash, Inc",\nben@b.example,Ben,Birch, ,\n';
  const { rejects, rows } = await imported(text, 'email', 'company');
  expect(rejects).toEqual([]);
  expect(rows).toEqual([
    ['ann@a.example', 'Ash, Inc'],
    ['ben@b.example', 'Birch'],
  ]);
  // In a folder, where such a file is written to, the header has to say how many columns there are.
  expect((await cleaned({ 'contacts.csv': text })).fault).toContain(
    'row 2: ends in more delimiters than the first line; add as many at the end of that line',
  );
});

it('lines that end in a carriage return alone are read by import, and kept so in a folder', async () => {
  const text = 'contact_id,email,first_name\rk1,ANN@A.example,Ann\rk2,ben@b.example,"Ben"\r';
  const { notes, rows } = await imported(text, 'email');
  expect(notes).toEqual(['lines end in a carriage return alone']);
  expect(rows).toEqual([['ANN@A.example'], ['ben@b.example']]);
  const { folder: own, fault } = await cleaned({ 'contacts.csv': text });
  expect(fault).toBeUndefined();
  const written = readFileSync(join(own, 'contacts.csv'), 'utf8');
  expect(written).toContain('\rk2,ben@b.example,"Ben"');
  expect(written).not.toContain('\n');
});

it('another tool’s file under the name of a table is refused with the name that it would be read by', async () => {
  const bounces = 'status,reason,email,created\n5.1.1,550 5.1.1 no such user,dead@a.example,1795168800\n';
  const contacts = 'contact_id,email,first_name\nk1,dead@a.example,Dea\n';
  expect((await cleaned({ 'contacts.csv': contacts, 'bounces.csv': bounces })).fault).toContain(
    'Rename it, for example to other-bounces.csv: every run then reads it beside the contacts',
  );
  expect((await cleaned({ 'contacts.csv': contacts, 'other-bounces.csv': bounces })).fault).toBeUndefined();
});

it('lines of the contacts that are no rows are counted', async () => {
  const text = 'email,first_name,total\nann@a.example,Ann,3\nTotal,,3\nemail,first_name,total\nben@b.example,Ben,1\n';
  const { result } = await cleaned({ 'contacts.csv': text });
  expect([result.otherLines, result.snapshot.rows.contacts]).toEqual([2, 2]);
});
