/**
 * The probability that two records are one person, without any labels: Fellegi and Sunter's model (1969) as a mixture of
 * stories, fitted by expectation-maximisation (Dempster, Laird and Rubin 1977) over patterns, from a fixed start.
 *
 * A pair may be the same person, one who moved, two of a household, two colleagues, two branches of one firm, or
 * unrelated. Each story says which columns agree as one person's do and which only by chance (kinds.ts), so relatives
 * at one address are explained as such instead of looking like an unlikely coincidence.
 * Not taken from the sources: chance agreement is counted and never fitted; a place within a place counts once.
 */

import type { Chance, Together } from './chance.ts';
import type { PatternCount } from './compare.ts';
import { isTitle } from './headers.ts';
import { type Compared, type Kind, levelNumber, levelsOfKind, type Story, sharedIn, traits } from './kinds.ts';
import {
  isOnePerson,
  least,
  logLikelihoods,
  type Model,
  mailboxOfName,
  mailboxOfNames,
  namesAgree,
  type Places,
  placesOf,
} from './likelihood.ts';

/** How one person's pairs agree is believed as strongly as this many and those that are expected, before any is seen. */
const priorPairs = 12;
const mostRounds = 200;
const mostMoved = 0.5;
const settled = 1e-7;

/** Stories that make sense for these columns. */
export function storiesFor(compared: readonly Compared[], people: boolean): Story[] {
  if (compared.some(isTitle)) return ['same', 'edition', 'unrelated'];
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

/** Whether a story's pairs show how one person's values agree in this column. */
function teaches(column: Compared, story: Story): boolean {
  return story === 'same' || (sharedIn[column.kind][story] ?? 0) >= 0.5;
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
    edition: 0.03,
    unrelated: 0,
  };
  const shares = stories.map((story) => Math.min(0.15, (per[story] * records) / pairs));
  const rest = 1 - shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share, index) => (stories[index] === 'unrelated' ? rest : share));
}

/** Chance levels once one person's pairs, counted by level, are taken out of those with the same value. */
function chanceLevels(chance: Chance, ofOne: Float64Array): number[] {
  const same = Math.max(chance.same - (ofOne[0] ?? 0), 0.05 * chance.same, 0.5);
  const known = chance.known - ofOne.reduce((sum, pairs) => sum + pairs, 0);
  const share = Math.min(0.99, same / Math.max(1, known));
  return [share, ...chance.rest.map((rest) => Math.max(least, rest * (1 - share)))];
}

/** Turns log-likelihoods into shares of the stories, in place. */
export function toShares(model: Model, logs: Float64Array): void {
  const stories = model.shares.length;
  const logShares = model.shares.map((share) => Math.log(Math.max(share, 1e-300)));
  for (let from = 0; from < logs.length; from += stories) {
    let top = Number.NEGATIVE_INFINITY;
    for (let nth = 0; nth < stories; nth++) {
      const log = (logs[from + nth] as number) + (logShares[nth] as number);
      logs[from + nth] = log;
      if (log > top) top = log;
    }
    let total = 0;
    for (let nth = 0; nth < stories; nth++) {
      const weight = Math.exp((logs[from + nth] as number) - top);
      logs[from + nth] = weight;
      total += weight;
    }
    for (let nth = 0; nth < stories; nth++) logs[from + nth] = (logs[from + nth] as number) / total;
  }
}

/** Most of one thing's pairs that have another year: two editions are two things. */
const mostOtherYears = 0.03;

/** Keeps the share of outright differences below what the kind allows. */
function capped(shares: number[], { kind, things }: Compared): number[] {
  const mostDiffer = kind === 'year' && things ? mostOtherYears : traits[kind].mostDiffer;
  const differ = shares[shares.length - 1] ?? 0;
  if (differ <= mostDiffer) return shares;
  const scale = (1 - mostDiffer) / Math.max(least, 1 - differ);
  return shares.map((share, index) => (index === shares.length - 1 ? mostDiffer : share * scale));
}

/** What a model is fitted to: the patterns of the candidate pairs. `records` counts the distinct records of the table. */
export interface Fitting {
  compared: readonly Compared[];
  chances: readonly Chance[];
  patterns: readonly PatternCount[];
  records: number;
  people: boolean;
  together?: Together;
}

/** Fits the model, from a fixed start. */
export function fitModel(fitting: Fitting): Model {
  const { compared, chances, patterns, records, people, together } = fitting;
  const stories = storiesFor(compared, people);
  const model: Model = {
    stories,
    shares: startShares(stories, records),
    agree: compared.map(({ kind }) => levelsOfKind[kind].map((level) => level.start)),
    chance: chances.map((chance) => chanceLevels(chance, new Float64Array())),
    mailboxOfNames,
    rounds: 0,
    ...(together && { together: { ...together, times: [] } }),
  };
  const none = together?.same.map(() => 0) ?? [];
  countTogether(model, none);
  const places = placesOf(compared, patterns, together);
  const named = patterns.map(({ levels }) => namesAgree(compared, levels) === 2);
  for (let round = 1; round <= mostRounds; round++) {
    const explained = logLikelihoods(model, compared, chances, places);
    toShares(model, explained);
    const before = model.shares[0] ?? 0;
    maximise(model, fitting, { places, named, explained });
    model.rounds = round;
    if (Math.abs((model.shares[0] ?? 0) - before) <= settled * before) break;
  }
  return model;
}

/** Pairs believed before any is seen: one record in a hundred has a double, so that a clean table is no reason to miss one. */
function expected(story: Story | undefined, records: number): number {
  return story === 'same' ? 0.01 * records + 0.5 : 0.5;
}

/** The patterns' places, whether all of the name agrees in each, and the shares of the stories in each, row by row. */
interface Seen {
  places: Places;
  named: readonly boolean[];
  explained: Float64Array;
}

