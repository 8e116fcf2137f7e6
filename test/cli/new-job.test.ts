/** `new job` writes nothing over what is there, and adds to a batch only where it finds its list. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addToBatch } from '../../lib/cli/generated/new-job-texts.ts';
import { main } from '../../lib/cli/main.ts';
import { nightShift } from '../fixture/batches.ts';
import { checkout } from '../support/checkout.ts';

const batches = `import { nightShift } from 'nightshift';
import one from './one.ts';

export const shift = [
  { name: 'nightly', jobs: [one] },
  { name: 'weekly', purpose: 'none', jobs: [] },
  { name: 'monthly', jobs: some },
  { name: "quarterly", jobs: [
      one,
      one,
  ] },
];
`;

describe('the line in a batch', () => {
  it.each([
    ['nightly', 'lead-countries', "import leadCountries from './lead-countries.ts';", 'jobs: [one, leadCountries]'],
    ['weekly', 'delete', "import deleteJob from './delete.ts';", "purpose: 'none', jobs: [deleteJob]"],
  ])('joins %s', (batch, name, line, jobs) => {
    const text = addToBatch(batches, batch, name);
    expect(text).toContain(`import one from './one.ts';\n${line}\n`);
    expect(text).toContain(jobs);
  });

  it('joins a list of several lines', () => {
    expect(addToBatch(batches, 'quarterly', 'x')?.replaceAll(/\s+/g, ' ')).toContain('jobs: [one, one, x]');
  });

  it.each(['monthly', 'hourly'])('is not guessed where the batch %s has no list of its own', (batch) => {
    expect(addToBatch(batches, batch, 'x')).toBeUndefined();
  });
});

it.each([
  ['no kind', ['new']],
  ['another kind', ['new', 'list', 'x']],
  ['no name', ['new', 'job']],
  ['capitals', ['new', 'job', 'LeadCountries']],
  ['a path', ['new', 'job', '../x']],
  ['the name of the batches', ['new', 'job', 'batches']],
  ['a job that exists', ['new', 'job', 'list-cleaning']],
  ['a batch as a name', ['new', 'job', 'nightly']],
])('refuses %s, with exit code 2', async (_, args) => {
  expect(await main(args, nightShift)).toBe(2);
});

it('writes nothing where a file of that name is there, or the batch is not', () => {
  const copy = checkout();
  writeFileSync(join(copy, 'jobs/half-done.ts'), 'mine');
  const files = () =>
    readdirSync(copy, { recursive: true, encoding: 'utf8' }).filter((path) => /^(jobs|test)/.test(path));
  const before = files();
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['bin/nightshift.js', 'new', 'job', ...args], { cwd: copy, encoding: 'utf8' });
  const hourly = run('lead-countries', '--batch', 'hourly');
  expect([hourly.status, hourly.stderr]).toEqual([2, expect.stringContaining('has no batch "hourly"')]);
  const there = run('half-done');
  expect([there.status, there.stderr]).toEqual([2, expect.stringContaining('jobs/half-done.ts exists already')]);
  expect([files(), readFileSync(join(copy, 'jobs/half-done.ts'), 'utf8')]).toEqual([before, 'mine']);
});
