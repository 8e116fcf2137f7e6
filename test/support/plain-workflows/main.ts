/**
 * Writes the workflows in a form that GitHub Enterprise Server and `act` (github.com/nektos/act) take: without `queue:
 * max` (runs wait for one another, but GitHub may drop a waiting one for a newer) and with `./` for `$/`. In place, for
 * GitHub Enterprise Server; or into another folder of the repository, for act:
 *
 *   npx tsx test/support/plain-workflows/main.ts [FOLDER]
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { plainWorkflow } from './plain.ts';

const root = join(import.meta.dirname, '../../..');
const own = join(root, '.github/workflows');
const [out = own] = process.argv.slice(2);
const place = relative(root, resolve(out));
const forAct = resolve(out) === own || place.startsWith('..') ? undefined : place;
mkdirSync(out, { recursive: true });
for (const file of readdirSync(own))
  writeFileSync(join(out, file), plainWorkflow(readFileSync(join(own, file), 'utf8'), forAct));
