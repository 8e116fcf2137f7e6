#!/usr/bin/env node
/**
 * The command `nightshift`: runs the TypeScript sources' bundle, or, where there can be none (a mistake in a rule, a folder that can't
 * be written to), the sources as they are, which tells what is wrong.
 */
import { bundled } from './bundle.js';

async function sources() {
  if (!process.features.typescript) {
    const { register } = await import('tsx/esm/api');
    register();
  }
  return { main: '../lib/cli/main.ts', jobs: '../jobs/batches.ts' };
}

const entries = await bundled().catch(sources);
// A bundle doesn't know the line of a rule at which it failed.
const jobs = import(entries.jobs).catch(async () => import((await sources()).jobs));
jobs.catch(() => {}); // a fault in the rules is main's to tell, not Node's
const { main } = await import(entries.main);
process.exitCode = await main(
  process.argv.slice(2),
  jobs.then(({ nightShift }) => nightShift),
);
