import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCsv } from '../../../lib/workbook/csv/create.ts';
import { openCsv } from '../../../lib/workbook/csv/sniff.ts';
import { splice } from '../../../lib/workbook/csv/splice.ts';
import { type Spelling, spellings, spelt, testFolder } from './folder.ts';
import { patchesFor, sheets } from './hostile-sheets.ts';
import { connect, soundRows } from './oracle.ts';
import { patched, patchText, type Sheet, sheetText } from './patched.ts';

const folder = testFolder();
const OUT = folder.path('new.csv');

/** Splices texts; the new file's text. */
async function spliced(text: string, patch: string, columns: string[], key = 'id'): Promise<string> {
  const file = await openCsv(folder.write('contacts.csv', text));
  await splice(file, { path: folder.write('patch.csv', patch), columns, key }, OUT);
  return readFileSync(OUT, 'utf8');
}

const textsOf = (sheet: Sheet) => sheet.lines.flatMap(({ cells }) => (cells ? [cells.map(({ text }) => text)] : []));

describe('a spliced file', () => {
  it('is the old one, byte for byte, where the patch is empty', async () => {
    await fc.assert(
      fc.asyncProperty(sheets, fc.constantFrom<Spelling>(...spellings), async (sheet, spelling) => {
        const content = spelt(sheetText(sheet), spelling);
        const file = await openCsv(folder.write('contacts.csv', content));
        const result = await splice(file, { path: folder.write('patch.csv', ''), columns: [], key: '' }, OUT);
        expect(readFileSync(OUT)).toEqual(content);
        expect(result).toMatchObject({ updated: 0, deleted: 0, inserted: 0 });
      }),
    );
  });

  it('is the old one but for what the patch changes, in every spelling', async () => {
    let changed = 0;
    const example = sheets.chain((sheet) =>
      fc.tuple(fc.constant(sheet), patchesFor(sheet), fc.constantFrom(...spellings)),
    );
    await fc.assert(
      fc.asyncProperty(example, async ([sheet, patch, spelling]) => {
        const file = await openCsv(folder.write('contacts.csv', spelt(sheetText(sheet), spelling)));
        const path = folder.write('patch.csv', patchText(patch, sheet.delimiter));
        const result = await splice(
          file,
          { path, columns: patch.columns.map(({ text }) => text), key: patch.key },
          OUT,
        );
        const expected = patched(sheet, patch);
        expect(readFileSync(OUT)).toEqual(spelt(sheetText(expected), spelling));
        const again = await openCsv(OUT);
        expect(again.header).toEqual(expected.header.map(({ text }) => text));
        expect(soundRows(sheetText(expected), again)).toEqual(textsOf(expected));
        expect(result.kept + result.updated + result.inserted).toBe(textsOf(expected).length);
        expect(result.kept + result.updated + result.deleted).toBe(textsOf(sheet).length);
        expect(result.malformed).toBe(sheet.lines.filter(({ cells, raw }) => cells === null && raw !== '').length);
        changed += patch.changes.length;
      }),
      { numRuns: 400 },
    );
    expect(changed).toBeGreaterThan(400);
  });

  it('leaves, empties and sets cells as the patch says', async () => {
    const text = 'id,"name",note\r\n1,"Ann",\r\n2,Bob,"x"\r\n3, C ,y';
    expect(await spliced(text, 'u,0,1,,"new, note"\nu,1,2,"",\nd,2,3,,\ni,,,Dan,\n', ['name', 'note'])).toBe(
      'id,"name",note\r\n1,"Ann","new, note"\r\n2,,"x"\r\n,Dan,\r\n',
    );
  });

  it('gets new columns at the right, also in malformed rows, so that they fit once they are corrected', async () => {
    const text = 'id,name\n1,Ann\n\n2\n2,Bob,x\n3,Cy';
    expect(await spliced(text, 'u,1,3,99,\ni,,,1,Dan\n', ['score', 'name'])).toBe(
      'id,name,score\n1,Ann,\n\n2,\n2,Bob,x,\n3,Cy,99\n,Dan,1\n',
    );
    expect(await spliced('id,name\n1,"B" x\n2,"torn\nin two" x\n3,Cy\n', 'u,0,3,9\n', ['score'])).toBe(
      'id,name,score\n1,"B" x,\n2,"torn\nin two" x\n3,Cy,9\n',
    );
  });

  it('never turns a row that is too long into one that fits a new column', async () => {
    const text = await spliced('id,name\n1,Ann, Lee\n2,Bob\n', 'u,0,2,5\n', ['score']);
    const file = await openCsv(folder.write('again.csv', text));
    expect(soundRows(text, file)).toEqual([['2', 'Bob', '5']]);
  });

  it('never becomes a blank line in a file of one column', async () => {
    expect(await spliced('id\na\nb\n', 'u,0,,""\ni,,,""\ni,,,\n', ['id'])).toBe('id\n""\nb\n""\n""\n');
  });

  it('takes rows into one without any, also without a line end, and into one that was just made', async () => {
    expect(await spliced('id,name', 'i,,,1,Ann\n', ['id', 'name'])).toBe('id,name\n1,Ann\n');
    expect(await spliced('\uFEFFid;name\r\n', 'i;;;1;"x;y"\n', ['id', 'name'])).toBe('\uFEFFid;name\r\n1;"x;y"\r\n');
    const columns = ['id', 'na"me', 'a,b'];
    const file = await createCsv(columns, folder.path('created.csv'));
    const patch = { path: folder.write('patch.csv', 'i,,,1,Ann,"x,y"\n'), columns, key: 'id' };
    expect(await splice(file, patch, OUT)).toMatchObject({ inserted: 1 });
    expect(readFileSync(OUT, 'utf8')).toBe('id,"na""me","a,b"\n1,Ann,"x,y"\n');
  });

  it('holds its own where records cross the window on a large file', async () => {
    const lines = Array.from({ length: 15_000 }, (_, i) =>
      i % 500 ? `${i},"${'x\n'.repeat(i % 600)}",y` : `${i},broken`,
    );
    lines.push(`big,"${'z'.repeat(2_000_000)}",y`, ...lines.slice(0, 100));
    const sound = lines.filter((line) => !line.endsWith('broken'));
    expect(lines.join('\n').length).toBeGreaterThan(10_000_000);
    const changes = sound.flatMap((line, row) => (row % 7 ? [] : [`u,${row},${line.split(',')[0]},"new ${row}"`]));
    const text = await spliced(`id,text,last\n${lines.join('\n')}\n`, `${changes.join('\n')}\n`, ['last']);
    let row = -1;
    const expected = lines.map((line) => {
      if (line.endsWith('broken')) return line;
      row += 1;
      return row % 7 ? line : `${line.slice(0, -1)}"new ${row}"`;
    });
    expect(text === `id,text,last\n${expected.join('\n')}\n`).toBe(true);
  });
});

