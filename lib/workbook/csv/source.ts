/**
 * The bytes of a file from first to last as UTF-8, in any of its encodings. Reads synchronously: a pass over a file is
 * one tight loop, and its caller yields to other work in between.
 */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileIdentity, identityOf, untouched } from '../../core/file-identity.ts';
import { type Codec, toUtf8, wholeBytes } from './codec.ts';
import { changedError } from './same-file.ts';

/** UTF-16 is read in pieces of this size. */
const PIECE_BYTES = 1024 * 1024;

export interface SourceOptions {
  /** How it is written; null for UTF-8. */
  readonly codec: Codec | null;
  /** How many bytes stand before the header. */
  readonly skipBytes: number;
  /** The file that it must still be; null for any. */
  readonly identity: FileIdentity | null;
  /** Whether `sha256` will be asked for. */
  readonly hashed: boolean;
}

export class Source {
  /** The bytes are no more than these. */
  readonly maxBytes: number;
  private readonly fd: number;
  private readonly codec: Codec | null;
  private readonly hash: Hash | null;
  /** UTF-16 that ended in half a character. */
  private half: Buffer = Buffer.alloc(0);
  /** UTF-8 that did not fit the target. */
  private rest: Buffer = Buffer.alloc(0);
  private ended = false;
  /** How many bytes of the file have been read. */
  bytesRead = 0;

  /** Throws a CsvError where the file is not the one of the identity any more. */
  constructor(path: string, { codec, skipBytes, identity, hashed }: SourceOptions) {
    this.fd = openSync(path, 'r');
    this.codec = codec;
    this.hash = hashed ? createHash('sha256') : null;
    const now = identityOf(fstatSync(this.fd, { bigint: true }));
    if (identity && !untouched(identity, now)) {
      this.close();
      throw changedError(path);
    }
    // Two bytes of UTF-16 are up to three of UTF-8, and so is one of Windows-1252.
    this.maxBytes = codec === null ? now.size : now.size * 3;
    if (skipBytes > 0) this.read(Buffer.alloc(skipBytes), 0);
  }

  /** Puts as many bytes as it can into the target from `at` on; returns how many, 0 only at the end. */
  fill(target: Buffer, at: number): number {
    if (this.codec === null) return this.read(target, at);
    while (this.rest.length === 0 && !this.ended) this.rest = this.decode(this.codec);
    const count = this.rest.copy(target, at);
    this.rest = this.rest.subarray(count);
    return count;
  }

  /**
   * The hash, in hexadecimal, of the bytes as they stand in the file, byte order mark and all; once everything is read.
   */
  sha256(): string {
    return this.hash?.digest('hex') ?? '';
  }

  close(): void {
    closeSync(this.fd);
  }

  private decode(codec: Codec): Buffer {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const held = this.half.copy(piece);
    const bytes = piece.subarray(0, held + this.read(piece, held));
    const complete = this.ended ? bytes.length : wholeBytes(bytes, codec);
    this.half = bytes.subarray(complete);
    return toUtf8(bytes.subarray(0, complete), codec);
  }

  private read(target: Buffer, at: number): number {
    const count = readSync(this.fd, target, at, target.length - at, null);
    this.hash?.update(target.subarray(at, at + count));
    this.ended = count === 0;
    this.bytesRead += count;
    return count;
  }
}
