/**
 * What a team may tune in the matching, checked by zod. Everything has a default that works untouched.
 * Rules say what counts; they hold no code, and a table never has to be described for the matching to run.
 */
import * as z from 'zod';
import { columnRoles } from './kinds.ts';
import { roleWords } from './shared-words.ts';

const share = z.number().min(0).max(1);

/** `newest`: of the record that was updated last; `earliest` and `latest`: of the values themselves. */
export const keepings = [
  ...(['survivor', 'longest', 'newest', 'most frequent', 'any true', 'most restrictive'] as const),
  ...(['earliest', 'latest'] as const),
] as const;
export type Keeping = (typeof keepings)[number];

export const matchingRules = z
  .object({
    /** Kind of a column by its header, where the engine should not work it out; `ignore` leaves it out. */
    columns: z.record(z.string(), z.enum(columnRoles)).default({}),
    /** Cell values that mean "nothing", beside those that everybody types. */
    placeholders: z.array(z.string()).default([]),
    /** Mailboxes that belong to a role: the part before the @. */
    roles: z.array(z.string()).default(roleWords),
    blocking: z
      .object({
        keys: z.number().int().min(1).max(20).default(10),
        /** Records in one block that are all compared; a larger block is compared with its neighbours only. */
        largestBlock: z.number().int().min(2).max(2000).default(60),
        /** How many neighbours each record of a larger block is compared with. */
        neighbours: z.number().int().min(1).max(50).default(6),
        /** Pairs per record over all keys, in a large table; a small one may compare more. */
        pairsPerRecord: z.number().min(1).max(500).default(6),
      })
      .prefault({}),
    bands: z
      .object({
        /** From here on a pair can be certain, if the evidence is there as well. */
        certain: share.default(0.99),
        /** From here on two records are held to be one, and a person is asked. */
        likely: share.default(0.5),
      })
      .prefault({}),
    /** Records in a cluster that may be merged without asking. */
    largestCertainCluster: z.number().int().min(2).default(4),
    /** A value that stands on more records than this is no strong identifier. */
    commonAbove: z.number().int().min(1).default(3),
    /** Questions that a sweep asks at most, the most certain first; the others wait for the next month. */
    questionsPerMonth: z.number().int().min(0).default(50),
    /** Columns that can't differ between two records of one person, beside codes, birth dates and given names. */
    vetoes: z.array(z.string()).default([]),
    survivorship: z
      .object({
        /** Which record survives: the first that decides. */
        prefer: z
          .array(z.enum(['customer', 'most complete', 'oldest']))
          .default(['customer', 'most complete', 'oldest']),
        /** What a column keeps, by its header; `survivor` where nothing is given, and where that is empty, any value. */
        columns: z.record(z.string(), z.enum(keepings)).default({ status: 'most restrictive' }),
      })
      .prefault({}),
  })
  .strict();

export type MatchingRules = z.output<typeof matchingRules>;
export const defaultMatchingRules: MatchingRules = matchingRules.parse({});

/** Reads rules that a person wrote. Throws one Error that names every fault, each with its place. */
export function readMatchingRules(input: unknown, place: string): MatchingRules {
  const result = matchingRules.safeParse(input ?? {});
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`);
  throw new Error(`${place}: these matching rules can't be used: ${faults.join('; ')}.`);
}
