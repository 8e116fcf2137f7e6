/**
 * What is wrong with the lists of a rules file as far as it shows without a workbook, each with file and line. A run
 * holds such a list by itself; this says so when the rules are written.
 */
import { lineNaming, placeText, type SourcePlace } from '../../core/source-place.ts';
import { normalHeader } from '../../workbook/headers.ts';
import { contactColumns } from './check.ts';
import { checkLists, type Known, type ListRule } from './lists.ts';

/**
 * The faults in words. A column that no table has declared is one, unless an example names it: a workbook may have
 * more columns, and lists that ask for one have an example with it.
 * @param file the rules' file, by its path below the project
 */
export function listFaults(file: string, rules: readonly ListRule[], known: Pick<Known, 'bands'>): string[] {
  const examples = rules.flatMap((rule) => [rule?.examples?.in, rule?.examples?.out].flat());
  const named = examples.flatMap((example) => Object.keys(example ?? {}));
  const columns = [...contactColumns().keys(), ...named].map(normalHeader);
  const { wrong } = checkLists(rules, { ...known, columns: new Map(columns.map((column) => [column, column])) });
  return wrong.flatMap(({ name, problems }) =>
    problems.map((problem) => `${placeText(placeOfProblem(file, name, problem))}: ${problem}`),
  );
}

/** The line that a problem names: of two lists of one name the second's, of a condition its column's. */
function placeOfProblem(file: string, list: string, problem: string): SourcePlace {
  const named = `name: '${list}'`;
  const first = lineNaming(named, lineNaming(list, { file, line: 1 }));
  if (problem.includes('two lists have this name')) return lineNaming(named, { file, line: first.line + 1 });
  const column = /contacts has no column "([^"]+)"/.exec(problem)?.[1];
  return column === undefined ? first : lineNaming(column, first);
}
