/**
 * Columns that say nothing of who a row is, found without labels: among the pairs that all other columns hold to be one,
 * such a column agrees no better than chance (an owner, the day a record was made, a random number).
 */
import type { Chance } from './chance.ts';
import type { PatternCount } from './compare.ts';
import { type Compared, traits } from './kinds.ts';
import { isOnePerson, logLikelihoods, type Model, placesOf } from './likelihood.ts';

/** Pairs that all other columns must hold to be one before a column is judged, and how sure they must be. */
const fewest = 12;
const sure = 0.99;
/** Share of what chance leaves that a column must agree on; and from where on it may keep two records apart. */
const leastLift = 0.1;
const leastPersonal = 0.6;

export interface Judged {
  /** Places of the columns that say nothing. */
  uninformative: number[];
  /** Places of the columns that differ too often within one person to keep two records apart. */
  changeable: number[];
}

/** Judges every column but those named in `fixed` (what a person said of a column stands). */
export function judgeColumns(
  model: Model,
  compared: readonly Compared[],
  chances: readonly Chance[],
  patterns: readonly PatternCount[],
  fixed: (column: Compared) => boolean,
): Judged {
  const stories = model.stories.length;
  const logShares = model.shares.map((share) => Math.log(Math.max(share, 1e-300)));
  const ofOnePerson = model.stories.map(isOnePerson);
  const holdOne = (without: number): boolean[] => {
    const others = patterns.map((each) => ({ ...each, levels: each.levels.with(without, 0) }));
    const logs = logLikelihoods(model, compared, chances, placesOf(compared, others));
    return patterns.map((_, row) => {
      const mine = logShares.map((share, nth) => share + (logs[row * stories + nth] ?? 0));
      const top = Math.max(...mine);
      const weights = mine.map((value) => Math.exp(value - top));
      const all = weights.reduce((sum, weight) => sum + weight, 0);
      return weights.reduce((sum, weight, nth) => sum + (ofOnePerson[nth] ? weight : 0), 0) / all >= sure;
    });
  };
  const known = compared.map(() => 0);
  const agree = compared.map(() => 0);
  for (const [index, column] of compared.entries()) {
    const one = holdOne(index);
    for (const [row, { levels, pairs }] of patterns.entries()) {
      const level = levels[index] ?? 0;
      if (level === 0 || !one[row] || !levels.includes(1)) continue;
      known[index] = (known[index] ?? 0) + pairs;
      if (agrees(column, level)) agree[index] = (agree[index] ?? 0) + pairs;
    }
  }
  const judged: Judged = { uninformative: [], changeable: [] };
  for (const [index, column] of compared.entries()) {
    const seen = known[index] ?? 0;
    if (seen < fewest || fixed(column)) continue;
    const share = (agree[index] ?? 0) / seen;
    const chance = (model.chance[index] ?? []).reduce(
      (sum, value, level) => sum + (agrees(column, level + 1) ? value : 0),
      0,
    );
    if (share < chance + leastLift * (1 - chance)) judged.uninformative.push(index);
    else if (share < leastPersonal) judged.changeable.push(index);
  }
  return judged;
}

const agrees = (column: Compared, level: number): boolean =>
  ['same', 'nickname', 'near', 'swapped'].includes(traits[column.kind].levels[level - 1]?.name ?? 'other');
