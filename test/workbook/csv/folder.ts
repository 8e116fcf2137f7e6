/** A folder of a test's own, gone when its file is done. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export function testFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'csv-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    path: (name: string): string => join(folder, name),
    write: (name: string, content: string | Buffer): string => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    },
  };
}

export type Spelling = 'utf-8' | 'utf-8 with BOM' | 'utf-16le' | 'utf-16be';

export const spellings: readonly Spelling[] = ['utf-8', 'utf-8 with BOM', 'utf-16le', 'utf-16be'];

/** A text as the bytes of a file. */
export function spelt(text: string, spelling: Spelling): Buffer {
  if (spelling === 'utf-8') return Buffer.from(text);
  if (spelling === 'utf-8 with BOM') return Buffer.from(`\uFEFF${text}`);
  const little = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return spelling === 'utf-16le' ? little : little.swap16();
}
