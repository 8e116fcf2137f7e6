/**
 * When two records are one person, which of them stays, and what it keeps. Works as it is; see docs/matching.md.
 */
import { matchingRules } from 'nightshift';

export const matching = matchingRules({
  // Merged without asking from `certain` on, where two independent identifiers agree; a person is asked from `likely`
  // on.
  bands: { certain: 0.99, likely: 0.5 },
  // Larger groups are never merged without asking.
  largestCertainCluster: 4,
  // Columns in which one person can't have two values, beside birth dates and given names: such as a customer number.
  vetoes: [],
  survivorship: {
    prefer: ['customer', 'most complete', 'oldest'],
    // By default the survivor's own value, and where that is empty, another's. Consent is always the most
    // restrictive.
    columns: { status: 'most restrictive' },
  },
});

/** A sweep that would merge more contacts stops and asks. */
export const mostMerged = { share: 0.02 };
