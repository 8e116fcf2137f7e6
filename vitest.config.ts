import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Each starts hundreds of processes, and a process that has grown large takes ten times as long to start one. */
const STARTERS = ['test/github/faults.test.ts', 'test/github/story.test.ts', 'test/github/api/commit-ledger.test.ts'];

export default defineConfig({
  // One copy of each module, whether a test imports it from lib/ or a job as `nightshift`.
  resolve: { alias: { nightshift: join(import.meta.dirname, 'lib/index.ts') } },
  test: {
    testTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...STARTERS, 'test/team/**'],
          isolate: false, // each file's own process would load the engine and the sources anew: a fifth of the checks' time
        },
      },
      { extends: true, test: { name: 'team', include: ['test/team/**/*.test.ts'], isolate: false } },
      { extends: true, test: { name: 'alone', include: STARTERS, isolate: true } },
    ],
  },
});
