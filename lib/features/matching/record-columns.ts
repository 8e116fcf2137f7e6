/** Names of the columns of `match_records`, which every step of the matching reads. */
import type { Compared } from './kinds.ts';

/** The column of a compared value, of what is derived from it, of the sound of a name, and of the logarithm of its share of records. */
export const v = (index: number): string => `v${index}`;
export const x = (index: number): string => `x${index}`;
export const s = (index: number): string => `s${index}`;
export const t = (index: number): string => `t${index}`;
/** On how many records a value stands. */
export const n = (index: number): string => `n${index}`;
/** The digits of an e-mail address. */
export const m = (index: number): string => `m${index}`;
/** The words of a text as numbers with their weights, the weight of all of them, and a rare one that other texts have. */
export const w = (index: number): string => `w${index}`;
export const wt = (index: number): string => `wt${index}`;
export const r = (index: number): string => `r${index}`;
/** Whether a column is compared by its words: descriptions, authors, titles, names of firms and shops. */
export const hasWords = ({ kind, things }: Compared): boolean =>
  kind === 'text' || kind === 'authors' || (kind === 'fullname' && things === true);
/** Whether a value stands on records with two different first names and more. */
export const several = (index: number): string => `several${index}`;
/** The same, where a record without a first name counts as another person. */
export const sh = (index: number): string => `sh${index}`;

/** Place of the column that holds the first name: a first-name column, else a full name. */
export function firstNameColumn(compared: readonly Compared[]): number {
  const given = compared.findIndex(({ kind }) => kind === 'given');
  return given >= 0 ? given : compared.findIndex(({ kind, things }) => kind === 'fullname' && !things);
}

/** SQL for the first name, as one word, of record `alias`; NULL where the table has none. */
export function firstNameSql(compared: readonly Compared[], alias: string): string {
  const column = firstNameColumn(compared);
  return column < 0 ? 'null::varchar' : `split_part(${alias}.${v(column)}, ' ', 1)`;
}
