/**
 * UTF-16 to UTF-8 and back, so that nothing is lost on the way there and back: half a surrogate pair, which UTF-8 does
 * not know, becomes the three bytes that it would have (as WTF-8 has it). Those are no valid UTF-8, so that a record
 * with one is malformed, and they come back as what they were.
 */
import { isUtf8 } from 'node:buffer';

export type ByteOrder = 'utf-16le' | 'utf-16be';

const LONE_SURROGATE = /\p{Surrogate}/gu;
const LONE_SURROGATE_BYTES = /\xed[\xa0-\xbf][\x80-\xbf]/g;

/** Whole UTF-16 code units as UTF-8. A pair must not be cut at the end: see `wholeUtf16`. */
export function utf16ToUtf8(bytes: Buffer, order: ByteOrder): Buffer {
  const text = inOrder(bytes, order).toString('utf16le');
  const pieces: Buffer[] = [];
  let copied = 0;
  for (const match of text.matchAll(LONE_SURROGATE)) {
    const unit = match[0].charCodeAt(0);
    const wide = [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)];
    pieces.push(Buffer.from(text.slice(copied, match.index)), Buffer.from(wide));
    copied = match.index + 1;
  }
  if (copied === 0) return Buffer.from(text);
  return Buffer.concat([...pieces, Buffer.from(text.slice(copied))]);
}

/** The reverse. The bytes must be whole characters. */
export function utf8ToUtf16(bytes: Buffer, order: ByteOrder): Buffer {
  if (isUtf8(bytes)) return inOrder(Buffer.from(bytes.toString('utf8'), 'utf16le'), order);
  const pieces: string[] = [];
  let copied = 0;
  for (const match of bytes.toString('latin1').matchAll(LONE_SURROGATE_BYTES)) {
    const [high, middle, low] = bytes.subarray(match.index, match.index + 3);
    const unit = (((high ?? 0) & 0x0f) << 12) | (((middle ?? 0) & 0x3f) << 6) | ((low ?? 0) & 0x3f);
    pieces.push(bytes.toString('utf8', copied, match.index), String.fromCharCode(unit));
    copied = match.index + 3;
  }
  pieces.push(bytes.toString('utf8', copied));
  return inOrder(Buffer.from(pieces.join(''), 'utf16le'), order);
}

/** How many of the bytes are whole UTF-16 characters; the rest waits for what follows. */
export function wholeUtf16(bytes: Buffer, order: ByteOrder): number {
  const even = bytes.length & ~1;
  if (even === 0) return 0;
  const last = order === 'utf-16le' ? bytes.readUInt16LE(even - 2) : bytes.readUInt16BE(even - 2);
  return last >= 0xd800 && last <= 0xdbff ? even - 2 : even;
}

/** Little-endian as it is, big-endian as a swapped copy; the same both ways. */
function inOrder(bytes: Buffer, order: ByteOrder): Buffer {
  return order === 'utf-16le' ? bytes : Buffer.from(bytes).swap16();
}
