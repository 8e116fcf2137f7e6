/**
 * The fast way over plain records passes over just what the slow one calls well formed, and stops before everything
 * else.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Scanner } from '../../../lib/workbook/csv/scan.ts';
import { everyText } from './every-text.ts';

interface Passed {
  readonly sound: number;
  readonly malformed: readonly string[];
}

function pass(text: string, columns: number, most: number, lineEndBytes: number): Passed & { skipped: number } {
  const scanner = new Scanner(',', columns, 'contacts.csv');
  scanner.attach(Buffer.from(text), true);
  let skipped = scanner.skipPlain(most, lineEndBytes);
  let sound = 0;
  const malformed: string[] = [];
  while (scanner.advance()) {
    if (scanner.fault === null) sound += 1;
    else malformed.push(scanner.text());
    skipped += scanner.skipPlain(most, lineEndBytes);
  }
  return { sound: sound + skipped, malformed, skipped };
}

it('finds the same records on every short text, however many it may skip', () => {
  let skipped = 0;
  for (const columns of [1, 2]) {
    for (const head of ['', '1,"1\n', '1,2\n']) {
      for (const text of everyText('1,"\n\r', 5)) {
        const slow = pass(head + text, columns, 0, 1);
        for (const [most, lineEndBytes] of [
          [1, 1],
          [Number.POSITIVE_INFINITY, 1],
          [Number.POSITIVE_INFINITY, 2],
        ] as const) {
          const fast = pass(head + text, columns, most, lineEndBytes);
          skipped += fast.skipped;
          if (fast.sound !== slow.sound || fast.malformed.join('|') !== slow.malformed.join('|'))
            expect(fast, JSON.stringify({ text: head + text, columns, most, lineEndBytes })).toEqual(slow);
        }
      }
    }
  }
  expect(skipped).toBeGreaterThan(10_000);
});

it('never passes over bytes that are no text, nor over a NUL', () => {
  const cell = fc.constantFrom('a', '', 'ü', '\0', '"x"');
  const line = fc.tuple(cell, cell).map((cells) => `${cells.join(',')}\n`);
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const text = lines.join('');
      const { skipped: _slow, ...slow } = pass(text, 2, 0, 1);
      const { skipped: _fast, ...fast } = pass(text, 2, Number.POSITIVE_INFINITY, 1);
      expect(fast).toEqual(slow);
    }),
  );
});

it.each([
  ['plain lines, up to the next quote', '1,2\n3,4\n5,"6"\n', 2, 2],
  ['no line of another number of cells', '1,2\n3,4,5\n', 2, 0],
  ['no carriage return', '1,2\n3,4\r\n', 2, 0],
  ['no NUL', '1,2\n3,\0\n', 2, 0],
  ['nothing where a blank line looks like a row', '1\n\n2\n', 1, 0],
])('counted at once: %s', (_, text, columns, lines) => {
  const scanner = new Scanner(',', columns, 'contacts.csv');
  scanner.attach(Buffer.from(text), true);
  expect(scanner.skipLines(text.length)).toBe(lines);
  expect(scanner.next).toBe(lines * 4);
});
