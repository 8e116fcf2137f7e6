/**
 * A part that was left out of a plan: how many rows, and the hash with which a person may let it through; null where
 * its rule is wrong.
 */
export interface HeldPart {
  readonly part: string;
  readonly reason: string;
  readonly rows: number;
  readonly plan: string | null;
  /** It waits for an answer in the rules, which was asked for by this run, or by one before. */
  readonly question?: 'first' | 'again';
}
