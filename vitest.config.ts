import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** They start hundreds of processes, and a process that has grown large takes ten times as long to start one. */
const STARTERS = ['test/github/**/*.test.ts'];

/** What takes more than a few seconds: whole nights, kills, storms, matching. `npm run test:quick` leaves it out. */
const SLOW = [
  'test/laws/**',
  'test/jobs/**',
  'test/team/**',
  'test/docs/**',
  'test/cli/**',
  'test/run/**',
  'test/snapshot/consent.test.ts',
  'test/snapshot/consent-releases.test.ts',
  'test/intake/**',
  'test/features/matching/**',
  'test/features/erasure/**',
  'test/features/scoring/**',
  'test/workbook/contract.test.ts',
  'test/workbook/sheets/**',
  'test/workbook/bigquery/**',
  'test/workbook/external/**',
  'test/workbook/csv/commit/**',
  'test/generator/**',
  'test/workflows/**',
];
const isQuick = process.env.NIGHTSHIFT_TESTS === 'quick';

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
          exclude: [...STARTERS, 'test/team/**', ...(isQuick ? SLOW : [])],
          isolate: false, // each file's own process would load the engine and the sources anew: a fifth of the checks' time
        },
      },
      {
        extends: true,
        test: {
          name: 'team',
          include: ['test/team/**/*.test.ts'],
          setupFiles: ['test/team/declared.ts'],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'starters', include: STARTERS, isolate: false } },
    ],
  },
});
