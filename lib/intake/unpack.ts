/**
 * Files that come packed, as other tools' exports do: a zip's CSV and JSON files, or what a .gz holds, are laid out in a
 * folder first. Sizes and checksums must agree, so that a download that was cut off is never taken for the whole.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createGunzip } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { CsvError } from '../workbook/csv/csv-error.ts';
import { firstBytes } from './json-records.ts';

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
    const head = (await firstBytes(path, 4)).toString('hex');
    const target = join(folder, `unpacked-${i}`);
    if (head.startsWith('504b0304')) given.push(...(await unzip(path, target)));
    else if (head.startsWith('1f8b')) given.push(await gunzip(path, target));
    else given.push({ path, origin: path });
  }
  return given;
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
  const zip = await openPromise(path, { autoClose: false }).catch(damaged(path));
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

async function entriesOf(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) entries.push(entry);
  return entries;
}

async function layOut(zip: ZipFile, entry: Entry, to: string): Promise<void> {
  let sum = 0;
  const check = new Transform({
    transform: (chunk, _, done) => {
      sum = crc32(chunk, sum);
      done(null, chunk);
    },
  });
  await pipeline(await zip.openReadStreamPromise(entry), check, createWriteStream(to));
  if (sum !== entry.crc32) throw new Error('the checksum differs');
}
