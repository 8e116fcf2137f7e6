/**
 * What lists need to know of events and purchases, each a number or a moment per contact, named by its content so that
 * lists which ask the same share one column. Names only; input.ts computes them.
 */

import { createHash } from 'node:crypto';
import type { Test, When } from './condition.ts';

/** One column of `segment_input`: a count, a sum, a first or a last time. `types` is absent for purchases. */
export interface Fact {
  readonly what: 'count' | 'sum' | 'first' | 'last';
  readonly types?: readonly string[];
  readonly currency?: string;
  readonly when: When;
}

/** The column that says whether a contact may be mailed. */
export const mailableColumn = 'fact_mailable';

/** The facts that a test reads: one, or none. */
export function factsOf(test: Test): Fact[] {
  switch (test.test) {
    case 'event':
      return [{ what: 'count', types: sorted(test.types), when: whenOf(test) }];
    case 'purchases':
    case 'spent': {
      const currency = test.currency === undefined ? {} : { currency: test.currency };
      return [{ what: test.test === 'spent' ? 'sum' : 'count', ...currency, when: whenOf(test) }];
    }
    case 'first':
    case 'last':
      return [{ what: test.test, ...(test.of === 'purchase' ? {} : { types: sorted(test.of) }), when: {} }];
    default:
      return [];
  }
}

/** `fact_` and a short hash of what the fact is: the same in every list, every run and every engine. */
export const factColumn = (fact: Fact): string =>
  `fact_${createHash('sha256').update(JSON.stringify(fact)).digest('hex').slice(0, 12)}`;

const sorted = (types: readonly string[]): string[] => [...new Set(types)].sort();

/** The stretch of time alone, its parts in a fixed order. */
function whenOf(test: When): When {
  const keys = ['within', 'olderThan', 'before', 'after', 'on'] as const;
  return Object.fromEntries(keys.flatMap((key) => (test[key] === undefined ? [] : [[key, test[key]]])));
}
