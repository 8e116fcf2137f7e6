/** The report page in a real browser: accessible in light and dark, nothing on the console. Skipped where Chromium is not installed. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { expect, it } from 'vitest';
import { reportPage } from '../../lib/report/page.ts';
import { nightShift } from '../fixture/batches.ts';
import { ledgerOf } from '../support/ledgers.ts';

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const now = new Date('2026-11-28T08:00:00Z');

/** The page with axe-core put in, and what axe finds written into it as JSON. */
function withAxe(page: string): string {
  const run = `axe.run(document).then((found) => { const pre = document.createElement('pre'); pre.id = 'axe';
    pre.textContent = JSON.stringify({ wide: document.documentElement.scrollWidth, passes: found.passes.length,
      violations: found.violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)]) });
    document.body.append(pre); });`;
  return page
    .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '')
    .replace('</body>', () => `<script>${axe.source}</script><script>${run}</script></body>`);
}

it.each([
  ['light', 1, 1280],
  ['dark', 0, 500],
])(
  `passes axe-core, %s, %i, %i wide${chromium ? '' : ' (skipped: Chromium is not installed)'}`,
  { timeout: 120_000 },
  (_, scheme, width) => {
    if (!chromium) return;
    const folder = mkdtempSync(join(tmpdir(), 'nightshift-report-'));
    try {
      const path = join(folder, 'report.html');
      writeFileSync(path, withAxe(reportPage({ nightShift, entries: ledgerOf(nightShift, now, 60), now })));
      const { stdout: dom, stderr } = spawnSync(
        chromium,
        ['--headless', '--no-sandbox', '--disable-gpu', `--blink-settings=preferredColorScheme=${scheme}`]
          .concat([`--window-size=${width},2000`, `--user-data-dir=${folder}/profile`, '--virtual-time-budget=20000'])
          .concat(['--enable-logging=stderr', '--dump-dom', `file://${path}`]),
        { encoding: 'utf8', maxBuffer: 64e6 },
      );
      expect(stderr.split('\n').filter((line) => line.includes(':CONSOLE'))).toEqual([]);
      const json = /<pre id="axe">(.*?)<\/pre>/s.exec(dom)?.[1] ?? '{}';
      const found = JSON.parse(json.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'));
      expect(found.violations).toEqual([]);
      expect(found.passes).toBeGreaterThan(15);
      expect(found.wide).toBeLessThanOrEqual(width);
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  },
);
