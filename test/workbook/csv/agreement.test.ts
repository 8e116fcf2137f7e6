import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { howToRead } from '../../../lib/workbook/csv/how-to-read.ts';
import { openCsv } from '../../../lib/workbook/csv/sniff.ts';
import { strictCopy } from '../../../lib/workbook/csv/strict-copy.ts';
import { strictOptions } from '../../../lib/workbook/csv/strict-options.ts';
import { isThorough } from '../../support/thorough.ts';
import { everyText } from './every-text.ts';
import { testFolder } from './folder.ts';
import { connect, duckRows, soundRows } from './oracle.ts';

const folder = testFolder();
let duck: DuckDBConnection;
beforeAll(async () => {
  duck = await connect();
});

type Reading = 'refused' | 'itself' | 'copy';

/**
 * The law: what DuckDB reads, of the file itself or of its strict copy, are exactly the records that are well formed,
 * and of a file that it reads itself all are. A file of which it finds another number of rows than it should counts as
 * one to copy.
 */
async function lawHolds(text: string, shrinkBuffers = (options: string) => options): Promise<Reading> {
  const path = folder.write('law.csv', text);
  const file = await openCsv(path).catch(() => null);
  if (!file) return 'refused';
  const lines = file.encoding === 'old-mac' ? text.replaceAll('\r', '\n') : text;
  const sound = soundRows(lines.replace(/^\uFEFF/, ''), file);
  const how = await howToRead(file);
  const rows = how.copy === null ? await duckRows(duck, path, shrinkBuffers(how.options)) : null;
  if (rows?.length === how.rows) {
    expect({ text, rows }).toEqual({ text, rows: sound });
    return 'itself';
  }
  const out = folder.path('copy.csv');
  const copy = await strictCopy(file, out);
  expect({ text, rows: await duckRows(duck, out, shrinkBuffers(copy.options)) }).toEqual({ text, rows: sound });
  expect(copy.rows).toBe(sound.length);
  expect(copy.hash).toBe(how.hash);
  return 'copy';
}

const hostileCell = fc.oneof(
  fc.constantFrom(
    '',
    '""',
    '1',
    'x y',
    ' x',
    'ü',
    '5" pipe',
    '"a, b"',
    '"a ""b"" c"',
    '"x\ny"',
    '"x\r\ny"',
    '=1+1',
    '1e5',
  ),
  fc.constantFrom(
    '"',
    ' "x"',
    '"x" ',
    '"x"y',
    'a\rb',
    '\uFEFF',
    '"\n',
    '","',
    '",',
    ',"',
    "'x'",
    '\\',
    '\\"',
    '#',
    'NULL',
  ),
);

const soundCell = fc.oneof(
  fc.constantFrom('', '""', '1', 'x y', ' x', 'ü', '5" pipe', 'q"', 'a""', '"a, b"', '"a,b,c"', '"a ""b"" c"', '"x"'),
  fc.constantFrom('","', '", x"', '"x ,"', '""","""', '"\n"', '"x,y,z\n"', '"\r\n1,2,3\r\n"', '" "', '"a,1,2,3\nb"'),
);

const hostileFile = fileOf(hostileCell, 12);
const soundFile = fileOf(soundCell, 300);

/** Files of three columns whose rows are made of the given cells; in half of the files of a few of them only. */
function fileOf(cell: fc.Arbitrary<string>, maxRows: number): fc.Arbitrary<string> {
  const repertoire = fc.oneof(
    fc.uniqueArray(cell, { minLength: 1, maxLength: 4 }),
    fc.uniqueArray(cell, { minLength: 10 }),
  );
  const shape = fc.record({
    cells: repertoire,
    picks: fc.array(fc.array(fc.nat(1000), { minLength: 3, maxLength: 3 }), {
      minLength: maxRows / 2,
      maxLength: maxRows,
    }),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    last: fc.boolean(),
    mark: fc.boolean(),
  });
  return shape.map(({ cells, picks, lineEnd, last, mark }) => {
    const rows = picks.map((row) => row.map((pick) => cells[pick % cells.length]).join(','));
    return (mark ? '\uFEFF' : '') + ['a,b,c', ...rows].join(lineEnd) + (last ? lineEnd : '');
  });
}

