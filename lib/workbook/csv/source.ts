/**
 * The bytes of a file from first to last as UTF-8, in any of its encodings. Reads synchronously: a pass over a file is one
 * tight loop, and its caller yields to other work in between.
 */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { changedError, type Identity, openIdentity, sameIdentity } from './same-file.ts';
import { type ByteOrder, utf16ToUtf8, wholeUtf16 } from './utf16.ts';

/** UTF-16 is read in pieces of this size. */
const PIECE_BYTES = 1024 * 1024;

export interface SourceOptions {
  /** The byte order of UTF-16; null for UTF-8. */
  readonly order: ByteOrder | null;
  /** How many bytes the byte order mark takes. */
  readonly bomBytes: number;
  /** The file that it must still be; null for any. */
  readonly identity: Identity | null;
  /** Whether `sha256` will be asked for. */
  readonly hashed: boolean;
}

export class Source {
  /** The bytes are no more than these. */
  readonly maxBytes: number;
  private readonly fd: number;
  private readonly order: ByteOrder | null;
  private readonly hash: Hash | null;
  /** UTF-16 that ended in half a character. */
  private half: Buffer = Buffer.alloc(0);
  /** UTF-8 that did not fit the target. */
  private rest: Buffer = Buffer.alloc(0);
  private ended = false;
  /** How many bytes of the file have been read. */
  bytesRead = 0;

  /** Throws a CsvError where the file is not the one of the identity any more. */
  constructor(path: string, { order, bomBytes, identity, hashed }: SourceOptions) {
    this.fd = openSync(path, 'r');
    this.order = order;
    this.hash = hashed ? createHash('sha256') : null;
    const now = openIdentity(this.fd);
    if (identity && !sameIdentity(identity, now)) {
      this.close();
      throw changedError(path);
    }
    // Two bytes of UTF-16 are up to three of UTF-8.
    this.maxBytes = order === null ? now.size : Math.ceil(now.size * 1.5);
    this.read(Buffer.alloc(bomBytes), 0);
  }

  /** Puts as many bytes as it can into the target from `at` on; returns how many, 0 only at the end. */
  fill(target: Buffer, at: number): number {
    if (this.order === null) return this.read(target, at);
    while (this.rest.length === 0 && !this.ended) this.rest = this.decode(this.order);
    const count = this.rest.copy(target, at);
    this.rest = this.rest.subarray(count);
    return count;
  }

  /** The hash, in hexadecimal, of the bytes as they stand in the file, byte order mark and all; once everything is read. */
  sha256(): string {
    return this.hash?.digest('hex') ?? '';
  }

  close(): void {
    closeSync(this.fd);
  }

  private decode(order: ByteOrder): Buffer {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const held = this.half.copy(piece);
    const bytes = piece.subarray(0, held + this.read(piece, held));
    const complete = this.ended ? bytes.length : wholeUtf16(bytes, order);
    this.half = bytes.subarray(complete);
    return utf16ToUtf8(bytes.subarray(0, complete), order);
  }

  private read(target: Buffer, at: number): number {
    const count = readSync(this.fd, target, at, target.length - at, null);
    this.hash?.update(target.subarray(at, at + count));
    this.ended = count === 0;
    this.bytesRead += count;
    return count;
  }
}
