/**
 * What the docs show is what the program does. A drift fails here, and UPDATE_DOCS=1 mends it.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nightShift } from '../../jobs/batches.ts';
import { layOutSample } from '../../lib/cli/sample/lay-out.ts';
import { tableNames, tableOf } from '../../lib/core/tables.ts';
import { temporaryFolder } from '../support/workbook.ts';

const MEND = 'The docs drifted. Mend them with: UPDATE_DOCS=1 npx vitest run test/docs';

/** Holds what stands between `<!-- name -->` and `<!-- /name -->` to `text`, or writes it there. */
function hold(file: string, name: string, text: string): void {
  const whole = readFileSync(file, 'utf8');
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [whole.indexOf(start) + start.length, whole.indexOf(end)];
  expect(to, `${file} has no block "${name}"`).toBeGreaterThan(from - 1);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(file, whole.slice(0, from) + text + whole.slice(to));
  else expect(whole.slice(from, to), MEND).toBe(text);
}

describe('the docs', () => {
  it('show the tables as they are', () => {
    const rows = tableNames.map((table) => {
      const { key, columns } = tableOf(table);
      const others = Object.entries(columns).filter(([column]) => !key.includes(column));
      const names = others.map(([column, { derived }]) => (derived ? `*${column}*` : column));
      return `| ${table} | ${key.join(', ')} | ${names.join(', ')} |\n`;
    });
    hold('docs/workbook.md', 'tables', `| table | key | other columns |\n| --- | --- | --- |\n${rows.join('')}`);
  });

  it('list every job', () => {
    const rows = nightShift.batches.flatMap((batch) =>
      batch.jobs.map(({ name, purpose }) => `| ${name} | ${batch.name} | ${purpose} |\n`),
    );
    hold('README.md', 'jobs', `| job | when | what it does |\n| --- | --- | --- |\n${rows.join('')}`);
  });

  it('hold the calendar', () => {
    const days = { '*': 'every day', '1': 'Mondays' };
    const said = (cron: string): string => {
      const [minute = '', hour = '', day = '', month = '', weekday = ''] = cron.split(' ');
      const at = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
      if (day === '*') return `${days[weekday as keyof typeof days]}, ${at}`;
      const months = month === '*' ? 'each month' : `months ${month.replaceAll(',', ', ')}`;
      return `day ${day} of ${months}, ${at}`;
    };
    const rows = nightShift.batches.map(
      ({ name, schedule, jobs, purpose }) =>
        `| ${name} | ${said(schedule.cron)} | ${jobs.map((job) => job.name).join(', ')} | ${purpose} |\n`,
    );
    hold(
      'README.md',
      'calendar',
      `| batch | when | jobs, in order | what for |\n| --- | --- | --- | --- |\n${rows.join('')}`,
    );
  });

  it('show the first night on the sample as it is', async () => {
    const folder = temporaryFolder();
    const workbook = join(folder, 'workbook');
    await layOutSample('data/sample', workbook, '2026-11-24');
    const args = ['--workbook', workbook, '--ledger', join(folder, 'ledger'), '--as-of', '2026-11-24T05:00:00Z'];
    const out = execFileSync(process.execPath, ['bin/nightshift.js', 'run', 'nightly', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const shown = out.slice(0, out.indexOf('Look at')).replaceAll(workbook, 'the embedded sample').trimEnd();
    hold('README.md', 'run', `\`\`\`\n${shown}\n\`\`\`\n`);
  });
});
