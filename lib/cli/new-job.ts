/**
 * `new job NAME`: writes a job that changes nothing yet, its test and its line in a batch, and regenerates what follows
 * from jobs/. It writes over nothing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type NightShift, namesIn } from '../core/batch.ts';
import { projectRoot } from './generated/files.ts';
import { addToBatch, jobText, testText } from './generated/new-job-texts.ts';
import { type Options, UsageError } from './options.ts';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const LONGEST_NAME = 60;
const BATCHES = 'jobs/batches.ts';

/** Writes the files of a new job. Returns the exit code. @throws UsageError */
export async function newCommand({ names, batch = 'nightly' }: Options, nightShift: NightShift): Promise<number> {
  const [kind, name, ...rest] = names;
  if (kind !== 'job' || name === undefined || rest.length > 0)
    throw new UsageError('Expected: nightshift new job NAME, such as nightshift new job lead-countries.');
  refuseName(name, nightShift);
  const files = {
    [`jobs/${name}.ts`]: jobText(name),
    [`test/team/jobs/${name}.test.ts`]: testText(name),
  };
  const there = Object.keys(files).find((path) => existsSync(join(projectRoot, path)));
  if (there) throw new UsageError(`${there} exists already. Choose another name, or remove it.`);
  const batches = addToBatch(readFileSync(join(projectRoot, BATCHES), 'utf8'), batch, name);
  if (batches === undefined)
    throw new UsageError(
      `${BATCHES} has no batch "${batch}" with its jobs in a list. Batches: ${nightShift.batches.map((each) => each.name).join(', ')}.`,
    );
  for (const [path, text] of Object.entries({ ...files, [BATCHES]: batches })) {
    mkdirSync(dirname(join(projectRoot, path)), { recursive: true });
    writeFileSync(join(projectRoot, path), text);
    console.log(`wrote ${path}`);
  }
  format([...Object.keys(files), BATCHES]);
  // In a process of its own: this one has loaded jobs/ as it was.
  const { status } = spawnSync(process.execPath, ['bin/nightshift.js', 'sync'], { cwd: projectRoot, stdio: 'inherit' });
  console.log(`\nNext: say in jobs/${name}.ts what it does, then run: npm run sync && npm run check`);
  return status ?? 1;
}

function refuseName(name: string, nightShift: NightShift): void {
  if (!NAME.test(name) || name.length > LONGEST_NAME || name === 'batches')
    throw new UsageError(
      `A job's name is of lower-case letters, digits and "-", and at most ${LONGEST_NAME} long, such as lead-countries; found "${name}".`,
    );
  if (namesIn(nightShift).includes(name)) throw new UsageError(`There is a job or a batch "${name}" already.`);
}

/** Formats files as the linter wants them, where it is installed. */
function format(paths: readonly string[]): void {
  try {
    const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
    spawnSync(process.execPath, [biome, 'check', '--write', ...paths], { cwd: projectRoot, stdio: 'ignore' });
  } catch {
    // Without the linter, the format is not checked either.
  }
}
