/**
 * A team tunes a copy of the project: time zone, the schedule of each batch, points and thresholds, a list renamed, one
 * removed, one added, a job added that fills columns and a table of the team's own. After `npm run sync` the team's
 * checks are green, and so are the product's tests that read what a team changes.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkout, edit } from '../support/checkout.ts';

const root = join(import.meta.dirname, '../..');
/** The whole project, but for what a run or an installation leaves there. */
const LEFT_OUT = ['.git', 'jobs', 'node_modules', 'sample'];
const PARTS = readdirSync(root).filter((name) => !LEFT_OUT.includes(name));

/** Runs a command in the copy; fails with what it printed. */
function run(cwd: string, ...command: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, VITEST: undefined, NO_COLOR: '1' },
  });
  expect(status, `${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

const replaceAll = (text: string, pairs: readonly (readonly [from: string, to: string])[]): string =>
  pairs.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`nothing to replace: ${from}`);
    return before.replace(from, to);
  }, text);

function tune(copy: string): void {
  const change = (file: string, ...pairs: [string, string][]) =>
    edit(copy, `jobs/${file}`, (text) => replaceAll(text, pairs));
  change(
    'rules/workbook.ts',
    ["timeZone: 'UTC'", "timeZone: 'Europe/Berlin'"],
    ['share: 0.05', 'share: 0.1'],
    [
      "// columns: { contacts: { postal_mailing: 'text' } }",
      "columns: { contacts: { next_call: 'date', call_reason: 'text' } }",
    ],
    [
      '// tables: { visits: {',
      "tables: { calls: { key: ['call_id'], columns: { call_id: 'text', contact_id: 'text', planned_on: 'date' } } }, // {",
    ],
  );
  change(
    'batches.ts',
    ['17 3 * * *', '30 2 * * *'],
    ['41 4 * * 1', '0 5 * * 2'],
    ['29 4 1 * *', '15 1 3 * *'],
    ['53 4 2 1,4,7,10 *', '5 6 1 2,5,8,11 *'],
  );
  change(
    'rules/scoring.ts',
    ["'pricing_page', points: 25", "'pricing_page', points: 30"],
    ["'click', points: 5", "'click', points: 6"],
    ["'attended', points: 40", "'attended', points: 35"],
    ["const page = '30 days'", "const page = '21 days'"],
    ["'NL', 'BE', 'FR'", "'NL', 'BE', 'FR', 'ES'"],
    ['A: 75, B: 50', 'A: 80, B: 55'],
  );
  change(
    'rules/bounces.ts',
    ['otherSoft: { bounces: 7', 'otherSoft: { bounces: 5'],
    ['dead: { bounces: 1 }', 'dead: { bounces: 2 }'],
    ['noAnswer: { bounces: 3', 'noAnswer: { bounces: 4'],
    ['share: 0.02, count: 500', 'share: 0.03, count: 300'],
  );
  change('rules/archive.ts', ['staleAfterMonths: 24', 'staleAfterMonths: 18'], ['valueFloor: 100', 'valueFloor: 50']);
  change('rules/guards.ts', ['stop: 0.3', 'stop: 0.5']);
  change(
    'rules/lifetime-value.ts',
    ['margin: 0.4', 'margin: 0.5'],
    ["base: 'USD', rates: { EUR: 1.08,", "base: 'EUR', rates: { USD: 0.92,"],
  );
  change('rules/exports.ts', ["list: 'Newsletter'", "list: 'Monthly letter'"]);
  edit(copy, 'jobs/rules/segments.ts', (text) =>
    replaceAll(text, [["name: 'Newsletter'", "name: 'Monthly letter'"]])
      .replace(/ {2}\{\n {4}name: 'Business leads',[\s\S]*?\n {2}\},\n(?= {2}\{)/, '')
      .replace(/\];\n$/, NEW_LIST),
  );
}

/** A job that fills columns and a table of the team's own. */
const OWN_JOB = `import { insert, job, sql, update } from 'nightshift';

const called = sql\`
  select contact_id, cast('2026-11-30' as date) as next_call, lifecycle_stage as call_reason, 'to be called' as why
  from contacts where lifecycle_stage = 'opportunity'\`;

const planned = sql\`
  select contact_id as call_id, contact_id, next_call as planned_on, 'planned' as why
  from contacts where next_call is not null\`;

export default job({
  name: 'lead-countries',
  purpose: 'Plans calls.',
  reads: ['contacts', 'calls'],
  writes: ['contacts', 'calls'],
  changes: () => [update('contacts', called), insert('calls', planned)],
});
`;

const NEW_LIST = `  {
    name: 'German calls',
    description: 'To be called in Germany.',
    sending: true,
    where: all(text('country').is('DE'), text('call_reason').is('opportunity')),
    examples: { in: [{ country: 'DE', call_reason: 'opportunity' }], out: [{ country: 'DE' }, {}] },
  },
];
`;

it('a team’s edits turn no check red, and a new job none either', { timeout: 300_000 }, () => {
  const copy = checkout(PARTS);
  tune(copy);
  run(copy, 'bin/nightshift.js', 'new', 'job', 'lead-countries', '--batch', 'weekly');
  writeFileSync(join(copy, 'jobs/lead-countries.ts'), OWN_JOB);
  expect(run(copy, 'bin/nightshift.js', 'sync')).toBe('wrote README.md\n');
  const nightly = readFileSync(join(copy, '.github/workflows/nightly.yml'), 'utf8');
  expect(nightly).toContain('- cron: "30 2 * * *"\n      timezone: Europe/Berlin');
  expect(readFileSync(join(copy, 'README.md'), 'utf8')).toMatch(/\| lead-countries \| weekly \|/);
  run(copy, 'node_modules/@biomejs/biome/bin/biome', 'lint', '--error-on-warnings', 'jobs', 'test/team');
  // Of the product's tests, only those of the workflows read what a team's edits change.
  const tested = run(copy, 'node_modules/vitest/vitest.mjs', 'run', 'test/team', 'test/workflows/workflows.test.ts');
  expect(tested).toContain('test/team/jobs/lead-countries.test.ts');
});

it('no test of the product reads jobs/, so that no edit there can turn it red', () => {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.(ts|mjs)$/.test(file) && !file.startsWith('team/'));
  expect(files.length).toBeGreaterThan(200);
  const importing = files.filter((file) =>
    /^(?:import|export|\}).* from '(?:\.\.\/)+jobs\/|import\('(?:\.\.\/)+jobs\//m.test(
      readFileSync(join(root, 'test', file), 'utf8'),
    ),
  );
  expect(importing).toEqual([]);
});
