/**
 * What the matching engine knows about each kind of column: how its values can agree, how often the two records of
 * one person agree that way before the data has taught us better, and with whom the value is shared.
 *
 * It knows kinds and never files: nothing here names a data set, and a header is read elsewhere.
 */

/** What a column holds. `ignore` is a column that says nothing about who the row is. */
export const kinds = [
  'given',
  'middle',
  'surname',
  'fullname',
  'company',
  'email',
  'phone',
  'date',
  'year',
  'street',
  'housenumber',
  'locality',
  'postcode',
  'region',
  'code',
  'url',
  'category',
  'text',
  'authors',
] as const;
export type Kind = (typeof kinds)[number];

/** How the values of two records may stand to each other, from the best to the worst; 0 in a pattern is "missing". */
export type LevelName = 'same' | 'nickname' | 'near' | 'swapped' | 'partly' | 'alike' | 'other';

/** The explanations that the model weighs for a pair. Only `same` and `moved` are one person. */
export type Story = 'same' | 'moved' | 'household' | 'colleague' | 'branch' | 'edition' | 'unrelated';

export interface Level {
  name: LevelName;
  /** Share of one person's pairs on this level, where the expectation-maximisation starts. */
  start: number;
  /** Share of unrelated pairs on this level, used only to smooth what is counted; `same` is always counted. */
  chance: number;
}

export interface Trait {
  /** For a person to read, in the evidence. */
  words: string;
  levels: readonly Level[];
  /** Most of one person's pairs that may differ outright: keeps the fit from explaining relatives as one person. */
  mostDiffer: number;
  /** Chance that the value agrees in each story as it would for one person, and not by coincidence. */
  shared: Readonly<Partial<Record<Story, number>>>;
  /** Chance that one of two records of a person has a slip here, for choosing blocking keys only. */
  slip: number;
}

const levels = (same: number, rest: Partial<Record<LevelName, [start: number, chance: number]>>): Level[] => [
  { name: 'same', start: same, chance: 0 },
  ...Object.entries(rest).map(([name, [start, chance]]) => ({ name: name as LevelName, start, chance })),
];

const placeStories = { moved: 0, household: 0.95, colleague: 0.8, branch: 0 };
const personStories = { moved: 1, household: 0.001, colleague: 0, branch: 1 };

