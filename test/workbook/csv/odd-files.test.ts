/**
 * Files that Excel and other tools write oddly are read as they are meant, and written back byte for byte but for what
 * changes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCsv } from '../../../lib/workbook/csv/sniff.ts';
import { splice } from '../../../lib/workbook/csv/splice.ts';
import { strictCopy } from '../../../lib/workbook/csv/strict-copy.ts';
import { temporaryFolder } from '../../support/workbook.ts';

async function read(content: Buffer | string) {
  const folder = temporaryFolder();
  const path = join(folder, 'a.csv');
  writeFileSync(path, content);
  const file = await openCsv(path);
  const copy = join(folder, 'copy.csv');
  const { rows, malformed } = await strictCopy(file, copy);
  return { folder, file, rows, malformed, text: readFileSync(copy, 'utf8') };
}

describe('lines above the header', () => {
  it.each([
    ['Excel’s sep line', 'sep=;\nEmail;First Name\na@a.example;Ann\n', 1],
    ['a title', 'Contacts of Sample Inc,,,\nEmail,First Name,Last Name,Company\na@a.example,Ann,Ash,Sample\n', 1],
    [
      'notes',
      'Notes:\n"When exporting, some are missing."\n\nFirst Name,Email Address,Company\nAnn,a@a.example,Sample\n',
      3,
    ],
  ])('%s are passed over', async (_, content, notes) => {
    const { file, rows, malformed } = await read(content);
    expect(file.notes).toBe(notes);
    expect(file.header.length).toBeGreaterThan(1);
    expect([rows, malformed]).toEqual([1, []]);
  });

  it.each(['id,name\na@a.example,b\n', 'a,b,c\nEmail,First Name,x\n', 'email\na@a.example\n'])(
    'are none where the first line is a header: %j',
    async (content) => {
      expect((await read(content)).file.notes).toBe(0);
    },
  );
});

describe('Windows-1252', () => {
  it('is known by its bytes, read as text, and written back as it was', async () => {
    const content = Buffer.from('email;name\r\nj@a.example;Jos\xe9\r\nm@a.example;M\xfcller \x80\r\n', 'latin1');
    const { folder, file, text, malformed } = await read(content);
    expect(file.encoding).toBe('windows-1252');
    expect(malformed).toEqual([]);
    expect(text).toContain('José');
    expect(text).toContain('Müller €');
    const patch = join(folder, 'patch.csv');
    writeFileSync(patch, 'u;0;j@a.example;Zoë\n');
    const out = join(folder, 'out.csv');
    await splice(file, { path: patch, columns: ['name'], key: 'email' }, out);
    expect(readFileSync(out).toString('latin1')).toBe(
      'email;name\r\nj@a.example;Zo\xeb\r\nm@a.example;M\xfcller \x80\r\n',
    );
  });

  it('is not taken for what has UTF-8 beside it', async () => {
    const { file, malformed } = await read(
      Buffer.from('email,name\nj@a.example,Jos\xe9\nm@a.example,M\xc3\xbcller\n', 'latin1'),
    );
    expect([file.encoding, malformed.length]).toEqual(['utf-8', 1]);
  });

  it('every text of its letters comes back byte for byte', async () => {
    const letters = fc.stringMatching(/^[a-zA-Z \u00c0-\u00ff]{1,20}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(letters, { minLength: 1, maxLength: 5 }), async (names) => {
        const content = Buffer.from(
          `email,name\n${names.map((name, i) => `x${i}@a.example,${name}x\n`).join('')}`,
          'latin1',
        );
        const { folder, file } = await read(content);
        const out = join(folder, 'out.csv');
        writeFileSync(join(folder, 'patch.csv'), '');
        await splice(file, { path: join(folder, 'patch.csv'), columns: ['name'], key: 'email' }, out);
        expect(readFileSync(out).equals(content)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

it('columns of one name are refused only where a table or the reading of consent knows the name', async () => {
  expect((await read('Email Address,UNSUB_CAMPAIGN_ID,UNSUB_CAMPAIGN_ID\na@a.example,1,2\n')).rows).toBe(1);
  await expect(read('Email,First Name,First Name\na@a.example,1,2\n')).rejects.toThrow(/same name/);
});
