/**
 * A fault in the rules is reported in one line, with exit code 2, before anything is read, and without a call stack.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { workbookRules } from '../../lib/core/workbook-rules.ts';
import { nightShift } from '../fixture/batches.ts';
import { checkout, edit } from '../support/checkout.ts';
import { aContact, writeWorkbook } from '../support/workbook.ts';

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

it('names the file, the line, the rule and what would be right, of each of several faults', () => {
  expect(() => workbookRules({ ...nightShift.workbook, timeZone: 'Mars' })).toThrow(
    'timeZone: found "Mars". Expected an IANA time zone such as "Europe/Berlin".',
  );
  const { status, stdout, stderr, rules } = listWith('scoring.ts', (text) =>
    text.replace("'attended', points: 40", "'attended', points: '40'").replace('hardBounce:', 'hardBonce:'),
  );
  const line = lineOf(rules, "'attended', points");
  expect(stderr).toContain(
    `jobs/rules/scoring.ts:${line}: engagement, events "attended", points: found "40". Expected`,
  );
  expect(stderr).toContain('engagement: nothing is called "hardBonce" here');
  expect([status, stdout]).toEqual([2, '']);
});

it.each([
  ['is no TypeScript', 'export const months = = 3;'],
  ['fails', 'export const months = (undefined as unknown as { of: number }).of;'],
])('names the line of a rule that %s, without a call stack', (_, line) => {
  const { status, stderr } = listWith('archive.ts', (text) => `${text}\n${line}\n`);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^jobs\/ can't be loaded: .*jobs\/rules\/archive[.]ts:\d+/);
  expect(stderr).not.toMatch(/^\s+at /m);
});

it('names the line of a job’s SQL that does not fit, and in a call stack the sources', () => {
  const copy = checkout();
  edit(copy, 'jobs/score-recalculation.ts', (text) => text.replace('score, score_band,', 'score, score_bnd,'));
  edit(copy, 'lib/plan/hash.ts', (text) =>
    text.replace(/(export async function planHash[\s\S]*?\{\n)/, "$1  if (job) throw new TypeError('on purpose');\n"),
  );
  mkdirSync(join(copy, 'workbook'));
  writeWorkbook(join(copy, 'workbook'), { contacts: [aContact()] });
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      'bin/nightshift.js',
      'run',
      'score-recalculation',
      'list-cleaning',
      '--workbook',
      'workbook',
      '--ledger',
      'ledger',
    ],
    { cwd: copy, encoding: 'utf8', env: { ...process.env, NIGHTSHIFT_DEBUG: '1' } },
  );
  const line = lineOf(readFileSync(join(copy, 'jobs/score-recalculation.ts'), 'utf8'), 'score_bnd');
  expect(stdout).toContain(
    `jobs/score-recalculation.ts:${line}: update of contacts: there is no column "score_bnd". The nearest are: score_band`,
  );
  expect(stdout).toMatch(/TypeError at lib\/plan\/hash\.ts:\d+\. Its details may quote cells/);
  expect(stderr).toMatch(/TypeError: on purpose\n\s+at .*lib\/plan\/hash\.ts:\d+/);
});
