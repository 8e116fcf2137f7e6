import { existsSync, readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCsv } from '../../../lib/workbook/csv/sniff.ts';
import { strictCopy } from '../../../lib/workbook/csv/strict-copy.ts';
import { spellings, spelt, testFolder } from './folder.ts';
import { connect, duckRows } from './oracle.ts';

const folder = testFolder();
let duck: DuckDBConnection;
beforeAll(async () => {
  duck = await connect();
});

/** Rows that are wrong in every way that one line can be, as `contact_id,email,note`. */
const badRows: readonly ((id: string) => string | Buffer)[] = [
  (id) => `${id}`,
  (id) => `${id},a@example.com`,
  (id) => `${id},a@example.com,Hello, Ann`,
  (id) => `${id},a@example.com,"x" y`,
  (id) => `${id},"a@example.com"",x`,
  (id) => `${id},a@example.com,"never closed`,
  (id) => `"${id}"x,a@example.com,y`,
  (id) => `${id},a\rb,x`,
  (id) => `${id},a\0b,x`,
  (id) => Buffer.concat([Buffer.from(`${id},`), Buffer.from([0xe9, 0xff]), Buffer.from(',x')]),
];

const goodRows: readonly ((id: string) => string)[] = [
  (id) => `${id},a@example.com,`,
  (id) => `${id},"a@example.com","Hello, Ann"`,
  (id) => `${id},,=1+1`,
  (id) => `${id},"","a ""b"" c"`,
  (id) => `${id}, a@example.com ,größe`,
];

describe('the careful path', () => {
  it('keeps every good row and accounts for every bad one, ten thousand of each', async () => {
    const lines: (string | Buffer)[] = ['contact_id,email,note'];
    for (let i = 0; i < 10_000; i += 1) {
      lines.push(badRows[i % badRows.length]?.(`bad${i}`) ?? '', goodRows[i % goodRows.length]?.(`good${i}`) ?? '');
    }
    const content = Buffer.concat(lines.flatMap((line) => [Buffer.from(line as string), Buffer.from('\n')]));
    const file = await openCsv(folder.write('contacts.csv', content));
    const { rows, malformed, options } = await strictCopy(file, folder.path('copy.csv'));
    expect(rows + malformed.length).toBe(20_000);
    expect(malformed.length).toBe(10_000);
    malformed.forEach(({ row, reason, text }, i) => {
      expect(row).toBe(2 + 2 * i);
      expect(text).toBe(lines[2 * i + 1]?.toString());
      expect(reason).not.toBe('');
    });
    const read = await duckRows(duck, folder.path('copy.csv'), options);
    expect(read?.map(([id]) => id)).toEqual(Array.from({ length: 10_000 }, (_, i) => `good${i}`));
    expect(read?.slice(0, 5)).toEqual([
      ['good0', 'a@example.com', ''],
      ['good1', 'a@example.com', 'Hello, Ann'],
      ['good2', '', '=1+1'],
      ['good3', '', 'a "b" c'],
      ['good4', ' a@example.com ', 'größe'],
    ]);
  });

  it('says in words what is wrong with each kind of bad row', async () => {
    const lines = badRows.map((bad) => bad('1'));
    const content = Buffer.concat(
      ['a,b,c', ...lines].flatMap((line) => [Buffer.from(line as string), Buffer.from('\n')]),
    );
    const file = await openCsv(folder.write('contacts.csv', content));
    const { malformed } = await strictCopy(file, folder.path('copy.csv'));
    expect(malformed.map(({ row, reason }) => `row ${row} ${reason}`)).toMatchInlineSnapshot(`
      [
        "row 2 has 1 cell where the header has 3",
        "row 3 has 2 cells where the header has 3",
        "row 4 has more cells than the header, which has 3; a cell with the delimiter in it needs quotes",
        "row 5 has text after a closing quote; a quote inside a quoted cell must be doubled",
        "row 6 opens a quote that is not closed in the same row",
        "row 7 opens a quote that is not closed in the same row",
        "row 8 has text after a closing quote; a quote inside a quoted cell must be doubled",
        "row 9 has a carriage return that is no line end; a cell with a line break needs quotes",
        "row 10 has a NUL character",
        "row 11 has bytes that are no text in the encoding of the file",
      ]
    `);
  });

  it.each(spellings)('makes UTF-8 with LF of %s', async (spelling) => {
    const text = 'id;"na;me"\r\n\r\n1;5" pipe\r\n2; "x"\r\n3;"a\r\nb"\r\n4;größe 😀';
    const file = await openCsv(folder.write('wide.csv', spelt(text, spelling)));
    expect(await strictCopy(file, folder.path('copy.csv'))).toMatchObject({ rows: 4, malformed: [] });
    expect(readFileSync(folder.path('copy.csv'), 'utf8')).toBe(
      'id;"na;me"\n1;"5"" pipe"\n2;" ""x"""\n3;"a\r\nb"\n4;größe 😀\n',
    );
  });

  it('takes half a character of UTF-16 for a malformed row', async () => {
    const file = await openCsv(folder.write('wide.csv', spelt('id,name\n1,\ud800x\n2,y\n', 'utf-16le')));
    const { rows, malformed } = await strictCopy(file, folder.path('copy.csv'));
    expect(rows).toBe(1);
    expect(malformed).toMatchObject([{ row: 2, reason: 'has bytes that are no text in the encoding of the file' }]);
  });

  it('keeps malformed rows whole, and cuts them where there are very many', async () => {
    const file = await openCsv(folder.write('long.csv', `a,b\n${`${'x'.repeat(50_000)}\n`.repeat(100)}`));
    const lengths = (await strictCopy(file, folder.path('copy.csv'))).malformed.map(({ text }) => text.length);
    expect([lengths[0], lengths.at(-1), new Set(lengths).size]).toEqual([50_000, 10_000, 2]);
  });

  it('refuses a file that changed since it was opened, and leaves no half copy', async () => {
    const file = await openCsv(folder.write('contacts.csv', 'a,b\n1,2\n'));
    await appendFile(file.path, '3,4\n');
    await expect(strictCopy(file, folder.path('none.csv'))).rejects.toMatchObject({
      name: 'CsvError',
      kind: 'changed',
    });
    expect(existsSync(folder.path('none.csv'))).toBe(false);
  });

  it('refuses a line that no window holds, and leaves no half copy', async () => {
    const file = await openCsv(folder.write('line.csv', `a,b\n1,2\n${'x'.repeat(9_000_000)}\n`));
    await expect(strictCopy(file, folder.path('none.csv'))).rejects.toThrow(/line\.csv: .*longer than 2 MiB/);
    expect(existsSync(folder.path('none.csv'))).toBe(false);
  });
});
