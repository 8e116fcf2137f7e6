/** Rows and columns are found again whatever people do to a tab, and never taken for others. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Grid, gridOf, type Seen } from '../../../lib/workbook/sheets/grid.ts';
import type { Raw } from '../../../lib/workbook/sheets/snapshot.ts';
import { trace } from '../../../lib/workbook/sheets/trace.ts';

type Table = Raw[][];
const gridOfTable = (rows: Table): Grid =>
  gridOf(
    rows.map((row) => row.map((value): Seen => ({ value }))),
    Math.max(...rows.map((row) => row.length)),
  );

/** A key, an address of its own, a status that many share, and a column that nobody gave a header. */
const START: Table = [
  ['contact_id', 'email', 'status', ''],
  ...Array.from({ length: 8 }, (_, i) => [`c${i}`, `p${i}@example.com`, i % 2 ? 'subscribed' : 'left', `remark ${i}`]),
];

interface Work {
  readonly order: number[];
  readonly columns: number[];
  readonly gone: number[];
  readonly edits: { row: number; column: number }[];
  readonly added: number[];
  readonly renamed: number | null;
  readonly fresh: boolean;
}
const place = fc.nat({ max: 7 });
const work: fc.Arbitrary<Work> = fc.record({
  order: fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8], { minLength: 8 }),
  columns: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
  gone: fc.array(place, { maxLength: 3 }),
  edits: fc.array(fc.record({ row: place, column: fc.constantFrom(1, 2, 3) }), { maxLength: 2 }),
  added: fc.array(place, { maxLength: 3 }),
  renamed: fc.option(fc.constantFrom(0, 1, 2)),
  fresh: fc.boolean(),
});

/** The table after people have worked in it, each row with its number of old, or null for one that is new. */
function worked({
  order,
  columns,
  gone,
  edits,
  added,
  renamed,
  fresh,
}: Work): { row: number | null; cells: Table[0] }[] {
  const rows = order.map((row) => ({ row: row as number | null, cells: [...(START[row] ?? [])] }));
  for (const { row, column } of edits) {
    const cells = rows.find((one) => one.row === row + 1)?.cells;
    if (cells) cells[column] = `typed ${row} ${column}`;
  }
  const kept = rows.filter(({ row }) => !gone.includes((row ?? 0) - 1));
  for (const [i, at] of added.entries()) kept.splice(at, 0, { row: null, cells: [`new ${i}`, null, null, null] });
  const header = { row: 0, cells: (START[0] ?? []).map((name, i) => (i === renamed ? 'called otherwise' : name)) };
  return [header, ...kept].map(({ row, cells }) => {
    const moved = columns.map((column) => cells[column] ?? null);
    return { row, cells: fresh ? [null, ...moved] : moved };
  });
}

test('each row and column is found where it is by now, those that are gone or new are none', () => {
  fc.assert(
    fc.property(work, (one) => {
      const now = worked(one);
      const found = trace(gridOfTable(START), gridOfTable(now.map(({ cells }) => cells)), [0]);
      const left = fc.stringify(one);
      // Too few rows to tell columns by, once hardly any is left as it was.
      const telling = now.filter(({ row }) => row !== null && row > 0).length - one.edits.length;
      fc.pre(telling >= 2);
      for (let row = 1; row < START.length; row += 1) {
        const place = now.findIndex((line) => line.row === row);
        expect(found.row(row), left).toBe(place < 0 ? undefined : place);
      }
      for (const [place, { row }] of now.entries()) expect(found.isNew(place), left).toBe(row === null);
      for (let column = 0; column < 4; column += 1)
        expect(found.column(column), `column ${column} ${left}`).toBe(
          one.columns.indexOf(column) + (one.fresh ? 1 : 0),
        );
    }),
    { numRuns: 400 },
  );
});

test('a row with another key is another row, however alike', () => {
  const headers = ['contact_id', 'first_name', 'city', 'status', 'note'];
  const then = gridOfTable([headers, ['c1', 'Ada', 'Springfield', 'subscribed', 'met in May']]);
  const now = gridOfTable([headers, ['c2', 'Ada', 'Springfield', 'subscribed', null]]);
  expect(trace(then, now, [0]).row(1)).toBeUndefined();
});
