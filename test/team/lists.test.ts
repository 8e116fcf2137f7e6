/** The lists of jobs/rules/segments.ts are valid, and hold whom their examples say and nobody else. */
import { it } from 'vitest';
import { lists } from '../../jobs/rules/segments.ts';
import { checkLists } from '../../lib/features/segments/lists.ts';
import { runExamples } from '../support/list-examples.ts';
import { CHECK, requireNone } from './require.ts';

const FILE = 'jobs/rules/segments.ts';

it('the lists are well formed', () => {
  const extra = lists.flatMap(({ examples }) => [...examples.in, ...examples.out].flatMap(Object.keys));
  const { wrong } = checkLists(lists, { columns: new Map(extra.map((column) => [column, column])) });
  requireNone(
    wrong.flatMap(({ problems }) => problems.map((problem) => `${FILE}: ${problem}`)),
    CHECK,
  );
});

it('each list has an example of somebody who is on it, and of somebody who is not', () => {
  requireNone(
    lists.flatMap(({ name, examples }) =>
      (['in', 'out'] as const)
        .filter((side) => examples[side].length === 0)
        .map((side) => `${FILE}: list "${name}" has no example under "${side}"`),
    ),
    CHECK,
  );
});

it('the lists hold whom their examples say, and nobody else', async () => {
  const failures = await runExamples(lists);
  requireNone(
    failures.map(({ list, expected, example }) => {
      const found = expected === 'in' ? 'is not on it' : 'is on it';
      return `${FILE}: list "${list}": the example ${JSON.stringify(example)} under "${expected}" ${found}`;
    }),
    CHECK,
  );
});
