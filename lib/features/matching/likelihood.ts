/**
 * How likely a pattern of levels is in each story (kinds.ts) under a fitted model: Fellegi and Sunter (1969), with two
 * things of its own: a place within a place counts once, and mailboxes are made of names.
 */
import type { Chance, Together } from './chance.ts';
import { byChance, type PatternCount, withinLevels } from './compare.ts';
import { type Compared, levelNumber, levelsOfKind, type Story, sharedIn } from './kinds.ts';

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
  /** Columns whose values go together, with how many times as often, by mask, as if they did not. */
  together?: Together & { times: readonly number[] };
  rounds: number;
}

/** Nothing is less likely than this: one odd column never decides alone. */
export const least = 1e-9;

/** One person: the pairs of these stories are what the matching looks for. */
export const isOnePerson = (story: Story): boolean => story === 'same' || story === 'moved';

/** Two people who share a part of their name have mailboxes that look alike this often, for mailboxes are made of names. */
export const mailboxOfName = 0.15;
/** The same where all of the name agrees, before any is counted. */
export const mailboxOfNames = 0.6;

/** How much of a name agrees: 0 nothing, 1 a part, 2 all of it. */
export function namesAgree(compared: readonly Compared[], levels: readonly number[]): 0 | 1 | 2 {
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

/** What a pattern holds beyond a column's own level that changes what the level means, as one number below this. */
const contexts = 6;

/** Whether the column within which this one's value is agrees: a postcode with a slip in it still tells the town. */
function agreesByItself(compared: readonly Compared[], { parent }: Compared, levels: readonly number[]): boolean {
  const kind = parent === undefined ? undefined : compared[parent]?.kind;
  return kind !== undefined && withinLevels(kind).includes(levels[parent ?? 0] ?? 0);
}

/** The place of a column's level in tables by level and context; 0 where the value is missing. */
function placeOf(compared: readonly Compared[], levels: readonly number[], index: number): number {
  const column = compared[index] as Compared;
  const level = levels[index] ?? 0;
  if (level === 0) return 0;
  const parentAgrees = agreesByItself(compared, column, levels);
  const names = column.kind === 'email' && level === levelNumber('email', 'alike') ? namesAgree(compared, levels) : 0;
  return level * contexts + (parentAgrees ? 1 : 0) + 2 * names;
}

/** Where patterns stand in tables by level and context, row by row: it stays the same while a model is fitted. */
export interface Places {
  /** Number of patterns. */
  rows: number;
  /** The place of every column. */
  at: Uint8Array;
  /** In which columns of `together` a pattern agrees, as a mask; zeros without. */
  masks: Uint8Array;
}

export function placesOf(
  compared: readonly Compared[],
  patterns: readonly PatternCount[],
  together: Together | undefined,
): Places {
  const columns = compared.length;
  const at = new Uint8Array(patterns.length * columns);
  const masks = new Uint8Array(patterns.length);
  for (const [row, { levels }] of patterns.entries()) {
    for (let index = 0; index < columns; index++) at[row * columns + index] = placeOf(compared, levels, index);
    for (const [bit, index] of (together?.columns ?? []).entries())
      if (levels[index] === 1) masks[row] = (masks[row] as number) | (1 << bit);
  }
  return { rows: patterns.length, at, masks };
}

/** Log-likelihoods in each story of the patterns with these `places`, row by row, without the weight of rare values. */
export function logLikelihoods(
  model: Model,
  compared: readonly Compared[],
  chances: readonly Chance[],
  { rows, at, masks }: Places,
): Float64Array {
  const columns = compared.length;
  const stories = model.stories.length;
  const found = new Float64Array(rows * stories);
  for (const [nth, story] of model.stories.entries()) {
    for (let index = 0; index < columns; index++) {
      const known = new Float64Array((levelsOfKind[(compared[index] as Compared).kind].length + 1) * contexts);
      // No logarithm of a share below one is 0, so 0 stands for what is not worked out yet.
      for (let row = 0; row < rows; row++) {
        const place = at[row * columns + index] as number;
        if (place === 0) continue;
        const value = known[place] || atPlace(model, compared, chances, index, nth, place);
        known[place] = value;
        found[row * stories + nth] = (found[row * stories + nth] as number) + value;
      }
    }
    const times = timesTogether(model, story);
    if (!times) continue;
    for (let row = 0; row < rows; row++)
      found[row * stories + nth] = (found[row * stories + nth] as number) + (times[masks[row] as number] ?? 0);
  }
  return found;
}

/** By mask, the logarithm of how many times as often as each by itself what agrees in a pattern agrees by chance at once. */
function timesTogether({ together }: Model, story: Story): number[] | undefined {
  if (!together || (story !== 'unrelated' && story !== 'colleague')) return undefined;
  // Colleagues share the town and the firm.
  return together.times.map((_, mask) => Math.log(together.times[story === 'unrelated' ? mask : mask & 3] ?? 1));
}

/** What the level and the context of a place in the tables say of one column in the story `nth`. */
function atPlace(
  model: Model,
  compared: readonly Compared[],
  chances: readonly Chance[],
  index: number,
  nth: number,
  place: number,
): number {
  const story = model.stories[nth] as Story;
  const context = place % contexts;
  const level = (place - context) / contexts;
  const agree = model.agree[index]?.[level - 1] ?? least;
  if (story === 'same') return Math.log(agree);
  const shared = sharedIn[(compared[index] as Compared).kind][story] ?? 0;
  let chance = model.chance[index]?.[level - 1] ?? least;
  const withParent = context % 2 === 1 ? chances[index]?.withParent : undefined;
  if (withParent !== undefined) {
    const other = 1 - (model.chance[index]?.[0] ?? 0);
    chance = level === 1 ? withParent : ((1 - withParent) * chance) / Math.max(least, other);
  }
  const names = context >> 1;
  chance = Math.max(chance, names === 2 ? model.mailboxOfNames : names === 1 ? mailboxOfName : 0);
  return Math.log(Math.max(least, shared * agree + (1 - shared) * chance));
}

/** What the rarity of agreeing values is measured against: the story's logarithm of average chance, to be taken off. */
export function averageRarity(model: Model, compared: readonly Compared[], levels: readonly number[]): number[] {
  return model.stories.map((story) => {
    let sum = 0;
    for (const [index, column] of compared.entries()) {
      if (levels[index] === 1 && !agreesByItself(compared, column, levels) && byChance(column, story))
        sum += Math.log(model.chance[index]?.[0] ?? least);
    }
    return sum;
  });
}
