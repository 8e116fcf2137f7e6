/** Asks DuckDB what a recogniser says of values, one by one, with the prelude functions that it may use. */

import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Sql } from '../../../lib/core/sql.ts';

/** For each value, whether `expression` (over the column x) is true. NULL counts as false. */
export async function recognised(expression: Sql, values: readonly string[]): Promise<readonly boolean[]> {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run('create macro regexp_contains(s, p) as regexp_matches(s, p)');
  await connection.run("create macro regexp_replace_all(s, p, r) as regexp_replace(s, p, r, 'g')");
  await connection.run('create macro is_nfc(s) as nfc_normalize(s) = s');
  await connection.run('create macro is_one_of(s, texts) as list_contains(texts, s)');
  await connection.run('create table asked (i integer, x varchar)');
  const appender = await connection.createAppender('asked');
  values.forEach((value, i) => {
    appender.appendInteger(i);
    appender.appendVarchar(value);
    appender.endRow();
  });
  appender.closeSync();
  const answers = await connection.runAndReadAll(`select coalesce(${expression.text}, false) from asked order by i`);
  connection.closeSync();
  return answers.getRows().map(([answer]) => answer === true);
}

const ODD = [
  '\u0000 \u0007 \t \n \r\n \u001f \u007f \u0085 \u00a0 \u00ad \u034f \u061c \u115f \u1680 \u180e \u2003 \u2009',
  '\u200b \u200c \u200d \u200e \u202e \u2028 \u2060 \u2800 \u3000 \u3164 \ufeff \ufffd \ufe0f \ud83d\udc69 \ud83c\uddfa \u{e0041}',
  'e\u0301 \u00e9 \u0345 \u0340 \u212b \u2126 \u1f71 \ufa19 \u0130 \u0131 \u017f \u212a \u00df \u1e9e \u01c6 \u01c5 \ufb01 \u0149 \u03c2 \u03a3',
  "O' ' ’ \" \\ - . , ( ) [ ] @ + / : ; # % _ * < > & ! ? = ~ ^ ` | { } $ 0 9 ００ ٣ \ud800",
].flatMap((row) => row.split(' '));

/** Values near the real ones, with all that spoils them: spaces and signs of every kind, odd letters, pieces swapped. */
export const hostile = (...seeds: readonly string[]): fc.Arbitrary<string> => {
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...seeds) },
    { weight: 3, arbitrary: fc.constantFrom(...ODD, ' ', '  ') },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
    { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
  );
  const cased = fc.constantFrom(
    (text: string) => text,
    (text: string) => text.toUpperCase(),
    (text: string) => text.toLowerCase(),
  );
  return fc.oneof(
    fc.constantFrom(...seeds),
    fc.tuple(fc.array(piece, { minLength: 1, maxLength: 5 }), cased).map(([parts, recase]) => recase(parts.join(''))),
  );
};

/** Values without half a surrogate pair, which no file in UTF-8 can hold. */
export const isWritable = (value: string): boolean => !/\p{Surrogate}/u.test(value);

/** The laws of every cleaner: it never throws, never empties a cell, has nothing to do the second time, and hangs on nothing. */
export function expectLawful(clean: (value: string) => string, values: fc.Arbitrary<string>): void {
  fc.assert(
    fc.property(values, (value) => {
      const once = clean(value);
      return clean(once) === once && (once !== '' || value === '');
    }),
    { numRuns: 3000 },
  );
  expectQuick(clean);
}

/** Values as long as a hostile file's cells, of what makes careless patterns slow. */
const LONG: readonly string[] = [' ', '.', 'A.', '\u200b', '\n', '(', 'a b ', '-', '0', '@', '<', '\u200d'].flatMap(
  (part) => {
    const long = part.repeat(100_000);
    return [`a${long}b`, `${long}!`, `+1${long}x`];
  },
);

/** A cleaner must not hang on any cell: all long values together take well under a second. */
export function expectQuick(clean: (value: string) => unknown): void {
  const start = performance.now();
  for (const value of LONG) clean(value);
  const allowedMs = 5000;
  expect(performance.now() - start).toBeLessThan(allowedMs);
}

/** How many hostile values a recogniser is asked about. */
const ASKED = 10_000;

/** What a recogniser calls clean, its cleaner leaves alone; `typical` values it must know. */
export async function recogniserFaults(
  expression: Sql,
  clean: (value: string) => string,
  values: fc.Arbitrary<string>,
  typical: readonly string[],
): Promise<{ wrong: readonly string[]; missed: readonly string[]; known: number }> {
  const sample = [...fc.sample(values, ASKED).filter(isWritable), ...typical];
  const answers = await recognised(expression, sample);
  const wrong = sample.filter((value, i) => answers[i] && clean(value) !== value);
  const missed = typical.filter((_, i) => !answers[sample.length - typical.length + i]);
  return { wrong, missed, known: answers.filter(Boolean).length };
}
