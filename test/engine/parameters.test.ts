/** Values reach the engine as they are, though statements are sent with literals in place of their parameters. */
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../lib/core/engine.ts';
import { parametersIn, sql, withLiterals } from '../../lib/core/sql.ts';
import { openEngine } from '../../lib/engine/duckdb.ts';
import { casesOf, seedOf } from '../support/thorough.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ spillFolder: tmpdir(), timeZone: 'UTC', threads: 1 });
});
afterAll(() => engine.close());

const text = fc.string({ unit: fc.constantFrom('a', "'", '"', '?', '\\', '\0', '-', '\n', '🌙', ';', '$') });
const number = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.double({ min: -1e9, max: 1e9, noNaN: true }),
  fc.constantFrom(0, -1, 1.5, 1e-7, 2 ** 40),
);

it('gives back every text, number and truth that it is given', async () => {
  await fc.assert(
    fc.asyncProperty(text, number, fc.boolean(), async (word, n, truth) => {
      const query = sql`select ${word} as word, '?' as mark, 10-${n} as less, ${truth} as truth, ${null} as none,
        "wo?rd" from (select ${word} as "wo?rd")`;
      expect(await engine.row(query)).toEqual({
        word,
        mark: '?',
        less: 10 - n + 0,
        truth,
        none: null,
        'wo?rd': word,
      });
    }),
    { numRuns: casesOf(60), ...seedOf() },
  );
});

it('keeps the type that a parameter has: a number with a point is no decimal', async () => {
  expect(await engine.row(sql`select typeof(${1.5}) as point, typeof(${7}) as whole, typeof(${'x'}) as word`)).toEqual({
    point: 'DOUBLE',
    whole: 'INTEGER',
    word: 'VARCHAR',
  });
});

it('leaves a value as a parameter that no literal can hold', () => {
  expect(withLiterals(sql`select ${'a\0b'}`)).toBeNull();
  expect(withLiterals(sql`select ${Number.NaN}`)).toBeNull();
  expect(parametersIn(`select '?', "?", ?`)).toBe(1);
});

it('puts no value into a comment, or into a text of any kind', async () => {
  const secret = 'jane@secret.example';
  const urls = sql`-- don't count these
    select count(*) as n /* it's ? */ from (select ${secret} as email, 'https://a.example' as url) as t
    where email = ${secret} and regexp_matches(url, '^https?://')`;
  expect(await engine.row(urls)).toEqual({ n: 1 });
  expect(withLiterals(sql`select $$it's ?$$, ${secret}`)).toBeNull();
  expect(withLiterals(sql`select e'it\\'s ?', ${secret}`)).toBeNull();
});
