/**
 * A large Google Sheet on the local server: what reading it takes, a first night, and a night on which nothing changed.
 * `npm run bench -- sheets [--contacts=50000] [--events=50000] [--folder=DIR]`. The server answers as fast as it can
 * and holds no quota, so that the seconds are the program's and the calls say what a quota would make of them.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bookOfCsv } from '../../test/support/sheets-server/build.ts';
import { effectiveValue } from '../../test/support/sheets-server/cell-value.ts';
import type { Book } from '../../test/support/sheets-server/model.ts';
import { type Recorded, type SheetsServer, startSheetsServer } from '../../test/support/sheets-server/server.ts';

const [AS_OF, NEXT] = ['2026-11-22T23:59:59.999Z', '2026-11-23T23:59:59.999Z'];
const SPREADSHEET = 'bench-sheet';

const option = (name: string, fallback: string): string =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? fallback;

interface Measured {
  /** Of the program alone. */
  readonly cpuSeconds: number;
  readonly peakGb: number;
  readonly calls: readonly Recorded[];
  readonly code: number;
}

export async function run(): Promise<void> {
  const [contacts, events] = [option('contacts', '50000'), option('events', '50000')];
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
  const nightly = (...options: string[]): string[] => ['run', 'nightly', '--json', ...options];
  console.log(`sheets: ${contacts} contacts, ${events} events`);
  say('', ['CPU s', 'peak GB', 'reads', 'writes', 'received MB', 'sheet’s text MB', 'largest answer MB', 'exit code']);
  const night = async (what: string, ...options: string[]): Promise<void> => {
    const text = textBytes(server.book(SPREADSHEET));
    tell(what, text, await measure(server, state, nightly(...options)));
  };
  await night('read and plan (dry run)', '--as-of', AS_OF, '--dry-run');
  await night('first night', '--as-of', AS_OF);
  await night('a night without changes', '--as-of', AS_OF);
  await night('the next night', '--as-of', NEXT);
  const cells = server.book(SPREADSHEET).tabs.reduce((sum, tab) => sum + tab.rowCount * tab.columnCount, 0);
  console.log(`${cells.toLocaleString('en-US')} cells in the end`);
  await server.close();
}

const say = (what: string, cells: readonly string[]): void =>
  console.log(`${what.padEnd(24)}${cells.map((cell) => cell.padStart(20)).join('')}`);

/** What people see in the sheet, as text without any syntax. */
function textBytes({ tabs }: Book): number {
  let bytes = 0;
  for (const tab of tabs)
    for (const row of tab.rows)
      for (const cell of row) {
        const { stringValue, numberValue, boolValue } = effectiveValue(tab, cell) ?? {};
        bytes += Buffer.byteLength(String(stringValue ?? numberValue ?? boolValue ?? ''));
      }
  return bytes;
}

function tell(what: string, text: number, { cpuSeconds, peakGb, calls, code }: Measured): void {
  const count = (pattern: RegExp): string => String(calls.filter(({ method }) => pattern.test(method)).length);
  const answers = calls.map(({ answerBytes }) => answerBytes);
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  say(what, [
    cpuSeconds.toFixed(1),
    peakGb.toFixed(2),
    count(/get$|batchGet$/i),
    count(/batchUpdate$/),
    megabytes(answers.reduce((sum, bytes) => sum + bytes, 0)),
    megabytes(text),
    megabytes(Math.max(0, ...answers)),
    String(code),
  ]);
}

async function measure(server: SheetsServer, state: string, command: string[]): Promise<Measured> {
  const from = server.requests.length;
  const place = ['--workbook', SPREADSHEET, '--ledger', join(state, 'ledger')];
  const { code, errors } = await node(['bin/nightshift.js', ...command, ...place], {
    NIGHTSHIFT_SHEETS_URL: server.url,
    XDG_STATE_HOME: state,
  });
  const peakGb = Number(/peak (\d+)/.exec(errors)?.[1] ?? 0) / 2 ** 20;
  const cpuSeconds = Number(/cpu ([\d.]+)/.exec(errors)?.[1] ?? 0);
  if (code !== 0) console.error(errors);
  return { cpuSeconds, peakGb, calls: server.requests.slice(from), code };
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
