/** The lists of jobs/rules/segments.ts are valid, and hold the contacts that their examples say, and no others. */
import { it } from 'vitest';
import { lists } from '../../jobs/rules/segments.ts';
import { lineNaming, placeText } from '../../lib/core/source-place.ts';
import { checkLists } from '../../lib/features/segments/lists.ts';
import { runExamples } from '../support/list-examples.ts';
import { CHECK, requireNone } from './require.ts';

/** The file of the lists, with the line at which one is named. */
const placeOfList = (name: string): string => placeText(lineNaming(name, { file: 'jobs/rules/segments.ts', line: 1 }));

it('the lists are well formed', () => {
  const extra = lists.flatMap(({ examples }) => [...examples.in, ...examples.out].flatMap(Object.keys));
  const { wrong } = checkLists(lists, { columns: new Map(extra.map((column) => [column, column])) });
  requireNone(
    wrong.flatMap(({ name, problems }) => problems.map((problem) => `${placeOfList(name)}: ${problem}`)),
    CHECK,
  );
});

it('each list has an example of a contact that is on it, and of one that is not', () => {
  requireNone(
    lists.flatMap(({ name, examples }) =>
      (['in', 'out'] as const)
        .filter((side) => examples[side].length === 0)
        .map((side) => `${placeOfList(name)}: list "${name}" has no example under "${side}"`),
    ),
    CHECK,
  );
});

it('the lists hold the contacts that their examples say, and no others', async () => {
  const failures = await runExamples(lists);
  requireNone(
    failures.map(({ list, expected, example }) => {
      const found = expected === 'in' ? 'is not on it' : 'is on it';
      return `${placeOfList(list)}: list "${list}": the example ${JSON.stringify(example)} under "${expected}" ${found}`;
    }),
    CHECK,
  );
});
