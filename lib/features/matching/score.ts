/**
 * Scores compared pairs with a fitted model: the probability that they are one person, rare values counting for more.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Chance } from './chance.ts';
import type { PatternCount } from './compare.ts';
import type { Compared } from './kinds.ts';
import { averageRarity, isOnePerson, logLikelihoods, type Model, placesOf } from './likelihood.ts';

/** The lowest rate at which a pair is kept, so that linkage can tell a poor pair from one never met. */
const lowest = 0.01;

/** Makes `match_weights(pattern, w0, w1 …)`: the logarithm of each story's weight, before rare values. */
async function loadWeights(
  db: DuckDBConnection,
  model: Model,
  compared: readonly Compared[],
  chances: readonly Chance[],
  patterns: readonly PatternCount[],
): Promise<void> {
  await db.run(
    `create or replace temp table match_weights (${['pattern bigint', ...model.stories.map((_, nth) => `w${nth} double`)].join(', ')})`,
  );
  const appender = await db.createAppender('match_weights', undefined, 'temp');
  const likely = logLikelihoods(model, compared, chances, placesOf(compared, patterns));
  for (const [row, { pattern, levels }] of patterns.entries()) {
    appender.appendBigInt(pattern);
    const rarity = averageRarity(model, compared, levels);
    for (const [nth, share] of model.shares.entries()) {
      appender.appendDouble(
        (likely[row * model.shares.length + nth] ?? 0) + Math.log(Math.max(share, 1e-300)) - (rarity[nth] ?? 0),
      );
    }
    appender.endRow();
  }
  appender.closeSync();
}

/** Makes `into(l, r, pattern, probability)` from the compared pairs of table `from`, without those that are hopeless. */
export async function scorePairs(
  db: DuckDBConnection,
  model: Model,
  compared: readonly Compared[],
  chances: readonly Chance[],
  patterns: readonly PatternCount[],
  from: string,
  into: string,
): Promise<void> {
  await loadWeights(db, model, compared, chances, patterns);
  const logs = model.stories.map((story, nth) => (story === 'same' ? `w${nth}` : `w${nth} + rare_${story}`));
  const share = (of: boolean): string =>
    model.stories.flatMap((story, nth) => (!of || isOnePerson(story) ? [`exp(s${nth} - top)`] : [])).join(' + ');
  const named = model.stories.map((_, nth) => `s${nth}`).join(', ');
  await db.run(`create or replace temp table ${into} as
    select l, r, pattern, probability from (
      select l, r, pattern, (${share(true)}) / (${share(false)}) as probability from (
        select l, r, pattern, ${named}, greatest(${named}) as top from (
          select l, r, pattern, ${logs.map((log, nth) => `${log} as s${nth}`).join(', ')} from ${from} join match_weights using (pattern))))
    where probability >= ${lowest} and pattern <> 0`);
}