describe('a patch written by DuckDB', () => {
  let duck: DuckDBConnection;
  beforeAll(async () => {
    duck = await connect();
  });

  it('carries any text into the file, and an empty text apart from none', async () => {
    const hostile = [
      '',
      ' ',
      '"',
      '""',
      'a,b',
      'a;b',
      'x\ny',
      'x\r\ny',
      'x\ry',
      "'",
      '\\',
      'ü 😀',
      '=1+1',
      ' "x"',
      '\t',
      'NULL',
    ];
    for (const delimiter of [',', ';', '\t'] as const) {
      const path = folder.path('copied.csv');
      await duck.run('create or replace table patch (op text, n bigint, key text, a text, b text)');
      for (const [i, text] of hostile.entries()) {
        await duck.run('insert into patch values ($1, $2, $3, $4, $5)', ['u', BigInt(i), `k${i}`, text, null]);
      }
      await duck.run(
        `copy (from patch order by n) to '${path}' (format csv, header false, delimiter '${delimiter}', nullstr '')`,
      );
      const rows = hostile.map((_, i) => [`k${i}`, 'old', 'kept'].join(delimiter));
      const file = await openCsv(
        folder.write('contacts.csv', ['id', 'a', 'b'].join(delimiter).concat('\n', rows.join('\n'))),
      );
      await splice(file, { path, columns: ['a', 'b'], key: 'id' }, OUT);
      const expected = hostile.map((text, i) => [`k${i}`, text, 'kept']);
      expect(soundRows(readFileSync(OUT, 'utf8'), file)).toEqual(expected);
    }
  });
});

