/** What is generated from jobs/ follows it: also where a batch is gone, and where a README has no such tables. */
import { expect, it } from 'vitest';
import { readmeFile } from '../../lib/cli/generated/readme.ts';
import { scheduleText } from '../../lib/cli/generated/schedule-text.ts';
import { workflowFiles } from '../../lib/cli/generated/workflows.ts';
import { nightShift } from '../fixture/batches.ts';

const model = [
  'name: nightly',
  '    - cron: "1 2 * * *"',
  '      timezone: UTC',
  'jobs:',
  '  nightly:',
  '    permissions:',
  '    uses: $/.github/workflows/_run.yml',
  '    with:',
  '      name: nightly',
  '      due: true',
  '',
].join('\n');
const files: Readonly<Record<string, string>> = {
  '.github/workflows/nightly.yml': model,
  '.github/workflows/hourly.yml': model.replaceAll('nightly', 'hourly'),
  '.github/workflows/run-job.yml': '        options:\n          - gone\n      dry_run:\n',
};
const read = (path: string): string | undefined => files[path];

it('gives each batch its workflow and run-job.yml its names, and removes the workflow of a batch that is gone', () => {
  const [weekly] = nightShift.batches.filter(({ name }) => name === 'weekly');
  if (!weekly) throw new Error('no weekly batch');
  const shift = {
    ...nightShift,
    batches: [{ ...weekly, schedule: { ...weekly.schedule, cron: '5 6 * * 2', timeZone: 'Europe/Berlin' } }],
  };
  const generated = Object.fromEntries(workflowFiles(shift, read).map(({ path, text }) => [path, text]));
  expect(generated).toEqual({
    '.github/workflows/weekly.yml': model
      .replaceAll('nightly', 'weekly')
      .replace('1 2 * * *', '5 6 * * 2')
      .replace('UTC', 'Europe/Berlin'),
    '.github/workflows/nightly.yml': null,
    '.github/workflows/hourly.yml': null,
    '.github/workflows/run-job.yml': '        options:\n          - weekly\n          - enrichment\n      dry_run:\n',
  });
});

it('writes the tables between their marks alone, and leaves a README without marks as it is', () => {
  const marks = 'Ours.\n<!-- jobs -->\nold\n<!-- /jobs -->\nOurs too.\n';
  const [file] = readmeFile(nightShift, () => marks);
  expect(file?.text).toMatch(/^Ours\.\n<!-- jobs -->\n\| job \| when \| what it does \|\n\| --- \|/);
  expect(file?.text).toMatch(/<!-- \/jobs -->\nOurs too\.\n$/);
  expect(file?.text).not.toContain('old');
  expect(readmeFile(nightShift, () => 'A README of a team.')).toEqual([
    { path: 'README.md', text: 'A README of a team.' },
  ]);
  expect(readmeFile(nightShift, () => undefined)).toEqual([]);
});

it.each([
  ['17 3 * * *', 'every day, 03:17'],
  ['41 4 * * 1', 'Mondays, 04:41'],
  ['41 4 * * 2,4', 'Tuesdays, Thursdays, 04:41'],
  ['30 6 * * 1-5', 'Mondays to Fridays, 06:30'],
  ['29 4 1 * *', 'day 1 of each month, 04:29'],
  ['53 4 2 1,4,7,10 *', 'day 2 of months 1, 4, 7, 10, 04:53'],
  ['7 * * * *', 'every hour, at minute 07'],
  ['7 3,15 * * *', 'every day, 03:07 and 15:07'],
  ['*/20 * * * *', 'cron `*/20 * * * *`'],
  ['7 3 1 * 1', 'cron `7 3 1 * 1`'],
])('says the schedule %s in words', (cron, words) => {
  expect(scheduleText(cron)).toBe(words);
});
