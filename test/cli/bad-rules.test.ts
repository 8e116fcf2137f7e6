/** A fault in the rules is said in words, with exit code 2, before anything is read: no stack, no half of a run. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkout, edit } from '../support/checkout.ts';

const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

/** Runs `list` with one file of the rules changed. */
function listWith(file: string, change: (text: string) => string) {
  const copy = checkout();
  edit(copy, `jobs/rules/${file}`, change);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/nightshift.js', 'list'], {
    cwd: copy,
    encoding: 'utf8',
  });
  return { status, stdout, stderr, rules: readFileSync(join(copy, 'jobs/rules', file), 'utf8') };
}

it('names the file, the line, the rule and what would be right', () => {
  const { status, stdout, stderr, rules } = listWith('workbook.ts', (text) =>
    text.replace(/timeZone: '[^']*'/, "timeZone: 'Mars'"),
  );
  expect(stderr.trim()).toBe(
    `jobs/rules/workbook.ts:${lineOf(rules, "'Mars'")}: timeZone: found "Mars". Expected an IANA time zone such as "Europe/Berlin".`,
  );
  expect(stdout).toBe('');
  expect(status).toBe(2);
});

it('names the line of each of several faults', () => {
  const { stderr, rules } = listWith('scoring.ts', (text) =>
    text.replace("'attended', points: 40", "'attended', points: '40'").replace('hardBounce:', 'hardBonce:'),
  );
  const line = lineOf(rules, "'attended', points");
  expect(stderr).toContain(
    `jobs/rules/scoring.ts:${line}: engagement, events "attended", points: found "40". Expected`,
  );
  expect(stderr).toContain('engagement: nothing is called "hardBonce" here');
});
