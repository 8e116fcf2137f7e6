/**
 * Windows-1252 to UTF-8 and back, as the WHATWG's encoding standard has it: what Excel's plain "CSV" is written in in
 * Western Europe and America. Each of its 256 bytes is one character.
 */
import { isUtf8 } from 'node:buffer';
import { CsvError } from './csv-error.ts';

/**
 * What 0x80 to 0x9f are; all other bytes are the same in Latin-1. Node's own decoder (20 to 23) reads these as Latin-1,
 * too.
 */
const SIGNS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const FIRST_SIGN = 0x80;

const signs = new Map([...SIGNS].map((character, i) => [String.fromCharCode(FIRST_SIGN + i), character]));
const byteOf = new Map([
  ...Array.from({ length: 256 }, (_, byte): [string, number] => [String.fromCharCode(byte), byte]),
  ...[...SIGNS].map((character, i): [string, number] => [character, FIRST_SIGN + i]),
]);

/** Bytes that stand for no letter or sign in Windows-1252: a text that has them is in another encoding. */
const UNUSED = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d, 0x00]);

export const decode1252 = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.toString('latin1').replace(/[\x80-\x9f]/g, (character) => signs.get(character) ?? character));

/** @throws CsvError for a character that Windows-1252 lacks */
export function encode1252(utf8: Buffer, path: string): Buffer {
  const characters = [...utf8.toString('utf8')];
  const bytes = characters.map((character) => byteOf.get(character));
  if (bytes.includes(undefined)) {
    throw new CsvError(
      'patch',
      path,
      'it is in Windows-1252, which lacks a character that is to be written. Save it as CSV UTF-8, and run again. Nothing was written.',
    );
  }
  return Buffer.from(bytes as number[]);
}

/** Two bytes that UTF-8 has for one character beyond ASCII: a text with such a pair is hardly in Windows-1252. */
const UTF8_PAIR = /[\xc2-\xf4][\x80-\xbf]/;

/** Whether a text that is no UTF-8 is in Windows-1252: no line of it is UTF-8 beyond ASCII, and no byte is unused. */
export function is1252(bytes: Buffer): boolean {
  if (isUtf8(bytes)) return false;
  if (bytes.some((byte) => UNUSED.has(byte))) return false;
  return !UTF8_PAIR.test(bytes.toString('latin1'));
}
