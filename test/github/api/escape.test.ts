import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutBody, cutSummary, cutTitle } from '../../../lib/github/api/body.ts';
import { code, markdown, mermaid } from '../../../lib/github/api/escape.ts';

const nasty = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '@acme/all',
        '#1',
        'GH-1',
        '::error::',
        '##[error]',
        '<img>',
        '`',
        '|',
        '\n',
        '\r',
        '\u2028',
        '](',
        'www.x.example',
        'https://x.example',
        'deadbeef',
        '-->',
        '%0A',
        '$x$',
        '"',
      ),
    ),
  )
  .map((parts) => parts.join(''));

it('lets no text become a mention, a reference, a link, HTML, a cell or a line', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const out = markdown(text);
      expect(out).not.toMatch(/[\n\r<>]|@[\w-]|#\d|GH-\d|:\/\/|www\.|(?<!\\)[|`*[\]]|\b[0-9a-f]{7,40}\b/i);
    }),
    { numRuns: 2000 },
  );
});

it('lets no text end its code or its label', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      expect(code(text).slice(1, -1)).not.toMatch(/[`|<>\n\r]/);
      expect(mermaid(text)).not.toMatch(/["\n\r[\]{}<>#;&`]/);
    }),
    { numRuns: 1000 },
  );
});

it('cuts what GitHub would refuse, and keeps the hidden marker', () => {
  const body = cutBody(`${'😀 line\n'.repeat(20_000)}<!-- marker -->`);
  expect([body.length <= 65_536, body.endsWith('<!-- marker -->'), body.includes('cut here')]).toEqual([
    true,
    true,
    true,
  ]);
  expect(Buffer.byteLength(cutSummary('é\n'.repeat(600_000)))).toBeLessThan(1_048_576);
  expect(cutTitle('😀'.repeat(200)).length).toBeLessThanOrEqual(256);
  expect([cutBody('short'), cutSummary('short'), cutTitle('short')]).toEqual(['short', 'short', 'short']);
});