function maximise(model: Model, fitting: Fitting, seen: Seen): void {
  const { compared, chances, patterns, records } = fitting;
  const { explained } = seen;
  const stories = model.stories.length;
  const allPairs = pairsAmong(records);
  const sums = new Float64Array(stories);
  const prior = priorPairs + expected('same', records);
  const agree = compared.map(({ kind }) => Float64Array.from(levelsOfKind[kind], (level) => prior * level.start));
  const ofOnePerson = compared.map(({ kind }) => new Float64Array(levelsOfKind[kind].length));
  const onePerson = model.stories.map(isOnePerson);
  const taught = model.stories.map((story) => compared.map((column) => teaches(column, story)));
  for (const [row, { levels, pairs }] of patterns.entries()) {
    for (let nth = 0; nth < stories; nth++) {
      const weight = pairs * (explained[row * stories + nth] as number);
      sums[nth] = (sums[nth] as number) + weight;
      if (!onePerson[nth]) continue;
      const teaching = taught[nth] as boolean[];
      for (let index = 0; index < levels.length; index++) {
        const at = (levels[index] as number) - 1;
        if (at < 0) continue;
        const count = ofOnePerson[index] as Float64Array;
        count[at] = (count[at] as number) + weight;
        const counts = agree[index] as Float64Array;
        if (teaching[index]) counts[at] = (counts[at] as number) + weight;
      }
    }
  }
  model.mailboxOfNames = countMailboxes(model, fitting, seen);
  const others = Array.from(sums, (sum, nth) =>
    model.stories[nth] === 'unrelated' ? 0 : (sum + expected(model.stories[nth], records)) / allPairs,
  );
  const rest = Math.max(least, 1 - others.reduce((sum, share) => sum + share, 0));
  model.shares = others.map((share, nth) => (model.stories[nth] === 'unrelated' ? rest : Math.min(0.5, share)));
  // Most of one person's pairs did not move: else two people of one name would pass for one who did.
  const [same, moved] = [model.stories.indexOf('same'), model.stories.indexOf('moved')];
  if (moved >= 0) model.shares[moved] = Math.min(model.shares[moved] ?? 0, mostMoved * (model.shares[same] ?? 0));
  model.agree = compared.map((column, index) => {
    const row = [...(agree[index] ?? [])];
    const total = row.reduce((sum, count) => sum + count, 0);
    return capped(
      row.map((count) => Math.max(1e-6, count / total)),
      column,
    );
  });
  model.chance = chances.map((chance, index) => chanceLevels(chance, ofOnePerson[index] ?? new Float64Array()));
  const ofOne = model.together?.same.map(() => 0) ?? [];
  for (const [row, { pairs }] of patterns.entries()) {
    if (!model.together) break;
    const mask = seen.places.masks[row] as number;
    const one = pairs * oneOf(model, explained, row);
    for (let part = 0; part < ofOne.length; part++) if ((mask & part) === part) ofOne[part] = (ofOne[part] ?? 0) + one;
  }
  countTogether(model, ofOne);
}

/** Pairs that are believed to agree together as often as by chance, before any is counted. */
const priorTogether = 5;

/** Counts how much more often the values of two people agree at once than each by itself; `ofOne` pairs, by mask, are one person's. */
function countTogether(model: Model, ofOne: readonly number[]): void {
  const { together } = model;
  if (!together) return;
  const times = together.same.map((same, mask) => {
    const of = together.columns.filter((_, bit) => mask & (1 << bit));
    if (of.length < 2) return 1;
    const apart = of.reduce((pairs, index) => pairs * (model.chance[index]?.[0] ?? 1), together.known[mask] ?? 0);
    return Math.max(1, (Math.max(0, same - (ofOne[mask] ?? 0)) + priorTogether) / (apart + priorTogether));
  });
  model.together = { ...together, times };
}

/** How far the pairs of pattern `row` are one person's. */
export const oneOf = ({ stories }: Model, explained: Float64Array, row: number): number =>
  stories.reduce((sum, story, nth) => sum + (isOnePerson(story) ? (explained[row * stories.length + nth] ?? 0) : 0), 0);

/** The share of alike mailboxes at the start is believed as strongly as this many pairs. */
const priorMailboxes = 30;

/** How often mailboxes look alike among the pairs of one name that are two people. */
function countMailboxes(model: Model, { compared, patterns }: Fitting, { named, explained }: Seen): number {
  const email = compared.findIndex(({ kind }) => kind === 'email');
  if (email < 0) return mailboxOfNames;
  const alike = levelNumber('email', 'alike');
  let [looked, found] = [priorMailboxes, priorMailboxes * mailboxOfNames];
  for (const [row, { levels, pairs }] of patterns.entries()) {
    if ((levels[email] ?? 0) === 0 || !named[row]) continue;
    const one = oneOf(model, explained, row);
    looked += pairs * (1 - one);
    if (levels[email] === alike) found += pairs * (1 - one);
  }
  return Math.max(mailboxOfName, found / looked);
}

/** Pairs of the table that are one person's by the model. */
export const pairsOfOne = ({ stories, shares }: Model, records: number): number =>
  pairsAmong(records) * stories.reduce((sum, story, nth) => sum + (isOnePerson(story) ? (shares[nth] ?? 0) : 0), 0);

/** The model for exact copies, which are out of the fitted pairs: their values agree at least as often as at the start. */
export function modelForCopies(model: Model, compared: readonly Compared[]): Model {
  const agree = model.agree.map((row, index) => {
    const start = levelsOfKind[compared[index]?.kind ?? 'text'][0]?.start ?? 0;
    return row.map((share, level) => (level === 0 ? Math.max(share, start) : share));
  });
  return { ...model, agree };
}
