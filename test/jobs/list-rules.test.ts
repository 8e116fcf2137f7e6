import { describe, expect, it } from 'vitest';
import { text } from '../../lib/features/segments/build.ts';
import { checkLists } from '../../lib/features/segments/lists.ts';
import { lists } from '../fixture/rules/segments.ts';
import { runExamples } from '../support/list-examples.ts';

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
