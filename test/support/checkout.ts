/** A copy of the project with the tests' own jobs in `jobs/`, to edit and to run commands in. */
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './workbook.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Of bin/typescript-hooks.js. */
const TRANSFORMED = 'node_modules/.cache/nightshift';

/**
 * Copies what a command needs, and `more` (paths below the root), into a folder that is a test's own unless given. The packages are this checkout's, and so is
 * the cache of transformed sources, which is by content; other caches are the copy's own.
 */
export function checkout(more: readonly string[] = [], copy = temporaryFolder()): string {
  for (const part of ['bin', 'lib', 'data/sample', 'package.json', ...more])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  cpSync(join(root, 'test/fixture'), join(copy, 'jobs'), { recursive: true });
  mkdirSync(join(copy, 'node_modules/.cache'), { recursive: true });
  mkdirSync(join(root, TRANSFORMED), { recursive: true });
  symlinkSync(join(root, TRANSFORMED), join(copy, TRANSFORMED));
  for (const name of readdirSync(join(root, 'node_modules')).filter((each) => each === '.bin' || !each.startsWith('.')))
    symlinkSync(join(root, 'node_modules', name), join(copy, 'node_modules', name));
  return copy;
}

/** Changes a file of a checkout; throws where the change changes nothing. */
export function edit(folder: string, file: string, change: (text: string) => string): void {
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`the edit of ${file} changes nothing`);
  writeFileSync(path, after);
}
