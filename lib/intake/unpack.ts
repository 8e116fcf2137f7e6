/**
 * Files that come packed, as other tools' exports do: a zip's CSV and JSON files, or what a .gz holds, are laid out in a
 * folder first. Sizes and checksums must agree, so that a download that was cut off is never taken for the whole.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { crc32, createGunzip } from 'node:zlib';
import { type Entry, open as openZip, type ZipFile } from 'yauzl';
import { CsvError } from '../workbook/csv/csv-error.ts';

/** A file to take in. */
export interface GivenFile {
  readonly path: string;
  /** What a person knows it by, and where its rejects belong: its own path, or one beside the archive that it came in. */
  readonly origin: string;
}

const OURS = /\.(csv|tsv|txt|json|jsonl|ndjson)$/i;

/** Lays out what is packed under `folder`; every other file is given back as it is. @throws CsvError for a damaged archive */
export async function unpack(paths: readonly string[], folder: string): Promise<GivenFile[]> {
  const given: GivenFile[] = [];
  for (const [i, path] of paths.entries()) {
    const head = await firstBytes(path);
    const target = join(folder, `unpacked-${i}`);
    if (head.startsWith('504b0304')) given.push(...(await unzip(path, target)));
    else if (head.startsWith('1f8b')) given.push(await gunzip(path, target));
    else given.push({ path, origin: path });
  }
  return given;
}

async function firstBytes(path: string): Promise<string> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead).toString('hex');
  } finally {
    await handle.close();
  }
}

async function gunzip(path: string, target: string): Promise<GivenFile> {
  await mkdir(target, { recursive: true });
  const unpacked = join(target, basename(path).replace(/\.gz$/i, ''));
  await pipeline(createReadStream(path), createGunzip(), createWriteStream(unpacked)).catch(() => {
    throw new CsvError('unreadable', path, 'this archive is damaged or cut off; fetch it again.');
  });
  return { path: unpacked, origin: path };
}

async function unzip(path: string, target: string): Promise<GivenFile[]> {
  const zip = await promisify<string, { lazyEntries: true; autoClose: false }, ZipFile>(openZip)(path, {
    lazyEntries: true,
    autoClose: false,
  }).catch(damaged(path));
  try {
    const entries = await entriesOf(zip).catch(damaged(path));
    // An Excel workbook is a zip as well; the reader of the file says what to do.
    if (entries.some(({ fileName }) => fileName === '[Content_Types].xml')) return [{ path, origin: path }];
    const kept = entries.filter(({ fileName }) => OURS.test(fileName) && !/(^|\/)[._]/.test(fileName));
    if (kept.length === 0)
      throw new CsvError('unreadable', path, 'this zip holds no CSV or JSON file; put into it what is to be imported.');
    const given: GivenFile[] = [];
    for (const [i, entry] of kept.entries()) {
      const name = basename(entry.fileName);
      await mkdir(join(target, String(i)), { recursive: true });
      const unpacked = join(target, String(i), name);
      await layOut(zip, entry, unpacked).catch(damaged(path, entry));
      const twice = kept.some((other, k) => k < i && basename(other.fileName) === name);
      given.push({ path: unpacked, origin: `${path}.${twice ? `${i + 1}.` : ''}${name}` });
    }
    return given;
  } finally {
    zip.close();
  }
}

const damaged = (path: string, entry?: Entry) => (): never => {
  const why = entry?.isEncrypted()
    ? 'this zip asks for a password; unpack it first.'
    : 'this zip is damaged or cut off; fetch it again.';
  throw new CsvError('unreadable', path, why);
};

function entriesOf(zip: ZipFile): Promise<Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    zip.on('entry', (entry) => {
      entries.push(entry);
      zip.readEntry();
    });
    zip.on('end', () => resolve(entries));
    zip.on('error', reject);
    zip.readEntry();
  });
}

async function layOut(zip: ZipFile, entry: Entry, to: string): Promise<void> {
  const from = await promisify(zip.openReadStream.bind(zip) as (entry: Entry, done: OpenedEntry) => void)(entry);
  let sum = 0;
  const check = new Transform({
    transform: (chunk, _, done) => {
      sum = crc32(chunk, sum);
      done(null, chunk);
    },
  });
  await pipeline(from, check, createWriteStream(to));
  if (sum !== entry.crc32) throw new Error('the checksum differs');
}

type OpenedEntry = (error: Error | null, stream: NodeJS.ReadableStream) => void;
