/**
 * The probability that two records are one person, without any labels: Fellegi and Sunter's model (1969) as a mixture of
 * stories, fitted by expectation-maximisation (Dempster, Laird and Rubin 1977) over patterns, from a fixed start.
 *
 * A pair may be the same person, one who moved, two of a household, two colleagues, two branches of one firm, or
 * unrelated. Each story says which columns agree as one person's do and which only by chance (kinds.ts), so relatives
 * at one address are explained as such instead of looking like an unlikely coincidence.
 * Not taken from the sources: chance agreement is counted and never fitted; a place within a place counts once.
 */

import type { Chance } from './chance.ts';
import { byChance, type PatternCount } from './compare.ts';
import { type Compared, type Kind, levelNumber, type Story, traits } from './kinds.ts';

export interface Model {
  stories: readonly Story[];
  /** Share of all pairs that each story explains, in the order of `stories`. */
  shares: number[];
  /** For each column the share of one person's pairs on each level (index 0 is level 1). */
  agree: number[][];
  /** For each column the share of unrelated pairs on each level. */
  chance: number[][];
  /** How often two people whose names are the same have mailboxes that look alike. */
  mailboxOfNames: number;
  rounds: number;
}

/** A person's own pairs are believed as strongly as this many before any is seen. */
const priorPairs = 12;
const mostRounds = 200;
const mostMoved = 0.5;
const settled = 1e-7;
/** Nothing is less likely than this: one odd column never decides alone. */
const least = 1e-9;

/** Stories that make sense for these columns. */
export function storiesFor(compared: readonly Compared[], people: boolean): Story[] {
  const has = (...of: Kind[]): boolean => compared.some(({ kind }) => of.includes(kind));
  const named = has('given', 'surname', 'fullname');
  const place = has('street', 'postcode', 'locality', 'phone');
  const stories: Story[] = ['same'];
  if (people && named && place) stories.push('moved');
  if (named && place) stories.push('household');
  if (people && named && has('company', 'url')) stories.push('colleague');
  if (!people && named && place) stories.push('branch');
  return [...stories, 'unrelated'];
}

/** One person: the pairs of these stories are what the matching looks for. */
export const isOnePerson = (story: Story): boolean => story === 'same' || story === 'moved';

/** Whether a story's pairs show how one person's values agree in this column. */
function teaches(column: Compared, story: Story): boolean {
  return story === 'same' || (traits[column.kind].shared[story] ?? 0) >= 0.5;
}

const pairsAmong = (records: number): number => Math.max(1, (records * (records - 1)) / 2);

function startShares(stories: readonly Story[], records: number): number[] {
  const pairs = pairsAmong(records);
  const per: Record<Story, number> = {
    same: 0.1,
    moved: 0.02,
    household: 0.1,
    colleague: 0.2,
    branch: 0.1,
    unrelated: 0,
  };
  const shares = stories.map((story) => Math.min(0.15, (per[story] * records) / pairs));
  const rest = 1 - shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share, index) => (stories[index] === 'unrelated' ? rest : share));
}

/** Chance levels once the pairs of one person are taken out of the counts. */
function chanceLevels(chance: Chance, samePairs: number, knownPairs: number): number[] {
  const same = Math.max(chance.same - samePairs, 0.05 * chance.same, 0.5);
  const share = Math.min(0.99, same / Math.max(1, chance.known - knownPairs));
  return [share, ...chance.rest.map((rest) => Math.max(least, rest * (1 - share)))];
}

/** Two people who share a part of their name have mailboxes that look alike this often, for mailboxes are made of names. */
const mailboxOfName = 0.15;
/** The same where all of the name agrees, before any is counted; believed as strongly as this many pairs. */
const mailboxOfNames = 0.6;
const priorMailboxes = 30;

/** How much of a name agrees: 0 nothing, 1 a part, 2 all of it. */
function namesAgree(compared: readonly Compared[], levels: readonly number[]): 0 | 1 | 2 {
  let [agree, differ] = [0, 0];
  for (let index = 0; index < compared.length; index++) {
    const kind = compared[index]?.kind;
    if (kind !== 'given' && kind !== 'surname' && kind !== 'fullname') continue;
    const level = levels[index] ?? 0;
    if (level === 0) continue;
    const swapped = level === levelNumber(kind, 'swapped');
    if (level === 1 || swapped) agree += kind === 'fullname' || swapped ? 2 : 1;
    else differ++;
  }
  return agree === 0 ? 0 : differ === 0 && agree >= 2 ? 2 : 1;
}