export const traits: Readonly<Record<Kind, Trait>> = {
  given: {
    words: 'given name',
    levels: levels(0.75, {
      nickname: [0.04, 0.002],
      near: [0.1, 0.004],
      swapped: [0.03, 0.0002],
      alike: [0.03, 0.02],
      other: [0.04, 0.97],
    }),
    mostDiffer: 0.06,
    shared: personStories,
    slip: 0.2,
  },
  middle: {
    words: 'middle name',
    levels: levels(0.75, { nickname: [0.1, 0.03], near: [0.08, 0.004], other: [0.07, 0.96] }),
    mostDiffer: 0.25,
    shared: personStories,
    slip: 0.3,
  },
  surname: {
    words: 'surname',
    levels: levels(0.78, { near: [0.1, 0.003], swapped: [0.03, 0.0002], alike: [0.03, 0.02], other: [0.06, 0.97] }),
    mostDiffer: 0.15,
    shared: { moved: 1, household: 0.85, colleague: 0, branch: 1 },
    slip: 0.18,
  },
  fullname: {
    words: 'name',
    levels: levels(0.6, { nickname: [0.05, 0.0005], near: [0.18, 0.002], alike: [0.12, 0.01], other: [0.05, 0.98] }),
    mostDiffer: 0.06,
    shared: { moved: 1, household: 0.001, colleague: 0, branch: 0.95, edition: 1 },
    slip: 0.35,
  },
  company: {
    words: 'company',
    levels: levels(0.7, { nickname: [0.05, 0.0005], near: [0.1, 0.002], alike: [0.05, 0.01], other: [0.1, 0.98] }),
    mostDiffer: 0.35,
    shared: { moved: 0.5, household: 0.05, colleague: 0.97, branch: 0.95 },
    slip: 0.35,
  },
  email: {
    words: 'e-mail address',
    levels: levels(0.6, { near: [0.2, 0.0002], alike: [0.03, 0.002], other: [0.17, 0.997] }),
    mostDiffer: 0.4,
    shared: { moved: 0.9, household: 0.05, colleague: 0.05, branch: 0.2 },
    slip: 0.35,
  },
  phone: {
    words: 'phone',
    levels: levels(0.65, { near: [0.1, 0.0002], swapped: [0.05, 0.0001], other: [0.2, 0.999] }),
    mostDiffer: 0.5,
    shared: { moved: 0.6, household: 0.5, colleague: 0.4, branch: 0.2 },
    slip: 0.35,
  },
  date: {
    words: 'date of birth',
    levels: levels(0.75, {
      near: [0.13, 0.002],
      partly: [0.04, 0.005],
      alike: [0.03, 0.015],
      other: [0.05, 0.97],
    }),
    mostDiffer: 0.08,
    shared: { moved: 1, household: 0.03, colleague: 0, branch: 0.3 },
    slip: 0.2,
  },
  year: {
    words: 'year',
    levels: levels(0.88, { near: [0.06, 0.04], other: [0.06, 0.9] }),
    mostDiffer: 0.1,
    shared: { moved: 1, household: 0.03, colleague: 0, branch: 0.3 },
    slip: 0.12,
  },
  street: {
    words: 'street',
    levels: levels(0.65, { near: [0.15, 0.001], swapped: [0.04, 0.0002], alike: [0.06, 0.01], other: [0.1, 0.98] }),
    mostDiffer: 0.4,
    shared: placeStories,
    slip: 0.35,
  },
  housenumber: {
    words: 'house number',
    levels: levels(0.8, { near: [0.08, 0.06], other: [0.12, 0.92] }),
    mostDiffer: 0.4,
    shared: placeStories,
    slip: 0.2,
  },
  locality: {
    words: 'place',
    levels: levels(0.75, { near: [0.12, 0.002], swapped: [0.02, 0.001], alike: [0.03, 0.02], other: [0.08, 0.96] }),
    mostDiffer: 0.4,
    shared: { ...placeStories, moved: 0.3 },
    slip: 0.22,
  },
  postcode: {
    words: 'postcode',
    levels: levels(0.8, { near: [0.08, 0.01], other: [0.12, 0.98] }),
    mostDiffer: 0.4,
    shared: { ...placeStories, moved: 0.1 },
    slip: 0.2,
  },
  region: {
    words: 'region',
    levels: levels(0.93, { other: [0.07, 0.8] }),
    mostDiffer: 0.3,
    shared: { moved: 0.7, household: 0.97, colleague: 0.85, branch: 0.5 },
    slip: 0.1,
  },
  code: {
    words: 'code',
    levels: levels(0.8, { near: [0.12, 0.002], other: [0.08, 0.99] }),
    mostDiffer: 0.2,
    shared: { moved: 1, household: 0.01, colleague: 0.02, branch: 0.1 },
    slip: 0.18,
  },
  url: {
    words: 'web address',
    levels: levels(0.8, { near: [0.05, 0.001], other: [0.15, 0.99] }),
    mostDiffer: 0.4,
    shared: { moved: 0.6, household: 0.1, colleague: 0.97, branch: 0.8 },
    slip: 0.25,
  },
  category: {
    words: 'group',
    levels: levels(0.85, { other: [0.15, 0.7] }),
    mostDiffer: 0.4,
    shared: { moved: 0.9, household: 0.3, colleague: 0.3, branch: 0.7 },
    slip: 0.15,
  },
  text: {
    words: 'text',
    levels: levels(0.5, { near: [0.15, 0.001], alike: [0.1, 0.02], other: [0.25, 0.98] }),
    mostDiffer: 0.6,
    shared: { moved: 0.8, household: 0.1, colleague: 0.2, branch: 0.3 },
    slip: 0.5,
  },
  authors: {
    words: 'authors',
    levels: levels(0.65, { near: [0.15, 0.0005], alike: [0.1, 0.003], other: [0.1, 0.99] }),
    mostDiffer: 0.3,
    shared: { edition: 1 },
    slip: 0.35,
  },
};

/** What rules may say of a column beside its kind: parts of a birth date, a generation suffix, or nothing to compare. */
export const columnRoles = [...kinds, 'month', 'day', 'suffix', 'ignore'] as const;
export type ColumnRole = (typeof columnRoles)[number];

/** Kinds that say where, and so go wrong together when a person moves house. */
export const placeKinds: readonly Kind[] = ['street', 'housenumber', 'locality', 'postcode', 'region'];

/** A column that takes part in the matching: `value` is its place among the compared columns. */
export interface Compared {
  /** Header, as it stands in the table. */
  name: string;
  kind: Kind;
  /** A name of firms or shops, not of people, or the year of one. */
  things?: boolean;
  /** One person can't have two of these: a birth date, an identifying code, the principal name. */
  personal?: boolean;
  /** Columns that together make this one (year, month and day of birth), in this order. */
  parts?: readonly string[];
  /** Another compared column (its index) into which this one's value is sometimes put by mistake. */
  partner?: number;
  /** A column that says more of the same (the postcode of a city): where it agrees, this one agrees by itself. */
  parent?: number;
  /** Share of rows with a value, and number of different values among `rows` rows looked at. */
  filled: number;
  distinct: number;
}

/** Number of a level in a pattern, from 1; 0 stands for a missing value. */
export function levelNumber(kind: Kind, name: LevelName): number {
  return traits[kind].levels.findIndex((level) => level.name === name) + 1;
}
