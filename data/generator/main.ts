/**
 * The generator's command line:
 *
 *     npx tsx data/generator/main.ts sample|bench|night DIR [--contacts N] [--events N] [--bounces N] [--seed S]
 * [--truth]
 *
 * `sample` writes the committed sample (data/sample) and the options that it was made with; `bench` a large, wide
 * world; `night` lets one ordinary day pass in a folder that `bench` wrote and the jobs have cleaned since. `--truth`
 * writes what is true of the world beside it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeRegister, writeTruth, writeWorld } from './files.ts';
import { passDay } from './night.ts';
import { benchOptions, ordinaryNight, sampleOptions } from './presets.ts';
import { generateWorld, type WorldOptions } from './world.ts';

const usage =
  'Usage: npx tsx data/generator/main.ts sample|bench|night DIR [--contacts N] [--events N] [--bounces N] [--seed S] [--truth]';

function main(): void {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      contacts: { type: 'string' },
      events: { type: 'string' },
      bounces: { type: 'string' },
      seed: { type: 'string' },
      truth: { type: 'boolean' },
    },
  });
  const [command, folder] = positionals;
  if (command === undefined || folder === undefined || positionals.length > 2) throw new Error(usage);
  const { truth = false, ...texts } = values;
  const given = wholeNumbers(texts);
  if (command === 'night') say(passDay(folder, { ...ordinaryNight, ...given }));
  else if (command === 'bench') say(write({ ...benchOptions, ...given }, folder, truth));
  else if (command === 'sample') {
    const options = { ...sampleOptions, ...given };
    say(write(options, folder, truth));
    writeRegister(options, folder);
    writeFileSync(join(folder, 'world.json'), `${JSON.stringify(options, null, 2)}\n`);
  } else throw new Error(usage);
}

function write(options: WorldOptions, folder: string, truth: boolean): Record<string, number> {
  const world = generateWorld(options);
  const counts = writeWorld(world, folder);
  if (truth) writeTruth(world, folder);
  return counts;
}

function say(counts: object): void {
  for (const [what, count] of Object.entries(counts)) console.log(`${what}: ${Number(count).toLocaleString('en-US')}`);
}

function wholeNumbers(given: Readonly<Record<string, string | undefined>>): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [name, text] of Object.entries(given)) {
    if (text === undefined) continue;
    if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name}: "${text}" is no whole number.\n${usage}`);
    numbers[name] = Number(text);
  }
  return numbers;
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
