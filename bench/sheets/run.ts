/**
 * A large Google Sheet on the local server: what reading it takes, a first night, and a night on which nothing changed.
 * `npm run bench -- sheets [--contacts=100000] [--events=300000] [--folder=DIR]`. The server answers as fast as it can
 * and holds no quota, so that the seconds are the program's and the calls say what a quota would make of them.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bookOfCsv } from '../../test/support/sheets-server/build.ts';
import { type Recorded, type SheetsServer, startSheetsServer } from '../../test/support/sheets-server/server.ts';

const AS_OF = '2026-11-22T23:59:59.999Z';
const SPREADSHEET = 'bench-sheet';

const option = (name: string, fallback: string): string =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? fallback;

interface Measured {
  readonly seconds: number;
  /** Of the program alone. */
  readonly cpuSeconds: number;
  readonly peakGb: number;
  readonly calls: readonly Recorded[];
  readonly code: number;
}

export async function run(): Promise<void> {
  const [contacts, events] = [option('contacts', '100000'), option('events', '300000')];
  const folder = resolve(option('folder', join(tmpdir(), `nightshift-bench-sheet-${contacts}-${events}`)));
  if (!existsSync(join(folder, 'events.csv'))) {
    mkdirSync(folder, { recursive: true });
    const counts = ['--contacts', contacts, '--events', events];
    await node(['--import', 'tsx', 'data/generator/main.ts', 'bench', folder, ...counts]);
  }
  const server = await startSheetsServer();
  server.put(bookOfCsv(folder, SPREADSHEET));
  const state = join(folder, 'state');
  rmSync(state, { recursive: true, force: true });
  const nightly = (...options: string[]): string[] => ['run', 'nightly', '--as-of', AS_OF, '--json', ...options];
  console.log(`sheets: ${contacts} contacts, ${events} events`);
  say('', ['s', 'CPU s', 'peak GB', 'reads', 'writes', 'largest answer MB', 'largest request MB', 'exit code']);
  tell('read and plan (dry run)', await measure(server, state, nightly('--dry-run')));
  tell('first night', await measure(server, state, nightly()));
  tell('a night without changes', await measure(server, state, nightly()));
  const cells = server.book(SPREADSHEET).tabs.reduce((sum, tab) => sum + tab.rowCount * tab.columnCount, 0);
  console.log(`${cells.toLocaleString('en-US')} cells in the end`);
  await server.close();
}

const say = (what: string, cells: readonly string[]): void =>
  console.log(`${what.padEnd(24)}${cells.map((cell) => cell.padStart(20)).join('')}`);

function tell(what: string, { seconds, cpuSeconds, peakGb, calls, code }: Measured): void {
  const count = (pattern: RegExp): string => String(calls.filter(({ method }) => pattern.test(method)).length);
  const most = (sizes: number[]): string => (Math.max(0, ...sizes) / 1e6).toFixed(1);
  say(what, [
    seconds.toFixed(1),
    cpuSeconds.toFixed(1),
    peakGb.toFixed(2),
    count(/get$|batchGet$/i),
    count(/batchUpdate$/),
    most(calls.map(({ answerBytes }) => answerBytes)),
    most(calls.map(({ requestBytes }) => requestBytes)),
    String(code),
  ]);
}

async function measure(server: SheetsServer, state: string, command: string[]): Promise<Measured> {
  const from = server.requests.length;
  const start = performance.now();
  const place = ['--workbook', SPREADSHEET, '--ledger', join(state, 'ledger')];
  const { code, errors } = await node(['bin/nightshift.js', ...command, ...place], {
    NIGHTSHIFT_SHEETS_URL: server.url,
    XDG_STATE_HOME: state,
  });
  const seconds = (performance.now() - start) / 1000;
  const peakGb = Number(/peak (\d+)/.exec(errors)?.[1] ?? 0) / 2 ** 20;
  const cpuSeconds = Number(/cpu ([\d.]+)/.exec(errors)?.[1] ?? 0);
  if (code !== 0) console.error(errors);
  return { seconds, cpuSeconds, peakGb, calls: server.requests.slice(from), code };
}

/** Runs a program of ours to its end, beside this one, which answers it. */
function node(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<{ code: number; errors: string }> {
  const child = spawn(process.execPath, ['--import', './bench/nightly/usage.mjs', ...args], {
    env: { ...process.env, ...more },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  return new Promise((done) => child.on('close', (code) => done({ code: code ?? -1, errors })));
}
