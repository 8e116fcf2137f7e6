/**
 * The kind of a bounce: what the provider itself said of it, in the workbook's five words. A word that is not known
 * stays unknown here, so that the codes decide; it is never taken for a verdict.
 */
import { join, list, type Sql, sql } from '../core/sql.ts';

/** Each kind, with the words that providers use for it (letters only, lower case). `cleaned`: already on another tool's list. */
const words = {
  complaint: ['complaint', 'complained', 'spamcomplaint', 'spamreport', 'abuse'],
  unsubscribe: ['unsubscribe', 'unsubscribed', 'groupunsubscribe', 'optout'],
  block: ['block', 'blocked', 'spam', 'spamnotification', 'policy'],
  hard: ['hard', 'hardbounce', 'permanent'],
  soft: ['soft', 'softbounce', 'transient', 'temporary', 'deferred'],
  cleaned: ['cleaned'],
} as const;

/** The kind that a cell's text names, or NULL. */
export const kindOf = (cell: Sql): Sql => {
  const letters = sql`regexp_replace_all(lower(${cell}), '[^a-z]', '')`;
  const cases = Object.entries(words).map(([kind, said]) => sql`when ${letters} in ${list(said)} then ${kind}`);
  return sql`case ${join(cases, ' ')} end`;
};
