#!/usr/bin/env node
/**
 * The command `nightshift`: runs the TypeScript sources as they are, where Node can read them; else their bundle, or, where there
 * can be none (a mistake in a rule, a folder that can't be written to), the sources by tsx, which tells what is wrong.
 */
import { bundled } from './bundle.js';

const sources = { main: '../lib/cli/main.ts', jobs: '../jobs/batches.ts' };

async function readable() {
  if (process.features.typescript) return sources;
  return bundled().catch(async () => {
    const { register } = await import('tsx/esm/api');
    register();
    return sources;
  });
}

const entries = await readable();
const jobs = import(entries.jobs);
jobs.catch(() => {}); // a fault in the rules is main's to tell, not Node's
const { main } = await import(entries.main);
process.exitCode = await main(
  process.argv.slice(2),
  jobs.then(({ nightShift }) => nightShift),
);
