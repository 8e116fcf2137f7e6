/**
 * Columns that say nothing of who a row is, found without labels: among the pairs that all other columns hold to be one,
 * such a column agrees no better than chance (an owner, the day a record was made, a random number).
 */
import { type Compared, levelsOfKind } from './kinds.ts';
import { logLikelihoods, type Model, placesOf } from './likelihood.ts';
import { type Fitting, fitModel, oneOf, toShares } from './model.ts';

/** Pairs that all other columns must hold to be one before a column is judged, and how sure they must be. */
const fewest = 12;
const sure = 0.99;
/** Share of what chance leaves that a column must agree on; and from where on it may keep two records apart. */
const leastLift = 0.1;
const leastPersonal = 0.6;
/** A column says something where pairs that agree in it are held to be one this many times as often as those that differ. */
const timesAsOften = 2;

export interface Judged {
  /** Places of the columns that say nothing. */
  uninformative: number[];
  /** Places of the columns that differ too often within one person to keep two records apart. */
  changeable: number[];
}

/**
 * Judges every column but those that are `fixed` (what a person gave for a column stands). The worst goes first, and the model is
 * fitted again without it before the next is judged, for a column that says nothing spoils the judgement of others.
 */
export function judgeColumns(model: Model, fitting: Fitting, fixed: (column: Compared) => boolean): Judged {
  const uninformative: number[] = [];
  let [current, { patterns }] = [model, fitting];
  for (;;) {
    const lifts = measureLifts(current, { ...fitting, patterns }, fixed);
    const [worst] = lifts.filter(({ saysNothing }) => saysNothing).sort((a, b) => a.lift - b.lift);
    if (!worst) {
      const changeable = lifts.filter(({ share }) => share < leastPersonal).map(({ place }) => place);
      return { uninformative, changeable };
    }
    uninformative.push(worst.place);
    patterns = patterns.map((each) => ({ ...each, levels: each.levels.with(worst.place, 0) }));
    current = fitModel({ ...fitting, patterns });
  }
}

/** For each pattern, how sure all columns but `without` are that its pairs are one. */
function sureWithout(model: Model, { compared, chances, patterns }: Fitting, without: number): number[] {
  const others = patterns.map((each) => ({ ...each, levels: each.levels.with(without, 0) }));
  const explained = logLikelihoods(model, compared, chances, placesOf(compared, others, model.together));
  toShares(model, explained);
  return patterns.map((_, row) => oneOf(model, explained, row));
}

interface Lift {
  place: number;
  /** Share of the pairs held to be one in which the column agrees, and how much of what chance leaves that is. */
  share: number;
  lift: number;
  saysNothing: boolean;
}

/**
 * How much each column agrees beyond chance among the pairs that all others hold to be one, where enough are seen. It says
 * nothing if that is little, and if the pairs that agree in it are held to be one hardly more often than those that differ.
 */
function measureLifts(model: Model, fitting: Fitting, fixed: (column: Compared) => boolean): Lift[] {
  const { compared, patterns } = fitting;
  return compared.flatMap((column, place) => {
    if (fixed(column)) return [];
    const held = sureWithout(model, fitting, place);
    let [known, agree] = [0, 0];
    const same = { pairs: 0, one: 0 };
    const differ = { pairs: 0, one: 0 };
    for (const [row, { levels, pairs }] of patterns.entries()) {
      const level = levels[place] ?? 0;
      const one = held[row] ?? 0;
      if (level === 0) continue;
      const side = level === 1 ? same : differ;
      side.pairs += pairs;
      side.one += one * pairs;
      if (one < sure || !levels.includes(1)) continue;
      known += pairs;
      if (agrees(column, level)) agree += pairs;
    }
    if (known < fewest) return [];
    const share = agree / known;
    const chance = (model.chance[place] ?? []).reduce(
      (sum, value, level) => sum + (agrees(column, level + 1) ? value : 0),
      0,
    );
    const lift = (share - chance) / Math.max(1e-9, 1 - chance);
    const tells = same.one / Math.max(1, same.pairs) >= timesAsOften * (differ.one / Math.max(1, differ.pairs));
    return [{ place, share, lift, saysNothing: lift < leastLift && !(same.pairs >= fewest && tells) }];
  });
}

const agrees = (column: Compared, level: number): boolean =>
  ['same', 'nickname', 'near', 'swapped'].includes(levelsOfKind[column.kind][level - 1]?.name ?? 'other');
