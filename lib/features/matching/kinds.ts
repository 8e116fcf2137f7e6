/**
 * What the matching engine knows about each kind of column: how its values can agree, how often the two records of
 * one person agree that way before the data has taught us better, and with whom the value is shared.
 *
 * It knows kinds and never files: nothing here names a data set, and a header is read elsewhere.
 */

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

const levels = (same: number, rest: Partial<Record<LevelName, [start: number, chance: number]>>): Level[] => [
  { name: 'same', start: same, chance: 0 },
  ...Object.entries(rest).map(([name, [start, chance]]) => ({ name: name as LevelName, start, chance })),
];

/** How the values of a column of each kind may agree. */
export const levelsOfKind = {
  given: levels(0.75, {
    nickname: [0.04, 0.002],
    near: [0.1, 0.004],
    swapped: [0.03, 0.0002],
    alike: [0.03, 0.02],
    other: [0.04, 0.97],
  }),
  middle: levels(0.75, { nickname: [0.1, 0.03], near: [0.08, 0.004], other: [0.07, 0.96] }),
  surname: levels(0.78, { near: [0.1, 0.003], swapped: [0.03, 0.0002], alike: [0.03, 0.02], other: [0.06, 0.97] }),
  fullname: levels(0.6, { nickname: [0.05, 0.0005], near: [0.18, 0.002], alike: [0.12, 0.01], other: [0.05, 0.98] }),
  company: levels(0.7, { nickname: [0.05, 0.0005], near: [0.1, 0.002], alike: [0.05, 0.01], other: [0.1, 0.98] }),
  email: levels(0.6, { near: [0.2, 0.0002], alike: [0.03, 0.002], other: [0.17, 0.997] }),
  phone: levels(0.65, { near: [0.1, 0.0002], swapped: [0.05, 0.0001], other: [0.2, 0.999] }),
  date: levels(0.75, { near: [0.13, 0.002], partly: [0.04, 0.005], alike: [0.03, 0.015], other: [0.05, 0.97] }),
  year: levels(0.88, { near: [0.06, 0.04], other: [0.06, 0.9] }),
  street: levels(0.65, { near: [0.15, 0.001], swapped: [0.04, 0.0002], alike: [0.06, 0.01], other: [0.1, 0.98] }),
  housenumber: levels(0.8, { near: [0.08, 0.06], other: [0.12, 0.92] }),
  locality: levels(0.75, { near: [0.12, 0.002], swapped: [0.02, 0.001], alike: [0.03, 0.02], other: [0.08, 0.96] }),
  postcode: levels(0.8, { near: [0.08, 0.01], other: [0.12, 0.98] }),
  region: levels(0.93, { other: [0.07, 0.8] }),
  code: levels(0.8, { near: [0.12, 0.002], other: [0.08, 0.99] }),
  url: levels(0.8, { near: [0.05, 0.001], other: [0.15, 0.99] }),
  category: levels(0.85, { other: [0.15, 0.7] }),
  text: levels(0.5, { near: [0.15, 0.001], alike: [0.1, 0.02], other: [0.25, 0.98] }),
  authors: levels(0.65, { near: [0.15, 0.0005], alike: [0.1, 0.003], other: [0.1, 0.99] }),
};

/** What a column holds. */
export type Kind = keyof typeof levelsOfKind;
export const kinds = Object.keys(levelsOfKind) as Kind[];

interface Trait {
  /** For a person to read. */
  words: string;
  /** Most of one person's pairs that may differ outright: keeps the fit from explaining relatives as one person. */
  mostDiffer: number;
  /** Chance that one of two records of a person has a slip here, for choosing blocking keys only. */
  slip: number;
}

export const traits: Readonly<Record<Kind, Trait>> = {
  given: { words: 'given name', mostDiffer: 0.06, slip: 0.2 },
  middle: { words: 'middle name', mostDiffer: 0.25, slip: 0.3 },
  surname: { words: 'surname', mostDiffer: 0.15, slip: 0.18 },
  fullname: { words: 'name', mostDiffer: 0.06, slip: 0.35 },
  company: { words: 'company', mostDiffer: 0.35, slip: 0.35 },
  email: { words: 'e-mail address', mostDiffer: 0.4, slip: 0.35 },
  phone: { words: 'phone', mostDiffer: 0.5, slip: 0.35 },
  date: { words: 'date of birth', mostDiffer: 0.08, slip: 0.2 },
  year: { words: 'year', mostDiffer: 0.1, slip: 0.12 },
  street: { words: 'street', mostDiffer: 0.4, slip: 0.35 },
  housenumber: { words: 'house number', mostDiffer: 0.4, slip: 0.2 },
  locality: { words: 'place', mostDiffer: 0.4, slip: 0.22 },
  postcode: { words: 'postcode', mostDiffer: 0.4, slip: 0.2 },
  region: { words: 'region', mostDiffer: 0.3, slip: 0.1 },
  code: { words: 'code', mostDiffer: 0.2, slip: 0.18 },
  url: { words: 'web address', mostDiffer: 0.4, slip: 0.25 },
  category: { words: 'group', mostDiffer: 0.4, slip: 0.15 },
  text: { words: 'text', mostDiffer: 0.6, slip: 0.5 },
  authors: { words: 'authors', mostDiffer: 0.3, slip: 0.35 },
};

const placeStories = { moved: 0, household: 0.95, colleague: 0.8, branch: 0 };
const personStories = { moved: 1, household: 0.001, colleague: 0, branch: 1 };

/** Chance that a value of each kind agrees in each story as it would for one person, and not by coincidence. */
export const sharedIn: Readonly<Record<Kind, Readonly<Partial<Record<Story, number>>>>> = {
  given: personStories,
  middle: personStories,
  surname: { moved: 1, household: 0.85, colleague: 0, branch: 1 },
  fullname: { moved: 1, household: 0.001, colleague: 0, branch: 0.95, edition: 1 },
  company: { moved: 0.5, household: 0.05, colleague: 0.97, branch: 0.95 },
  email: { moved: 0.9, household: 0.05, colleague: 0.05, branch: 0.2 },
  phone: { moved: 0.6, household: 0.5, colleague: 0.4, branch: 0.2 },
  date: { moved: 1, household: 0.03, colleague: 0, branch: 0.3 },
  year: { moved: 1, household: 0.03, colleague: 0, branch: 0.3 },
  street: placeStories,
  housenumber: placeStories,
  locality: { ...placeStories, moved: 0.3 },
  postcode: { ...placeStories, moved: 0.1 },
  region: { moved: 0.7, household: 0.97, colleague: 0.85, branch: 0.5 },
  code: { moved: 1, household: 0.01, colleague: 0.02, branch: 0.1 },
  url: { moved: 0.6, household: 0.1, colleague: 0.97, branch: 0.8 },
  category: { moved: 0.9, household: 0.3, colleague: 0.3, branch: 0.7 },
  text: { moved: 0.8, household: 0.1, colleague: 0.2, branch: 0.3 },
  authors: { edition: 1 },
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
  return levelsOfKind[kind].findIndex((level) => level.name === name) + 1;
}
