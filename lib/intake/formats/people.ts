/** Declares a tool's list of people, whose columns are mostly known by what everybody calls them. */
import { type ConsentMeaning, plainWord } from '../../workbook/consent-words.ts';
import type { ContactShape } from '../../workbook/recognised.ts';
import type { CsvFormat } from './format.ts';

export const people = (
  given: Omit<CsvFormat, 'kind' | 'becomes' | 'contacts'> & { readonly shape: ContactShape; readonly becomes?: string },
): CsvFormat => {
  const { shape, ...format } = given;
  return { becomes: 'contacts', ...format, kind: 'csv', contacts: shape };
};

/** A tool's own words under a header. */
export const meanings = (words: Readonly<Record<string, ConsentMeaning>>): ReadonlyMap<string, ConsentMeaning> =>
  new Map(Object.entries(words).map(([word, meaning]) => [plainWord(word), meaning]));
