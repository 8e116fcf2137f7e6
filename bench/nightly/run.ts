/**
 * The nightly batch against a hand-written script (baseline.ts) on the same files, and an ordinary night against the
 * first one. `npm run bench -- nightly [--contacts=1000000] [--events=10000000] [--runs=3] [--folder=DIR]`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const AS_OF = '2026-11-22T23:59:59.999Z';
const NEXT_DAY = '2026-11-23T23:59:59.999Z';

const option = (name: string, fallback: string): string =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? fallback;

interface Measured {
  readonly seconds: number;
  readonly peakGb: number;
}

export async function run(): Promise<void> {
  const contacts = Number(option('contacts', '1000000'));
  const events = Number(option('events', String(contacts * 10)));
  const runs = Number(option('runs', '3'));
  const folder = resolve(option('folder', join(tmpdir(), 'nightshift-bench')));
  console.log(
    `nightly: ${contacts.toLocaleString('en-US')} contacts, ${events.toLocaleString('en-US')} events, ${runs} runs each, in turn`,
  );
  const small = measureSize(join(folder, 'tenth'), contacts / 10, events / 10, runs);
  const large = measureSize(join(folder, 'whole'), contacts, events, runs);
  const rows = [
    ['', 'median s', 'peak GB'],
    ['hand-written script', large.baseline.seconds.toFixed(1), large.baseline.peakGb.toFixed(2)],
    ['first night', large.first.seconds.toFixed(1), large.first.peakGb.toFixed(2)],
    ['ordinary night', large.ordinary.seconds.toFixed(1), large.ordinary.peakGb.toFixed(2)],
    ['first night, a tenth of the rows', small.first.seconds.toFixed(1), small.first.peakGb.toFixed(2)],
  ];
  for (const row of rows)
    console.log(`${(row[0] ?? '').padEnd(34)}${(row[1] ?? '').padStart(10)}${(row[2] ?? '').padStart(10)}`);
  console.log(`first night / hand-written script: ${ratio(large.first, large.baseline)} (at most 1.5)`);
  console.log(`ordinary night / first night: ${ratio(large.ordinary, large.first)} (at most 0.4)`);
  console.log(`ten times the rows: ${ratio(large.first, small.first)} times the time (at most 11)`);
}

const ratio = (a: Measured, b: Measured): string => (a.seconds / b.seconds).toFixed(2);

function measureSize(folder: string, contacts: number, events: number, runs: number) {
  const source = join(folder, 'source');
  if (!existsSync(join(source, 'events.csv'))) {
    mkdirSync(source, { recursive: true });
    node([
      '--import',
      'tsx',
      'data/generator/main.ts',
      'bench',
      source,
      '--contacts',
      String(contacts),
      '--events',
      String(events),
    ]);
  }
  const found: Record<'baseline' | 'first' | 'ordinary', Measured[]> = { baseline: [], first: [], ordinary: [] };
  for (let i = 0; i < runs; i++) {
    const work = join(folder, 'work');
    copyTables(source, work);
    found.baseline.push(node(['--import', 'tsx', 'bench/nightly/baseline.ts', work, AS_OF]));
    copyTables(source, work);
    found.first.push(nightly(work, AS_OF));
    node(['--import', 'tsx', 'data/generator/main.ts', 'night', work]);
    found.ordinary.push(nightly(work, NEXT_DAY));
  }
  return { baseline: median(found.baseline), first: median(found.first), ordinary: median(found.ordinary) };
}

const nightly = (folder: string, asOf: string): Measured =>
  node([
    'bin/nightshift.js',
    'run',
    'nightly',
    '--workbook',
    folder,
    '--ledger',
    join(folder, '.ledger'),
    '--as-of',
    asOf,
  ]);

function copyTables(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) cpSync(join(from, file), join(to, file));
}

/** Runs a program of ours to its end. A program that fails ends the measurement. */
function node(args: readonly string[]): Measured {
  const start = performance.now();
  const done = spawnSync(process.execPath, ['--import', './bench/nightly/usage.mjs', ...args], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  const seconds = (performance.now() - start) / 1000;
  if (done.status !== 0)
    throw new Error(`${args.join(' ')} ended with ${done.status}:\n${done.stdout}\n${done.stderr}`);
  return { seconds, peakGb: Number(/peak (\d+)/.exec(done.stderr)?.[1] ?? 0) / 2 ** 20 };
}

const median = (all: readonly Measured[]): Measured => {
  const middle = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return { seconds: middle(all.map((each) => each.seconds)), peakGb: Math.max(...all.map((each) => each.peakGb)) };
};
