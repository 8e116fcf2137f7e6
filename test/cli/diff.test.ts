/**
 * What `diff` says of a change of rules: whom it moves, in counts, beside another commit's rules and on one snapshot.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkout, edit } from '../support/checkout.ts';
import { aContact, anEvent, writeWorkbook } from '../support/workbook.ts';

let copy: string;

beforeAll(() => {
  copy = checkout([], mkdtempSync(join(tmpdir(), 'nightshift-diff-')));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], { cwd: copy });
  git('init', '-q', '-b', 'main');
  git('add', 'jobs');
  git('commit', '-q', '-m', 'Begin');
  edit(copy, 'jobs/rules/scoring.ts', (text) => text.replace("'click', points: 5", "'click', points: 60"));
  // A table of the team's own that the base does not know.
  edit(copy, 'jobs/rules/workbook.ts', (text) => text.replace('// tables: {', 'tables: {'));
  edit(copy, 'jobs/list-refresh.ts', (text) => text.replace('reads: [', "reads: ['visits', "));
  mkdirSync(join(copy, 'workbook'));
  writeWorkbook(join(copy, 'workbook'), {
    contacts: Array.from({ length: 9 }, (_, i) =>
      aContact({ contact_id: `quokka${i}`, email: `quokka${i}@example.com`, job_title: 'CMO', country: 'DE' }),
    ),
    events: Array.from({ length: 9 }, (_, i) =>
      anEvent({ contact_id: `quokka${i}`, email: '', type: 'click', occurred_at: '2026-11-21T08:00:00Z' }),
    ),
  });
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

function diff(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawnSync(
    process.execPath,
    [
      'bin/nightshift.js',
      'diff',
      'score-recalculation',
      'list-refresh',
      '--workbook',
      'workbook',
      '--as-of',
      '2026-11-22',
      ...args,
    ],
    {
      cwd: copy,
      encoding: 'utf8',
      env: { ...process.env, VITEST: undefined, GITHUB_ACTIONS: '', NO_COLOR: '1', ...env },
    },
  );
}

it('counts the scores that move and the lists that change, and leaves workbook and checkout as they were', {
  timeout: 120_000,
}, () => {
  const before = readdirSync(join(copy, 'workbook'));
  const { status, stdout, stderr } = diff(['--rows', 'rows.csv']);
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/score_band\s+A4 → A3\s+9|score_band\s+A4 → A2\s+9|score_band\s+\w\d → \w\d\s+9/);
  expect(stdout).not.toContain('quokka');
  expect(readFileSync(join(copy, 'rows.csv'), 'utf8')).toMatch(
    /^table,key,column,base,head\ncontacts,quokka0,score_band/,
  );
  expect(readdirSync(join(copy, 'workbook')).filter((name) => !name.startsWith('.'))).toEqual(before);
  expect(readdirSync(join(copy, '.nightshift'))).toEqual([]);
});

it('writes a comment for a pull request that holds counts only, and refuses rows there', { timeout: 120_000 }, () => {
  const { status, stdout, stderr } = diff(['--base', 'main'], { GITHUB_ACTIONS: 'true' });
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/^<!-- nightshift diff -->\n## What this change does on the workbook/);
  expect(stdout).toMatch(/\| score\\_band \| \w\d → \w\d \| 9 \|/);
  expect(`${stdout}${stderr}`).not.toContain('quokka');
  const refused = diff(['--rows', 'other.csv'], { GITHUB_ACTIONS: 'true' });
  expect(refused.status).toBe(2);
  expect(existsSync(join(copy, 'other.csv'))).toBe(false);
});

it('names a base that git does not know, and what to do', { timeout: 60_000 }, () => {
  const { status, stderr } = diff(['--base', 'nowhere']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/--base: git knows no branch or commit "nowhere".*git fetch origin nowhere/);
});
