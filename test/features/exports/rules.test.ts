/** What is wrong with rules of exports is said before anything runs. */
import { describe, expect, it } from 'vitest';
import { exportRules } from '../../../lib/features/exports/rules.ts';
import { memberOf, text } from '../../../lib/features/segments/build.ts';

describe('the rules of exports', () => {
  it('refuse lists that do not exist, and names that are taken, each by the name of its export', () => {
    const rule = { name: 'a', format: 'csv', sending: true, list: 'Nobody' } as const;
    expect(() => exportRules([rule, rule], ['Newsletter'])).toThrow(
      /: "a", list: there is no list "Nobody"\.\n.*\n.*"a", name: two exports are called "a"/,
    );
  });

  it('say what is wrong with a filter before anything runs', () => {
    const rule = { name: 'a', format: 'csv', sending: true } as const;
    expect(() =>
      exportRules(
        [
          { ...rule, where: text('contry').is('DE') },
          { ...rule, name: 'b', where: memberOf('Newsletter') },
        ],
        ['Newsletter'],
      ),
    ).toThrow(/Export "a".*contry.*Did you mean.*country.*\n.*Export "b": memberOf\(\) stands in no filter/);
  });
});
