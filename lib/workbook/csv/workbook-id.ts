/**
 * Which workbook a folder is, in any place: `FOLDER/.nightshift/workbook.json` keeps an id and the place at which
 * it was given. A folder that was moved keeps its id, and with it its history in the ledger; a copy beside the original
 * is a workbook of its own. The id is a hash of the first place: nothing personal, and the same for a folder that has
 * no such file yet.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { writeFileAtomic } from '../../core/atomic-file.ts';

const keptSchema = z.object({ id: z.string().regex(/^[0-9a-f]{12}$/), place: z.string() });

const fileOf = (folder: string): string => join(folder, '.nightshift', 'workbook.json');

/** Twelve hexadecimal digits of the SHA-256 of a place: a folder's path, or a spreadsheet's id. */
export const placeId = (place: string): string => createHash('sha256').update(place).digest('hex').slice(0, 12);

function kept(folder: string): z.infer<typeof keptSchema> | null {
  try {
    return keptSchema.parse(JSON.parse(readFileSync(fileOf(folder), 'utf8')));
  } catch {
    return null;
  }
}

/** The folder's id; nothing is written. */
export function folderId(given: string): string {
  const folder = resolve(given);
  const found = kept(folder);
  if (!found) return placeId(folder);
  // Where the first place still holds the same id, this folder is a copy.
  const isCopy = found.place !== folder && kept(found.place)?.id === found.id;
  return isCopy ? placeId(folder) : found.id;
}

/** Writes the id down, so that it stays when the folder is moved. */
export async function keepFolderId(given: string): Promise<string> {
  const folder = resolve(given);
  const id = folderId(folder);
  const found = kept(folder);
  if (found?.id === id && found.place === folder) return id;
  await mkdir(dirname(fileOf(folder)), { recursive: true });
  await writeFileAtomic(fileOf(folder), `${JSON.stringify({ id, place: folder })}\n`);
  return id;
}
