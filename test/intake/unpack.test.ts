/** Files that come packed: a zip as Mailchimp's, a .gz as providers drop it, and archives that are damaged. */
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, it, vi } from 'vitest';
import { ZipFile } from 'yazl';
import { main } from '../../lib/cli/main.ts';
import { nightShift } from '../fixture/batches.ts';
import { readCsv, temporaryFolder } from '../support/workbook.ts';

const audience = 'Email Address,First Name,LEID,EUID,MEMBER_RATING,OPTIN_TIME,NOTES\n';
const mailchimp = {
  'subscribed_members_export.csv': `${audience}ada@example.com,Ada,1,a,2,2026-01-02 10:00:00,\nno address,Bo,2,b,2,2026-01-02 10:00:00,\n`,
  'unsubscribed_members_export.csv': `${audience.replace('NOTES', 'UNSUB_TIME')}cy@example.com,Cy,3,c,2,2026-01-02 10:00:00,2026-03-04 10:00:00\n`,
  'cleaned_members_export.csv': `${audience.replace('NOTES', 'CLEAN_TIME')}di@example.com,Di,4,d,2,2026-01-02 10:00:00,2026-03-04 10:00:00\n`,
};

async function zipped(files: Readonly<Record<string, string>>): Promise<string> {
  const path = join(temporaryFolder(), 'audience_export.zip');
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

let output: string[] = [];
beforeEach(() => {
  output = [];
  vi.spyOn(console, 'log').mockImplementation((text) => void output.push(String(text)));
  vi.spyOn(console, 'error').mockImplementation((text) => void output.push(String(text)));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

function aWorkbook(): { folder: string; bring: (...files: string[]) => Promise<number> } {
  const folder = join(temporaryFolder(), 'workbook');
  mkdirSync(folder);
  const ledger = join(folder, 'ledger');
  const bring = (...files: string[]) =>
    main(['import', ...files, '--yes', '--workbook', folder, '--ledger', ledger], nightShift);
  return { folder, bring };
}
const people = (folder: string) =>
  readCsv(folder, 'contacts')
    .map(({ email, status }) => `${email} ${status ?? ''}`)
    .sort();

it('takes a zip’s files in as if they had been unpacked, and lays what it rejects beside the zip', async () => {
  const loose = aWorkbook();
  const folder = temporaryFolder();
  const files = Object.entries(mailchimp).map(([name, content]) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  });
  expect(await loose.bring(...files)).toBe(0);
  const packed = aWorkbook();
  const path = await zipped({ ...mailchimp, '__MACOSX/._x.csv': 'junk', 'read me.pdf': 'junk' });
  expect(await packed.bring(path)).toBe(0);
  expect(people(packed.folder)).toEqual(people(loose.folder));
  const listed = (where: string) => readCsv(where, 'suppressions').map(({ email }) => email);
  expect(listed(packed.folder)).toEqual(listed(loose.folder));
  expect([people(packed.folder).length, listed(packed.folder).length]).toEqual([1, 2]);
  const rejects = `${path}.subscribed_members_export.csv.rejects.csv`;
  expect(output.join('\n')).toContain(rejects);
  expect(readFileSync(rejects, 'utf8')).toContain('no address');
  expect(existsSync(join(packed.folder, '.nightshift', 'unpacked-0'))).toBe(false);
  // The same zip again changes nothing.
  expect(await packed.bring(path)).toBe(0);
  expect(output.at(-1)).not.toContain('To take it back');
});

it('takes in what a .gz holds', async () => {
  const { folder, bring } = aWorkbook();
  const path = join(temporaryFolder(), 'people.csv.gz');
  writeFileSync(path, gzipSync('email,first_name\nbob@example.com,Bob\n'));
  expect(await bring(path)).toBe(0);
  expect(output.join('\n')).toContain('people.csv: 1 row, read as a list of contacts');
  expect(people(folder)).toEqual(['bob@example.com ']);
});

it('takes nothing from an archive that is cut off, damaged, or holds nothing of ours', async () => {
  const { folder, bring } = aWorkbook();
  const whole = readFileSync(await zipped(mailchimp));
  const damaged = Buffer.from(whole);
  damaged[80] = (damaged[80] ?? 0) ^ 0xff;
  const gz = gzipSync(mailchimp['subscribed_members_export.csv'].repeat(50));
  const broken: [string, Buffer, RegExp][] = [
    ['cut.zip', whole.subarray(0, whole.length - 30), /^cut\.zip: this zip is damaged or cut off; fetch it again\.$/],
    ['bit.zip', damaged, /^bit\.zip: this zip is damaged or cut off; fetch it again\.$/],
    [
      'cut.csv.gz',
      gz.subarray(0, gz.length - 9),
      /^cut\.csv\.gz: this archive is damaged or cut off; fetch it again\.$/,
    ],
    ['other.zip', readFileSync(await zipped({ 'a.pdf': 'x' })), /^other\.zip: this zip holds no CSV or JSON file/],
    [
      'book.xlsx',
      readFileSync(await zipped({ '[Content_Types].xml': '<x/>' })),
      /book\.xlsx: this is an Excel workbook/,
    ],
  ];
  for (const [name, bytes, words] of broken) {
    const path = join(temporaryFolder(), name);
    writeFileSync(path, bytes);
    output = [];
    expect(await bring(path), name).toBe(1);
    expect(
      output.some((line) => line.split('\n').some((each) => words.test(each.trim()))),
      `${name}: ${output}`,
    ).toBe(true);
  }
  expect(existsSync(join(folder, 'contacts.csv'))).toBe(false);
});
