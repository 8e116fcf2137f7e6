/** CI runs the whole suite where the product changed, and never leaves it out where it can't tell. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/workbook.ts';

const script = join(import.meta.dirname, '../../.ci/changed');
const who = ['-c', 'user.name=Dana Example', '-c', 'user.email=dana@example.com'];

function repository() {
  const folder = temporaryFolder();
  const git = (...args: string[]): string =>
    execFileSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();
  const commit = (path: string): string => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${path} ${Math.random()}`);
    git('add', '-A');
    git('commit', '-qm', path);
    return git('rev-parse', 'HEAD');
  };
  git('init', '-q');
  const answer = (base: string): string =>
    execFileSync('bash', [script], { cwd: folder, encoding: 'utf8', env: { ...process.env, BASE: base } }).trim();
  return { commit, answer };
}

it.skipIf(process.platform === 'win32').each([
  ['jobs/rules/scoring.ts', false],
  ['jobs/a-new-job.ts', false],
  ['test/team/jobs/a-new-job.test.ts', false],
  ['README.md', false],
  ['.github/workflows/nightly.yml', false],
  ['lib/run/run.ts', true],
  ['bin/nightshift.js', true],
  ['test/jobs/exports.test.ts', true],
  ['package-lock.json', true],
])('a change of %s: whole suite %s', (path, isProduct) => {
  const { commit, answer } = repository();
  const base = commit('lib/first.ts');
  commit('jobs/first.ts');
  commit(path);
  expect(answer(base)).toBe(`product=${isProduct}`);
});

it.skipIf(process.platform === 'win32')('runs the whole suite where the commit before is not known', () => {
  const { commit, answer } = repository();
  commit('jobs/first.ts');
  expect(answer('')).toBe('product=true');
  expect(answer('0000000000000000000000000000000000000000')).toBe('product=true');
});