describe('a splice that cannot be right', () => {
  const attempt = (text: string, patch: string, columns = ['name'], key = 'id') =>
    spliced(text, patch, columns, key).catch((error: unknown) => error);
  const people = 'id,name\n1,Ann\n"2",Bob\n';

  it('never writes one person’s value into another’s row', async () => {
    for (const patch of ['u,1,1,X\n', 'd,0,2,\n', 'u,0,"",X\n', 'u,2,3,X\n', 'd,7,1,\n']) {
      const error = await attempt(people, patch);
      expect(error).toMatchObject({ name: 'CsvError', kind: 'changed' });
      expect(String(error)).toMatch(/contacts\.csv: the file is not what was read/);
      expect(existsSync(OUT)).toBe(false);
    }
    expect(await attempt(people, 'u,0,"1",X\nu,1,2,Y\n')).toBe('id,name\n1,X\n"2",Y\n');
    expect(await attempt(people, 'u,0,,X\n')).toBe('id,name\n1,X\n"2",Bob\n');
    expect(await attempt(people, 'u,0,1,X\n', ['name'], 'contact_id')).toMatchObject({ kind: 'changed' });
  });

  it.each([
    ['an unknown operation', 'x,0,1,X\n', /record 1 .*operation/],
    ['a missing operation', ',0,1,X\n', /record 1 .*operation/],
    ['rows out of order', 'u,1,2,X\nu,0,1,X\n', /record 2 .*order/],
    ['a row twice', 'u,0,1,X\nd,0,1,\n', /record 2 .*order/],
    ['an update after an insert', 'i,,,X\nu,0,1,X\n', /record 2 .*order/],
    ['an insert with a row', 'i,0,,X\n', /record 1 .*order/],
    ['an update without a row', 'u,,1,X\n', /record 1 .*order/],
    ['a row that is no number', 'u,-1,1,X\n', /record 1 .*no number/],
    ['a record with too many cells', 'u,0,1,X,Y\n', /record 1 .*too many cells/],
    ['a quote that is not closed', 'u,0,1,"X\n', /record 1 .*unclosed quote/],
  ])('is refused for %s in the patch', async (_, patch, message) => {
    const error = await attempt(people, patch);
    expect(error).toMatchObject({ name: 'CsvError', kind: 'patch' });
    expect(String(error)).toMatch(message);
    expect(existsSync(OUT)).toBe(false);
  });

  it('is refused for a column named twice', async () => {
    expect(await attempt(people, '', ['name', 'name'])).toMatchObject({ kind: 'patch' });
  });

  it('is refused where a malformed row would swallow good ones in the new file', async () => {
    const error = await attempt('id,name\n1,"x\n2,y\n3,z\n', 'u,1,3,"\nq"\n');
    expect(error).toMatchObject({ kind: 'unreadable' });
    expect(String(error)).toMatch(/malformed rows \(1\)/);
    expect(existsSync(OUT)).toBe(false);
  });

  it('is refused where the file changed since it was opened', async () => {
    const file = await openCsv(folder.write('contacts.csv', people));
    await appendFile(file.path, '3,Cy\n');
    const patch = { path: folder.write('patch.csv', ''), columns: [], key: 'id' };
    await expect(splice(file, patch, OUT)).rejects.toMatchObject({ kind: 'changed' });
    expect(existsSync(OUT)).toBe(false);
  });

  it('is refused where the file changes while it is spliced', async () => {
    const file = await openCsv(folder.write('contacts.csv', people));
    const patch = { path: folder.write('patch.csv', ''), columns: [], key: 'id' };
    const running = splice(file, patch, OUT);
    appendFileSync(file.path, '3,Cy\n');
    await expect(running).rejects.toMatchObject({ kind: 'changed' });
    expect(existsSync(OUT)).toBe(false);
  });
});
