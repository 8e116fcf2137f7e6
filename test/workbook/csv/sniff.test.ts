import { utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CsvError } from '../../../lib/workbook/csv/csv-error.ts';
import { checkUnchanged } from '../../../lib/workbook/csv/same-file.ts';
import { openCsv } from '../../../lib/workbook/csv/sniff.ts';
import { spellings, spelt, testFolder } from './folder.ts';

const folder = testFolder();

const open = (content: string | Buffer) => openCsv(folder.write('contacts.csv', content));

describe('how a file is written', () => {
  it.each(spellings)('is found in %s, for each delimiter and line end', async (spelling) => {
    for (const delimiter of [',', ';', '\t']) {
      for (const lineEnd of ['\n', '\r\n']) {
        for (const last of ['', lineEnd]) {
          const text = `id${delimiter}"na""me, x; y\tz"${delimiter}größe${lineEnd}1${delimiter}2${delimiter}3${last}`;
          const file = await open(spelt(text, spelling));
          expect(file).toMatchObject({
            name: 'contacts.csv',
            encoding: spelling.slice(0, 5) === 'utf-8' ? 'utf-8' : spelling,
            bom: spelling !== 'utf-8',
            delimiter,
            lineEnd,
            header: ['id', 'na"me, x; y\tz', 'größe'],
            endsWithLineEnd: last !== '',
          });
        }
      }
    }
  });

  it('takes the delimiter that divides the header most', async () => {
    expect((await open('Name (last, first);Email;Phone\n')).header).toEqual(['Name (last, first)', 'Email', 'Phone']);
  });

  it('takes a header without delimiter for one column', async () => {
    expect(await open('email')).toMatchObject({
      header: ['email'],
      delimiter: ',',
      lineEnd: '\n',
      endsWithLineEnd: false,
    });
  });

  it('keeps columns without a name, and header cells with line breaks', async () => {
    expect((await open('id,,"e\nmail",\n')).header).toEqual(['id', '', 'e\nmail', '']);
  });

  it('does not read past the first megabyte', async () => {
    const file = await open(`id,name\n${'1,x\n'.repeat(1_000_000)}2,"y`);
    expect(file.header).toEqual(['id', 'name']);
  });
});

describe('a file that is no CSV we can be sure of', () => {
  const utf32 = Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0, 0x0a, 0, 0, 0]);
  const headers = Array.from({ length: 16_385 }, (_, i) => `c${i}`).join(',');
  it.each<[string, string | Buffer, RegExp]>([
    ['an empty file', '', /empty.*column names/],
    ['a byte order mark alone', '\uFEFF', /empty/],
    ['blank lines alone', '\n\r\n\n', /blank lines/],
    ['a header of empty cells', ',,\n1,2,3\n', /no column names/],
    ['data without a header', '1,ann@example.com\n2,bob@example.com\n', /looks like data/],
    ["Excel's sep line with a bar", 'sep=|\na|b\n', /sep=.*Delete that line/],
    ['an Excel workbook', Buffer.from('PK\u0003\u0004...'), /Excel workbook.*save it as CSV UTF-8/],
    ['an old Excel workbook', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]), /old Excel workbook/],
    ['a gzip file', Buffer.from([0x1f, 0x8b, 0x08]), /compressed/],
    ['UTF-32', utf32, /UTF-32.*CSV UTF-8/],
    ['UTF-16 without mark', Buffer.from('id,name\n', 'utf16le'), /UTF-16 without a byte order mark/],
    [
      'big-endian UTF-16 without mark',
      Buffer.from('id,name\n', 'utf16le').swap16(),
      /UTF-16 without a byte order mark/,
    ],
    ['UTF-16 cut off', spelt('id,name\n', 'utf-16le').subarray(0, 15), /half a character/],
    ['NUL bytes after a crash', Buffer.alloc(4096), /NUL bytes.*copy/],
    ['binary data', Buffer.from([0x01, 0x02, 0x41, 0x00, 0x07, 0x0a]), /binary/],
    ['a header in UTF-8 and Windows-1252', Buffer.from('id,gr\xc3\xb6\xdfe\n', 'latin1'), /not UTF-8.*Windows-1252/],
    ['line ends of two kinds', 'id,name\r1,x\n', /carriage return alone/],
    ['a header with an open quote', 'id,"name\n1,x\n', /malformed \(unclosed quote\)/],
    ['a header with text after a quote', '"id"x,name\n', /malformed \(text after quote\)/],
    ['as many commas as semicolons', 'a;b,c\n', /as many commas as semicolons/],
    [
      'two columns of one name',
      'contact_id,email,name,email,contact_id\n',
      /columns of the same name \(2 and 4, 1 and 5\)/,
    ],
    ['one huge line', 'id,'.concat('x'.repeat(1_100_000)), /longer than 1 MiB/],
    ['too many columns', headers, /more than 16384 cells/],
  ])('%s is an error that names the file and says what to do', async (_, content, message) => {
    const error = await open(content).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CsvError);
    expect(String(error)).toMatch(/^CsvError: contacts\.csv: /);
    expect(String(error)).toMatch(message);
    expect(error).toMatchObject({ kind: 'unreadable', path: folder.path('contacts.csv') });
  });

  it('a missing file is the file system’s own error, for who opens it to tell from a broken one', async () => {
    await expect(openCsv(folder.path('missing.csv'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the identity of a file', () => {
  it('changes with every write, also of the same size and with its time put back', async () => {
    const path = folder.write('events.csv', 'id\n1\n');
    const before = await openCsv(path);
    utimesSync(path, 1_000_000, 1_000_000);
    const first = await openCsv(path);
    await checkUnchanged(JSON.parse(JSON.stringify(first)));
    await expect(checkUnchanged(before)).rejects.toThrow('it changed since it was read');
    writeFileSync(path, 'id\n2\n');
    utimesSync(path, 1_000_000, 1_000_000);
    await expect(checkUnchanged(first)).rejects.toThrow('it changed since it was read');
    await checkUnchanged(await openCsv(path));
  });
});
