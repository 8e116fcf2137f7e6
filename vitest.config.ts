import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    pool: 'forks',
    isolate: false, // each file's own process would load the engine and the sources anew: a fifth of the checks' time
    maxWorkers: 2,
    reporters: ['default'],
  },
});
