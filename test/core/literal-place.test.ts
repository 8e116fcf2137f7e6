/** The line of a rule is that of the rule, no matter what is written around it. */
import { expect, it } from 'vitest';
import { lineOfPart } from '../../lib/core/literal-place.ts';

const source = `import { rules } from 'nightshift';
const names = ['a'];
export const ours = rules({
  // a comment with { and "
  first: 'text, with } and (',
  'second part': { deep: [1, \`\${names[0]} ]\`, { inner: 3 }] },
  names,
  list: [
    { name: 'one' }, /* , */
    ...names,
    {
      name: 'three',
      points: -1,
    },
  ],
  last: { "quoted": (x: number) => ({ x }), after: /* here */ 5 },
});
`;

it.each([
  [['first'], 5],
  [['second part', 'deep', 2, 'inner'], 6],
  [['names', 'anything'], 7],
  [['list', 0, 'name'], 9],
  [['list', 2, 'points'], 13],
  [['list', 9], 8],
  [['last', 'after'], 16],
  [['nowhere'], 3],
  [[], 3],
])('finds %j', (path, line) => {
  expect(lineOfPart(source, 3, path)).toBe(line);
});

it('gives a line of the file for any text', () => {
  for (const text of ['', '(', 'rules({', "rules({ a: 'b", 'rules([1, /* ', 'rules({ a: { b: `']) {
    expect(lineOfPart(text, 1, ['a', 'b', 0])).toBe(1);
  }
});
