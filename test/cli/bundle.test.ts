/** The command runs what the sources say now, also where they are bundled first, cannot be bundled, or are run by several at once. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkout, edit } from '../support/checkout.ts';

const bundles = (folder: string): string[] => readdirSync(join(folder, 'node_modules/.cache/nightshift'));
const list = (cwd: string) => spawnSync(process.execPath, ['bin/nightshift.js', 'list'], { cwd, encoding: 'utf8' });

it('bundles once, for several at once and for every user, and anew when a source or a package is another', async () => {
  const folder = checkout();
  const codes = await Promise.all(
    [1, 2].map(
      () =>
        new Promise((done) => {
          spawn(process.execPath, ['bin/nightshift.js', 'list'], { cwd: folder, stdio: 'ignore' }).on('close', done);
        }),
    ),
  );
  expect(codes).toEqual([0, 0]);
  expect(bundles(folder)).toHaveLength(1);
  const [made = ''] = bundles(folder);
  const { mode } = statSync(join(folder, 'node_modules/.cache/nightshift', made));
  if (process.platform !== 'win32') expect(mode & 0o777).toBe(0o755);
  edit(folder, 'jobs/batches.ts', (text) => text.replace('Clean data for the morning', 'Other words'));
  expect(list(folder).stdout).toContain('Other words');
  expect(bundles(folder)).toHaveLength(2);
  writeFileSync(join(folder, 'node_modules/.package-lock.json'), '{}');
  expect(list(folder).stdout).toContain('Other words');
  expect(bundles(folder)).toHaveLength(3);
});

it('leaves a team’s own packages where they are, with what lies beside them', () => {
  const folder = checkout();
  const own = join(folder, 'node_modules/own-words');
  mkdirSync(own);
  writeFileSync(
    join(own, 'index.js'),
    `module.exports = require('fs').readFileSync(__dirname + '/words.txt', 'utf8');`,
  );
  writeFileSync(join(own, 'words.txt'), 'Words of our own');
  edit(folder, 'jobs/batches.ts', (text) =>
    `import words from 'own-words';\n${text}`.replace(
      `'Clean data for the morning: addresses, suppressions, scores, lists.'`,
      'words',
    ),
  );
  expect(list(folder).stdout).toContain('nightly: Words of our own');
  expect(bundles(folder)).toHaveLength(1);
});

it.each([
  ['from outside of jobs/', `import { words } from '../shared/words.ts';`],
  ['from a data file', `import data from './words.json' with { type: 'json' };\nconst words = data.words;`],
  ['by a name worked out', `const { words } = await import(['./', 'words.mjs'].join(''));`],
  [
    'beside the file',
    `import { readFileSync } from 'node:fs';\nconst words = readFileSync(new URL(import.meta.url + '/../words.txt'), 'utf8');`,
  ],
])('runs the sources as they are, and as they are now, where they load something %s', (_, lines) => {
  const folder = checkout();
  const say = (words: string): void => {
    mkdirSync(join(folder, 'shared'), { recursive: true });
    writeFileSync(join(folder, 'shared/words.ts'), `export const words: string = '${words}';`);
    writeFileSync(join(folder, 'jobs/words.mjs'), `export const words = '${words}';`);
    writeFileSync(join(folder, 'jobs/words.json'), JSON.stringify({ words }));
    writeFileSync(join(folder, 'jobs/words.txt'), words);
  };
  edit(folder, 'jobs/batches.ts', (text) =>
    `${lines}\n${text}`.replace(`'Clean data for the morning: addresses, suppressions, scores, lists.'`, 'words'),
  );
  for (const words of ['Words of today', 'Words of tomorrow']) {
    say(words);
    expect(list(folder).stdout).toContain(`nightly: ${words}`);
  }
  expect(bundles(folder)).toEqual([]);
});

it('runs where nothing can be written', () => {
  const folder = checkout();
  rmSync(join(folder, 'node_modules/.cache'), { recursive: true, force: true });
  writeFileSync(join(folder, 'node_modules/.cache'), 'no folder');
  expect(list(folder).stdout).toContain('nightly: Clean data for the morning');
});

it.each([
  ['is no TypeScript', 'export const months = = 3;'],
  ['fails', 'export const months = (undefined as unknown as { of: number }).of;'],
])('tells in words, and with its line, of a rule that %s', (_, line) => {
  const folder = checkout();
  edit(folder, 'jobs/rules/archive.ts', (text) => `${text}\n${line}\n`);
  // Whoever installs is not told: the run is, which opens an issue about it.
  expect(spawnSync('npm', ['run', 'prepare'], { cwd: folder, shell: process.platform === 'win32' }).status).toBe(0);
  const ended = list(folder);
  expect(ended.status).toBe(2);
  expect(ended.stderr).toMatch(/^jobs\/ can't be loaded: .*jobs\/rules\/archive[.]ts:\d+/);
  expect(ended.stderr).not.toMatch(/^\s+at /m);
});
