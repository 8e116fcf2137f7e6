/** Text from outside stays on its line, gives no command, and names no person where it is kept. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { impersonal, impersonalWhole, printable, printableJson } from '../../../lib/core/text/printable.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('::', '##[', '\n', '\r', '\u2028', '\u001b[31m', '\u009b', ' ', 'a'), { maxLength: 8 })
    .map((parts) => parts.join('')),
);
const isSafe = (text: string): boolean => !/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]|^\s*:|##\[/u.test(text);

it('no matter the text, it is one line, shows what could not be seen, and is no command', () => {
  fc.assert(fc.property(hostile, (text) => isSafe(printable(text)) && printable(printable(text)) === printable(text)));
  expect(printable('Friends\n::error::pwned \u001b[31mred')).toBe('Friends\\u{a}::error::pwned \\u{1b}[31mred');
  expect(printable('::error::pwned ##[error]x')).toBe('\\u{3a}:error::pwned #\\u{23}[error]x');
  expect(printable('Ärzte & Söhne: 5 %')).toBe('Ärzte & Söhne: 5 %');
});

it('JSON stays the same value, and is one line without a command', () => {
  fc.assert(
    fc.property(fc.record({ text: hostile, ':: ##[': hostile }), (value) => {
      expect(JSON.parse(printableJson(value))).toEqual(value);
      return isSafe(printableJson(value));
    }),
  );
});

it('what is kept holds no address, neither as a text nor as a name', () => {
  expect(impersonal('Friends of jane@doe.example, <j.d+x@sub.doe.example>')).toBe(
    'Friends of (an address), <(an address)>',
  );
  expect(impersonalWhole({ 'to jane@doe.example': [1, null, 'x\ny', true] })).toEqual({
    'to (an address)': [1, null, 'x\\u{a}y', true],
  });
});
