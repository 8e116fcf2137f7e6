#!/usr/bin/env node
/**
 * The command `nightshift`: runs the TypeScript sources. Node 22.18 and later read them as they are, older ones by typescript-hooks.js.
 */
process.setSourceMapsEnabled(true); // call stacks name the sources and their lines

if (!process.features.typescript) {
  const { register } = await import('node:module');
  register('./typescript-hooks.js', import.meta.url);
}
const [main, jobs] = await Promise.allSettled([import('../lib/cli/main.ts'), import('../jobs/batches.ts')]);
if (main.status === 'rejected') throw main.reason;
// A fault in jobs/ is reported by main, not by Node.
const nightShift = jobs.status === 'fulfilled' ? jobs.value.nightShift : Promise.reject(jobs.reason);
process.exitCode = await main.value.main(process.argv.slice(2), nightShift);
