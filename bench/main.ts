/**
 * `npm run bench -- NAME…`: measures, and prints figures as ratios to a baseline of the same run. Asserts nothing.
 */
const benches: Readonly<Record<string, () => Promise<{ run: () => Promise<void> }>>> = {
  nightly: () => import('./nightly/run.ts'),
  matching: () => import('./matching/run.ts'),
  import: () => import('./import/run.ts'),
  'lifetime-value': () => import('./lifetime-value/run.ts'),
  sheets: () => import('./sheets/run.ts'),
  bigquery: () => import('./bigquery/run.ts'),
};

const names = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const unknown = names.filter((name) => !(name in benches));
if (names.length === 0 || unknown.length > 0) {
  console.error(`Measure what? One or more of: ${Object.keys(benches).join(', ')}.`);
  process.exitCode = 2;
} else {
  for (const name of names) {
    const bench = await benches[name]?.();
    await bench?.run();
  }
}
