/**
 * Scores compared pairs with a fitted model: the probability that they are one person, rare values counting for more.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Chance } from './chance.ts';
import type { PatternCount } from './compare.ts';
import { isTitle } from './headers.ts';
import { type Compared, levelNumber } from './kinds.ts';
import { averageRarity, isOnePerson, logLikelihoods, type Model, placesOf } from './likelihood.ts';

/** The lowest rate at which a pair is kept, so that linkage can tell a poor pair from one never met. */
const lowest = 0.01;

/** What a pair of firms scores at least where their names are the same and nothing but text and groups differs; titles repeat. */
const oneName = 0.9;
/** Share of different values that a column of names has at least; one with fewer names groups. */
const leastNames = 0.1;

function leastOf(compared: readonly Compared[], levels: readonly number[]): number {
  const name = compared.findIndex(({ kind, things }) => kind === 'fullname' && things);
  const column = compared[name];
  if (!column || isTitle(column) || levels[name] !== 1 || column.distinct < leastNames * column.filled) return 0;
  const differs = compared.some(
    ({ kind }, index) =>
      !['text', 'authors', 'category'].includes(kind) && levels[index] === levelNumber(kind, 'other'),
  );
  return differs ? 0 : oneName;
}

/**
 * Query that gives l, r, pattern and probability of the pairs of `match_compared`, without those that are hopeless. Makes
 * `match_weights(pattern, least, w0, w1 …)`: the logarithm of each story's weight, before rare values.
 */
export async function scoredSql(
  db: DuckDBConnection,
  model: Model,
  compared: readonly Compared[],
  chances: readonly Chance[],
  patterns: readonly PatternCount[],
): Promise<string> {
  await db.run(
    'create or replace temp table match_weights ' +
      `(${['pattern bigint', 'least double', ...model.stories.map((_, nth) => `w${nth} double`)].join(', ')})`,
  );
  const appender = await db.createAppender('match_weights', undefined, 'temp');
  const likely = logLikelihoods(model, compared, chances, placesOf(compared, patterns, model.together));
  for (const [row, { pattern, levels }] of patterns.entries()) {
    appender.appendBigInt(pattern);
    appender.appendDouble(leastOf(compared, levels));
    const rarity = averageRarity(model, compared, levels);
    for (const [nth, share] of model.shares.entries()) {
      appender.appendDouble(
        (likely[row * model.shares.length + nth] ?? 0) + Math.log(Math.max(share, 1e-300)) - (rarity[nth] ?? 0),
      );
    }
    appender.endRow();
  }
  appender.closeSync();
  const logs = model.stories.map((story, nth) => (story === 'same' ? `w${nth}` : `w${nth} + rare_${story}`));
  const share = (of: boolean): string =>
    model.stories.flatMap((story, nth) => (!of || isOnePerson(story) ? [`exp(s${nth} - top)`] : [])).join(' + ');
  const named = model.stories.map((_, nth) => `s${nth}`).join(', ');
  return `select l, r, pattern, probability from (
    select l, r, pattern, greatest(least, (${share(true)}) / (${share(false)})) as probability from (
      select l, r, pattern, least, ${named}, greatest(${named}) as top from (
        select l, r, pattern, least, ${logs.map((log, nth) => `${log} as s${nth}`).join(', ')} from match_compared
          join match_weights using (pattern))))
    where probability >= ${lowest} and pattern <> 0`;
}
