import { describe, expect, it } from 'vitest';
import { cleanLines, cleanText } from '../../../lib/core/text/spacing.ts';
import { expectLawful, hostile } from '../../features/hygiene/recognised.ts';

const values = hostile(
  'Ann',
  'Müller',
  'Zoë',
  '山田',
  'می\u200cخواهم',
  'क्\u200dष',
  '👩\u200d💻',
  '❤\ufe0f\u200d🔥',
  '\u200d',
);

describe('cleanText', () => {
  it('trims and joins spaces of every kind, so that two spellings of one name compare equal', () => {
    expect(cleanText('\u00a0 Ann\u2003 \t Lee\u200b\r\n')).toBe('Ann Lee');
    expect(cleanText('山田　太郎')).toBe('山田 太郎');
  });

  it('composes letters and accents, and drops what nothing shows', () => {
    expect(cleanText('Zoe\u0308')).toBe('Zoë');
    expect(cleanText('\ufeffA\u00adnn\u202e\u0007')).toBe('Ann');
  });

  it('keeps the joiners that Persian, Hindi and emoji are spelt with, and no others', () => {
    for (const spelling of ['می\u200cخواهم', 'क्\u200dष', '👩\u200d💻', '❤\ufe0f\u200d🔥'])
      expect(cleanText(spelling)).toBe(spelling);
    expect(cleanText('An\u200dn\u200c')).toBe('Ann');
    expect(cleanText('👩\u200d')).toBe('👩');
    expect(cleanText('علی\u200c')).toBe('علی');
  });

  it('never empties a cell of nothing but spaces', () => {
    expect(cleanText(' \u200b ')).toBe(' \u200b ');
    expect(cleanText('')).toBe('');
  });

  it('is lawful on hostile values', () => expectLawful(cleanText, values));
});

describe('cleanLines', () => {
  it('keeps the lines of a postal address', () => {
    expect(cleanLines('\n12  High St \r\n\u00a0London\n\n')).toBe('12 High St\nLondon');
  });

  it('is lawful on hostile values', () => expectLawful(cleanLines, values));
});
