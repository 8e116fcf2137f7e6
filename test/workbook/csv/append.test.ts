/** Rows put behind a file's own, byte for byte, and a file that another has touched left alone. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { appendRows, takesRows } from '../../../lib/workbook/csv/append.ts';
import { openCsv } from '../../../lib/workbook/csv/sniff.ts';

const folder = mkdtempSync(join(tmpdir(), 'nightshift-append-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

async function appended(before: string, rows: string): Promise<string> {
  writeFileSync(at('old.csv'), before);
  writeFileSync(at('rows.csv'), rows);
  await appendRows(await openCsv(at('old.csv')), at('rows.csv'), at('new.csv'));
  return readFileSync(at('new.csv'), 'utf8');
}

describe('rows at the end', () => {
  it('stand behind every byte that was there', async () => {
    const cell = fc.constantFrom('', 'x', '"a ""quoted"" one"', '"two\nlines"', 'ü');
    const row = fc.tuple(cell, cell).map((cells) => `${cells.join(',')}\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(row), fc.array(row), async (there, come) => {
        const before = `a,b\n${there.join('')}`;
        expect(await appended(before, come.join(''))).toBe(before + come.join(''));
      }),
      { numRuns: 30 },
    );
  });

  it('begin on a line of their own where the last one has no end', async () => {
    expect(await appended('a,b\n1,2', '3,4\n')).toBe('a,b\n1,2\n3,4\n');
  });

  it('keep the byte order mark, and are refused by files that are written otherwise', async () => {
    expect(await appended('\uFEFFa,b\n', '1,2\n')).toBe('\uFEFFa,b\n1,2\n');
    writeFileSync(at('windows.csv'), 'a,b\r\n1,2\r\n');
    expect(takesRows(await openCsv(at('windows.csv')))).toBe(false);
    writeFileSync(at('excel.csv'), Buffer.from('\uFEFFa,b\n', 'utf16le'));
    expect(takesRows(await openCsv(at('excel.csv')))).toBe(false);
  });

  it('never go to a file that a person wrote to after it was opened', async () => {
    writeFileSync(at('old.csv'), 'a,b\n');
    const file = await openCsv(at('old.csv'));
    appendFileSync(at('old.csv'), '9,9\n');
    writeFileSync(at('rows.csv'), '1,2\n');
    await expect(appendRows(file, at('rows.csv'), at('new.csv'))).rejects.toThrow('it changed since it was read');
  });
});