/** What a pattern holds beyond a column's own level that changes what the level says, as one number below this. */
const contexts = 6;

/**
 * Log-likelihoods of patterns in each story, without the weight of rare values. What a level says is worked out once and
 * not for each of thousands of patterns.
 */
export function logLikelihoods(
  model: Model,
  compared: readonly Compared[],
  chances: readonly Chance[],
): (levels: readonly number[]) => number[] {
  const alike = levelNumber('email', 'alike');
  const said = model.stories.map(() =>
    compared.map(({ kind }) => new Float64Array((traits[kind].levels.length + 1) * contexts).fill(Number.NaN)),
  );
  return (levels) =>
    model.stories.map((story, nth) => {
      let sum = 0;
      for (let index = 0; index < compared.length; index++) {
        const column = compared[index] as Compared;
        const level = levels[index] ?? 0;
        if (level === 0) continue;
        const parentAgrees = column.parent !== undefined && levels[column.parent] === 1;
        const names = column.kind === 'email' && level === alike ? namesAgree(compared, levels) : 0;
        const known = said[nth]?.[index] as Float64Array;
        const place = level * contexts + (parentAgrees ? 1 : 0) + 2 * names;
        if (Number.isNaN(known[place]))
          known[place] = logLikelihood(model, column, index, story, level, {
            ofNames: names === 2 ? model.mailboxOfNames : names === 1 ? mailboxOfName : 0,
            withParent: parentAgrees ? chances[index]?.withParent : undefined,
          });
        sum += known[place] as number;
      }
      return sum;
    });
}

/** What one level of one column says. `withParent` is its chance where the column that it lies within agrees. */
function logLikelihood(
  model: Model,
  column: Compared,
  index: number,
  story: Story,
  level: number,
  { ofNames, withParent }: { ofNames: number; withParent: number | undefined },
): number {
  const agree = model.agree[index]?.[level - 1] ?? least;
  if (story === 'same') return Math.log(agree);
  const shared = story === 'unrelated' ? 0 : (traits[column.kind].shared[story] ?? 0);
  let chance = model.chance[index]?.[level - 1] ?? least;
  if (withParent !== undefined) {
    const other = 1 - (model.chance[index]?.[0] ?? 0);
    chance = level === 1 ? withParent : ((1 - withParent) * chance) / Math.max(least, other);
  }
  chance = Math.max(chance, ofNames);
  return Math.log(Math.max(least, shared * agree + (1 - shared) * chance));
}

/** What the rarity of agreeing values is measured against: the story's logarithm of average chance, to be taken off. */
export function averageRarity(model: Model, compared: readonly Compared[], levels: readonly number[]): number[] {
  return model.stories.map((story) => {
    let sum = 0;
    for (const [index, column] of compared.entries()) {
      const parentAgrees = column.parent !== undefined && levels[column.parent] === 1;
      if (levels[index] === 1 && !parentAgrees && byChance(column, story))
        sum += Math.log(model.chance[index]?.[0] ?? least);
    }
    return sum;
  });
}

/** Shares of the stories for each pattern. */
function expect(model: Model, likelihoods: readonly number[][]): number[][] {
  const logShares = model.shares.map((share) => Math.log(Math.max(share, 1e-300)));
  return likelihoods.map((row) => {
    const logs = row.map((value, index) => value + (logShares[index] ?? 0));
    const top = Math.max(...logs);
    const weights = logs.map((value) => Math.exp(value - top));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });
}

/** Keeps the share of outright differences below what the kind allows. */
function capped(shares: number[], kind: Kind): number[] {
  const { mostDiffer } = traits[kind];
  const differ = shares[shares.length - 1] ?? 0;
  if (differ <= mostDiffer) return shares;
  const scale = (1 - mostDiffer) / Math.max(least, 1 - differ);
  return shares.map((share, index) => (index === shares.length - 1 ? mostDiffer : share * scale));
}

/** Fits the model to the patterns of the candidate pairs. `records` counts the distinct records of the table. */
export function fitModel(
  compared: readonly Compared[],
  chances: readonly Chance[],
  patterns: readonly PatternCount[],
  records: number,
  people: boolean,
): Model {
  const stories = storiesFor(compared, people);
  const model: Model = {
    stories,
    shares: startShares(stories, records),
    agree: compared.map(({ kind }) => traits[kind].levels.map((level) => level.start)),
    chance: chances.map((chance) => chanceLevels(chance, 0, 0)),
    mailboxOfNames,
    rounds: 0,
  };
  for (let round = 1; round <= mostRounds; round++) {
    const likelihood = logLikelihoods(model, compared, chances);
    const likelihoods = patterns.map(({ levels }) => likelihood(levels));
    const explained = expect(model, likelihoods);
    const before = model.shares[0] ?? 0;
    maximise(model, compared, chances, patterns, explained, records);
    model.rounds = round;
    if (Math.abs((model.shares[0] ?? 0) - before) <= settled * before) break;
  }
  return model;
}

