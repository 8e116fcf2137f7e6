#!/usr/bin/env node
/**
 * The command `nightshift`: runs the TypeScript sources as they are. Where Node can't read TypeScript by itself, tsx
 * does it; the libraries that every command needs are loaded before, because tsx looks at each of their many files.
 */
if (!process.features.typescript) {
  await Promise.all([import('zod'), import('@duckdb/node-api')]);
  const { register } = await import('tsx/esm/api');
  register();
}
const jobs = import('../jobs/batches.ts');
jobs.catch(() => {}); // a fault in the rules is main's to tell, not Node's
const { main } = await import('../lib/cli/main.ts');
process.exitCode = await main(
  process.argv.slice(2),
  jobs.then(({ nightShift }) => nightShift),
);
