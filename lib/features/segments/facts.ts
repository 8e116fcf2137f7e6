/**
 * What conditions need to know beyond a contact's own columns: counts, sums and times of events and purchases, the kind
 * of an address's domain, and whether a pattern fits a text, which is asked once per distinct text. Each is one column,
 * named by its content so that rules which ask the same share it. Names only; input.ts computes them.
 */

import { createHash } from 'node:crypto';
import type { Test, TextOperator } from './condition.ts';
import type { When } from './when.ts';

/** A count, a sum, a first or a last time. `types` is absent for purchases. */
export interface HistoryFact {
  readonly what: 'count' | 'sum' | 'first' | 'last';
  readonly types?: readonly string[];
  readonly currency?: string;
  readonly when: When;
}

/** Whether the domain in a column is of a kind that the table `domains` lists. */
export interface KindFact {
  readonly what: 'kind';
  readonly column: string;
  readonly kind: string;
}

/** Whether a pattern made of `values` fits a text: what is dear enough to be asked once per distinct text. */
export interface TextFact {
  readonly what: 'text';
  readonly column: string;
  readonly operator: TextOperator;
  readonly values: readonly string[];
}

export type Fact = HistoryFact | KindFact | TextFact;

/** Where input.ts puts the domain of an address column, NULL where there is none. */
export const domainColumn = (column: string): string => `fact_domain_${column}`;

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
    case 'domain':
      return test.kind === undefined ? [] : [{ what: 'kind', column: test.column, kind: test.kind }];
    case 'text': {
      const { column, operator, values } = test;
      return operator === 'matches' || operator === 'hasWord' ? [{ what: 'text', column, operator, values }] : [];
    }
    default:
      return [];
  }
}

/** `fact_` and a short hash of what the fact is: the same in every list, every run and every engine. */
export const factColumn = (fact: Fact): string =>
  `fact_${createHash('sha256').update(JSON.stringify(fact)).digest('hex').slice(0, 12)}`;

/** As the snapshot has them: in small letters. */
const sorted = (types: readonly string[]): string[] =>
  [...new Set(types.map((type) => type.trim().toLowerCase()))].sort();

/** The stretch of time alone, its parts in a fixed order. */
function whenOf(test: When): When {
  const keys = ['within', 'olderThan', 'before', 'after', 'on'] as const;
  return Object.fromEntries(keys.flatMap((key) => (test[key] === undefined ? [] : [[key, test[key]]])));
}
