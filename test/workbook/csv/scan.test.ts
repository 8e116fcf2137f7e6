import { describe, expect, it } from 'vitest';
import { cellText } from '../../../lib/workbook/csv/cell.ts';
import { MAX_RECORD_BYTES, Scanner } from '../../../lib/workbook/csv/scan.ts';
import { everyText } from './every-text.ts';
import { type ReferenceRecord, referenceRecords } from './reference.ts';

type Seen = ReferenceRecord & { readonly fault: string | null };

function scan(text: string | Buffer, columns: number): Seen[] {
  const scanner = new Scanner(',', columns, 'contacts.csv');
  scanner.attach(Buffer.from(text as string), true);
  const seen: Seen[] = [];
  while (scanner.advance()) {
    const { fault, cells, bytes } = scanner;
    const texts = Array.from({ length: columns }, (_, i) => cellText(bytes, cells[i] ?? 0, (cells[i + 1] ?? 0) - 1));
    seen.push({ raw: scanner.text(), cells: fault === null ? texts : null, fault });
  }
  return seen;
}

const faults = (text: string | Buffer, columns = 3) => scan(text, columns).map(({ fault }) => fault);

describe('what is a record', () => {
  it('takes a quote for an opening one only at the very start of a cell', () => {
    expect(scan('5" pipe, "x","a ""b"""\n', 3)).toEqual([
      { raw: '5" pipe, "x","a ""b"""', cells: ['5" pipe', ' "x"', 'a "b"'], fault: null },
    ]);
  });

  it('keeps line ends, delimiters and blanks inside quotes, and skips blank lines', () => {
    expect(scan('\n1,"a\r\n,\n",\r\n\r\n\n3,4,5', 3).map(({ cells }) => cells)).toEqual([
      ['1', 'a\r\n,\n', ''],
      ['3', '4', '5'],
    ]);
  });

  it('says what is wrong with a malformed record', () => {
    const lines = ['1,2', '1,2,3,4', '1,"x"y,3', '1,a\rb,3', '1,\0,3', '1,2,"3'];
    expect(faults(`${lines.join('\n')}\n`)).toEqual([
      'too few cells',
      'too many cells',
      'text after quote',
      'carriage return',
      'NUL character',
      'unclosed quote',
    ]);
    expect(faults(Buffer.from([0x31, 0x2c, 0xe9, 0x0a, 0x31, 0x2c, 0x32, 0x0a]), 2)).toEqual(['not UTF-8', null]);
  });

  it('agrees with the slow reading on every short text', () => {
    let records = 0;
    for (const [columns, head] of [
      [2, ''],
      [2, '1,"1\n'],
      [1, ''],
    ] as const) {
      for (const text of everyText('1,"\n\r', 6)) {
        const found = scan(head + text, columns).map(({ raw, cells }) => ({ raw, cells }));
        const expected = referenceRecords(head + text, ',', columns);
        records += expected.length;
        if (JSON.stringify(found) !== JSON.stringify(expected))
          expect({ text, found }).toEqual({ text, found: expected });
      }
    }
    expect(records).toBeGreaterThan(20_000);
  });
});

describe('recovery from malformed records', () => {
  const rows = Array.from({ length: 1000 }, (_, i) => `${i},x,y`);

  it('loses one row to a quote that is never closed', () => {
    const seen = faults(['0,"x,y', ...rows].join('\n'));
    expect(seen).toEqual(['unclosed quote', ...rows.map(() => null)]);
  });

  it('loses one row to a quote that meets a later one', () => {
    const seen = faults(['0,"x,y', ...rows, '1,"x",y', ...rows].join('\n'));
    expect(seen.filter((fault) => fault !== null)).toEqual(['unclosed quote']);
  });

  it('takes no piece of a torn record for a record of its own', () => {
    expect(scan('0,"a\nb",c\n1,2\n', 2)).toEqual([
      { raw: '0,"a', cells: null, fault: 'too many cells' },
      { raw: 'b",c', cells: null, fault: 'torn' },
      { raw: '1,2', cells: ['1', '2'], fault: null },
    ]);
  });

  it('gives up a quote after 2 MiB, so that hostile files take no quadratic time', () => {
    const long = Array.from({ length: 400_000 }, (_, i) => `${i},x,y`);
    expect(faults(['0,"x,y', ...long, '1,2,"'].join('\n')).filter((fault) => fault !== null)).toEqual([
      'unclosed quote',
      'unclosed quote',
    ]);
  });

  it('reads lines that all open a quote in linear time', () => {
    const started = performance.now();
    expect(faults(`${'a",b,"c\n'.repeat(100_000)}`, 3).length).toBe(100_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('refuses a line of more than 2 MiB, which no window holds', () => {
    expect(() => faults(`1,2,3\n1,${'x'.repeat(MAX_RECORD_BYTES)},3\n4,5,6\n`)).toThrow(
      /contacts\.csv: .*longer than 2 MiB/,
    );
  });
});
