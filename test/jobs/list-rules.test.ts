import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { text } from '../../lib/features/segments/build.ts';
import { listFaults } from '../../lib/features/segments/list-faults.ts';
import { checkLists } from '../../lib/features/segments/lists.ts';
import { nightShift } from '../fixture/batches.ts';
import { listRefresh } from '../fixture/list-refresh.ts';
import { listSizes } from '../fixture/rules/guards.ts';
import { lists } from '../fixture/rules/segments.ts';
import { runExamples } from '../support/list-examples.ts';
import { temporaryFolder } from '../support/workbook.ts';

describe('the lists in jobs/rules', () => {
  it('are well formed', () => {
    expect(checkLists(lists).wrong).toEqual([]);
  });

  it.each(lists.map(({ name, examples }) => [name, examples] as const))('show whom "%s" is for', (_, examples) => {
    expect(examples.in.length).toBeGreaterThan(0);
    expect(examples.out.length).toBeGreaterThan(0);
  });

  it('hold the contacts of their examples, and no others', async () => {
    expect(await runExamples(lists)).toEqual([]);
  });
});

it('a failing example is reported, in and out', async () => {
  const german = {
    name: 'German',
    description: 'In Germany.',
    sending: false,
    where: text('country').is('DE'),
    examples: { in: [{ country: 'DE' }, { country: 'AT' }], out: [{}, { country: 'de' }] },
  };
  expect(await runExamples([german])).toEqual([
    { list: 'German', expected: 'in', example: { country: 'AT' } },
    { list: 'German', expected: 'out', example: { country: 'de' } },
  ]);
});

describe('a list whose rule is wrong', () => {
  const german = (name: string, column = 'country') => ({
    name,
    description: 'In Germany.',
    sending: false,
    where: text(column).is('DE'),
    examples: { in: [{ country: 'DE', 'Own Column': 'x' }], out: [] },
  });
  const source = [
    'export const lists = [',
    "  { name: 'German', where: text('country').is('DE') },",
    "  { name: 'Other',",
    "    where: text('contry').is('DE') },",
    "  { name: 'German', where: text('Own Column').is('DE') },",
    '];',
  ];

  it('is named with file and line: the second of one name, and the column that is misspelt', () => {
    const path = join(temporaryFolder(), 'segments.ts');
    writeFileSync(path, source.join('\n'));
    const file = relative(join(import.meta.dirname, '../..'), path);
    const rules = [german('German', 'Own Column'), german('Other', 'contry'), german('German')];
    expect(listFaults(file, rules, {})).toEqual([
      `${file}:5: List "German": two lists have this name. Rename one.`,
      `${file}:4: List "Other", text(contry): contacts has no column "contry". Did you mean "country"?`,
    ]);
  });

  it('is reported by list and sync, which then end with exit code 2, and by neither where all is well', async () => {
    const job = listRefresh([german('German'), german('German', 'contry')], listSizes);
    const batches = nightShift.batches.map((batch) => ({
      ...batch,
      jobs: batch.jobs.map((each) => (each.name === job.name ? job : each)),
    }));
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
    const quiet = vi.spyOn(console, 'log').mockImplementation(() => {});
    for (const args of [
      ['list', '--ledger', temporaryFolder()],
      ['sync', '--dry-run'],
    ]) {
      expect(await main(args, { ...nightShift, batches })).toBe(2);
      expect(printed.mock.calls.join()).toContain('List "German": two lists have this name. Rename one.');
      printed.mockClear();
      await main(args, nightShift);
      expect(printed.mock.calls.join()).not.toContain('List');
    }
    printed.mockRestore();
    quiet.mockRestore();
  });
});
