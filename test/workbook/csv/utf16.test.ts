import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8ToUtf16, utf16ToUtf8, wholeUtf16 } from '../../../lib/workbook/csv/utf16.ts';

const order = fc.constantFrom('utf-16le' as const, 'utf-16be' as const);

/** Code units, many of them halves of pairs. */
const units = fc.array(fc.oneof(fc.integer({ min: 0xd7fe, max: 0xe001 }), fc.integer({ min: 0, max: 0xffff })), {
  maxLength: 40,
});

function bytesOf(codeUnits: readonly number[], which: 'utf-16le' | 'utf-16be'): Buffer {
  const bytes = Buffer.from(Uint16Array.from(codeUnits).buffer);
  return which === 'utf-16le' ? bytes : bytes.swap16();
}

describe('UTF-16 by way of UTF-8', () => {
  it('comes back bit for bit, halves of pairs and all', () => {
    fc.assert(
      fc.property(units, order, (codeUnits, which) => {
        const bytes = bytesOf(codeUnits, which);
        expect(utf8ToUtf16(utf16ToUtf8(bytes, which), which)).toEqual(bytes);
      }),
    );
  });

  it('is the UTF-8 that everyone knows where the text is sound', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(utf16ToUtf8(Buffer.from(text, 'utf16le'), 'utf-16le')).toEqual(Buffer.from(text));
      }),
    );
  });

  it('is the same in pieces, wherever they are cut', () => {
    fc.assert(
      fc.property(units, order, fc.nat(90), (codeUnits, which, cut) => {
        const bytes = bytesOf(codeUnits, which);
        const whole = wholeUtf16(bytes.subarray(0, cut), which);
        const pieces = [utf16ToUtf8(bytes.subarray(0, whole), which), utf16ToUtf8(bytes.subarray(whole), which)];
        expect(Buffer.concat(pieces)).toEqual(utf16ToUtf8(bytes, which));
      }),
    );
  });
});
