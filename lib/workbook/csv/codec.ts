/** The encodings of CSV files beside UTF-8, as one pair of functions. */
import { CR, LF } from './cell.ts';
import { type ByteOrder, utf8ToUtf16, utf16ToUtf8, wholeUtf16 } from './utf16.ts';
import { decode1252, encode1252 } from './windows-1252.ts';

export type Codec = ByteOrder | 'windows-1252' | 'old-mac';
export type Encoding = 'utf-8' | Codec;

/** How what is not UTF-8 is read and written; null for UTF-8. */
export const codecOf = (encoding: Encoding): Codec | null => (encoding === 'utf-8' ? null : encoding);

/**
 * Lines of UTF-8 that end in a carriage return alone, as Excel's "CSV (Macintosh)" has them: as ones that end in LF. Its
 * own way back, so that a line feed inside a cell stays one.
 */
const exchangeLineEnds = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.map((byte) => (byte === CR ? LF : byte === LF ? CR : byte)));

/** Whole characters as UTF-8. */
export function toUtf8(bytes: Buffer, codec: Codec): Buffer {
  if (codec === 'old-mac') return exchangeLineEnds(bytes);
  return codec === 'windows-1252' ? decode1252(bytes) : utf16ToUtf8(bytes, codec);
}

/** The way back. @param path the file, for errors */
export function fromUtf8(bytes: Buffer, codec: Codec, path: string): Buffer {
  if (codec === 'old-mac') return exchangeLineEnds(bytes);
  return codec === 'windows-1252' ? encode1252(bytes, path) : utf8ToUtf16(bytes, codec);
}

/** How many of the bytes are whole characters; the rest waits for what follows. */
export const wholeBytes = (bytes: Buffer, codec: Codec): number =>
  codec === 'windows-1252' || codec === 'old-mac' ? bytes.length : wholeUtf16(bytes, codec);
