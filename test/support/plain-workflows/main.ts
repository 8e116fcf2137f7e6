/**
 * Writes the workflows in a form that GitHub Enterprise Server and `act` (github.com/nektos/act) take: without `queue:
 * max` (runs wait for one another, but GitHub may drop a waiting one for a newer) and with `./` for `$/`. In place, or
 * into another folder:
 *
 *   npx tsx test/support/plain-workflows/main.ts [FOLDER]
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { plainWorkflow } from './plain.ts';

const root = join(import.meta.dirname, '../../..');
const own = '.github/workflows';
const folder = join(root, own);
const [out = folder] = process.argv.slice(2);
const place = relative(root, resolve(out));
mkdirSync(out, { recursive: true });
for (const file of readdirSync(folder))
  writeFileSync(
    join(out, file),
    plainWorkflow(readFileSync(join(folder, file), 'utf8'), place.startsWith('..') ? own : place),
  );
