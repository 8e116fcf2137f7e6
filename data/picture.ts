/**
 * Makes the README's pictures from the embedded sample, so that they show what the program shows:
 *
 *     npm run picture [-- NIGHTS]
 *
 * docs/issue.png is the issue with which a workbook asks to begin; docs/report.png is the report page after the newest
 * nights, a week and a month of jobs. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layOutSample } from '../lib/cli/sample/lay-out.ts';
import { takePicture } from './chromium.ts';
import { issuePage } from './issue-page.ts';

const DAY_MS = 86_400_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const nights = Number(process.argv[2] ?? 10);

const folder = mkdtempSync(join(tmpdir(), 'nightshift-picture-'));
try {
  const today = new Date().toISOString().slice(0, 10);
  const day = (back: number): string => new Date(Date.parse(today) - back * DAY_MS).toISOString().slice(0, 10);
  const workbook = join(folder, 'workbook');
  await layOutSample(join(root, 'data', 'sample'), workbook, today);
  const issue = join(folder, 'issue.html');
  writeFileSync(issue, await issuePage(workbook, join(folder, 'no-ledger'), day(1)));
  takePicture({ page: issue, png: join(root, 'docs', 'issue.png'), width: 980, height: 640, folder });
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
  takePicture({ page, png: join(root, 'docs', 'report.png'), width: 1180, height: 1000, folder });
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
