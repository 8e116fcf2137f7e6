/**
 * The files of a workbook's folder in which a forgotten person may still stand beside the tables' own rows: exports,
 * their memory, the inbox, Mailchimp's files of those who left, and rows in quarantine. Lines that name the person go,
 * and every other byte stays; what can't be cut line by line is named, to be corrected by hand. Nothing here ever says
 * what it found, only where.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { writeFileAtomic } from '../../core/atomic-file.ts';
import { EXPORTS } from '../../workbook/store.ts';
import { hasIdAsCell, type Named, namesPerson } from './naming.ts';
import { cutRows } from './rows.ts';

export interface Cleared {
  /** Files that lost lines, and how many. */
  readonly rewritten: readonly { readonly file: string; readonly lines: number }[];
  /** Files in which the person still stands, with the lines. */
  readonly leftovers: readonly { readonly file: string; readonly lines: readonly number[] }[];
}

/** A file as text with a character for each byte, in any encoding: what is not cut is written back as it was. */
const bytesOf = (path: string): Promise<string> => readFile(path, 'latin1');
const shaOfBytes = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex');
/** Mailchimp's files, which lie beside the audience and are read as bounces. */
const isOfMailchimp = (header = ''): boolean => /(^|[,;\t"])(UNSUB_TIME|CLEAN_TIME)($|[,;\t"\r])/i.test(header);

async function filesIn(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** A record that runs over lines can't be cut by lines. */
const isWhole = (line: string): boolean => (line.match(/"/g)?.length ?? 0) % 2 === 0;

/** The files directly beside the workbook's own. */
const besideIn = async (folder: string): Promise<string[]> =>
  (await filesIn(folder)).filter((path) => dirname(path) === folder);

/** Exports in folders that their rules name: files with a note of ours beside them, for the rest is other people's. */
const exportsIn = async (folders: readonly string[]): Promise<string[][]> =>
  Promise.all(folders.map(async (folder) => (await besideIn(folder)).filter((path) => existsSync(`${path}.json`))));

/** A file as a person finds it: below the workbook's folder, or by its whole path. */
export const nameOf = (workbookFolder: string, path: string): string => {
  const below = relative(workbookFolder, path);
  return below.startsWith('..') ? path : below;
};

/** The exports and their memory; other files that we read or keep: the inbox, and Mailchimp's. */
async function ourFiles(
  folder: string,
  exportFolders: readonly string[],
): Promise<{ exports: string[]; rest: string[] }> {
  const exported = [EXPORTS, join('.nightshift', EXPORTS)].map((name) => filesIn(join(folder, name)));
  const rest = await filesIn(join(folder, 'inbox'));
  for (const path of await besideIn(folder)) {
    if (isOfMailchimp((await bytesOf(path)).split('\n', 1)[0])) rest.push(path);
  }
  return { exports: [...(await Promise.all(exported)), ...(await exportsIn(exportFolders))].flat(), rest };
}

/** The files beside the tables that may name people: exports, their memory, the inbox, and Mailchimp's files. */
export async function filesOfOurs(workbookFolder: string, exportFolders: readonly string[]): Promise<string[]> {
  const { exports, rest } = await ourFiles(workbookFolder, exportFolders);
  return [...exports, ...rest];
}

/**
 * Cuts the lines that name the person out of exports, inbox and Mailchimp's files. Done before the tables are written,
 * which alone know all of a person's addresses: after an interruption the command starts over and misses none.
 */
export async function cutFiles(
  workbookFolder: string,
  person: Named,
  exportFolders: readonly string[],
): Promise<Cleared['rewritten']> {
  const [names, hasId] = [namesPerson(person), hasIdAsCell(person)];
  const rewritten: { file: string; lines: number }[] = [];
  const cut = async (path: string, isOfPerson: (line: string) => boolean): Promise<void> => {
    const lines = (await bytesOf(path)).split('\n');
    const kept = lines.filter((line) => !(isOfPerson(line) && isWhole(line) && canGo(line)));
    if (kept.length === lines.length) return;
    const text = kept.join('\n');
    await writeFileAtomic(path, Buffer.from(text, 'latin1'));
    await updateNote(path, text, lines.length - kept.length);
    rewritten.push({ file: nameOf(workbookFolder, path), lines: lines.length - kept.length });
  };
  const { exports, rest } = await ourFiles(workbookFolder, exportFolders);
  for (const path of exports) await cut(path, (line) => names(line) || hasId(line));
  for (const path of rest) await cut(path, names);
  return rewritten;
}

/**
 * After the tables are written: takes the person's rows in quarantine out of the workbook's CSV files, and looks for
 * what is left in all of the folder; not in `scratch`, which goes with the run.
 */
export async function clearRest(workbookFolder: string, person: Named, scratch: string): Promise<Cleared> {
  const rewritten: { file: string; lines: number }[] = [];
  for (const path of await besideIn(workbookFolder)) {
    if (!/\.csv$/i.test(path)) continue;
    const lines = await cutRows(path, person);
    if (lines > 0) rewritten.push({ file: relative(workbookFolder, path), lines });
  }
  const names = namesPerson(person);
  const leftovers: { file: string; lines: number[] }[] = [];
  for (const path of await filesIn(workbookFolder)) {
    if (/\.db$/.test(path) || path.startsWith(scratch)) continue;
    const lines = (await bytesOf(path)).split('\n');
    const found = lines.flatMap((line, i) => (names(line) ? [i + 1] : []));
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
async function updateNote(path: string, text: string, cut: number): Promise<void> {
  const beside = `${path}.json`;
  if (!existsSync(beside)) return;
  const note = JSON.parse(await readFile(beside, 'utf8')) as { file: string; rows: number };
  await writeFileAtomic(beside, `${JSON.stringify({ ...note, rows: note.rows - cut, sha256: shaOfBytes(text) })}\n`);
}
