/**
 * Opens a CSV file: reads its head, and says how it is written. It reads no rows and changes nothing; what it cannot be
 * sure of is an error that says what to do.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { type FileIdentity, identityOf } from '../../core/file-identity.ts';
import { CR, type Delimiter, LF } from './cell.ts';
import { codecOf, type Encoding, fromUtf8, toUtf8, wholeBytes } from './codec.ts';
import { CsvError } from './csv-error.ts';
import { type LineEnd, readHeader } from './header.ts';
import { findPreamble } from './preamble.ts';
import { is1252 } from './windows-1252.ts';

/** How a CSV file is written. */
export interface CsvFile {
  readonly path: string;
  /** The path's last part, for people. */
  readonly name: string;
  readonly identity: FileIdentity;
  readonly encoding: Encoding;
  /** Whether it begins with a byte order mark; UTF-16 always does. */
  readonly bom: boolean;
  /** What stands before the header, byte for byte: the mark, and lines of notes. */
  readonly before: Buffer;
  /** How many lines of notes. */
  readonly notes: number;
  readonly delimiter: Delimiter;
  /** The header's line end; LF where it has none. */
  readonly lineEnd: LineEnd;
  /** The header's cells, unquoted, in order. */
  readonly header: readonly string[];
  readonly endsWithLineEnd: boolean;
}

/** The byte order mark of each encoding. */
export const BOM: Readonly<Record<Encoding, Buffer>> = {
  'utf-8': Buffer.from([0xef, 0xbb, 0xbf]),
  'utf-16le': Buffer.from([0xff, 0xfe]),
  'utf-16be': Buffer.from([0xfe, 0xff]),
  'windows-1252': Buffer.alloc(0),
  'old-mac': Buffer.alloc(0),
};

/** The header must end within the first MiB. */
const HEAD_BYTES = 1024 * 1024;

/** What files that are none of ours begin with. */
const FOREIGN: readonly (readonly [bytes: readonly number[], sentence: string])[] = [
  [
    [0x50, 0x4b, 0x03, 0x04],
    'this is an Excel workbook or another zip file; save it as CSV UTF-8, or unpack it first.',
  ],
  [[0xd0, 0xcf, 0x11, 0xe0], 'this is an old Excel workbook (.xls); save it as CSV UTF-8.'],
  [[0x1f, 0x8b], 'this is a compressed file (gzip); unpack it first.'],
  [[0xff, 0xfe, 0x00, 0x00], 'it is in UTF-32; save it as CSV UTF-8.'],
  [[0x00, 0x00, 0xfe, 0xff], 'it is in UTF-32; save it as CSV UTF-8.'],
];

/**
 * Reads the head of a CSV file. Rejects with a CsvError where it is none, and with the file system's own error (ENOENT)
 * where there is no file.
 */
export async function openCsv(path: string): Promise<CsvFile> {
  const fd = openSync(path, 'r');
  try {
    const identity = identityOf(fstatSync(fd, { bigint: true }));
    const head = readAt(fd, 0, Math.min(HEAD_BYTES, identity.size));
    const { encoding: marked, bom } = encodingOf(head, identity.size, path);
    const isWhole = head.length === identity.size;
    const isUnmarked =
      marked === 'utf-8' && !bom && is1252(isWhole ? head : head.subarray(0, head.lastIndexOf(LF) + 1));
    const isOldMac = marked === 'utf-8' && !bom && head.includes(CR) && !head.includes(LF);
    const encoding = isOldMac ? 'old-mac' : isUnmarked ? 'windows-1252' : marked;
    const mark = bom ? BOM[encoding] : Buffer.alloc(0);
    const text = asUtf8(head.subarray(mark.length), encoding);
    const { bytes, lines: notes, delimiter: given } = findPreamble(text);
    const { columns: header, delimiter, lineEnd } = readHeader(text.subarray(bytes), isWhole, path, given);
    const above = text.subarray(0, bytes);
    const codec = codecOf(encoding);
    const before = Buffer.concat([mark, codec ? fromUtf8(above, codec, path) : above]);
    const endsWithLineEnd = asUtf8(readAt(fd, identity.size - 2, 2), encoding).at(-1) === LF;
    const written = { encoding, bom, before, notes, delimiter, lineEnd, header, endsWithLineEnd };
    return { path, name: basename(path), identity, ...written };
  } finally {
    closeSync(fd);
  }
}

function encodingOf(head: Buffer, size: number, path: string): { encoding: Encoding; bom: boolean } {
  for (const [bytes, sentence] of FOREIGN) {
    if (head.subarray(0, bytes.length).equals(Buffer.from(bytes))) throw new CsvError('unreadable', path, sentence);
  }
  const marked = (Object.keys(BOM) as Encoding[]).find(
    (name) => BOM[name].length > 0 && head.subarray(0, BOM[name].length).equals(BOM[name]),
  );
  if (size === (marked ? BOM[marked].length : 0)) {
    throw new CsvError('unreadable', path, 'it is empty. Expected a first line with the column names.');
  }
  if (marked && marked !== 'utf-8' && size % 2 === 1) {
    throw new CsvError(
      'unreadable',
      path,
      'it is UTF-16 and ends in half a character, so that it was cut off. Save it again as CSV UTF-8.',
    );
  }
  return { encoding: marked ?? 'utf-8', bom: marked !== undefined };
}

function asUtf8(bytes: Buffer, encoding: Encoding): Buffer {
  const codec = codecOf(encoding);
  return codec === null ? bytes : toUtf8(bytes.subarray(0, wholeBytes(bytes, codec)), codec);
}

function readAt(fd: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(fd, buffer, 0, length, Math.max(0, position)));
}
