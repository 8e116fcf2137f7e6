/** A fault in the rules is said in words, with exit code 2, before anything is read: no stack, no half of a run. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { checkout, edit } from '../support/checkout.ts';

it('names the file, the rule and what would be right', () => {
  const copy = checkout();
  edit(copy, 'jobs/rules/workbook.ts', (text) => text.replace(/timeZone: '[^']*'/, "timeZone: 'Mars'"));
  const ended = spawnSync(process.execPath, ['bin/nightshift.js', 'list'], { cwd: copy, encoding: 'utf8' });
  expect(ended.stderr.trim()).toBe(
    'jobs/rules/workbook.ts: timeZone: found "Mars". Expected an IANA time zone such as "Europe/Berlin".',
  );
  expect(ended.stdout).toBe('');
  expect(ended.status).toBe(2);
});