describe('DuckDB and the scanner see the same rows', () => {
  it.each([
    ['1,"\n', 'a,b\n', 4],
    ['1,"\n', 'a,b\n1,"\n', 4],
    ['1" \n', 'a\n', 4],
    ['1;"\r\n', 'a;b\r\n', 3],
    ['1\t"\n ', 'a\tb\n', 3],
    ['1,"\n', '', 4],
    ['1,\r\n\uFEFF', '', 3],
    ['\uFEFF" ,\n', 'a,b\n', 3],
    ['1\r\n', 'a\r\n', 4],
    ['\0,"\n', 'a,b\n', 3],
  ])(
    'in every short file of the characters %j after %j',
    async (alphabet, head, length) => {
      const tally: Record<Reading, number> = { refused: 0, itself: 0, copy: 0 };
      for (const text of everyText(alphabet, isThorough ? length : 3)) tally[await lawHolds(head + text)] += 1;
      expect(tally.itself).toBeGreaterThan(4);
      expect(tally.copy).toBeGreaterThan(4);
    },
    120_000,
  );

  it('where a record has a carriage return, and quotes that reach into the lines below', async () => {
    expect(await lawHolds('a,b,c\na\rb,"\n,","\n5" pipe,5" pipe,5" pipe\n1,2,3\n')).toBe('copy');
  });

  it('in long files of hostile rows', async () => {
    const tally: Record<Reading, number> = { refused: 0, itself: 0, copy: 0 };
    await fc.assert(
      fc.asyncProperty(hostileFile, async (text) => {
        tally[await lawHolds(text)] += 1;
      }),
      { numRuns: 150 },
    );
    expect(tally.itself).toBeGreaterThan(5);
    expect(tally.copy).toBeGreaterThan(5);
  });

  const shrink = (options: string) =>
    options.replace(/max_line_size=\d+, buffer_size=\d+/, 'max_line_size=200, buffer_size=200');

  it('wherever a thread starts reading', async () => {
    expect(shrink(strictOptions(await openCsv(folder.write('law.csv', 'a,b\n')), true))).toContain('buffer_size=200');
    const tally: Record<Reading, number> = { refused: 0, itself: 0, copy: 0 };
    await fc.assert(
      fc.asyncProperty(soundFile, async (text) => {
        tally[await lawHolds(text, shrink)] += 1;
      }),
      { numRuns: 100 },
    );
    expect(tally.itself).toBeGreaterThan(50);
  });

  it.each(['"x, "', '" ,x"', '"x,"', '","', '"a ""b"", c"', '""","""', '"x\n1,2,3\n"', 'q"'])(
    'wherever a thread starts reading among cells like %s',
    async (cell) => {
      for (const other of ['""', 'x', '"a, b"']) {
        const rows = Array.from({ length: 200 }, (_, i) => [cell, other, i % 3 ? other : cell].join(','));
        expect(await lawHolds(`a,b,c\n${rows.join('\n')}\n`, shrink)).toBe('itself');
      }
    },
  );
});

describe('what DuckDB reads otherwise than we do goes the careful way', () => {
  it.each([
    ['more cells than the header, the last ones empty', 'a,b\n1,2,\n', true],
    ['blanks before quotes', 'a,b\n1, "2"\n', true],
    ['blanks after quotes', 'a,b\n1,"2" \n', true],
    ['a NUL character', 'a,b\n1,2\0\n', true],
    ['a carriage return alone at the end', 'a,b\r\n1,2\r', true],
    ['a blank line in a file of one column', 'a\n1\n\n2\n', true],
    ['a blank line before the header', '\na,b\n1,2\n', true],
    ['an open quote, read by one thread', 'a,b\n1,"2\n3,4\n', false],
  ])('%s', async (_, text, parallel) => {
    const file = await openCsv(folder.write('lax.csv', text));
    const read = await duckRows(duck, file.path, strictOptions(file, parallel));
    expect(read).not.toBeNull();
    expect(read).not.toEqual(soundRows(text, file));
    expect((await howToRead(file)).copy).not.toBeNull();
    expect(await lawHolds(text)).toBe('copy');
  });

  it('quoted line ends, read by several threads', async () => {
    const text = `a,b\n${'1,"x\n2,y\n3,z"\n'.repeat(200)}`;
    const file = await openCsv(folder.write('lax.csv', text));
    expect(await howToRead(file)).toMatchObject({ copy: null, rows: 200 });
    expect((await howToRead(file)).options).toContain('parallel=false');
  });

  it('UTF-16', async () => {
    const file = await openCsv(folder.write('wide.csv', Buffer.from('\uFEFFa,b\n1,ü\n', 'utf16le')));
    expect((await howToRead(file)).copy).toBe('it is in UTF-16');
    const out = folder.path('narrow.csv');
    const { options } = await strictCopy(file, out);
    expect(await duckRows(duck, out, options)).toEqual([['1', 'ü']]);
  });
});

it('an ordinary file, with a few plain quoted cells, is read as it is and by several threads', async () => {
  const file = await openCsv(folder.write('plain.csv', 'id,company\r\n1,"Example, Ltd"\r\n2,\r\n3,""\r\n'));
  const how = await howToRead(file);
  expect(how).toMatchObject({ copy: null, rows: 3 });
  expect(how.options).toContain('parallel=true');
});
