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

const load = async ({ main, jobs }) => Promise.allSettled([import(main), import(jobs)]);

let [main, jobs] = await load(await bundled().catch(sources));
// A bundle doesn't know the line of a rule at which it failed.
if (jobs.status === 'rejected') [main, jobs] = await load(await sources());
if (main.status === 'rejected') throw main.reason;
// A fault in the rules is main's to tell, not Node's.
const nightShift = jobs.status === 'fulfilled' ? jobs.value.nightShift : Promise.reject(jobs.reason);
process.exitCode = await main.value.main(process.argv.slice(2), nightShift);
