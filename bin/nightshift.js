#!/usr/bin/env node
/**
 * The command `nightshift`: runs a bundle of the TypeScript sources or, where none can be made (a syntax error in a rule, a
 * folder that can't be written to), the sources as they are.
 */
import { bundled } from './bundle.js';

// Call stacks name the sources and their lines, not the bundle's.
process.setSourceMapsEnabled(true);

async function sources() {
  if (!process.features.typescript) {
    const { register } = await import('tsx/esm/api');
    register();
  }
  return { main: '../lib/cli/main.ts', jobs: '../jobs/batches.ts' };
}

const load = async ({ main, jobs }) => Promise.allSettled([import(main), import(jobs)]);

let [main, jobs] = await load(await bundled().catch(sources));
// A fault that only the bundle has is no fault of jobs/.
if (jobs.status === 'rejected') [main, jobs] = await load(await sources());
if (main.status === 'rejected') throw main.reason;
// A fault in the rules is reported by main, not by Node.
const nightShift = jobs.status === 'fulfilled' ? jobs.value.nightShift : Promise.reject(jobs.reason);
process.exitCode = await main.value.main(process.argv.slice(2), nightShift);