/** Pairs believed before any is seen: one record in a hundred has a double, so that a clean table is no reason to miss one. */
function expected(story: Story | undefined, records: number): number {
  return story === 'same' ? 0.01 * records + 0.5 : 0.5;
}

function maximise(
  model: Model,
  compared: readonly Compared[],
  chances: readonly Chance[],
  patterns: readonly PatternCount[],
  explained: readonly number[][],
  records: number,
): void {
  const allPairs = pairsAmong(records);
  const sums = model.stories.map(() => 0);
  const agree = compared.map(({ kind }) => traits[kind].levels.map((level) => priorPairs * level.start));
  const matched = compared.map(() => ({ same: 0, known: 0 }));
  const ofOnePerson = model.stories.map(isOnePerson);
  const taught = model.stories.map((story) => compared.map((column) => teaches(column, story)));
  for (const [row, { levels, pairs }] of patterns.entries()) {
    for (let nth = 0; nth < model.stories.length; nth++) {
      const weight = pairs * (explained[row]?.[nth] ?? 0);
      sums[nth] = (sums[nth] ?? 0) + weight;
      if (!ofOnePerson[nth]) continue;
      for (let index = 0; index < compared.length; index++) {
        const level = levels[index] ?? 0;
        const count = matched[index];
        if (level === 0 || !count) continue;
        count.known += weight;
        if (level === 1) count.same += weight;
        const row = agree[index];
        if (row && taught[nth]?.[index]) row[level - 1] = (row[level - 1] ?? 0) + weight;
      }
    }
  }
  model.mailboxOfNames = countMailboxes(model, compared, patterns, explained);
  const others = sums.map((sum, nth) =>
    model.stories[nth] === 'unrelated' ? 0 : (sum + expected(model.stories[nth], records)) / allPairs,
  );
  const rest = Math.max(least, 1 - others.reduce((sum, share) => sum + share, 0));
  model.shares = others.map((share, nth) => (model.stories[nth] === 'unrelated' ? rest : Math.min(0.5, share)));
  // Most of one person's pairs did not move: else two people of one name would pass for somebody who did.
  const [same, moved] = [model.stories.indexOf('same'), model.stories.indexOf('moved')];
  if (moved >= 0) model.shares[moved] = Math.min(model.shares[moved] ?? 0, mostMoved * (model.shares[same] ?? 0));
  model.agree = agree.map((row, index) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return capped(
      row.map((count) => Math.max(1e-6, count / total)),
      compared[index]?.kind ?? 'text',
    );
  });
  model.chance = chances.map((chance, index) =>
    chanceLevels(chance, matched[index]?.same ?? 0, matched[index]?.known ?? 0),
  );
}

/** How often mailboxes look alike among the pairs of one name that are two people. */
function countMailboxes(
  model: Model,
  compared: readonly Compared[],
  patterns: readonly PatternCount[],
  explained: readonly number[][],
): number {
  const email = compared.findIndex(({ kind }) => kind === 'email');
  if (email < 0) return mailboxOfNames;
  const alike = levelNumber('email', 'alike');
  let [looked, found] = [priorMailboxes, priorMailboxes * mailboxOfNames];
  for (const [row, { levels, pairs }] of patterns.entries()) {
    if ((levels[email] ?? 0) === 0 || namesAgree(compared, levels) !== 2) continue;
    const one = model.stories.reduce(
      (sum, story, nth) => sum + (isOnePerson(story) ? (explained[row]?.[nth] ?? 0) : 0),
      0,
    );
    looked += pairs * (1 - one);
    if (levels[email] === alike) found += pairs * (1 - one);
  }
  return Math.max(mailboxOfName, found / looked);
}

/** The model for exact copies, which are out of the fitted pairs: their values agree at least as often as at the start. */
export function modelForCopies(model: Model, compared: readonly Compared[]): Model {
  const agree = model.agree.map((row, index) => {
    const start = traits[compared[index]?.kind ?? 'text'].levels[0]?.start ?? 0;
    return row.map((share, level) => (level === 0 ? Math.max(share, start) : share));
  });
  return { ...model, agree };
}
