/**
 * The files beside a workbook's tables in which a forgotten person may still stand: exports, their memory, the inbox,
 * and Mailchimp's files of those who left. Lines that name the person go, and every other byte stays; what can't be cut line by line is named, to be mended by hand. Nothing here
 * ever says what it found, only where.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { writeFileAtomic } from '../landing/atomic-file.ts';
import { EXPORTS } from '../run/files.ts';

export interface Cleared {
  /** Files that lost lines, and how many. */
  readonly rewritten: readonly { readonly file: string; readonly lines: number }[];
  /** Files in which the person still stands, with the lines. */
  readonly leftovers: readonly { readonly file: string; readonly lines: readonly number[] }[];
}

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const shaOfBytes = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex');
/** A file as text with a character for each byte, whatever its encoding: what is not cut is written back as it was. */
const bytesOf = (path: string): Promise<string> => readFile(path, 'latin1');
/** A text as `bytesOf` shows it in a file in UTF-8. */
const asBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1').toLowerCase();
/** Mailchimp's files, which lie beside the audience and are read as bounces. */
const isOfMailchimp = (header = ''): boolean => /(^|[,;\t"])(UNSUB_TIME|CLEAN_TIME)($|[,;\t"\r])/i.test(header);

/** All by which a file may name an address: itself, and the hashes of audiences. */
function needlesOf(addresses: readonly string[]): string[] {
  return addresses.flatMap((address) => {
    const [local = '', domain = ''] = address.split('@');
    const bare = ['gmail.com', 'googlemail.com'].includes(domain) ? `${local.replaceAll('.', '')}@${domain}` : address;
    return [...new Set([asBytes(address), sha(address), sha(bare)])];
  });
}

async function filesIn(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const namesOne = (line: string, needles: readonly string[]): boolean => {
  const lower = line.toLowerCase();
  return needles.some((needle) => lower.includes(needle));
};

/** A record that runs over lines can't be cut by lines. */
const isWhole = (line: string): boolean => (line.match(/"/g)?.length ?? 0) % 2 === 0;

/** Cuts the lines that name the person out of exports and inbox, and looks for what is left in all of the folder. */
export async function clearFiles(workbookFolder: string, addresses: readonly string[]): Promise<Cleared> {
  const needles = needlesOf(addresses);
  const rewritten: { file: string; lines: number }[] = [];
  const ours = [EXPORTS, 'inbox', join('.nightshift', EXPORTS)].map((name) => join(workbookFolder, name));
  const beside = (await filesIn(workbookFolder)).filter((path) => dirname(path) === workbookFolder);
  for (const path of [...(await Promise.all(ours.map(filesIn))).flat(), ...beside]) {
    const lines = (await bytesOf(path)).split('\n');
    if (beside.includes(path) && !isOfMailchimp(lines[0])) continue;
    const kept = lines.filter((line) => !(namesOne(line, needles) && isWhole(line) && canGo(line)));
    if (kept.length === lines.length) continue;
    const text = kept.join('\n');
    await writeFileAtomic(path, Buffer.from(text, 'latin1'));
    await mendNote(path, text, lines.length - kept.length);
    rewritten.push({ file: relative(workbookFolder, path), lines: lines.length - kept.length });
  }
  const leftovers: { file: string; lines: number[] }[] = [];
  for (const path of await filesIn(workbookFolder)) {
    if (/\.db$/.test(path)) continue;
    const lines = (await bytesOf(path)).split('\n');
    const found = lines.flatMap((line, i) => (namesOne(line, needles) ? [i + 1] : []));
    if (found.length > 0) leftovers.push({ file: relative(workbookFolder, path), lines: found });
  }
  return { rewritten, leftovers };
}

/** A line of JSON may go where it is one object; a line of an array over many lines, or with many objects, may not. */
function canGo(line: string): boolean {
  const trimmed = line.trim();
  if (!/^[[{"\]}]/.test(trimmed) || (trimmed.startsWith('"') && !/^"[^"]*"\s*:/.test(trimmed))) return true;
  try {
    const value: unknown = JSON.parse(trimmed);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** The note beside an export says its rows and checksum. */
async function mendNote(path: string, text: string, cut: number): Promise<void> {
  const beside = `${path}.json`;
  if (!existsSync(beside)) return;
  const note = JSON.parse(await readFile(beside, 'utf8')) as { file: string; rows: number };
  await writeFileAtomic(beside, `${JSON.stringify({ ...note, rows: note.rows - cut, sha256: shaOfBytes(text) })}\n`);
}
