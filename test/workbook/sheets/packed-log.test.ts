/** A log tells the run after a killed one all that it has to know, in few characters. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Raw } from '../../../lib/workbook/sheets/snapshot.ts';
import type { PlacedCell, PlacedRow } from '../../../lib/workbook/sheets/step.ts';
import { tabOf } from '../../../lib/workbook/sheets/tab-now.ts';
import { type AttemptLog, logIn, logRows, type TabDone } from '../../../lib/workbook/sheets/undo-log.ts';

const raw: fc.Arbitrary<Raw> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<Raw>('subscribed', null) },
  fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => text !== ''),
  fc.constantFrom('subscribed', `it's "so"`, '=1+1', '\u{1F600}'),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const FORMATS = [{ type: 'DATE', pattern: 'yyyy-mm-dd' }, { type: 'TEXT' }, null];
const row = fc.nat({ max: 9 });
const cells = fc.array(
  fc.record(
    {
      column: fc.nat({ max: 1 }),
      before: raw,
      write: fc.record({ value: raw, formula: fc.constant('=A1') }, { requiredKeys: ['value'] }),
      formatBefore: fc.constantFrom(...FORMATS),
    },
    { requiredKeys: ['column', 'before', 'write'] },
  ),
  { maxLength: 4 },
) as fc.Arbitrary<PlacedCell[]>;
const bare = cells.map((all) => all.map(({ column, write }) => ({ column, write })));
const placed: fc.Arbitrary<PlacedRow> = fc.oneof(
  fc.record({
    kind: fc.constant('update' as const),
    row,
    key: fc.string(),
    digest: fc.constant('d'),
    digestAfter: fc.constant('e'),
    cells,
  }),
  fc.record({
    kind: fc.constant('insert' as const),
    nth: row,
    cells: bare.map((all) => all.map((cell) => ({ ...cell, before: null }))),
  }),
  fc.record({ kind: fc.constant('remove' as const), row, key: fc.string(), digest: fc.constant('d'), cells: bare }),
);
const tab: fc.Arbitrary<TabDone> = fc.record({
  sheetId: row,
  headers: fc.array(fc.string()),
  keyColumns: fc.array(fc.integer({ min: -1, max: 3 })),
  at: row,
  rows: fc.array(placed, { maxLength: 6 }),
});
const log: fc.Arbitrary<AttemptLog> = fc.record({
  order: row,
  mends: fc.boolean(),
  part: fc.constant({ landing: 'x', chunk: 1, chunks: 2 }),
  missed: fc.array(fc.tuple(row, row, row, fc.integer({ min: 0, max: 40 }))),
  tabs: fc.array(tab, { maxLength: 2 }),
});

/** The log after it has stood in a spreadsheet. */
function readBack(given: AttemptLog): AttemptLog {
  const rows = logRows(given);
  for (const { values } of rows) expect(values?.[0]?.userEnteredValue?.stringValue?.length).toBeLessThanOrEqual(50_000);
  // Half of a surrogate pair is no text, and does not survive the wire.
  const sent = (text: string): string => Buffer.from(text).toString();
  const rowData = rows.map(({ values = [] }) => ({
    values: values.map(({ userEnteredValue }) => ({
      effectiveValue: { stringValue: sent(userEnteredValue?.stringValue ?? '') },
    })),
  }));
  return logIn(tabOf({ properties: { sheetId: 1 }, data: [{ rowData }] }));
}

test('a log is read back as it was written', () => {
  fc.assert(
    fc.property(log, (given) => {
      expect(readBack(given)).toEqual(given);
    }),
    { numRuns: 300 },
  );
});

test('so is one of many cells, cut inside a letter of two halves', () => {
  const write = { value: '\u{1F600}'.repeat(30_001) };
  const rows: PlacedRow[] = ['', 'x'].map((key) => ({
    kind: 'update',
    row: 1,
    key,
    digest: 'd',
    digestAfter: 'e',
    cells: [{ column: 0, before: null, write }],
  }));
  const given = {
    order: 1,
    mends: false,
    part: null,
    missed: [],
    tabs: [{ sheetId: 1, headers: [], keyColumns: [], at: 1, rows }],
  };
  expect(readBack(given)).toEqual(given);
});

test('what new rows have in common is said once', () => {
  const rows = Array.from({ length: 1000 }, (_, i): PlacedRow => {
    const texts = [`id-${i}`, 'bounce-suppression', '2026-11-23', 'contacts', 'to its ISO code'];
    return {
      kind: 'insert',
      nth: i,
      cells: texts.map((value, column) => ({ column, before: null, write: { value } })),
    };
  });
  const given = {
    order: 1,
    mends: false,
    part: null,
    missed: [],
    tabs: [{ sheetId: 1, headers: [], keyColumns: [], at: 1, rows }],
  };
  expect(JSON.stringify(logRows(given)).length / 1000).toBeLessThan(40);
});
