/** Generates hostile sheets and patches for them. */
import fc from 'fast-check';
import type { Delimiter } from '../../../lib/workbook/csv/cell.ts';
import type { Cell, Change, Line, Sheet, SheetPatch } from './patched.ts';

const HEADERS: readonly Cell[] = [
  { raw: 'id', text: 'id' },
  { raw: '"E-Mail; 1,\t2"', text: 'E-Mail; 1,\t2' },
  { raw: 'größe', text: 'größe' },
  { raw: '"a ""b"" c"', text: 'a "b" c' },
  { raw: '" x "', text: ' x ' },
];
const NEW_HEADERS: readonly Cell[] = [
  { raw: 'score', text: 'score' },
  { raw: '"new, ; \t ""one"""', text: 'new, ; \t "one"' },
];

const TEXTS = ['a', 'b', '1e5', '"', ',', ';', '\t', '\n', '\r', '\r\n', ' ', 'ü', '😀', '=1+1', '\uFEFF', 'NULL', "'"];

const delimiters = fc.constantFrom<Delimiter>(',', ';', '\t');
const lineEnds = fc.constantFrom('\n', '\r\n');

/** A cell, quoted where it must be and sometimes where it need not; `full`: never nothing at all. */
function cellOf(delimiter: Delimiter, full: boolean): fc.Arbitrary<Cell> {
  const text = fc.array(fc.constantFrom(...TEXTS), { maxLength: 4 }).map((parts) => parts.join(''));
  return fc.tuple(text, fc.boolean()).map(([content, wanted]) => {
    const needed = /[\r\n]|^"/.test(content) || content.includes(delimiter) || (full && content === '');
    return { raw: needed || wanted ? `"${content.replaceAll('"', '""')}"` : content, text: content };
  });
}

/**
 * A cell as DuckDB's COPY would write it into a patch: every quote means quotes around, and nothing at all is no cell.
 */
function patchCellOf(delimiter: Delimiter): fc.Arbitrary<Cell> {
  return cellOf(delimiter, true).map(({ raw, text }) => ({
    raw: raw.startsWith('"') || !raw.includes('"') ? raw : `"${raw.replaceAll('"', '""')}"`,
    text,
  }));
}

function lineOf(delimiter: Delimiter, columns: number): fc.Arbitrary<Line> {
  const cells = fc.array(cellOf(delimiter, columns === 1), { minLength: columns, maxLength: columns });
  const sound = cells.map((each) => ({ cells: each, raw: each.map(({ raw }) => raw).join(delimiter) }));
  const rest = `${delimiter}x`.repeat(columns - 1);
  const tooShort = columns > 1 ? ['x', '"x"'] : [];
  const tooLong = ['', '"y"'].map((last) => `x${rest}${delimiter}${last}`);
  const broken = [`"x"y${rest}`, `a\rb${rest}`, `a\0${rest}`, ...tooShort, ...tooLong];
  const malformed = fc.constantFrom(...broken.map((raw) => ({ cells: null, raw })));
  const blank = fc.constant({ cells: null, raw: '' });
  const line = fc.oneof(
    { weight: 8, arbitrary: sound },
    { weight: 1, arbitrary: malformed },
    { weight: 1, arbitrary: blank },
  );
  return fc.tuple(line, lineEnds).map(([each, end]) => ({ ...each, end }));
}

export const sheets: fc.Arbitrary<Sheet> = fc
  .record({
    delimiter: delimiters,
    columns: fc.integer({ min: 1, max: HEADERS.length }),
    headerEnd: lineEnds,
    open: fc.boolean(),
  })
  .chain(({ delimiter, columns, headerEnd, open }) =>
    fc
      .record({
        delimiter: fc.constant(columns === 1 ? (',' as const) : delimiter),
        header: fc.shuffledSubarray([...HEADERS], { minLength: columns, maxLength: columns }),
        lines: fc.array(lineOf(columns === 1 ? ',' : delimiter, columns), { maxLength: 12 }),
      })
      .map(({ lines, ...sheet }) => ({
        ...sheet,
        headerEnd: open && lines.length === 0 ? '' : headerEnd,
        lines: lines.map((line, i) => (open && i === lines.length - 1 ? { ...line, end: '' } : line)),
      })),
  );

/** A patch for a sheet, as likely as not to touch any of its rows, columns and ends. */
export function patchesFor(sheet: Sheet): fc.Arbitrary<SheetPatch> {
  const rows = sheet.lines.flatMap(({ cells }) => (cells ? [cells] : []));
  return fc
    .record({
      columns: fc.shuffledSubarray([...sheet.header, ...NEW_HEADERS]),
      key: fc.nat(sheet.header.length - 1),
      fates: fc.array(fc.constantFrom('u', 'u', 'd', null), { minLength: rows.length, maxLength: rows.length }),
      inserts: fc.nat(3),
      keyed: fc.boolean(),
    })
    .chain(({ columns, key, fates, inserts, keyed }) => {
      const cell = fc.option(patchCellOf(sheet.delimiter));
      const cells = fc.array(cell, { minLength: columns.length, maxLength: columns.length });
      const planned = fates.flatMap((operation, row) => (operation ? [{ operation, row }] : []));
      const all = [...planned, ...Array.from({ length: inserts }, () => ({ operation: 'i' as const, row: null }))];
      const changes = all.map(({ operation, row }) =>
        cells.map(
          (each): Change => ({
            operation,
            row,
            key: row === null || !keyed ? null : (keyOf(rows[row]?.[key]) ?? null),
            cells: each,
          }),
        ),
      );
      return fc.tuple(...changes).map((list) => ({ columns, key: sheet.header[key]?.text ?? '', changes: list }));
    });
}

/** The key as COPY writes it, which may be otherwise than the file does. */
function keyOf(cell: Cell | undefined): Cell | undefined {
  return cell && { raw: `"${cell.text.replaceAll('"', '""')}"`, text: cell.text };
}
