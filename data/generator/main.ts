/**
 * The generator's command line: `tsx data/generator/main.ts sample|bench DIR [--contacts N] [--events N] [--seed S] [--truth]`.
 *
 * `sample` writes the committed sample (data/sample) and the options that it was made with; `bench` a large, wide world.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeTruth, writeWorld } from './files.ts';
import { benchOptions, sampleOptions } from './presets.ts';
import { generateWorld, type WorldOptions } from './world.ts';

const usage = 'Usage: tsx data/generator/main.ts sample|bench DIR [--contacts N] [--events N] [--seed S] [--truth]';

function main(): void {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      contacts: { type: 'string' },
      events: { type: 'string' },
      seed: { type: 'string' },
      truth: { type: 'boolean' },
    },
  });
  const [preset, folder] = positionals;
  if ((preset !== 'sample' && preset !== 'bench') || folder === undefined || positionals.length > 2)
    throw new Error(usage);
  const options: WorldOptions = {
    ...(preset === 'sample' ? sampleOptions : benchOptions),
    ...wholeNumbers({ contacts: values.contacts, events: values.events, seed: values.seed }),
  };
  const world = generateWorld(options);
  const counts = writeWorld(world, folder);
  if (preset === 'sample') writeFileSync(join(folder, 'world.json'), `${JSON.stringify(options, null, 2)}\n`);
  if (values.truth) writeTruth(world, folder);
  for (const [table, rows] of Object.entries(counts)) console.log(`${table}.csv: ${rows.toLocaleString('en-US')} rows`);
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
