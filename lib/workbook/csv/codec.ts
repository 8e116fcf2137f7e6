/** The encodings of CSV files beside UTF-8, as one pair of functions. */
import { type ByteOrder, utf8ToUtf16, utf16ToUtf8, wholeUtf16 } from './utf16.ts';
import { decode1252, encode1252 } from './windows-1252.ts';

export type Codec = ByteOrder | 'windows-1252';

/** Whole characters as UTF-8. */
export const toUtf8 = (bytes: Buffer, codec: Codec): Buffer =>
  codec === 'windows-1252' ? decode1252(bytes) : utf16ToUtf8(bytes, codec);

/** The way back. @param path the file, for errors */
export const fromUtf8 = (bytes: Buffer, codec: Codec, path: string): Buffer =>
  codec === 'windows-1252' ? encode1252(bytes, path) : utf8ToUtf16(bytes, codec);

/** How many of the bytes are whole characters; the rest waits for what follows. */
export const wholeBytes = (bytes: Buffer, codec: Codec): number =>
  codec === 'windows-1252' ? bytes.length : wholeUtf16(bytes, codec);
