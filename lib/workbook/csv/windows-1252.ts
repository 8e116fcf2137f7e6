/**
 * Windows-1252 to UTF-8 and back, as the WHATWG's encoding standard has it: what Excel's plain "CSV" is written in in Western
 * Europe and America. Each of its 256 bytes is one character.
 */
import { isUtf8 } from 'node:buffer';
import { CsvError } from './csv-error.ts';

const decoder = new TextDecoder('windows-1252');
const BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const byteOf = new Map([...decoder.decode(BYTES)].map((character, byte) => [character, byte]));

/** Bytes that stand for no letter or sign in Windows-1252: a text that has them is in another encoding. */
const UNUSED = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d, 0x00]);

export const decode1252 = (bytes: Buffer): Buffer => Buffer.from(decoder.decode(bytes));

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
