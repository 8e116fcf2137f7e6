/**
 * `import FILE --yes` of a contact list into an empty workbook, and of the same list again, against the least that
 * would have to be done (baseline.ts), on one file, in turn. `npm run bench -- import [--contacts=50000,1000000]
 * [--runs=3] [--folder=DIR]`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const option = (name: string, fallback: string): string =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? fallback;

/** What a program took: seconds on the clock, seconds of processor, gigabytes at its peak. */
interface Measured {
  readonly wall: number;
  readonly cpu: number;
  readonly peakGb: number;
}

export async function run(): Promise<void> {
  const runs = Number(option('runs', '3'));
  const folder = resolve(option('folder', join(tmpdir(), 'nightshift-bench-import')));
  for (const contacts of option('contacts', '50000,1000000').split(',').map(Number)) {
    console.log(`import: ${contacts.toLocaleString('en-US')} contacts, ${runs} runs each, in turn`);
    const found = measure(join(folder, String(contacts)), contacts, runs);
    console.log(line(['', 'wall s', 'CPU s', 'peak GB', 'to baseline']));
    for (const [name, { wall, cpu, peakGb }] of Object.entries(found)) {
      const ratio = (wall / (found.baseline?.wall ?? wall)).toFixed(2);
      console.log(line([name, wall.toFixed(1), cpu.toFixed(1), peakGb.toFixed(2), ratio]));
    }
  }
}

const line = ([name = '', ...cells]: readonly string[]): string =>
  name.padEnd(28) + cells.map((cell) => cell.padStart(12)).join('');

function measure(folder: string, contacts: number, runs: number): Record<string, Measured> {
  const file = join(folder, 'source', 'contacts.csv');
  if (!existsSync(file)) {
    mkdirSync(join(folder, 'source'), { recursive: true });
    const size = ['--contacts', String(contacts), '--events', '100', '--bounces', '100'];
    node(['--import', 'tsx', 'data/generator/main.ts', 'bench', join(folder, 'source'), ...size]);
  }
  const all: Record<string, Measured[]> = { baseline: [], 'into an empty workbook': [], 'the same file again': [] };
  const [work, ledger] = [join(folder, 'work'), join(folder, 'ledger')];
  const imported = (): Measured =>
    node(['bin/nightshift.js', 'import', file, '--yes', '--workbook', work, '--ledger', ledger]);
  for (let i = 0; i < runs; i++) {
    for (const old of [work, ledger]) rmSync(old, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
    all.baseline?.push(node(['--import', 'tsx', 'bench/import/baseline.ts', file, join(folder, 'out.csv')]));
    all['into an empty workbook']?.push(imported());
    all['the same file again']?.push(imported());
  }
  return Object.fromEntries(Object.entries(all).map(([name, each]) => [name, median(each)]));
}

/** Runs a program of ours to its end. A program that fails ends the measurement. */
function node(args: readonly string[]): Measured {
  const start = performance.now();
  const done = spawnSync(process.execPath, ['--import', './bench/nightly/usage.mjs', ...args], { encoding: 'utf8' });
  const wall = (performance.now() - start) / 1000;
  if (done.status !== 0)
    throw new Error(`${args.join(' ')} ended with ${done.status}:\n${done.stdout}\n${done.stderr}`);
  const [, peak = 0, cpu = 0] = /peak (\d+) cpu ([\d.]+)/.exec(done.stderr) ?? [];
  return { wall, cpu: Number(cpu), peakGb: Number(peak) / 2 ** 20 };
}

const median = (all: readonly Measured[]): Measured => {
  const middle = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  const peakGb = Math.max(...all.map((each) => each.peakGb));
  return { wall: middle(all.map(({ wall }) => wall)), cpu: middle(all.map(({ cpu }) => cpu)), peakGb };
};
