/**
 * The matching by size, beside Splink's DuckDB backend on the same file where Python has it (PYTHON names another
 * python3). Each run is a process of its own; ours counts Node's start, reading and writing, Splink's only its work.
 * `npm run bench -- matching --rows=1000000`; without --rows the sizes end at 100,000.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const most = Number(process.argv.find((word) => word.startsWith('--rows='))?.split('=')[1] ?? 100_000);
const python = process.env.PYTHON ?? 'python3';
const splinkScript = join(import.meta.dirname, 'run-splink.py');

/** Prints a line for each size: wall and processor seconds, memory, growth per row against n·log n, and Splink's seconds. */
export function runScale(): void {
  const hasSplink = spawnSync(python, ['-c', 'import splink'], { stdio: 'ignore' }).status === 0;
  print(['rows', 'seconds', 'processor', 'peak GB', 'growth / n·log n', 'Splink', 'ours of it, wall / processor']);
  let before: { rows: number; seconds: number } | undefined;
  for (const rows of [1000, 10_000, 100_000, 1_000_000].filter((each) => each <= most)) {
    const file = join(layOut(rows), 'contacts.csv');
    const ours = node(['bin/nightshift.js', 'match', file]);
    const order = (n: number): number => n * Math.log(n);
    const growth = before ? (ours.seconds / before.seconds / (order(rows) / order(before.rows))).toFixed(2) : '–';
    const figures = [ours.seconds.toFixed(1), ours.processor.toFixed(1), ours.peakGb.toFixed(2), growth];
    print([rows.toLocaleString('en-US'), ...figures, ...(hasSplink ? besideSplink(file, ours) : ['not installed'])]);
    before = { rows, seconds: ours.seconds };
  }
}

const print = (cells: readonly string[]): void => console.log(cells.map((cell) => cell.padStart(18)).join(''));

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

interface Used {
  seconds: number;
  processor: number;
}

function node(args: readonly string[], before: readonly string[] = []): Used & { peakGb: number } {
  const start = performance.now();
  const done = spawnSync(process.execPath, ['--import', './bench/nightly/usage.mjs', ...before, ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`${args.join(' ')} ended with ${done.status}: ${done.stderr}`);
  const [, peak = 0, processor = 0] = /peak (\d+) cpu ([0-9.]+)/.exec(done.stderr) ?? [];
  return {
    seconds: (performance.now() - start) / 1000,
    processor: Number(processor),
    peakGb: Number(peak) / 2 ** 20,
  };
}

/** Splink's wall and processor seconds, and what share of each ours are. Splink cannot train on every small file. */
function besideSplink(file: string, ours: Used): string[] {
  const done = spawnSync(python, [splinkScript, file], { encoding: 'utf8' });
  const [, wall, processor] = /seconds ([0-9.]+) cpu ([0-9.]+)/.exec(done.stdout) ?? [];
  if (done.status !== 0 || !wall || !processor) return [`failed: ${done.stderr.trim().split('\n').at(-1)}`];
  const share = (a: number, b: string): string => (a / Number(b)).toFixed(2);
  return [`${wall} / ${processor}`, `${share(ours.seconds, wall)} / ${share(ours.processor, processor)}`];
}
