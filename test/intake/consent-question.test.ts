/** What may say "no" and is not understood is asked about, with exit code 2, before anything is written. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recogniseWith } from '../../lib/intake/formats/registry.ts';
import { stateOf } from '../support/doors.ts';
import { bringIn } from '../support/import.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

function aWorkbook(): string {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact({ contact_id: 'w1', email: 'ada@example.com' })] });
  return folder;
}

/** Of everybody but the one who was there before. */
const statuses = (folder: string): string[] =>
  readCsv(folder, 'contacts')
    .filter(({ contact_id }) => contact_id !== 'w1')
    .map(({ email, status }) => `${email} ${status}`)
    .sort();

describe('a column', () => {
  const odd = 'Email,First Name,Marketing status\na@a.example,Ann,A\nb@b.example,Ben,B\nc@c.example,Cat,B\n';

  it('whose values are not known stops the import, names them with their counts, and the line that answers', async () => {
    const folder = aWorkbook();
    const before = readFileSync(join(folder, 'contacts.csv'), 'utf8');
    await expect(bringIn(folder, { 'list.csv': odd })).rejects.toThrow(
      /column "Marketing status".*\(b: 2, a: 1\).*consent: \{ 'Marketing status': \{ yes: \[\], no: \['b', 'a'\] \} \}.*'ignore'/,
    );
    expect(readFileSync(join(folder, 'contacts.csv'), 'utf8')).toBe(before);
  });

  it('is read by the team’s answer, and left alone where it says so', async () => {
    const folder = aWorkbook();
    await bringIn(folder, { 'list.csv': odd }, { consent: { 'Marketing status': { yes: ['A'], no: ['B'] } } });
    expect(statuses(folder)).toEqual([
      'a@a.example subscribed',
      'b@b.example unsubscribed',
      'c@c.example unsubscribed',
    ]);
    const other = aWorkbook();
    const { report } = await bringIn(other, { 'list.csv': odd }, { consent: { 'marketing status': 'ignore' } });
    expect(report.files[0]?.unused).toEqual(['Marketing status']);
  });

  it('stops the reading of a folder in the same way', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'contacts.csv'), odd);
    await expect(stateOf(folder)).rejects.toThrow(/contacts\.csv: the column "Marketing status"/);
  });

  it('that is only ever ticked leaves open what an empty box means', async () => {
    const folder = aWorkbook();
    await expect(
      bringIn(folder, { 'list.csv': 'Email,First Name,Newsletter\na@a.example,Ann,x\nb@b.example,Ben,\n' }),
    ).rejects.toThrow(/column "Newsletter".*\(empty\): 1/);
  });

  it('never shows values that may be about a person', async () => {
    const folder = aWorkbook();
    const rows = ['ann@a.example', '+4755501001', 'Ben'].map((value, i) => `x${i}@a.example,Ann,${value}`);
    const wrong = bringIn(folder, { 'list.csv': `Email,First Name,Newsletter contact\n${rows.join('\n')}\n` });
    await expect(wrong).rejects.toThrow(/3 different values/);
    await expect(wrong).rejects.not.toThrow(/ann@a\.example|4755501001/);
  });

  it('that disagrees with another counts where it is stricter, and the report says so', async () => {
    const folder = aWorkbook();
    const { report } = await bringIn(folder, {
      'list.csv':
        'Email,First Name,Newsletter,Do not email\na@a.example,Ann,yes,yes\nb@b.example,Ben,yes,no\nc@c.example,Cat,no,no\n',
    });
    expect(statuses(folder)).toEqual(['a@a.example unsubscribed', 'b@b.example ', 'c@c.example unsubscribed']);
    expect(report.files[0]).toMatchObject({
      disagree: 1,
      consent: [
        { header: 'Newsletter', no: 1 },
        { header: 'Do not email', no: 1 },
      ],
    });
  });
});

describe('a file', () => {
  const unclear = (name: string, ...headers: string[]) => recogniseWith()({ name, headers });

  it.each([
    ['export.csv', ['email']],
    ['export.csv', ['email', 'created_at']],
    ['export.csv', ['Email', 'Reason']],
    ['blocked.csv', ['Email', 'Company']],
    ['suppressions-2026.csv', ['email', 'scope']],
    ['bounces.csv', ['email', 'campaign']],
    ['cleaned list.csv', ['email', 'x']],
  ])('%s with %j is never taken for contacts', (name, headers) => {
    expect(unclear(name, ...headers)).toHaveProperty('unclear');
  });

  it.each([
    ['list.csv', ['email', 'first_name']],
    ['contacts.csv', ['email']],
    ['list.csv', ['email', 'status']],
    ['list.csv', ['contact_id', 'email']],
  ])('%s with %j is', (name, headers) => {
    expect(unclear(name, ...headers)).toHaveProperty('contacts');
  });

  it('is what a person says that it is, and no hint adds who complained as contacts', async () => {
    const folder = aWorkbook();
    const text = 'address,when\nspam@a.example,2026-11-20\n';
    await expect(bringIn(folder, { 'x.csv': text }, { map: { address: 'email' } })).rejects.toThrow(
      /may be a list of people who want no mail/,
    );
    await bringIn(folder, { 'x.csv': text }, { as: 'complaints' });
    expect(readCsv(folder, 'contacts')).toHaveLength(1);
    expect(readCsv(folder, 'suppressions')).toMatchObject([
      { email: 'spam@a.example', reason: 'complaint', scope: 'person' },
    ]);
  });
});
