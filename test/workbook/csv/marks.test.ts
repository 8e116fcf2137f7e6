/** Marks say where rows begin, and a file that is written by them is the one that is written without. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { howToRead } from '../../../lib/workbook/csv/how-to-read.ts';
import { readRecords } from '../../../lib/workbook/csv/reader.ts';
import { type CsvFile, openCsv } from '../../../lib/workbook/csv/sniff.ts';
import { splice } from '../../../lib/workbook/csv/splice.ts';
import { testFolder } from './folder.ts';

const folder = testFolder();

const NOTES = ['', 'plain', '"quoted, with a comma"', '"two\nlines"', 'ü', '"a ""b"""'];

/** Rows `id,note,more`, of which each `quotedEvery`th has a note that may be quoted. */
const fileText = (rows: number, quotedEvery: number, width: number, lineEnd: string): string =>
  ['id,note,more', ...Array.from({ length: rows }, (_, i) => row(i, quotedEvery, width))].join(lineEnd) + lineEnd;

const row = (i: number, quotedEvery: number, width: number): string =>
  `k${i},${i % quotedEvery === 0 ? NOTES[i % NOTES.length] : ''},${'m'.repeat((i * 7) % width)}`;

/** Where each data record begins, by the slow way. */
function placesOf(file: CsvFile): number[] {
  const reader = readRecords(file);
  const places: number[] = [];
  do {
    while (reader.scanner.advance()) places.push(reader.windowStart + reader.scanner.start);
  } while (reader.refill());
  reader.close();
  return places.slice(1);
}

const shape = fc.record({
  rows: fc.integer({ min: 0, max: 3000 }),
  quotedEvery: fc.constantFrom(1, 2, 50, 1_000_000),
  width: fc.constantFrom(3, 60, 9_000),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  mark: fc.constantFrom('', '\uFEFF'),
});

it('a mark is where its row begins, and there are enough of them', async () => {
  await fc.assert(
    fc.asyncProperty(shape, async ({ rows, quotedEvery, width, lineEnd, mark }) => {
      const text = mark + fileText(rows, quotedEvery, width, lineEnd);
      const file = await openCsv(folder.write('marked.csv', text));
      const { marks, copy, rows: counted } = await howToRead(file);
      expect({ copy, counted }).toEqual({ copy: null, counted: rows });
      const places = placesOf(file);
      for (let wanted = 0; wanted < rows; wanted += 97) {
        const found = marks.before(wanted, text.length);
        if (found) expect(found.place).toBe(places[found.row]);
        const bytes = (places[wanted] ?? 0) - (found?.place ?? 0);
        expect(bytes < 50_000 || wanted - (found?.row ?? 0) <= 400).toBe(true);
        expect(marks.before(wanted, (found?.place ?? 1) - 1)?.row ?? -1).toBeLessThan(found?.row ?? 0);
      }
    }),
    { numRuns: 30 },
  );
});

it.each(['\n', '\r\n'])('over several windows, with line ends %j', async (lineEnd) => {
  const rows = 150_000;
  const file = await openCsv(folder.write('long.csv', fileText(rows, 3, 300, lineEnd)));
  const { marks } = await howToRead(file);
  const changed = [0, 1, 2, 60, 4_999, 5_000, 70_000, 70_001, 149_999];
  const records = changed.map((place, i) =>
    i % 3 === 2 ? `d,${place},k${place},,` : `u,${place},k${place},,new ${i}`,
  );
  const path = folder.write('patch.csv', `${[...records, 'i,,,k-new,x'].join('\n')}\n`);
  const patch = { path, columns: ['id', 'note'], key: 'id' };
  const plain = await splice(file, patch, folder.path('plain.csv'));
  const marked = await splice(file, patch, folder.path('by-marks.csv'), marks);
  expect(marked).toEqual(plain);
  expect(marked).toMatchObject({ updated: 6, deleted: 3, inserted: 1, kept: rows - changed.length });
  expect(readFileSync(folder.path('by-marks.csv')).equals(readFileSync(folder.path('plain.csv')))).toBe(true);
});
