/** Text on a terminal: it fits its width, and no word is cut or broken. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { coloured, hasColour, pathText } from '../../lib/cli/terminal.ts';
import { screen, table } from '../../lib/cli/text.ts';

const word = fc.stringMatching(/^[a-z,."]{1,14}$/);
const sentence = fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(' '));
const wordsOf = (text: string): string[] => text.split(/\s+/).filter(Boolean).sort();

it('loses and breaks no word of a sentence, and keeps to the width', () => {
  fc.assert(
    fc.property(
      sentence,
      fc.integer({ min: 40, max: 90 }),
      fc.constantFrom('', '  ', 'fix     '),
      (text, width, label) => {
        const shown = screen([label + text], width);
        expect(wordsOf(shown)).toEqual(wordsOf(label + text));
        for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
      },
    ),
  );
});

it('loses and breaks no word of a table, and keeps to the width where its words allow it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(sentence, fc.nat(99_999), sentence), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 60, max: 90 }),
      (rows, width) => {
        const lines = table(rows, '  ', width);
        const expected = rows.map(([a, n, b]) => `${a} ${n.toLocaleString('en-US')} ${b}`).join(' ');
        expect(wordsOf(lines.join(' '))).toEqual(wordsOf(expected));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      },
    ),
  );
});

it('puts a word that is longer than the terminal on a line of its own', () => {
  const hash = `sha256:${'a'.repeat(64)}`;
  expect(screen([`  held: 3 rows. To apply them: --approve ${hash}`], 60)).toBe(
    `  held: 3 rows. To apply them: --approve\n    ${hash}`,
  );
});

it('keeps a sentence on one line where the output is no terminal', () => {
  const text = 'word '.repeat(60).trim();
  expect(screen([text], Number.POSITIVE_INFINITY)).toBe(text);
});

it.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
  [{ TERM: 'dumb' }, true, false],
])('has colour by %o, on a terminal %s: %s', (variables, isTTY, colour) => {
  expect(hasColour(variables, { isTTY, columns: 80, write: () => true })).toBe(colour);
});

it('colours our own words at the start of a line, and nothing in a cell', () => {
  expect(coloured('fix     1 row')).toBe('\x1b[31mfix\x1b[0m     1 row');
  expect(coloured('list-cleaning  applied')).toBe('list-cleaning  \x1b[32mapplied\x1b[0m');
  expect(coloured('    12  contacts.note: failed OK')).toBe('    12  contacts.note: failed OK');
});

it('shows a path from where the person is', () => {
  expect(pathText(`${process.cwd()}/data/x.csv`)).toBe('data/x.csv');
  expect(pathText('/x')).toBe('/x');
});
