/**
 * Makes the README's picture of the report page from the embedded sample, so that it shows what the page shows:
 *
 *     npx tsx data/picture.ts [NIGHTS]
 *
 * Runs the newest nights, a week and a month of jobs on a copy of the sample, writes the page, and lets Chromium take its picture
 * (docs/report.png). Chromium must be installed (Debian: apt-get install chromium).
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layOutSample } from '../lib/cli/sample/lay-out.ts';

const DAY_MS = 86_400_000;
const [WIDTH, HEIGHT] = [1180, 1000];

const root = fileURLToPath(new URL('..', import.meta.url));
const nights = Number(process.argv[2] ?? 10);
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (!chromium) throw new Error('Chromium is not installed. On Debian: apt-get install chromium');

const folder = mkdtempSync(join(tmpdir(), 'nightshift-picture-'));
try {
  const today = new Date().toISOString().slice(0, 10);
  const day = (back: number): string => new Date(Date.parse(today) - back * DAY_MS).toISOString().slice(0, 10);
  const workbook = join(folder, 'workbook');
  await layOutSample(join(root, 'data', 'sample'), workbook, today);
  const at = ['--workbook', workbook, '--ledger', join(folder, 'ledger')];
  const command = (...args: string[]): void => {
    try {
      execFileSync(process.execPath, [join(root, 'bin', 'nightshift.js'), ...args, ...at], { stdio: 'ignore' });
    } catch (error) {
      // A guard that stops a plan (exit code 3) is a part of the picture.
      if ((error as { status?: number }).status !== 3) throw error;
    }
  };
  for (let back = nights; back >= 1; back--) command('run', 'nightly', '--as-of', day(back));
  command('run', 'weekly', '--as-of', day(2));
  command('run', 'monthly', '--as-of', day(1));
  const page = join(folder, 'report.html');
  command('report', '--out', page, '--as-of', day(1));
  execFileSync(
    chromium,
    [
      ...[
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--hide-scrollbars',
        '--blink-settings=preferredColorScheme=1',
      ],
      ...[`--user-data-dir=${join(folder, 'profile')}`, `--window-size=${WIDTH},${HEIGHT}`],
      ...[`--screenshot=${join(root, 'docs', 'report.png')}`, `file://${page}`],
    ],
    { stdio: 'ignore' },
  );
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
