/**
 * The matching by size, from ten thousand rows on, beside Splink's DuckDB backend on the same file where Python has it.
 * Each run is a process of its own. `npm run bench -- matching --rows=1000000`; without --rows the sizes end at
 * 100,000.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const most = Number(process.argv.find((word) => word.startsWith('--rows='))?.split('=')[1] ?? 100_000);
const splinkScript = `
import sys, time, duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
con = duckdb.connect()
con.execute("set memory_limit='5GB'")
start = time.time()
con.execute(f"create table people as select row_number() over () as unique_id, * exclude (contact_id) from read_csv('{sys.argv[1]}', all_varchar=true, header=true)")
near = lambda column: cl.JaroWinklerAtThresholds(column, [0.92, 0.82]).configure(term_frequency_adjustments=True)
settings = SettingsCreator(link_type='dedupe_only',
  comparisons=[near('first_name'), near('last_name'), cl.LevenshteinAtThresholds('email', 2), cl.LevenshteinAtThresholds('phone', 1),
    cl.JaroWinklerAtThresholds('address', [0.92]), cl.ExactMatch('postal_code'), cl.LevenshteinAtThresholds('birth_date', [1, 2])],
  blocking_rules_to_generate_predictions=[block_on('email'), block_on('phone'), block_on('first_name', 'birth_date'), block_on('last_name', 'birth_date'),
    block_on('first_name', 'last_name', 'city'), block_on('address', 'postal_code'), block_on('last_name', 'postal_code', 'first_name'), block_on('substr(last_name,1,3)', 'birth_date')])
api = DuckDBAPI(connection=con)
linker = Linker(api.register('people') if hasattr(api, 'register') else 'people', settings, **({} if hasattr(api, 'register') else {'db_api': api}))
linker.training.estimate_probability_two_random_records_match([block_on('email', 'last_name')], recall=0.6)
linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
linker.training.estimate_parameters_using_expectation_maximisation(block_on('first_name', 'last_name'))
linker.training.estimate_parameters_using_expectation_maximisation(block_on('birth_date'))
pairs = linker.inference.predict(threshold_match_probability=0.5)
linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.5)
print('seconds', time.time() - start)
`;

/** Prints a line for each size: seconds, memory, growth per row against n·log n, and Splink's seconds. */
export function runScale(): void {
  const hasSplink = spawnSync('python3', ['-c', 'import splink'], { stdio: 'ignore' }).status === 0;
  console.log(
    `\n${'rows'.padEnd(12)}${'seconds'.padStart(9)}${'peak GB'.padStart(9)}${'growth / n·log n'.padStart(18)}${'Splink s'.padStart(30)}`,
  );
  let before: { rows: number; seconds: number } | undefined;
  for (const rows of [10_000, 100_000, 1_000_000].filter((each) => each <= most)) {
    const file = join(layOut(rows), 'contacts.csv');
    const ours = node(['bin/nightshift.js', 'match', file]);
    const growth = before
      ? (ours.seconds / before.seconds / ((rows * Math.log(rows)) / (before.rows * Math.log(before.rows)))).toFixed(2)
      : '–';
    const splink = hasSplink ? splinkSeconds(file, ours.seconds) : 'skipped: not installed';
    console.log(
      `${rows.toLocaleString('en-US').padEnd(12)}${ours.seconds.toFixed(1).padStart(9)}${ours.peakGb.toFixed(2).padStart(9)}${growth.padStart(18)}${splink.padStart(30)}`,
    );
    before = { rows, seconds: ours.seconds };
  }
}

function layOut(rows: number): string {
  const folder = join(tmpdir(), `nightshift-matching-${rows}`);
  if (existsSync(join(folder, 'contacts.csv'))) return folder;
  mkdirSync(folder, { recursive: true });
  node(
    ['data/generator/main.ts', 'bench', folder, '--contacts', String(rows), '--events', '1000'],
    ['--import', 'tsx'],
  );
  return folder;
}

function node(args: readonly string[], before: readonly string[] = []): { seconds: number; peakGb: number } {
  const start = performance.now();
  const done = spawnSync(process.execPath, ['--import', './bench/nightly/usage.mjs', ...before, ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`${args.join(' ')} ended with ${done.status}: ${done.stderr}`);
  return {
    seconds: (performance.now() - start) / 1000,
    peakGb: Number(/peak (\d+)/.exec(done.stderr)?.[1] ?? 0) / 2 ** 20,
  };
}

function splinkSeconds(file: string, ours: number): string {
  const done = spawnSync('python3', ['-c', splinkScript, file], { encoding: 'utf8' });
  const seconds = Number(/seconds ([0-9.]+)/.exec(done.stdout)?.[1]);
  if (done.status !== 0 || !seconds) throw new Error(`Splink failed: ${done.stderr.trim().split('\n').at(-1)}`);
  return `${seconds.toFixed(1)} (ours is ${(ours / seconds).toFixed(2)} of it)`;
}
