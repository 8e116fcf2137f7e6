/**
 * Writes a file from pieces of UTF-8, in UTF-8 or UTF-16. Pieces are whole characters. It makes nothing durable: fsync
 * is for the code that decides when the file counts.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { type Codec, fromUtf8 } from './codec.ts';

const BUFFER_BYTES = 256 * 1024;

/** Shorter pieces are copied byte by byte, which is faster than a call. */
const SHORT_BYTES = 40;

export class Output {
  private readonly fd: number;
  private readonly codec: Codec | null;
  private readonly path: string;
  private readonly buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  private used = 0;
  /** The last byte of UTF-8 that was appended; 0 before any. */
  lastByte = 0;

  /**
   * Makes the file, or empties it.
   * @param codec how it is written; null for UTF-8
   * @param before what the file begins with, byte for byte
   */
  constructor(path: string, codec: Codec | null, before: Buffer) {
    this.fd = openSync(path, 'w');
    this.codec = codec;
    this.path = path;
    this.write(before);
  }

  append(bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    if (length <= 0) return;
    this.lastByte = bytes[end - 1] as number;
    if (this.used + length > BUFFER_BYTES) this.flush();
    if (length > BUFFER_BYTES) {
      this.write(this.encoded(bytes.subarray(start, end)));
    } else if (length <= SHORT_BYTES) {
      const { buffer } = this;
      let to = this.used;
      for (let from = start; from < end; from += 1, to += 1) buffer[to] = bytes[from] as number;
      this.used = to;
    } else {
      this.used += bytes.copy(this.buffer, this.used, start, end);
    }
  }

  appendText(text: string): void {
    const bytes = Buffer.from(text);
    this.append(bytes, 0, bytes.length);
  }

  close(): void {
    closeSync(this.fd);
  }

  /** Writes what is still in the buffer. */
  flush(): void {
    this.write(this.encoded(this.buffer.subarray(0, this.used)));
    this.used = 0;
  }

  private encoded(bytes: Buffer): Buffer {
    return this.codec === null ? bytes : fromUtf8(bytes, this.codec, this.path);
  }

  private write(bytes: Buffer): void {
    for (let written = 0; written < bytes.length; ) written += writeSync(this.fd, bytes, written);
  }
}
